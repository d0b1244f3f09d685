"""What becomes of a planned session."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import (
    DurationField,
    ExpressionWrapper,
    F,
    QuerySet,
    Value,
)

from apps.audit.services import record
from apps.clinics.models import Clinic
from apps.clinics.permissions import require_therapist_of
from apps.clinics.services import mark_proposals_due
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.common.receipts import is_replay
from apps.common.shapes import ChangeRequest
from apps.common.statements import prepared_cursor
from apps.common.tenancy import across_clinics, in_clinic
from apps.common.zones import day_in
from apps.programmes import queries
from apps.programmes.entry import CancelRequest, ExcuseRequest, MoveRequest
from apps.programmes.models import HELD_STATUSES, PlannedSession, PlannedStatus

from .locking import locked_planned_session, locked_programme, require_active
from .trail import note

logger = logging.getLogger(__name__)

MARK_MISSED = "programmes.mark_missed"
MISSED_AFTER: Final = timedelta(hours=24)  # [D] after the planned end

MARK_HELD: Final = """
    UPDATE programmes_plannedsession SET
        status = %s,
        status_before = CASE
            WHEN status = ANY(%s) THEN status_before ELSE status
        END
    WHERE id = %s
"""
NOT_HELD = (PlannedStatus.PLANNED, PlannedStatus.MISSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedReport:
    """What one sweep did."""

    missed: int
    failed_clinics: int


@transaction.atomic
def excuse(
    *, planned_session_id: UUID, entry: ExcuseRequest, by: Any, now: datetime
) -> PlannedSession:
    """Excuse a patient from a session: they until its start, staff also later.

    Raises:
        NotThereError: Not the user's to see.
        WrongStateError: It was held, excused or cancelled, its programme is paused, or
            a patient comes too late.
    """
    planned = queries.visible_planned_session(by, planned_session_id)
    if _is_replay("excuse", planned, entry=entry, by=by, now=now):
        return queries.visible_planned_session(by, planned_session_id)
    planned = _locked(planned)
    _require_status(planned, NOT_HELD)
    is_late = now >= planned.starts_at
    if is_late and planned.patient.user_id == by.pk:
        raise WrongStateError(
            "This session has begun. Tell your therapist, who can still excuse you."
        )
    planned.status = PlannedStatus.EXCUSED
    planned.excuse_reason = entry.reason
    planned.excused_late = is_late
    planned.save(update_fields=["status", "excuse_reason", "excused_late"])
    _note("planned_session.excuse", planned, by=by, now=now)
    return queries.visible_planned_session(by, planned_session_id)


@transaction.atomic
def cancel(
    *, planned_session_id: UUID, entry: CancelRequest, by: Any, now: datetime
) -> PlannedSession:
    """Cancel a session on the clinic's side.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: It was held, excused or cancelled, or its programme is paused.
    """
    planned = queries.visible_planned_session(by, planned_session_id)
    require_therapist_of(by, planned.patient)
    if _is_replay("cancel", planned, entry=entry, by=by, now=now):
        return queries.visible_planned_session(by, planned_session_id)
    planned = _locked(planned)
    _require_status(planned, NOT_HELD)
    planned.status = PlannedStatus.CANCELLED
    planned.cancel_reason = entry.reason
    planned.save(update_fields=["status", "cancel_reason"])
    _note("planned_session.cancel", planned, by=by, now=now)
    return queries.visible_planned_session(by, planned_session_id)


@transaction.atomic
def move(
    *, planned_session_id: UUID, entry: MoveRequest, by: Any, now: datetime
) -> PlannedSession:
    """Hold a session at another time; the row keeps where it stood at first.

    A missed or cancelled one is planned again: a session lost to a closure can be made
    up for.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: It was held or excused, or its programme does not run.
        InvalidEntryError: The clinic is closed then, or the programme has not begun.
    """
    planned = queries.visible_planned_session(by, planned_session_id)
    require_therapist_of(by, planned.patient)
    if _is_replay("move", planned, entry=entry, by=by, now=now):
        return queries.visible_planned_session(by, planned_session_id)
    planned = _locked(planned)
    _require_status(planned, (*NOT_HELD, PlannedStatus.CANCELLED))
    require_active(planned.programme)
    _require_open_day(planned, entry.starts_at)
    planned.starts_at = entry.starts_at
    planned.status = PlannedStatus.PLANNED
    planned.cancel_reason = ""
    planned.save(update_fields=["starts_at", "status", "cancel_reason"])
    _note("planned_session.move", planned, by=by, now=now)
    return queries.visible_planned_session(by, planned_session_id)


def mark_slot_held(
    *, planned_session: PlannedSession, status: PlannedStatus
) -> PlannedSession:
    """Mark a planned session held or partial, whatever it was before. Safe to repeat.

    What it was, with its reason, is kept for ``mark_slot_open_again``. Called when a
    session is logged, in its transaction, which also writes the trail.
    """
    # One statement instead of a lock and a look: logging must be quick, and an excuse
    # that comes at the same moment is kept too.
    with prepared_cursor() as cursor:
        held = [each.value for each in HELD_STATUSES]
        cursor.execute(MARK_HELD, [str(status), held, planned_session.pk])
    planned_session.status = status
    return planned_session


def mark_slot_open_again(*, planned_session: PlannedSession) -> PlannedSession:
    """Let a session be what it was before the one that filled it, which is void.

    That is planned, missed, or excused or cancelled with its reason. Called in the
    transaction of the void. If a planned one's time is past, the sweep marks it missed.
    """
    planned = locked_planned_session(planned_session)
    planned.status = planned.status_before or PlannedStatus.PLANNED
    planned.status_before = ""
    planned.save(update_fields=["status", "status_before"])
    return planned


def mark_missed(*, now: datetime) -> MissedReport:
    """Mark the planned sessions missed that ended 24 hours ago and were not held.

    Sessions in an open pause are left alone. Each clinic has its own transaction, so
    that one bad record stops no other clinic. Safe to repeat.
    """
    with across_clinics():
        clinic_ids = list(
            _overdue(PlannedSession.objects.all(), now=now)
            .order_by("clinic")
            .values_list("clinic", flat=True)
            .distinct()
        )
    missed = failed = 0
    for clinic_id in clinic_ids:
        try:
            missed += _mark_missed_in(clinic_id, now=now)
        except Exception:
            # Broad on purpose: whatever went wrong, the next clinic comes first.
            logger.exception("Could not mark missed sessions of clinic %s", clinic_id)
            failed += 1
    return MissedReport(missed=missed, failed_clinics=failed)


def _mark_missed_in(clinic_id: int, *, now: datetime) -> int:
    with in_clinic(clinic_id):
        zone = Clinic.objects.values_list("time_zone", flat=True).get(pk=clinic_id)
        rows = _overdue(PlannedSession.objects.filter(clinic=clinic_id), now=now)
        overdue = list(
            queries.outside_pauses(rows, zone=zone).select_for_update(
                of=("self",), skip_locked=True
            )
        )
        for planned in overdue:
            planned.status = PlannedStatus.MISSED
            record(
                "planned_session.missed",
                by=None,
                now=now,
                clinic_id=clinic_id,
                patient_id=planned.patient_id,
                subject_id=planned.public_id,
            )
        PlannedSession.objects.bulk_update(overdue, ["status"])
        if overdue:
            # Without a missed session a time without training is no break.
            patients = [planned.patient_id for planned in overdue]
            mark_proposals_due(clinic_id=clinic_id, patient_ids=patients, now=now)
    return len(overdue)


def _overdue(
    rows: QuerySet[PlannedSession], *, now: datetime
) -> QuerySet[PlannedSession]:
    length = ExpressionWrapper(
        F("minutes") * Value(timedelta(minutes=1)), output_field=DurationField()
    )
    return rows.filter(
        status=PlannedStatus.PLANNED,
        # The index on open sessions narrows by the start; the end decides.
        starts_at__lte=now - MISSED_AFTER,
    ).filter(starts_at__lte=Value(now - MISSED_AFTER) - length)


def _is_replay(
    action: str,
    planned: PlannedSession,
    *,
    entry: ChangeRequest,
    by: Any,
    now: datetime,
) -> bool:
    return is_replay(
        request=entry,
        target=f"planned_sessions.{action}",
        target_id=planned.public_id,
        by=by,
        now=now,
    )


def _locked(planned: PlannedSession) -> PlannedSession:
    # The programme first, as pause and resume do: two changes cannot wait in a ring.
    programme = locked_programme(planned.programme)
    locked = locked_planned_session(planned)
    _require_in_calendar(locked)
    locked.programme = programme
    return locked


def _require_in_calendar(planned: PlannedSession) -> None:
    day = day_in(planned.patient.clinic.time_zone, planned.starts_at)
    is_out = planned.programme.pauses.filter(
        paused_until__isnull=True, paused_from__lte=day
    ).exists()
    if is_out and planned.status == PlannedStatus.PLANNED:
        raise WrongStateError("This programme is paused. Resume it first.")


def _require_status(
    planned: PlannedSession, allowed: tuple[PlannedStatus, ...]
) -> None:
    if planned.status not in allowed:
        label = PlannedStatus(planned.status).label.lower()
        raise WrongStateError(f"This session is {label}: this cannot be done now.")


def _require_open_day(planned: PlannedSession, starts_at: datetime) -> None:
    day = day_in(planned.patient.clinic.time_zone, starts_at)
    if day < planned.programme.starts_on:
        raise InvalidEntryError.at(
            "/starts_at",
            code="out_of_range",
            detail=f"The programme starts on {planned.programme.starts_on}.",
        )
    for closure in queries.closures_between(planned.clinic_id, day, day):
        raise InvalidEntryError.at(
            "/starts_at",
            code="closed",
            detail=f"The clinic is closed on {day}: {closure.reason}.",
        )


def _note(action: str, planned: PlannedSession, *, by: Any, now: datetime) -> None:
    note(action, patient=planned.patient, subject=planned, by=by, now=now)
