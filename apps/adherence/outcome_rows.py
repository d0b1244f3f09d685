"""From the plain rules' outcomes to the rows that keep them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from apps.clinical.adherence.course import silent_from
from apps.clinical.adherence.inputs import Course, ExcuseReason
from apps.clinical.adherence.outcomes import (
    ATTENDED,
    DUE,
    Result,
    SlotOutcome,
)
from apps.programmes.models import Programme

from . import models
from .models.outcomes import DOSE_DECIMALS


def course_row(
    programme: Programme,
    *,
    course: Course,
    digest: str,
    is_running: bool,
    now: datetime,
) -> models.CourseOutcome:
    """Return the row of the programme as a whole, as far as is known by now."""
    withdrawn_on = course.withdrawn_on
    return models.CourseOutcome(
        programme=programme,
        clinic_id=programme.clinic_id,
        inputs_digest=digest,
        is_running=is_running,
        withdrawn_from=withdrawn_on and course.midnight(withdrawn_on),
        silent_from=silent_from(course, now=now),
    )


def slot_rows(
    programme: Programme, *, outcomes: Iterable[SlotOutcome]
) -> Iterator[models.SlotOutcome]:
    """Yield the rows of planned sessions.

    Args:
        outcomes: Of all of the programme, as if all had come due.
    """
    misses = 0
    for outcome in sorted(outcomes, key=lambda one: (one.due_at, one.key)):
        yield _slot_row(programme, outcome, misses_before=misses)
        misses += outcome.result == Result.MISSED


def check_in_rows(
    programme: Programme, *, course: Course
) -> Iterator[models.SessionCheckIns]:
    """Yield which check-ins are expected around each session, and which came.

    Args:
        course: With the sessions that have begun.
    """
    for session in course.sessions:
        columns: dict[str, datetime | bool | None] = {}
        for one in session.check_ins:
            columns[f"{one.moment}_closes_at"] = one.closes_at if one.expected else None
            columns[f"{one.moment}_in_window"] = one.in_window and one.expected
        yield models.SessionCheckIns(
            session_id=int(session.key),
            programme=programme,
            clinic_id=programme.clinic_id,
            **columns,
        )


def _slot_row(
    programme: Programme, outcome: SlotOutcome, *, misses_before: int
) -> models.SlotOutcome:
    is_asked = outcome.result in DUE
    is_known = is_asked and outcome.dose is not None
    is_judged = outcome.result in ATTENDED
    return models.SlotOutcome(
        planned_session_id=int(outcome.key),
        programme=programme,
        clinic_id=programme.clinic_id,
        due_at=outcome.due_at,
        result=outcome.result.value,
        excused_pain_flare=outcome.excuse_reason == ExcuseReason.PAIN_FLARE,
        excused_late=outcome.excused_late,
        misses_before=misses_before,
        dose=_decimal(outcome.dose) if is_known else None,
        planned_kg=outcome.planned_kg if is_known else None,
        planned_sets=outcome.planned_sets if is_known else 0,
        sets_on_plan=outcome.sets_on_plan if is_judged else 0,
        sets_judged=outcome.sets_judged if is_judged else 0,
        seconds_done=outcome.seconds_done if is_asked else 0,
        seconds_planned=outcome.seconds_planned if is_asked else 0,
        exercises_done=outcome.exercises_done if is_asked else 0,
        exercises_planned=outcome.exercises_planned if is_asked else 0,
    )


def _decimal(dose: Fraction | Decimal | None) -> Decimal:
    exact = Fraction(dose or 0)
    with localcontext() as context:
        context.prec = DOSE_DECIMALS + 4
        value = Decimal(exact.numerator) / Decimal(exact.denominator)
        return value.quantize(Decimal(1).scaleb(-DOSE_DECIMALS), ROUND_HALF_UP)
