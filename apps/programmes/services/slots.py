"""From days to rows of the calendar: wall times and closures."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from apps.common.errors import InvalidEntryError
from apps.common.zones import wall_time
from apps.programmes import queries
from apps.programmes.calendar import shortest_gap_hours
from apps.programmes.models import Closure, PlannedSession, PlannedStatus, Programme
from apps.programmes.plan import TemplatePlan


class CalendarState(NamedTuple):
    """What a planned session is on a day: planned, or cancelled by a closure."""

    status: PlannedStatus
    cancel_reason: str


def place(
    planned: PlannedSession, *, day: date, programme: Programme, closed: CalendarState
) -> None:
    """Put a session on a day at the programme's wall time in the clinic's zone."""
    planned.starts_at = wall_time(
        day, programme.time, zone=programme.patient.clinic.time_zone
    )
    planned.status, planned.cancel_reason = closed


def states_of(clinic_id: int, days: Sequence[date]) -> dict[date, CalendarState]:
    """Return what sessions on these days are, in one query.

    A session on a closed day is made as cancelled, so that numbers stay what they are
    and the clinic can move it.
    """
    closures = queries.closures_between(clinic_id, min(days), max(days)) if days else []
    return {day: _state(day, closures) for day in days}


def closed_because(closure: Closure) -> str:
    """Return the reason of a session that falls on a closure."""
    return f"The clinic is closed: {closure.reason}"


def require_weekdays(
    plan: TemplatePlan, *, weekdays: Sequence[int], days: Sequence[date]
) -> None:
    """Refuse weekdays that are too many, too few or too near to each other.

    Raises:
        InvalidEntryError: At ``/weekdays``.
    """
    if len(weekdays) != plan.busiest_week:
        raise InvalidEntryError.at(
            "/weekdays",
            code="number_of_weekdays",
            detail=f"This template has {plan.busiest_week} sessions in its busiest "
            f"week: name {plan.busiest_week} weekdays, not {len(weekdays)}.",
        )
    gap_hours = shortest_gap_hours(days)
    if gap_hours is not None and gap_hours < plan.min_gap_hours:
        raise InvalidEntryError.at(
            "/weekdays",
            code="gap_too_short",
            detail=f"This template asks for {plan.min_gap_hours} hours between two "
            f"sessions; these weekdays leave {gap_hours}. Choose others.",
        )


def _state(day: date, closures: Sequence[Closure]) -> CalendarState:
    for closure in closures:
        if closure.first_day <= day <= closure.last_day:
            return CalendarState(PlannedStatus.CANCELLED, closed_because(closure))
    return CalendarState(PlannedStatus.PLANNED, "")
