"""Policies over HTTP: how they stand, drafts, replays, signatures."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.clinical.flare.policy import DetectorPolicy as Numbers
from apps.flares import policies
from apps.flares.models import DetectorPolicy
from apps.flares.replays import replay_policies
from tests.factories.people import (
    api_client,
    enter_also,
    make_assessor,
    make_clinic,
    make_manager,
    make_member,
    make_patient,
    make_therapist,
)

from .course import HOUR, make_course

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F4")]
PATH = "/api/v1/alert-policies/"
RULES = (
    "possible_flare",
    "acute_flare",
    "sustained_flare",
    "hyperalgesia_watch",
    "hyperalgesia",
    "rising_pain",
    "not_judgeable",
)


@pytest.fixture
def clinic():
    return make_clinic()


@pytest.fixture
def manager(clinic):
    return make_manager(clinic)


def shipped():
    [row] = policies.load_policies()
    return row


def draft(user, *, base=None, **fields):
    body = {
        "id": str(uuid4()),
        "based_on": str((base or shipped()).public_id),
        "changes": {"t1_rise_mm": 30, "t2_rise_mm": 30},
        "reason": "Too many that are nothing.",
    }
    return api_client(user).post(PATH, body | fields, format="json")


def post(user, policy_id, action, **body):
    address = f"{PATH}{policy_id}/{action}/"
    return api_client(user).post(address, body, format="json")


def get(user, policy_id, action=""):
    return api_client(user).get(f"{PATH}{policy_id}/{action}")


def numbers(body):
    return {each["name"]: each for each in body["numbers"]}


def test_the_list_has_what_is_shipped_and_the_clinics_own(clinic, manager):
    draft(make_manager(make_clinic()))
    own = draft(manager).json()

    rows = api_client(manager).get(PATH).json()["results"]

    assert [(row["policy_version"], row["status"], row["shipped"]) for row in rows] == [
        ("own-1", "draft", False),
        ("eih-1", "shadow", True),
    ]
    assert rows[0] == own


def test_a_policy_has_all_its_numbers_with_unit_and_the_shipped_one_beside(
    clinic, manager
):
    body = draft(manager).json()

    found = numbers(body)
    assert found["t1_rise_mm"] == {
        "name": "t1_rise_mm",
        "value": 30.0,
        "shipped": 20.0,
        "unit": "mm",
        "least": 1.0,
        "most": 100.0,
        "fixed": False,
    }
    assert found["mad_factor"]["fixed"]
    assert set(found) == Numbers().to_mapping().keys() - {"key", "version"}
    assert body["drafted_by"] == {"id": str(manager.public_id), "name": manager.name}
    assert (body["reason"], body["based_on"]) == (
        "Too many that are nothing.",
        str(shipped().public_id),
    )


def test_a_draft_sent_twice_is_answered_with_the_first(clinic, manager):
    policy_id = str(uuid4())

    first, again = draft(manager, id=policy_id), draft(manager, id=policy_id)
    other = draft(manager, id=policy_id, changes={"t1_rise_mm": 40})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")
    assert DetectorPolicy.objects.filter(clinic=clinic).count() == 1


def test_a_refusal_points_to_each_number(manager):
    answer = draft(manager, changes={"t1_rise": 30, "t2_rise_mm": 0})

    assert answer.status_code == 400
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
        ("/changes/t1_rise", "unknown_field"),
        ("/changes/t2_rise_mm", "min_value"),
    ]
    assert "t1_rise_mm" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"changes": {}}, "/changes"),
        ({"changes": [1]}, "/changes"),
        ({"reason": " "}, "/reason"),
        ({"based_on": str(uuid4())}, "/based_on"),
        ({"key": "mine"}, "/key"),
    ],
)
def test_a_draft_needs_a_base_changes_and_a_reason(clinic, manager, fields, pointer):
    answer = draft(manager, **fields)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not DetectorPolicy.objects.filter(clinic=clinic).exists()


def test_from_the_draft_over_the_replay_to_the_signature():
    course = make_course(live=False)
    course.run_in((50,) * 6)
    session = course.visit(1, (50, 50, 75, None))
    course.judge(now=session.ended_at + 60 * HOUR)
    policy_id = draft(course.tove).json()["id"]

    too_soon = post(course.tove, policy_id, "sign")
    asked = post(course.tove, policy_id, "replay", **{"from": "2026-03-01"})
    waiting = get(course.tove, policy_id, "replay/")
    # The clock of the request is that of the machine.
    replay_policies(now=DetectorPolicy.objects.latest("pk").replays.get().due_at)
    enter_also(course.clinic)
    done = get(course.tove, policy_id, "replay/").json()
    signed = post(course.tove, policy_id, "sign")

    assert (too_soon.status_code, too_soon.json()["code"]) == (409, "wrong_state")
    assert asked.status_code == 202
    assert asked.json() == waiting.json()
    assert (
        asked.json()["status"],
        asked.json()["progress"],
        asked.json()["result"],
    ) == (
        "queued",
        {"done": 0, "total": 1},
        None,
    )
    assert (done["status"], done["progress"]) == ("done", {"done": 1, "total": 1})
    assert (done["policy_version"], done["in_force_version"]) == ("own-1", "eih-1")
    result = done["result"]
    assert [rule["kind"] for rule in result["rules"]] == list(RULES)
    assert result["rules"][1] == {
        "kind": "acute_flare",
        "in_force": {"alerts": 1, "per_patient_week": 7.0},
        "replayed": {"alerts": 0, "per_patient_week": 0.0},
        "unchanged": 0,
        "earlier": 0,
        "later": 0,
        "sessions_earlier": 0,
        "sessions_later": 0,
        "new": 0,
        "lost": 1,
    }
    assert signed.status_code == 200
    assert signed.json()["status"] == "live"
    assert signed.json()["signed_by"]["id"] == str(course.tove.public_id)
    assert str(course.anna.public_id) not in str(done)


def test_the_live_policy_goes_back_into_the_shadow_with_a_reason(clinic, manager):
    policy_id = shipped().public_id
    post(manager, policy_id, "sign")

    without = post(manager, policy_id, "shadow")
    answer = post(manager, policy_id, "shadow", reason="Too many.")
    again = post(manager, policy_id, "shadow", reason="Too many.")

    assert without.json()["errors"][0]["pointer"] == "/reason"
    assert (answer.json()["status"], answer.json()["signed_by"]) == ("shadow", None)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


def test_a_clinic_without_emergency_words_cannot_sign():
    clinic = make_clinic(emergency_words={})

    answer = post(make_therapist(clinic), shipped().public_id, "sign")

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert not policies.policy_of(clinic.pk).is_live


def test_a_replay_that_was_never_asked_for_is_not_there(manager):
    assert get(manager, shipped().public_id, "replay/").status_code == 404


def test_a_replay_is_cancelled(manager):
    policy_id = draft(manager).json()["id"]
    post(manager, policy_id, "replay")

    answer = post(manager, policy_id, "replay/cancel")
    again = post(manager, policy_id, "replay/cancel")

    assert (answer.json()["status"], again.status_code) == ("cancelled", 409)


def people(clinic):
    return {
        "therapist": (make_therapist(clinic), 200),
        "manager": (make_manager(clinic), 200),
        "assessor": (make_assessor(clinic), 403),
        "lead": (make_member(clinic, "trial_lead"), 403),
        "patient": (make_patient(clinic).user, 403),
        "stranger": (make_therapist(make_clinic()), 404),
        "nobody": (None, 401),
    }


@pytest.mark.requirement("A1")
@pytest.mark.parametrize(
    "who",
    ["therapist", "manager", "assessor", "lead", "patient", "stranger", "nobody"],
)
def test_therapists_and_managers_of_the_clinic_alone_have_its_policies(
    clinic, manager, who
):
    policy_id = draft(manager).json()["id"]
    user, status = people(clinic)[who]

    answers = [
        get(user, policy_id),
        post(user, policy_id, "replay"),
        get(user, policy_id, "replay/"),
        post(user, policy_id, "replay/cancel"),
    ]

    assert [each.status_code for each in answers] == (
        [200, 202, 200, 200] if status == 200 else [status] * 4
    )
    if status != 200:
        assert post(user, policy_id, "sign").status_code == status
        assert post(user, policy_id, "shadow", reason="No.").status_code == status


def test_who_works_in_two_clinics_names_one(clinic):
    other = make_clinic()
    both = make_therapist(clinic)
    other.memberships.create(
        user=both, role="manager", active_from="2020-01-01T00:00:00Z"
    )

    unnamed = api_client(both).get(PATH)
    named = api_client(both).get(PATH, headers={"X-Clinic": str(other.public_id)})

    assert (unnamed.status_code, named.status_code) == (400, 200)


def test_the_list_asks_as_much_of_the_database_for_one_as_for_five(manager):
    client = api_client(manager)

    def count():
        with CaptureQueriesContext(connection) as captured:
            client.get(PATH)
        return len(captured)

    draft(manager)
    one = count()
    for value in (31, 32, 33, 34):
        draft(manager, changes={"t1_rise_mm": value})

    assert count() == one
