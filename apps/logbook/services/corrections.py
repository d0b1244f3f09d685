"""Corrections: the earlier version is kept, everything computed follows."""

from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import transaction

from apps.clinics.models import Patient
from apps.clinics.versions import require_version
from apps.common import device_clock
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.common.receipts import is_replay
from apps.common.shapes import Shape
from apps.common.statements import insert_together
from apps.logbook import answers, queries
from apps.logbook.entry import CheckInEntry, Correction, SessionEntry
from apps.logbook.models import CheckIn, ExerciseEntry, HeldSession, SetEntry
from apps.logbook.permissions import require_may_change, require_may_override
from apps.programmes import services as programme_services
from apps.programmes.models import PlannedSession, PlannedStatus

from . import rows
from .check_ins import hang_on, judged_from, place_of
from .clocks import on_our_clock
from .context import Context, context_of_correction, require_free_slot
from .due import mark_for_judgement
from .people import locked_patient_of
from .session_check_ins import ids_of, settle_check_ins
from .sessions import point_at
from .trail import keep_check_in, keep_session, rejudge_around, trace

# Who and which record it is never changes.
FIXED: Final = ("id", "patient")
AnyEntry = TypeVar("AnyEntry", bound=Shape)


@transaction.atomic
def correct_session(
    *,
    session_id: UUID,
    correction: Correction,
    expected_version: int,
    by: Any,
    now: datetime,
) -> HeldSession:
    """Replace fields of a session and return it in full, one version higher.

    The content so far is kept as a version; sets and exercises are written anew.
    ``check_ins`` may add or link some, none is taken away. Safe to repeat with a
    ``change_id``.

    Raises:
        NotThereError: The session is not the user's to see.
        NotAllowedError: A patient corrects what somebody else entered.
        StaleVersionError: The session changed since the user read it.
        WrongStateError: The session is void.
        InvalidEntryError: The corrected session would break a rule.
        AlreadyRecordedError: The slot or the moment of a check-in is filled.
        IdReusedError: The ``change_id`` or a check-in's id was used for something else.
    """
    patient = locked_patient_of(HeldSession, session_id, by=by)
    again = is_replay(
        request=correction,
        target="session.correct",
        target_id=session_id,
        by=by,
        now=now,
    )
    session = queries.visible_session(by, session_id)
    if again:
        return session
    _require_correctable(
        session, patient=patient, expected_version=expected_version, by=by
    )
    content = answers.session_content(session)
    sent, right = _merged(SessionEntry, content, correction, now=now)
    if "exercises" in correction.changes:
        require_may_override(by, right, patient=patient)
    context = context_of_correction(
        right, stored=session, patient=patient, by=by, now=now
    )
    if context.slot is not None:
        others = queries.sessions_in_slot(context.slot)
        require_free_slot(right.planned_session, sessions=others, but=session)
    old_start, old_slot = session.started_at, session.planned_session
    keep_session(session, by=by, reason=correction.correction_reason, now=now)
    _rewrite(session, right, context=context, now=now)
    arrival = rows.Arrival(
        by=by, now=now, offset_s=device_clock.offset_s(correction.sent_at, now)
    )
    _settle(session, sent, right, patient=patient, arrival=arrival)
    _move_slot(old_slot, session)
    rejudge_around(session, old_start, reason="session corrected", now=now)
    trace(session, "session.correct", fields=correction.changes, by=by, now=now)
    return queries.visible_session(by, session_id)


@transaction.atomic
def correct_check_in(
    *,
    check_in_id: UUID,
    correction: Correction,
    expected_version: int,
    by: Any,
    now: datetime,
) -> CheckIn:
    """Replace fields of a check-in and return it, one version higher.

    The content so far is kept as a version. Safe to repeat with a ``change_id``.

    Raises:
        NotThereError: The check-in is not the user's to see.
        NotAllowedError: A patient corrects what somebody else entered.
        StaleVersionError: The check-in changed since the user read it.
        WrongStateError: The check-in is void, or the session it would hang on is.
        InvalidEntryError: The corrected check-in would break a rule.
        AlreadyRecordedError: The session has one for this moment in its window.
        IdReusedError: The ``change_id`` was used for something else.
    """
    patient = locked_patient_of(CheckIn, check_in_id, by=by)
    again = is_replay(
        request=correction,
        target="check_in.correct",
        target_id=check_in_id,
        by=by,
        now=now,
    )
    check_in = queries.visible_check_in(by, check_in_id)
    if again:
        return check_in
    _require_correctable(
        check_in, patient=patient, expected_version=expected_version, by=by
    )
    content = answers.check_in_content(check_in)
    _, right = _merged(CheckInEntry, content, correction, now=now)
    session, slot = place_of(
        right, patient=patient, seek="session" not in correction.changes, now=now
    )
    judged_before = judged_from(check_in)
    keep_check_in(check_in, by=by, reason=correction.correction_reason, now=now)
    rows.fill_check_in(check_in, right, recorded_at=check_in.recorded_at)
    hang_on(check_in, session=session, slot=slot)
    check_in.save()
    mark_for_judgement(
        patient=patient,
        from_started_at=min(judged_before, judged_from(check_in)),
        due_at=now,
        reason="check-in corrected",
    )
    trace(check_in, "check_in.correct", fields=correction.changes, by=by, now=now)
    return check_in


def _require_correctable(
    record: HeldSession | CheckIn, *, patient: Patient, expected_version: int, by: Any
) -> None:
    require_may_change(by, record, patient=patient)
    if record.voided_at is not None:
        raise WrongStateError("This entry was taken out. Make a new one instead.")
    require_version(record, expected=expected_version)


def _merged(
    shape: type[AnyEntry],
    content: dict[str, Any],
    correction: Correction,
    *,
    now: datetime,
) -> tuple[AnyEntry, AnyEntry]:
    """Return the corrected record as sent, and with the sent times on our clock."""
    changes = correction.changes
    fixed = [
        {
            "pointer": f"/{name}",
            "code": "not_correctable",
            "detail": f"The {name} of a record never changes. Void it instead.",
        }
        for name in FIXED
        if name in changes
    ]
    if fixed:
        raise InvalidEntryError(fixed)
    offset_s = device_clock.offset_s(correction.sent_at, now)
    sent = shape.parse(content | changes)
    return sent, on_our_clock(sent, offset_s, only=changes)


def _rewrite(
    session: HeldSession, entry: SessionEntry, *, context: Context, now: datetime
) -> None:
    rows.fill_session(session, entry, now=now)
    point_at(session, entry, context=context)
    session.save()
    SetEntry.objects.filter(exercise_entry__session=session).delete()
    ExerciseEntry.objects.filter(session=session).delete()
    work = rows.work_of(session, entry, exercises=context.exercises)
    insert_together(work.rows)
    work.remember(session)
    session.next_started_at = queries.next_start_after(session)


def _settle(
    session: HeldSession,
    sent: SessionEntry,
    right: SessionEntry,
    *,
    patient: Patient,
    arrival: rows.Arrival,
) -> None:
    known = queries.check_ins_near(
        patient,
        ids=ids_of(sent),
        started_at=session.started_at,
        slot=session.planned_session,
        own=session,
    )
    settled = settle_check_ins(
        session, sent=sent, right=right, known=known, arrival=arrival
    )
    with rows.refusing_taken_ids({CheckIn: "/check_ins"}):
        CheckIn.objects.bulk_create(settled.new)
    settled.link(session)


def _move_slot(old: PlannedSession | None, session: HeldSession) -> None:
    new = session.planned_session
    if old is not None and old != new:
        programme_services.mark_slot_open_again(planned_session=old)
    if new is not None:
        programme_services.mark_slot_held(
            planned_session=new, status=PlannedStatus(session.status)
        )
