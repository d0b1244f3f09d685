"""The same request again, and again, and 32 times at once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection, transaction

from apps.audit.models import AuditEvent
from apps.common import tenancy
from apps.logbook import services
from apps.logbook.entry import Correction, VoidRequest
from apps.logbook.models import CheckIn, HeldSession, JudgementDue, SetEntry
from tests.factories.people import (
    api_client,
    enter_also,
    make_clinic,
    make_patient,
    make_therapist,
)
from tests.logbook.builders import (
    CHECK_INS,
    SESSIONS,
    check_in,
    done,
    make_exercise,
    make_ward,
    post,
    pre,
    record,
    session_body,
)

pytestmark = pytest.mark.requirement("C3")


def counts():
    """Return how many rows a second sender could have added."""
    models = (HeldSession, SetEntry, CheckIn, AuditEvent, JudgementDue)
    return [model.objects.count() for model in models]


@pytest.mark.django_db
def test_lost_answer_then_the_same_request_gives_200_and_the_same_answer():
    ward = make_ward()
    client = api_client(ward.tove)
    body = ward.body(check_ins=[pre(), post()])

    first = client.post(SESSIONS, body, format="json")
    before = counts()
    second = client.post(SESSIONS, body, format="json")

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert counts() == before


@pytest.mark.django_db
def test_same_check_in_again_gives_200_and_the_same_answer():
    ward = make_ward()
    client = api_client(ward.anna.user)

    first = client.post(CHECK_INS, pre(id=str(ward.anna.public_id)), format="json")
    second = client.post(CHECK_INS, pre(id=str(ward.anna.public_id)), format="json")

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()


@pytest.mark.django_db
def test_replay_is_answered_even_when_its_clock_says_three_days_ago(it_is):
    ward = make_ward()
    client = api_client(ward.tove)
    body = ward.body(sent_at="2026-03-05T12:00:00+01:00")
    client.post(SESSIONS, body, format="json")

    it_is("2026-03-08T12:00:01+01:00")
    again = api_client(ward.tove).post(SESSIONS, body, format="json")

    assert again.status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [
        {"note": "other"},
        {"setting": "home"},
        {"ended_at": "2026-03-02T11:00:01+01:00"},
        {"check_ins": []},
    ],
)
def test_same_id_with_other_content_is_409_and_nothing_is_written(other):
    ward = make_ward()
    client = api_client(ward.tove)
    body = ward.body(check_ins=[pre()])
    client.post(SESSIONS, body, format="json")
    before = counts()

    response = client.post(SESSIONS, body | other, format="json")

    assert (response.status_code, response.json()["code"]) == (409, "id_reused")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert counts() == before
    assert HeldSession.objects.get().note == ""


@pytest.mark.django_db
def test_same_check_in_id_with_other_content_is_409():
    ward = make_ward()
    client = api_client(ward.tove)
    session = record(ward.body(), by=ward.tove)
    other = record(
        ward.body(
            started_at="2026-03-01T10:00:00+01:00", ended_at="2026-03-01T11:00:00+01:00"
        ),
        by=ward.tove,
    )
    body = ward.check_in(session)
    client.post(CHECK_INS, body, format="json")

    answers = client.post(CHECK_INS, body | {"pain_mm": 61}, format="json")
    links = client.post(
        CHECK_INS, body | {"session": str(other.public_id)}, format="json"
    )

    assert [answers.status_code, links.status_code] == [409, 409]
    assert CheckIn.objects.get().pain_mm == 60


@pytest.mark.django_db
def test_replay_after_a_correction_gives_the_current_record():
    ward = make_ward()
    body = ward.body()
    session = record(body, by=ward.tove)
    services.correct_session(
        session_id=session.public_id,
        correction=Correction.parse({"note": "Right", "correction_reason": "Typo"}),
        expected_version=1,
        by=ward.tove,
        now=session.received_at,
    )

    response = api_client(ward.tove).post(SESSIONS, body, format="json")

    assert response.status_code == 200
    assert (response.json()["note"], response.json()["version"]) == ("Right", 2)


@pytest.mark.django_db
def test_replay_after_a_void_gives_the_void_record():
    ward = make_ward()
    before = pre()
    body = ward.body(check_ins=[before])
    session = record(body, by=ward.tove)
    reason = VoidRequest.parse({"reason": "Another patient's"})
    services.void_session(
        session_id=session.public_id,
        request=reason,
        by=ward.tove,
        now=session.received_at,
    )
    services.void_check_in(
        check_in_id=CheckIn.objects.get().public_id,
        request=reason,
        by=ward.tove,
        now=session.received_at,
    )
    client = api_client(ward.tove)

    again = client.post(SESSIONS, body, format="json")
    again_alone = client.post(
        CHECK_INS, before | {"patient": str(ward.anna.public_id)}, format="json"
    )

    assert [again.status_code, again_alone.status_code] == [200, 200]
    assert again.json()["voided_at"] == "2026-03-05T12:00:00+01:00"
    assert again_alone.json()["void_reason"] == "Another patient's"


@pytest.mark.django_db
def test_replay_after_a_correction_of_the_check_in_gives_the_current_record():
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    body = ward.check_in(session)
    row = check_in(body, by=ward.tove)
    services.correct_check_in(
        check_in_id=row.public_id,
        correction=Correction.parse({"pain_mm": 6, "correction_reason": "Typo"}),
        expected_version=1,
        by=ward.tove,
        now=session.received_at,
    )

    again = check_in(body, by=ward.tove)

    assert (again.pain_mm, again.version) == (6, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("whose", ["same therapist", "same clinic", "other clinic"])
@pytest.mark.parametrize("route", [SESSIONS, CHECK_INS])
def test_id_of_somebody_elses_record_is_409_without_content(whose, route):
    ward = make_ward()
    secret = "a secret of somebody else"
    clinic = make_clinic() if whose == "other clinic" else ward.clinic
    therapist = ward.tove if whose == "same therapist" else make_therapist(clinic)
    other = make_patient(clinic, therapist=therapist)
    press = make_exercise(clinic, slug="other_press")
    taken = pre(new_places=[secret])
    theirs = session_body(other, done(press), note=secret, check_ins=[taken])
    record(theirs, by=therapist)
    body = {
        SESSIONS: ward.body(id=theirs["id"]),
        CHECK_INS: pre(id=taken["id"]) | {"patient": str(ward.anna.public_id)},
    }[route]

    response = api_client(ward.tove).post(route, body, format="json")

    assert (response.status_code, response.json()["code"]) == (409, "id_reused")
    assert secret not in response.text
    enter_also(ward.clinic)
    assert not HeldSession.objects.filter(patient=ward.anna).exists()
    assert not CheckIn.objects.filter(patient=ward.anna).exists()


@pytest.mark.django_db
def test_check_in_id_of_somebody_else_inside_a_session_takes_the_session_back():
    ward = make_ward()
    other = make_patient(ward.clinic, therapist=ward.tove)
    taken = pre()
    check_in(taken | {"patient": str(other.public_id)}, by=ward.tove)

    response = api_client(ward.tove).post(
        SESSIONS, ward.body(check_ins=[taken]), format="json"
    )

    assert (response.status_code, response.json()["code"]) == (409, "id_reused")
    enter_also(ward.clinic)
    assert HeldSession.objects.count() == 0


def at_once(times, send):
    """Return what ``send(number)`` gives, called from so many threads at once."""

    def run(number):
        try:
            return send(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


@pytest.mark.django_db(transaction=True)
def test_32_at_once_make_one_session():
    with transaction.atomic():
        ward = make_ward()
        clients = [api_client(ward.tove) for _ in range(32)]
    body = ward.body(check_ins=[pre(), post()])

    responses = at_once(32, lambda n: clients[n].post(SESSIONS, body, format="json"))

    statuses = sorted(response.status_code for response in responses)
    assert statuses == [200] * 31 + [201]
    assert len({response.text for response in responses}) == 1
    with tenancy.in_clinic(ward.clinic.pk):
        assert HeldSession.objects.count() == 1
        assert (SetEntry.objects.count(), CheckIn.objects.count()) == (2, 2)
        assert AuditEvent.objects.filter(action="session.record").count() == 1


@pytest.mark.django_db(transaction=True)
def test_16_different_at_once_under_one_id_make_one_session_and_15_conflicts():
    with transaction.atomic():
        ward = make_ward()
        clients = [api_client(ward.tove) for _ in range(16)]
    body = ward.body()

    responses = at_once(
        16,
        lambda n: clients[n].post(SESSIONS, body | {"note": f"{n}"}, format="json"),
    )

    statuses = sorted(response.status_code for response in responses)
    assert statuses == [201] + [409] * 15
    with tenancy.in_clinic(ward.clinic.pk):
        assert HeldSession.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_id_for_two_patients_at_once_makes_one_check_in():
    with transaction.atomic():
        ward = make_ward()
        bert = make_patient(ward.clinic, therapist=ward.tove)
        clients = [api_client(each.user) for each in (ward.anna, bert)] * 8
    body = pre()

    responses = at_once(16, lambda n: clients[n].post(CHECK_INS, body, format="json"))

    statuses = sorted(response.status_code for response in responses)
    assert statuses == [200] * 7 + [201] + [409] * 8
    with tenancy.in_clinic(ward.clinic.pk):
        assert CheckIn.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_16_pres_at_once_under_ids_of_their_own_make_one_in_window():
    with transaction.atomic():
        ward = make_ward()
        session = record(ward.body(), by=ward.tove)
        clients = [api_client(ward.tove) for _ in range(16)]
    fields = {"moment": "pre", "answered_at": "2026-03-02T09:58:00+01:00"}
    bodies = [ward.check_in(session, **fields) for _ in range(16)]

    responses = at_once(
        16, lambda n: clients[n].post(CHECK_INS, bodies[n], format="json")
    )

    statuses = sorted(response.status_code for response in responses)
    assert statuses == [201] + [409] * 15


@pytest.mark.django_db(transaction=True)
def test_8_corrections_at_once_make_one_and_the_others_are_stale():
    with transaction.atomic():
        ward = make_ward()
        session = record(ward.body(), by=ward.tove)
        clients = [api_client(ward.tove) for _ in range(8)]
    place = f"{SESSIONS}{session.public_id}/"

    def send(number):
        return clients[number].patch(
            place,
            {"note": f"{number}", "correction_reason": "Typo"},
            format="json",
            headers={"If-Match": '"1"'},
        )

    statuses = sorted(response.status_code for response in at_once(8, send))

    assert statuses == [200] + [412] * 7


@pytest.mark.django_db(transaction=True)
def test_one_change_id_8_times_at_once_changes_once():
    with transaction.atomic():
        ward = make_ward()
        session = record(ward.body(), by=ward.tove)
        clients = [api_client(ward.tove) for _ in range(8)]
    place = f"{SESSIONS}{session.public_id}/void/"
    body = {"reason": "Entered twice", "change_id": str(uuid4())}

    responses = at_once(8, lambda n: clients[n].post(place, body, format="json"))

    assert {response.status_code for response in responses} == {200}
    with tenancy.in_clinic(ward.clinic.pk):
        assert AuditEvent.objects.filter(action="session.void").count() == 1
