"""What the API tells about the calendar."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.common.shapes import Answer
from apps.common.zones import day_in
from apps.programmes.models import Closure, PlannedSession, PlannedStatus


class PlannedSessionAnswer(Answer):
    """One place in the calendar; its times carry the offset of the clinic's clock.

    ``paused``: taken out by a pause; it gets a new time when the programme goes on.
    """

    id: UUID
    patient: UUID
    programme: UUID
    number: int
    starts_at: datetime
    ends_at: datetime
    original_starts_at: datetime
    minutes: int
    status: str
    paused: bool
    excuse_reason: str | None
    excused_late: bool
    cancel_reason: str | None


class ClosureAnswer(Answer):
    """Days on which the clinic is closed; the last one is included."""

    id: UUID
    first_day: date
    last_day: date
    reason: str


def planned_session_answer(planned: PlannedSession) -> PlannedSessionAnswer:
    """Return a planned session (of ``queries.found_planned_sessions``)."""
    zone = ZoneInfo(planned.clinic.time_zone)
    # A held one keeps the reasons of what it was before; they say nothing about it now.
    is_excused = planned.status == PlannedStatus.EXCUSED
    is_cancelled = planned.status == PlannedStatus.CANCELLED
    return PlannedSessionAnswer(
        id=planned.public_id,
        patient=planned.patient.public_id,
        programme=planned.programme.public_id,
        number=planned.number,
        starts_at=planned.starts_at.astimezone(zone),
        ends_at=(planned.starts_at + timedelta(minutes=planned.minutes)).astimezone(
            zone
        ),
        original_starts_at=planned.original_starts_at.astimezone(zone),
        minutes=planned.minutes,
        status=planned.status,
        paused=_is_out(planned),
        excuse_reason=planned.excuse_reason if is_excused else None,
        excused_late=planned.excused_late and is_excused,
        cancel_reason=planned.cancel_reason if is_cancelled else None,
    )


def closure_answer(closure: Closure) -> ClosureAnswer:
    """Return a closure as it goes out."""
    return ClosureAnswer(
        id=closure.public_id,
        first_day=closure.first_day,
        last_day=closure.last_day,
        reason=closure.reason,
    )


def _is_out(planned: PlannedSession) -> bool:
    day = day_in(planned.clinic.time_zone, planned.starts_at)
    return planned.status == PlannedStatus.PLANNED and any(
        pause.paused_until is None and pause.paused_from <= day
        for pause in planned.programme.pauses.all()
    )
