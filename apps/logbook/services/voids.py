"""Taking a record out of every computation, and ticking what explains the pain."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.clinics.models import Patient
from apps.common.errors import WrongStateError
from apps.common.receipts import is_replay
from apps.logbook import queries
from apps.logbook.entry import ConfoundersRequest, VoidRequest
from apps.logbook.models import CheckIn, HeldSession
from apps.logbook.permissions import require_may_change
from apps.programmes import services as programme_services

from .check_ins import judged_from
from .due import mark_for_judgement
from .people import locked_patient_of
from .trail import keep_session, rejudge_around, trace


@transaction.atomic
def void_session(
    *, session_id: UUID, request: VoidRequest, by: Any, now: datetime
) -> HeldSession:
    """Take a session out of every computation; it stays readable with its reason.

    Its check-ins go with it, and its planned session is open again. Safe to repeat with
    a ``change_id``.

    Raises:
        NotThereError: The session is not the user's to see.
        NotAllowedError: A patient takes out what somebody else entered.
        WrongStateError: It is void already.
        IdReusedError: The ``change_id`` was used for something else.
    """
    patient = locked_patient_of(HeldSession, session_id, by=by)
    again = is_replay(
        request=request, target="session.void", target_id=session_id, by=by, now=now
    )
    session = queries.visible_session(by, session_id)
    if again:
        return session
    _void(session, patient=patient, reason=request.reason, by=by, now=now)
    if session.planned_session is not None:
        programme_services.mark_slot_open_again(planned_session=session.planned_session)
    rejudge_around(session, reason="session voided", now=now)
    trace(session, "session.void", fields=(), by=by, now=now)
    return session


@transaction.atomic
def void_check_in(
    *, check_in_id: UUID, request: VoidRequest, by: Any, now: datetime
) -> CheckIn:
    """Take a check-in out of every computation; it stays readable with its reason.

    Safe to repeat with a ``change_id``.

    Raises:
        NotThereError: The check-in is not the user's to see.
        NotAllowedError: A patient takes out what somebody else entered.
        WrongStateError: It is void already.
        IdReusedError: The ``change_id`` was used for something else.
    """
    patient = locked_patient_of(CheckIn, check_in_id, by=by)
    again = is_replay(
        request=request, target="check_in.void", target_id=check_in_id, by=by, now=now
    )
    check_in = queries.visible_check_in(by, check_in_id)
    if again:
        return check_in
    _void(check_in, patient=patient, reason=request.reason, by=by, now=now)
    mark_for_judgement(
        patient=patient,
        from_started_at=judged_from(check_in),
        due_at=now,
        reason="check-in voided",
    )
    trace(check_in, "check_in.void", fields=(), by=by, now=now)
    return check_in


@transaction.atomic
def add_confounders(
    *, session_id: UUID, request: ConfoundersRequest, by: Any, now: datetime
) -> HeldSession:
    """Add what else may explain the pain around a session, one version higher.

    Patient and care team may, whoever entered the session. Those that stand there
    already change nothing. Safe to repeat.

    Raises:
        NotThereError: The session is not the user's to see.
        WrongStateError: The session is void.
        IdReusedError: The ``change_id`` was used for something else.
    """
    locked_patient_of(HeldSession, session_id, by=by)
    again = is_replay(
        request=request,
        target="session.confounders",
        target_id=session_id,
        by=by,
        now=now,
    )
    session = queries.visible_session(by, session_id)
    new = [each for each in request.confounders if each not in session.confounders]
    if again or not new:
        return session
    if session.voided_at is not None:
        raise WrongStateError("This session was taken out.")
    reason = f"Added: {', '.join(new)}"
    keep_session(session, by=by, reason=reason, now=now)
    session.confounders = [*session.confounders, *new]
    session.save(update_fields=["confounders", "version"])
    rejudge_around(session, reason="confounders added", now=now)
    trace(session, "session.confounders", fields=("confounders",), by=by, now=now)
    return session


def _void(
    record: HeldSession | CheckIn,
    *,
    patient: Patient,
    reason: str,
    by: Any,
    now: datetime,
) -> None:
    require_may_change(by, record, patient=patient)
    if record.voided_at is not None:
        raise WrongStateError("This entry was taken out before.")
    record.voided_at, record.voided_by, record.void_reason = now, by, reason
    record.save(update_fields=["voided_at", "voided_by", "void_reason"])
