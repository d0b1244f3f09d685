"""Exercises, 1RM tests and programmes of a test, made by the services themselves."""

from datetime import UTC, datetime
from typing import Any

from apps.accounts.models import User
from apps.clinics.models import Clinic, Patient
from apps.exercises import services as exercises
from apps.exercises.models import Exercise
from apps.programmes import services as programmes
from apps.programmes.entry import ClinicRulesEntry, EnrolmentEntry, MeetingEntry
from apps.programmes.models import (
    IntroductoryMeeting,
    PlannedSession,
    Prescription,
    Programme,
)
from apps.programmes.queries import rules_of
from apps.strength import services as strength
from apps.strength.entry import OneRepMaxTestEntry
from apps.strength.models import OneRepMaxTest

NOW = datetime(2026, 2, 28, 12, 0, tzinfo=UTC)


def with_catalogue(clinic: Clinic) -> dict[str, Exercise]:
    """Give the clinic the shipped catalogue and return its exercises by slug."""
    exercises.add_catalogue(clinic=clinic)
    return {row.slug: row for row in Exercise.objects.filter(clinic=clinic)}


def one_rep_max_body(
    patient: Patient, exercise: Exercise, /, **fields: Any
) -> dict[str, Any]:
    """Return a direct test of 83 kg as a client sends it."""
    values = {
        "patient": str(patient.public_id),
        "exercise": str(exercise.public_id),
        "tested_at": "2026-02-27T10:00:00+01:00",
        "method": "direct",
        "trials": [
            trial("60"),
            trial("83", rpe=18),
            trial("85", success=False, reps=0),
        ],
    }
    return values | fields


def trial(
    value: str, *, unit: str = "kg", reps: int = 1, **fields: Any
) -> dict[str, Any]:
    """Return one attempt as a client sends it."""
    load = {"value": value, "unit": unit}
    return {"load": load, "reps": reps, "success": True} | fields


def make_one_rep_max(
    patient: Patient,
    exercise: Exercise,
    /,
    *,
    by: User,
    now: datetime = NOW,
    **fields: Any,
) -> OneRepMaxTest:
    """Return a recorded test, 83 kg direct unless ``fields`` say otherwise."""
    entry = OneRepMaxTestEntry.parse(one_rep_max_body(patient, exercise, **fields))
    return strength.record_one_rep_max_test(entry=entry, by=by, now=now).test


def enrolment_body(patient: Patient, **fields: Any) -> dict[str, Any]:
    """Return an enrolment into the 15-week programme as a client sends it."""
    values = {
        "patient": str(patient.public_id),
        "template": "resistance_fm_15w",
        "starts_on": "2026-03-02",
        "weekdays": [0, 3],
        "time": "10:00",
    }
    return values | fields


def make_programme(
    patient: Patient, *, by: User, now: datetime = NOW, **fields: Any
) -> Programme:
    """Return an enrolment; the clinic gets catalogue and templates if it lacks them."""
    programmes.load_templates()
    exercises.add_catalogue(clinic=patient.clinic)
    entry = EnrolmentEntry.parse(enrolment_body(patient, **fields))
    return programmes.enrol(entry=entry, by=by, now=now)


def calendar_of(programme: Programme) -> list[PlannedSession]:
    """Return the planned sessions by number."""
    return list(PlannedSession.objects.filter(programme=programme).order_by("number"))


def meeting_body(prescription: Prescription, **fields: Any) -> dict[str, Any]:
    """Return a meeting in which everything was done and borne, as a client sends it."""
    values = {
        "held_at": "2026-02-27T11:00:00+01:00",
        "instructed": True,
        "adjusted": True,
        "adjustments": [
            {"prescription": str(prescription.public_id), "note": "Seat further back"}
        ],
        "tolerance": "tolerated",
    }
    return values | fields


def make_meeting(
    programme: Programme,
    prescription: Prescription,
    /,
    *,
    by: User,
    now: datetime = NOW,
    **fields: Any,
) -> IntroductoryMeeting:
    """Return a recorded introductory meeting."""
    entry = MeetingEntry.parse(meeting_body(prescription, **fields))
    return programmes.record_meeting(
        programme_id=programme.public_id, entry=entry, by=by, now=now
    ).meeting


def decide_rules(clinic: Clinic, /, *, by: User, now: datetime, **fields: Any) -> None:
    """Put the next version of the clinic's rules in force; the rest is as shipped."""
    values = {
        "version": rules_of(clinic.pk).version,
        "load_policy": {},
        "adherence_policy": {},
        "hrmax_formula": "tanaka",
        "beta_blocker_formula": False,
        "reason": "As we agreed.",
    }
    entry = ClinicRulesEntry.parse(values | fields)
    programmes.decide_rules(entry=entry, clinic=clinic, by=by, now=now)
