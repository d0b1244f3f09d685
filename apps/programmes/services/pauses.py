"""A programme stands still, and goes on.

While a pause is open, the planned sessions from its first day on keep their rows and
their days, but they are out of the calendar: nobody is reminded of them and they are
never missed. When the programme goes on they get new days on the same weekdays, in the
order of their numbers; ``original_starts_at`` keeps where they stood.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.clinics.permissions import require_therapist_of
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.common.receipts import is_replay
from apps.common.zones import day_in, start_of_day
from apps.programmes import queries
from apps.programmes.calendar import session_days
from apps.programmes.entry import PauseRequest, ResumeRequest
from apps.programmes.models import (
    Pause,
    PlannedSession,
    PlannedStatus,
    Programme,
    ProgrammeStatus,
)
from apps.programmes.plan import plan_of

from .locking import locked_programme, require_active
from .slots import place, states_of
from .trail import note


@transaction.atomic
def pause(
    *, programme_id: UUID, entry: PauseRequest, by: Any, now: datetime
) -> Programme:
    """Take the sessions from a day on out of the calendar until the programme goes on.

    The day may lie in the past, for somebody who was away: what was missed since then
    is out of the calendar too.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: It has ended, is paused, or a session was held since that day.
        InvalidEntryError: The day lies before the start or in an earlier pause.
    """
    programme = queries.visible_programme(by, programme_id)
    require_therapist_of(by, programme.patient)
    if is_replay(
        request=entry, target="programmes.pause", target_id=programme_id, by=by, now=now
    ):
        return queries.visible_programme(by, programme_id)
    programme = locked_programme(programme)
    require_active(programme)
    _require_pausable(programme, entry)
    Pause.objects.create(
        clinic_id=programme.clinic_id,
        programme=programme,
        paused_from=entry.from_,
        reason=entry.reason,
        paused_by=by,
    )
    _sessions_from(programme, entry).filter(status=PlannedStatus.MISSED).update(
        status=PlannedStatus.PLANNED
    )
    programme.status = ProgrammeStatus.PAUSED
    programme.save(update_fields=["status"])
    note(
        "programme.pause", patient=programme.patient, subject=programme, by=by, now=now
    )
    return queries.visible_programme(by, programme_id)


@transaction.atomic
def resume(
    *, programme_id: UUID, entry: ResumeRequest, by: Any, now: datetime
) -> Programme:
    """Let the calendar go on: the remaining sessions get days from ``on`` on.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: It is not paused.
        InvalidEntryError: The day lies before the pause.
    """
    programme = queries.visible_programme(by, programme_id)
    require_therapist_of(by, programme.patient)
    if is_replay(
        request=entry,
        target="programmes.resume",
        target_id=programme_id,
        by=by,
        now=now,
    ):
        return queries.visible_programme(by, programme_id)
    programme = locked_programme(programme)
    open_pause = programme.pauses.filter(paused_until__isnull=True).first()
    if open_pause is None:
        raise WrongStateError("This programme is not paused.")
    if entry.on < open_pause.paused_from:
        raise InvalidEntryError.at(
            "/on",
            code="out_of_range",
            detail=f"The pause began on {open_pause.paused_from}: go on then or later.",
        )
    open_pause.paused_until = entry.on
    open_pause.save(update_fields=["paused_until"])
    moved = _give_new_days(programme, open_pause)
    programme.status = ProgrammeStatus.ACTIVE
    programme.save(update_fields=["status"])
    note(
        "programme.resume",
        patient=programme.patient,
        subject=programme,
        by=by,
        now=now,
        detail={"sessions": moved},
    )
    return queries.visible_programme(by, programme_id)


def _require_pausable(programme: Programme, entry: PauseRequest) -> None:
    earlier = programme.pauses.order_by("-paused_until").first()
    earliest = programme.starts_on
    if earlier is not None and earlier.paused_until is not None:
        earliest = max(earliest, earlier.paused_until)
    if entry.from_ < earliest:
        raise InvalidEntryError.at(
            "/from",
            code="out_of_range",
            detail=f"A pause can begin on {earliest} or later.",
        )
    held = (PlannedStatus.HELD, PlannedStatus.PARTIAL)
    latest = (
        _sessions_from(programme, entry)
        .filter(status__in=held)
        .order_by("-starts_at")
        .first()
    )
    if latest is not None:
        day = day_in(programme.patient.clinic.time_zone, latest.starts_at)
        raise WrongStateError(
            f"A session was held on {day}: let the pause begin after it."
        )


def _sessions_from(programme: Programme, entry: PauseRequest) -> Any:
    zone = programme.patient.clinic.time_zone
    return programme.planned_sessions.filter(
        starts_at__gte=start_of_day(entry.from_, zone=zone)
    )


def _give_new_days(programme: Programme, ended: Pause) -> int:
    zone = programme.patient.clinic.time_zone
    left = {
        planned.number: planned
        for planned in programme.planned_sessions.filter(
            status=PlannedStatus.PLANNED,
            starts_at__gte=start_of_day(ended.paused_from, zone=zone),
        )
    }
    # resume() has just set the day; a pause that is open has none.
    start = ended.paused_until or ended.paused_from
    days = session_days(
        plan_of(programme.template),
        weekdays=programme.weekdays,
        start=start,
        numbers=left,
    )
    states = states_of(programme.clinic_id, list(days.values()))
    for number, day in days.items():
        place(left[number], day=day, programme=programme, closed=states[day])
    PlannedSession.objects.bulk_update(
        left.values(), ["starts_at", "status", "cancel_reason"]
    )
    return len(left)
