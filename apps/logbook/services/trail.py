"""What every change of a record leaves: its earlier version, the trail, work to do."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from apps.audit import services as audit
from apps.clinics.models import RecordKind
from apps.clinics.versions import keep_version
from apps.logbook import answers, queries
from apps.logbook.models import CheckIn, HeldSession

from . import windows
from .due import mark_for_judgement


def keep_session(session: HeldSession, *, by: Any, reason: str, now: datetime) -> None:
    """Keep a session as it is now and raise its version; the caller saves it."""
    keep_version(
        session,
        kind=RecordKind.SESSION,
        content=answers.session_answer(session).model_dump(mode="json"),
        by=by,
        reason=reason,
        now=now,
    )


def keep_check_in(check_in: CheckIn, *, by: Any, reason: str, now: datetime) -> None:
    """Keep a check-in as it is now and raise its version; the caller saves it."""
    keep_version(
        check_in,
        kind=RecordKind.CHECK_IN,
        content=answers.check_in_answer(check_in).model_dump(mode="json"),
        by=by,
        reason=reason,
        now=now,
    )


def rejudge_around(
    session: HeldSession, *starts: datetime, reason: str, now: datetime
) -> None:
    """Judge anew what hangs on a session and on those before its places.

    ``starts`` are its earlier starts, if it was moved. Windows are stored at once; the
    rules of the detector are a worker's task.
    """
    places = (*starts, session.started_at)
    touched = queries.sessions_touched_by(session, starts=places)
    windows.rejudge_sessions(touched)
    mark_for_judgement(
        patient=session.patient,
        from_started_at=min([*(each.started_at for each in touched), *places]),
        due_at=now,
        reason=reason,
    )


def trace(
    record: HeldSession | CheckIn,
    action: str,
    *,
    fields: Iterable[str],
    by: Any,
    now: datetime,
) -> None:
    """Add a change of a record to the audit trail; names of fields, no content."""
    audit.record(
        action,
        by=by,
        now=now,
        clinic_id=record.clinic_id,
        patient_id=record.patient_id,
        subject_id=record.public_id,
        detail={"fields": sorted(fields), "version": record.version},
    )
