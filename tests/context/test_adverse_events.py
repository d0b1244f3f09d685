"""What went wrong: grade, relation, action, outcome; and who hears of it."""

import pytest

from apps.audit.models import AuditEvent
from apps.context.services import ADVERSE_EVENT
from tests.factories.people import make_clinic, make_manager, make_patient

from .conftest import API, PATHS, faults

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("E5")]
EVENTS = PATHS[ADVERSE_EVENT]
REGISTER = f"{EVENTS}register/"
FATAL = {"grade": 5, "serious": True, "outcome": "fatal"}


def test_an_event_may_name_the_session_after_which_it_came(ward):
    session = ward.hold("2026-03-02T10:00:00+01:00")

    found = ward.entered(ADVERSE_EVENT, session=session)

    assert found["session"] == session


def test_a_session_of_somebody_else_or_a_void_one_is_not_named(ward):
    gone = ward.hold("2026-03-02T10:00:00+01:00")
    ward.post(f"{API}sessions/{gone}/void/", {"reason": "typo"})
    other = make_patient(ward.clinic, therapist=ward.therapist)
    theirs = ward.hold("2026-03-02T10:00:00+01:00", patient=str(other.public_id))

    for session in (gone, theirs):
        answer = ward.send(ADVERSE_EVENT, session=session)
        assert faults(answer) == [("/session", "not_found")]
    assert ward.counts() == [0, 0, 0, 0]


def test_an_event_stays_mendable_when_its_session_was_voided(ward):
    session = ward.hold("2026-03-02T10:00:00+01:00")
    found = ward.entered(ADVERSE_EVENT, session=session)
    ward.post(f"{API}sessions/{session}/void/", {"reason": "typo"})

    answer = ward.patch(f"{EVENTS}{found['id']}/", outcome="lasting_effects")

    assert (answer.status_code, answer.json()["session"]) == (200, session)


@pytest.mark.parametrize(
    ("said", "where", "rule"),
    [
        ({"grade": 0}, "/grade", "min_value"),
        ({"grade": 6}, "/grade", "max_value"),
        ({"grade": 4}, "", "contradiction"),
        ({**FATAL, "outcome": "unknown"}, "", "contradiction"),
        ({**FATAL, "grade": 4}, "", "contradiction"),
        ({"ended_on": "2026-03-02"}, "", "out_of_order"),
        ({"description": ""}, "/description", "required"),
        ({"relation": "certain"}, "/relation", "invalid_choice"),
        ({"actions": ["paused", "paused"]}, "/actions", "repeated"),
        ({"serious": "no"}, "/serious", "invalid"),
    ],
)
def test_what_cannot_be_is_refused(ward, said, where, rule):
    assert faults(ward.send(ADVERSE_EVENT, **said)) == [(where, rule)]
    assert ward.counts() == [0, 0, 0, 0]


@pytest.mark.parametrize("said", [FATAL, {"grade": 4, "serious": True}, {"grade": 1}])
def test_every_grade_has_its_place(ward, said):
    found = ward.entered(ADVERSE_EVENT, **said)

    assert {name: found[name] for name in said} == said


def test_lists_are_asked_by_lowest_grade_and_seriousness(ward):
    mild = ward.entered(ADVERSE_EVENT, grade=1, began_on="2026-03-01")["id"]
    severe = ward.entered(ADVERSE_EVENT, grade=3, began_on="2026-03-02")["id"]
    serious = ward.entered(ADVERSE_EVENT, grade=2, serious=True)["id"]

    assert ward.ids(EVENTS) == [serious, severe, mild]
    assert ward.ids(EVENTS, grade="2") == [serious, severe]
    assert ward.ids(EVENTS, serious="true") == [serious]
    assert ward.ids(EVENTS, to="2026-03-01") == [mild]


def test_managers_read_what_is_grave_without_name_and_free_text(ward):
    ward.entered(ADVERSE_EVENT, grade=2, began_on="2026-03-01")
    serious = ward.entered(ADVERSE_EVENT, grade=1, serious=True, began_on="2026-03-02")
    severe = ward.entered(ADVERSE_EVENT, grade=3)
    gone = ward.entered(ADVERSE_EVENT, grade=3)
    ward.post(f"{EVENTS}{gone['id']}/void/", {"reason": "typo"})

    answer = ward.get(REGISTER, by=ward.manager)

    rows = answer.json()["results"]
    assert [row["id"] for row in rows] == [severe["id"], serious["id"]]
    assert rows[0] == {name: severe[name] for name in rows[0]}
    assert rows[0].keys().isdisjoint({"description", "session", "entered_by"})
    assert ward.patient.family_name not in answer.content.decode()
    assert ward.ids(REGISTER, by=ward.manager, grade="3") == [severe["id"]]
    assert ward.ids(REGISTER, by=ward.manager, to="2026-03-02") == [serious["id"]]
    # The register opens no chart.
    at = f"{EVENTS}{severe['id']}/"
    assert ward.get(at, by=ward.manager).status_code == 404
    looked = AuditEvent.objects.filter(subject="adverse_event_register")
    assert {event.actor_id for event in looked} == {ward.manager.pk}


def test_the_register_ends_at_the_wall_of_the_clinic(ward):
    ward.entered(ADVERSE_EVENT)
    elsewhere = make_manager(make_clinic())

    assert ward.ids(REGISTER, by=elsewhere) == []
    for person in (ward.therapist, ward.assessor, ward.patient.user):
        assert ward.get(REGISTER, by=person).status_code == 403
