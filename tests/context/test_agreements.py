"""What was agreed for an exercise and a phase, and what holds."""

import pytest

from apps.context.services import AGREEMENT
from tests.factories.people import make_clinic, make_patient, make_therapist
from tests.factories.training import with_catalogue

from .conftest import PATHS, faults

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B5")]
AGREEMENTS = PATHS[AGREEMENT]


def test_an_agreement_is_about_an_exercise_and_a_phase(ward):
    exercise = str(ward.exercises["leg_press"].public_id)
    programme = str(ward.programme().public_id)
    said = {
        "exercise": exercise,
        "programme": programme,
        "phase": 2,
        "goal": "",
        "goal_status": None,
        "confidence": 4,
        "preference": "refused",
        "adjustment": "Knees bent less; we try again in two weeks.",
        "agreed_by": ["patient", "therapist", "relative"],
    }

    found = ward.entered(AGREEMENT, **said)

    assert {name: found[name] for name in said} == said


def test_the_newest_for_the_same_exercise_and_phase_holds(ward):
    press = {"exercise": str(ward.exercises["leg_press"].public_id)}
    rowing = {"exercise": str(ward.exercises["rowing"].public_id)}
    ward.entered(AGREEMENT, agreed_on="2026-03-02", preference="refused", **press)
    newer = ward.entered(AGREEMENT, agreed_on="2026-03-09", confidence=7, **press)
    other = ward.entered(
        AGREEMENT, agreed_on="2026-03-01", preference="refused", **rowing
    )
    whole = ward.entered(AGREEMENT, agreed_on="2026-03-03")
    late = ward.entered(AGREEMENT, agreed_on="2026-03-16", **press)
    ward.post(f"{AGREEMENTS}{late['id']}/void/", {"reason": "typo"})

    holds = ward.ids(AGREEMENTS, current="true")
    refused = ward.ids(AGREEMENTS, current="true", preference="refused")

    assert holds == [newer["id"], whole["id"], other["id"]]
    # The refusal of the leg press was taken back by what was agreed after it.
    assert refused == [other["id"]]
    assert len(ward.ids(AGREEMENTS, preference="refused")) == 2
    assert len(ward.ids(AGREEMENTS, **press)) == 3
    days = {"from": "2026-03-03", "to": "2026-03-09"}
    assert ward.ids(AGREEMENTS, **days) == [newer["id"], whole["id"]]


def test_a_goal_that_was_reached_is_said_in_a_new_agreement(ward):
    first = ward.entered(AGREEMENT, agreed_on="2026-03-02")
    reached = ward.entered(AGREEMENT, agreed_on="2026-03-16", goal_status="reached")

    assert ward.ids(AGREEMENTS, current="true") == [reached["id"]]
    assert ward.ids(AGREEMENTS) == [reached["id"], first["id"]]


@pytest.mark.parametrize(
    ("said", "where", "rule"),
    [
        ({"confidence": 11}, "/confidence", "max_value"),
        ({"confidence": -1}, "/confidence", "min_value"),
        ({"confidence": "6"}, "/confidence", "invalid"),
        ({"goal_status": None}, "", "contradiction"),
        ({"goal": ""}, "", "contradiction"),
        ({"goal": "", "goal_status": None, "confidence": None}, "", "required"),
        ({"preference": "preferred"}, "", "required"),
        ({"phase": 2}, "", "required"),
        ({"agreed_by": []}, "/agreed_by", "min_length"),
        ({"agreed_by": ["patient", "patient"]}, "/agreed_by", "repeated"),
        ({"agreed_by": ["manager"]}, "/agreed_by/0", "invalid_choice"),
    ],
)
def test_what_says_nothing_or_fits_nothing_is_refused(ward, said, where, rule):
    assert faults(ward.send(AGREEMENT, **said)) == [(where, rule)]
    assert ward.counts() == [0, 0, 0, 0]


def test_what_the_patient_does_not_have_is_not_agreed_on(ward):
    programme = ward.programme()
    other = make_patient(ward.clinic, therapist=ward.therapist)
    theirs = str(ward.programme(other).public_id)
    elsewhere = make_clinic()
    make_therapist(elsewhere)
    foreign = str(with_catalogue(elsewhere)["leg_press"].public_id)
    own = str(programme.public_id)

    assert faults(ward.send(AGREEMENT, exercise=foreign)) == [
        ("/exercise", "not_found")
    ]
    assert faults(ward.send(AGREEMENT, programme=theirs)) == [
        ("/programme", "not_found")
    ]
    # The template has the phases 1 to 5.
    assert faults(ward.send(AGREEMENT, programme=own, phase=6)) == [
        ("/phase", "not_found")
    ]
    assert ward.counts() == [0, 0, 0, 0]


def test_a_correction_is_judged_with_the_rest_of_the_record(ward):
    found = ward.entered(AGREEMENT)

    answer = ward.patch(f"{AGREEMENTS}{found['id']}/", goal=None)

    assert faults(answer)
    assert ward.get(f"{AGREEMENTS}{found['id']}/").json() == found


def test_the_patient_reads_what_was_agreed_and_does_not_write_it(ward):
    found = ward.entered(AGREEMENT)
    patient = ward.patient.user
    at = f"{AGREEMENTS}{found['id']}/"

    assert ward.get(at, by=patient).json() == found
    assert ward.ids(AGREEMENTS, by=patient) == [found["id"]]
    assert ward.send(AGREEMENT, by=patient).status_code == 403
    assert ward.patch(at, by=patient, confidence=9).status_code == 403
    assert ward.counts() == [1, 0, 0, 0]
