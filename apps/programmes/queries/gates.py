"""What stands in the way of harder work, as the rows say now."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from apps.clinical.intensity.gates import (
    Closed,
    ExplosiveGate,
    ExplosiveStep,
    Gate,
    IntroductoryMeeting,
    Tolerance,
    explosive_gate,
    first_load_gate,
    hiit_gate,
)
from apps.clinics.models import Patient
from apps.exercises.models import LoadKind
from apps.programmes import models
from apps.programmes.plan import PhasePlan, TemplatePlan
from apps.programmes.tolerance import green_by_week, open_alerts
from apps.strength.models import OneRepMaxTest
from apps.strength.queries import latest_one_rep_max

from .meetings import newest_meeting

OPEN = Gate(reasons=())


def gate_of_phase(patient: Patient, *, phase: PhasePlan, now: datetime) -> Gate:
    """Return whether a phase may be put in force.

    Only intervals have a gate: four green weeks, and no alert that is open.
    """
    if phase.intervals is None:
        return OPEN
    return hiit_gate(
        green_by_week=green_by_week(patient, now=now),
        alerts=open_alerts(patient),
        pem=patient.pem,
    )


def gate_of_explosive_work(
    patient: Patient, *, plan: TemplatePlan, week: int
) -> ExplosiveGate | None:
    """Return the gate of explosive work; None where the week has none of it.

    Alerts are those that are open now, whatever the week.
    """
    if plan.explosive_level(week) is None:
        return None
    return explosive_gate(
        week=week,
        alerts=open_alerts(patient),
        pem=patient.pem,
        steps=[
            ExplosiveStep(from_week=each.from_week, level=each.level)
            for each in plan.explosive
        ],
    )


def gate_of_load(prescription: models.Prescription, *, at: datetime) -> Gate:
    """Return what should come before the first load; open once there is a load."""
    if prescription.loads.exists():
        return OPEN
    programme = prescription.programme
    test = latest_one_rep_max(
        patient=programme.patient,
        exercise=prescription.exercise,
        side=prescription.side,
        at=at,
    )
    return first_load_gate(
        as_rule(newest_meeting(programme), is_tested=test is not None),
        is_loaded_by_one_rep_max=prescription.exercise.load_kind == LoadKind.EXTERNAL,
    )


def gate_of_missing_loads(
    programme: models.Programme,
    *,
    without_load: Sequence[models.Prescription],
    tests: Mapping[tuple[int, str], OneRepMaxTest],
) -> Gate:
    """Return what should come before the first loads of exercises with a weight.

    ``tests`` are the newest by the exercise's key and side. Open where none is missing.
    """
    weighed = [
        row for row in without_load if row.exercise.load_kind == LoadKind.EXTERNAL
    ]
    if not weighed:
        return OPEN
    is_tested = all((row.exercise_id, row.side) in tests for row in weighed)
    return first_load_gate(
        as_rule(newest_meeting(programme), is_tested=is_tested),
        is_loaded_by_one_rep_max=True,
    )


def as_rule(
    meeting: models.IntroductoryMeeting | None, *, is_tested: bool
) -> IntroductoryMeeting | None:
    """Return a meeting as the clinical core knows it.

    ``is_tested``: there is a 1RM for what is loaded by it.
    """
    if meeting is None:
        return None
    return IntroductoryMeeting(
        instructed=meeting.instructed,
        adjusted=meeting.adjusted,
        one_rep_max_known=is_tested,
        tolerance=Tolerance(meeting.tolerance) if meeting.tolerance else None,
    )


def is_not_tolerated(gate: Gate) -> bool:
    """Tell whether the exercises were tried and not tolerated."""
    return Closed.NOT_TOLERATED in gate.reasons
