"""The same entry again: otherwise written, from another hand, after it was changed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from apps.audit.models import AuditEvent
from apps.common.models import ChangeReceipt
from apps.logbook.models import CheckIn, HeldSession, JudgementDue, SetEntry
from apps.strength.models import OneRepMaxTest, Trial
from tests.factories.people import (
    api_client,
    enter_also,
    give_care,
    make_clinic,
    make_patient,
    make_therapist,
)
from tests.factories.training import one_rep_max_body, trial
from tests.logbook.builders import (
    CHECK_INS,
    SESSIONS,
    a_set,
    at,
    done,
    make_exercise,
    make_ward,
    post,
    pre,
)
from tests.logbook.conftest import it_is  # noqa: F401  a fixture

from .test_zones import written_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C3")]

TESTS = "/api/v1/one-rep-max-tests/"
NOON = "2026-03-05T12:00:00+01:00"


def counts():
    """Return how many rows a second sender could have added."""
    models = (
        HeldSession,
        SetEntry,
        CheckIn,
        OneRepMaxTest,
        Trial,
        AuditEvent,
        JudgementDue,
        ChangeReceipt,
    )
    return [model.objects.count() for model in models]


def send(person, path, body, *, method="post", **options):
    """Send one request as a person."""
    return getattr(api_client(person), method)(path, body, format="json", **options)


def bodies(ward):
    """Return one entry of each kind with the place that it is sent to."""
    load = {"value": "30", "unit": "kg"}
    return {
        "session": (
            SESSIONS,
            ward.body(
                done(ward.leg_press, a_set(load=load)), check_ins=[pre(), post()]
            ),
        ),
        "check-in": (
            CHECK_INS,
            pre(moment="run_in") | {"patient": str(ward.anna.public_id)},
        ),
        "test": (
            TESTS,
            one_rep_max_body(ward.anna, ward.leg_press, id=str(uuid4())),
        ),
    }


by_kind = pytest.mark.parametrize("kind", ["session", "check-in", "test"])


def backwards(value):
    """Return the same JSON with the keys of every object in the other order."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(each) for each in value] if isinstance(value, list) else value


def in_kathmandu(value):
    """Return the same JSON with its times written in another zone."""
    if isinstance(value, dict):
        return {
            key: written_in("Asia/Kathmandu", at(each))
            if key.endswith("_at")
            else in_kathmandu(each)
            for key, each in value.items()
        }
    return [in_kathmandu(each) for each in value] if isinstance(value, list) else value


def with_loads(write):
    """Return a writer that writes the value of every load in its way."""

    def rewrite(value):
        if isinstance(value, dict) and "unit" in value:
            return value | {"value": write(value["value"])}
        if isinstance(value, dict):
            return {key: rewrite(each) for key, each in value.items()}
        return [rewrite(each) for each in value] if isinstance(value, list) else value

    return rewrite


WRITINGS = {
    "keys in another order": backwards,
    "times in another zone": in_kathmandu,
    "a number for text": with_loads(int),
    "a point": with_loads(float),
    "two decimals": with_loads(lambda value: f"{value}.00"),
    "an exponent": with_loads(lambda value: f"{value}0E-1"),
    "another time of sending": lambda body: body | {"sent_at": NOON},
    "a null for what was left out": lambda body: (
        body | {"recorded_at": None} if "recorded_at" not in body else body
    ),
}


@by_kind
@pytest.mark.parametrize("writing", WRITINGS)
def test_entry_written_otherwise_is_the_same_entry(kind, writing):
    ward = make_ward()
    path, body = bodies(ward)[kind]
    first = send(ward.tove, path, body)
    before = counts()

    again = send(ward.tove, path, WRITINGS[writing](body))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert counts() == before


@by_kind
def test_entry_is_the_same_from_another_therapist_of_the_patient(kind):
    ward = make_ward()
    tom = make_therapist(ward.clinic)
    give_care(tom, ward.anna)
    path, body = bodies(ward)[kind]
    first = send(ward.tove, path, body)
    before = counts()

    again = send(tom, path, body)

    assert again.status_code == 200
    assert again.json() == first.json()
    assert counts() == before


@pytest.mark.parametrize("kind", ["session", "check-in"])
@pytest.mark.parametrize("first_is_patient", [True, False])
def test_entry_of_the_patient_is_the_same_from_the_therapist(kind, first_is_patient):
    ward = make_ward()
    path, named = bodies(ward)[kind]
    unnamed = {key: value for key, value in named.items() if key != "patient"}
    hands = [(ward.anna.user, unnamed), (ward.tove, named)]
    (one, first_body), (other, second_body) = hands if first_is_patient else hands[::-1]
    first = send(one, path, first_body)
    before = counts()

    again = send(other, path, second_body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["entered_by"] == str(one.public_id)
    assert counts() == before


@by_kind
@pytest.mark.parametrize("stranger_is", ["of the clinic", "of another"])
def test_entry_from_somebody_who_may_not_see_it_is_not_answered(kind, stranger_is):
    ward = make_ward()
    path, body = bodies(ward)[kind]
    body["id"] = str(uuid4())
    send(ward.tove, path, body)
    clinic = ward.clinic if stranger_is == "of the clinic" else make_clinic()
    stranger = make_therapist(clinic)
    own = make_patient(clinic, therapist=stranger)
    press = make_exercise(clinic, slug="own_press")
    for_own = body | {"patient": str(own.public_id)}
    if "exercise" in body:
        for_own["exercise"] = str(press.public_id)
    if "exercises" in body:
        for_own["exercises"] = [done(press)]

    asked = send(stranger, path, body)
    taken = send(stranger, path, for_own)

    assert asked.status_code == 404
    assert (taken.status_code, taken.json()["code"]) == (409, "id_reused")
    for answer in (asked, taken):
        assert str(ward.anna.public_id) not in answer.text
        assert "30" not in answer.json()["detail"]
    enter_also(ward.clinic)
    models = {SESSIONS: HeldSession, CHECK_INS: CheckIn, TESTS: OneRepMaxTest}
    rows = models[path].objects.filter(public_id=body["id"])
    assert [row.patient_id for row in rows] == [ward.anna.pk]


CHANGES = {
    "session": {"note": "As it was"},
    "check-in": {"pain_mm": 12},
    "test": {"trials": [trial("60"), trial("85")]},
}


@by_kind
def test_entry_after_correction_and_void_is_answered_as_it_stands_now(kind):
    ward = make_ward()
    path, body = bodies(ward)[kind]
    send(ward.tove, path, body)
    place = f"{path}{body['id']}/"
    change = CHANGES[kind] | {"correction_reason": "Typo"}

    corrected = send(
        ward.tove, place, change, method="patch", headers={"If-Match": '"1"'}
    )
    after_correction = send(ward.tove, path, body)
    voided = send(ward.tove, f"{place}void/", {"reason": "Entered twice"})
    after_void = send(ward.tove, path, body)

    assert [corrected.status_code, voided.status_code] == [200, 200]
    assert [after_correction.status_code, after_void.status_code] == [200, 200]
    assert after_correction.json() == corrected.json()
    assert after_correction.json()["version"] == 2
    assert after_void.json() == voided.json()
    assert after_void.json()["voided_at"] is not None


@by_kind
def test_correction_sent_as_a_new_entry_is_a_conflict(kind):
    ward = make_ward()
    path, body = bodies(ward)[kind]
    send(ward.tove, path, body)
    send(
        ward.tove,
        f"{path}{body['id']}/",
        CHANGES[kind] | {"correction_reason": "Typo"},
        method="patch",
        headers={"If-Match": '"1"'},
    )
    before = counts()

    # What stands there now is not what the id was first used for.
    again = send(ward.tove, path, body | CHANGES[kind])

    assert (again.status_code, again.json()["code"]) == (409, "id_reused")
    assert counts() == before


@by_kind
def test_change_again_is_answered_as_it_stands_now_whatever_came_since(kind):
    ward = make_ward()
    path, body = bodies(ward)[kind]
    send(ward.tove, path, body)
    place = f"{path}{body['id']}/"
    change = CHANGES[kind] | {
        "correction_reason": "Typo",
        "change_id": str(uuid4()),
    }
    options = {"method": "patch", "headers": {"If-Match": '"1"'}}
    send(ward.tove, place, change, **options)
    send(ward.tove, f"{place}void/", {"reason": "Entered twice"})
    before = counts()

    again = send(ward.tove, place, backwards(change) | {"sent_at": NOON}, **options)

    assert again.status_code == 200
    assert (again.json()["version"], again.json()["void_reason"]) == (
        2,
        "Entered twice",
    )
    assert counts() == before


@by_kind
@pytest.mark.parametrize("used_for", ["void", "other content", "other record"])
def test_change_id_that_was_used_for_something_else_is_a_conflict(kind, used_for):
    ward = make_ward()
    path, body = bodies(ward)[kind]
    other = bodies(ward)[kind][1] | {"id": str(uuid4())}
    if kind == "session":
        other |= {
            "started_at": "2026-02-25T10:02:00+01:00",
            "ended_at": "2026-02-25T11:00:00+01:00",
            "check_ins": [],
        }
    for each in (body, other):
        assert send(ward.tove, path, each).status_code == 201
    change = CHANGES[kind] | {"correction_reason": "Typo", "change_id": str(uuid4())}
    options = {"method": "patch", "headers": {"If-Match": '"1"'}}
    place = f"{path}{body['id']}/"
    send(ward.tove, place, change, **options)
    before = counts()

    again = {
        "void": lambda: send(
            ward.tove,
            f"{place}void/",
            {"reason": "Typo", "change_id": change["change_id"]},
        ),
        "other content": lambda: send(
            ward.tove, place, change | {"correction_reason": "Other"}, **options
        ),
        "other record": lambda: send(
            ward.tove, f"{path}{other['id']}/", change, **options
        ),
    }[used_for]()

    assert (again.status_code, again.json()["code"]) == (409, "id_reused")
    assert counts() == before


def test_id_of_a_check_in_names_no_session():
    ward = make_ward()
    path, body = bodies(ward)["check-in"]
    send(ward.tove, path, body)
    before = counts()

    read = send(ward.tove, f"{SESSIONS}{body['id']}/", None, method="get")
    void = send(ward.tove, f"{SESSIONS}{body['id']}/void/", {"reason": "No"})
    hung = send(ward.tove, path, pre(session=body["id"]) | {"patient": body["patient"]})

    assert [read.status_code, void.status_code, hung.status_code] == [404, 404, 400]
    assert hung.json()["errors"][0]["pointer"] == "/session"
    assert counts() == before


def test_each_kind_of_entry_has_ids_of_its_own():
    ward = make_ward()
    shared = str(uuid4())

    answers = [
        send(ward.tove, path, body | {"id": shared})
        for path, body in bodies(ward).values()
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert {answer.json()["id"] for answer in answers} == {shared}


def test_check_in_that_overtook_its_session_is_taken_when_that_is_there():
    ward = make_ward()
    path, session = bodies(ward)["session"]
    late = ward.check_in(None, answered_at="2026-03-03T10:00:00+01:00")
    late["session"] = session["id"]

    early = send(ward.tove, CHECK_INS, late)
    send(ward.tove, path, session)
    again = send(ward.tove, CHECK_INS, late)

    assert (early.status_code, again.status_code) == (400, 201)
    assert early.json()["errors"][0]["pointer"] == "/session"
    assert again.json()["in_window"] is True


def test_pre_that_overtook_its_session_is_linked_and_both_may_come_again():
    ward = make_ward()
    path, session = bodies(ward)["session"]
    session = session | {"check_ins": []}
    ahead = pre() | {"patient": str(ward.anna.public_id)}

    for _ in range(2):
        send(ward.tove, CHECK_INS, ahead)
    for _ in range(2):
        send(ward.tove, path, session)
    alone = send(ward.tove, CHECK_INS, ahead)
    whole = send(ward.tove, path, session)

    assert (alone.status_code, whole.status_code) == (200, 200)
    assert (alone.json()["session"], alone.json()["in_window"]) == (session["id"], True)
    assert [each["id"] for each in whole.json()["check_ins"]] == [ahead["id"]]
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize("order", [1, -1])
def test_sessions_sent_last_first_stand_as_if_sent_in_order(it_is, order):  # noqa: F811
    it_is("2026-03-20T12:00:00+01:00")
    ward = make_ward()
    first = ward.body(recorded_at=None)
    bodies = [first, *(moved_on(first, hours=30 * n) for n in range(1, 5))]
    ratings = [
        rating(ward, body, moment=moment, hours=hours)
        for body in bodies
        for moment, hours in (("h24", 24), ("h48", 42))
    ]

    for path, entries in ((SESSIONS, bodies), (CHECK_INS, ratings)):
        for body in entries[::order]:
            assert send(ward.tove, path, body).status_code == 201

    # Thirty hours later the next session has ended the second window, but not the last.
    assert [
        CheckIn.objects.get(public_id=body["id"]).in_window for body in ratings
    ] == [*[True, False] * 4, True, True]


def moved_on(body, *, hours):
    """Return a session under a new id, so much later."""
    times = {
        name: (at(body[name]) + timedelta(hours=hours)).isoformat()
        for name in ("started_at", "ended_at")
    }
    return body | times | {"id": str(uuid4())}


def rating(ward, session, *, moment, hours):
    """Return a follow-up of a session, so many hours after its end."""
    answered_at = at(session["ended_at"]) + timedelta(hours=hours)
    links = {"moment": moment, "answered_at": answered_at.isoformat()}
    return ward.check_in(None, **links) | {"session": session["id"]}
