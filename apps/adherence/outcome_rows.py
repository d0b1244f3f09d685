"""From the plain rules' outcomes to the rows that keep them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any, Final

from apps.clinical.adherence.course import silent_from
from apps.clinical.adherence.inputs import Course, ExcuseReason
from apps.clinical.adherence.outcomes import (
    ATTENDED,
    DUE,
    CheckInOutcome,
    Result,
    SlotOutcome,
)
from apps.programmes.models import Programme
from apps.programmes.queries import RulesInForce

from . import models
from .models.outcomes import DOSE_DECIMALS

# The running sums of the rows; those that are not whole numbers, with their decimals.
SUMS: Final = (
    *("held", "partial", "excused", "excused_pain_flare", "excused_late"),
    *("missed", "cancelled", "paused", "dose_modified"),
    *("doses", "attended_doses", "doses_in_kg"),
    *("kg_done", "kg_planned", "attended_kg_planned"),
    *("sets_done", "sets_planned", "attended_sets_planned"),
    *("sets_on_plan", "sets_judged", "seconds_done", "seconds_planned"),
    *("exercises_done", "exercises_planned"),
)
# Plain values in the order of the model's columns: most of many rows are compared and
# thrown away.
SlotRow = tuple[Any, ...]
SLOT_COLUMNS: Final = tuple(
    field.attname for field in models.SlotOutcome._meta.concrete_fields
)
DECIMALS: Final = {
    "kg_done": DOSE_DECIMALS,
    "kg_planned": 2,
    "attended_kg_planned": 2,
    "sets_done": DOSE_DECIMALS,
}
EXACT_ENOUGH: Final = Context(prec=40, rounding=ROUND_HALF_UP)


def course_row(
    programme: Programme,
    *,
    course: Course,
    digest: str,
    rules: RulesInForce,
    is_running: bool,
    now: datetime,
) -> models.CourseOutcome:
    """Return the row of the programme as a whole, as far as is known by now."""
    withdrawn_on = course.withdrawn_on
    return models.CourseOutcome(
        programme=programme,
        clinic_id=programme.clinic_id,
        inputs_digest=digest,
        rules=rules.row,
        is_running=is_running,
        withdrawn_from=withdrawn_on and course.midnight(withdrawn_on),
        silent_from=silent_from(course, now=now, policy=rules.adherence),
    )


def slot_rows(
    programme: Programme, *, outcomes: Iterable[SlotOutcome]
) -> Iterator[SlotRow]:
    """Yield the rows of planned sessions, each with the sums up to it.

    Args:
        outcomes: Of all of the programme, as if all had come due.
    """
    sums: dict[str, int | Fraction] = dict.fromkeys(SUMS, 0)
    misses = 0
    for nth, outcome in enumerate(_in_order(outcomes), start=1):
        for name, value in _adds(outcome):
            sums[name] += value
        if outcome.result == Result.MISSED:
            misses += 1
        elif outcome.result in ATTENDED:
            misses = 0
        values = {
            "planned_session_id": int(outcome.key),
            "programme_id": programme.pk,
            "clinic_id": programme.clinic_id,
            "nth": nth,
            "result": outcome.result.value,
            "misses_in_a_row": misses,
            **sums,
            **{name: _decimal(sums[name], places) for name, places in DECIMALS.items()},
        }
        yield tuple(values[name] for name in SLOT_COLUMNS)


def calendar_row(
    programme: Programme, *, course: Course, outcomes: Iterable[SlotOutcome]
) -> models.CourseCalendar:
    """Return from when on each planned session and expected check-in counts.

    Args:
        course: With the sessions that have begun.
        outcomes: Of all planned sessions, as if all had come due.
    """
    expected = [
        one for session in course.sessions for one in session.check_ins if one.expected
    ]
    return models.CourseCalendar(
        programme=programme,
        clinic_id=programme.clinic_id,
        slots_due_at=[one.due_at for one in _in_order(outcomes)],
        check_ins_close_at=sorted(one.closes_at for one in expected),
        answered_close_at=sorted(one.closes_at for one in expected if one.in_window),
    )


def weeks_row(
    programme: Programme,
    *,
    outcomes: Iterable[SlotOutcome],
    check_ins: Iterable[CheckInOutcome],
) -> models.CourseWeeks:
    """Return in which week lies what the calendar lists.

    Args:
        outcomes: Of all planned sessions, as if all had come due.
        check_ins: All that are expected, as if all had closed.
    """
    entries = sorted(check_ins, key=lambda one: one.closed_at)
    return models.CourseWeeks(
        programme=programme,
        clinic_id=programme.clinic_id,
        slot_weeks=[one.week for one in _in_order(outcomes)],
        check_in_weeks=[one.week for one in entries],
        check_in_moments=[one.moment.value for one in entries],
        check_ins_answered=[one.in_window for one in entries],
    )


def _in_order(outcomes: Iterable[SlotOutcome]) -> list[SlotOutcome]:
    return sorted(outcomes, key=lambda one: (one.due_at, one.key))


def _adds(outcome: SlotOutcome) -> Iterator[tuple[str, int | Fraction]]:
    """Yield what a planned session adds to which sum."""
    yield outcome.result.value, 1
    if outcome.result not in DUE:
        return
    is_attended = outcome.result in ATTENDED
    yield "excused_pain_flare", outcome.excuse_reason == ExcuseReason.PAIN_FLARE
    yield "excused_late", outcome.excused_late
    yield "seconds_done", outcome.seconds_done
    yield "seconds_planned", outcome.seconds_planned
    yield "exercises_done", outcome.exercises_done
    yield "exercises_planned", outcome.exercises_planned
    if is_attended:
        yield "sets_on_plan", outcome.sets_on_plan
        yield "sets_judged", outcome.sets_judged
    if outcome.dose is None:
        return
    dose, planned_sets = Fraction(outcome.dose), outcome.planned_sets
    yield "doses", 1
    yield "sets_done", dose * planned_sets
    yield "sets_planned", planned_sets
    if is_attended:
        yield "dose_modified", dose < 1
        yield "attended_doses", 1
        yield "attended_sets_planned", planned_sets
    if outcome.planned_kg is None:
        return
    planned_kg = Fraction(outcome.planned_kg)
    yield "doses_in_kg", 1
    yield "kg_done", dose * planned_kg
    yield "kg_planned", planned_kg
    if is_attended:
        yield "attended_kg_planned", planned_kg


def _decimal(value: int | Fraction, places: int) -> Decimal:
    quotient = EXACT_ENOUGH.divide(Decimal(value.numerator), Decimal(value.denominator))
    return quotient.quantize(Decimal(1).scaleb(-places), context=EXACT_ENOUGH)
