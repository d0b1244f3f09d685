"""Recording a session: everything in it in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.models import AuditEvent
from apps.clinics.models import Patient
from apps.common import device_clock
from apps.common.errors import IdReusedError
from apps.common.statements import insert_together
from apps.logbook import queries
from apps.logbook.entry import SessionEntry
from apps.logbook.models import CheckIn, HeldSession
from apps.logbook.permissions import require_may_override
from apps.programmes import services as programme_services
from apps.programmes.models import PlannedStatus

from . import rows, windows
from .clocks import on_our_clock
from .context import Context, context_of, require_free_slot
from .due import mark_for_judgement
from .people import locked_patient
from .session_check_ins import ids_of, settle_check_ins


@transaction.atomic
def record_session(
    *, entry: SessionEntry, by: Any, now: datetime
) -> tuple[HeldSession, bool]:
    """Store a session with its sets and check-ins; say whether it is new.

    Safe to repeat: the same id with the same content gives the session as it stands
    now, also after a correction or a void, and writes nothing. The session comes with
    everything loaded that an answer shows.

    Raises:
        NotThereError: The patient is not the user's to see.
        InvalidEntryError: One or more values break a rule; all of them are named.
        NotAllowedError: A patient overrides novelty.
        IdReusedError: An id came again with other content, or is somebody else's.
        AlreadyRecordedError: The slot or the moment of a check-in is filled.
    """
    patient = locked_patient(entry.patient, by=by)
    digest = entry.model_copy(update={"patient": patient.public_id}).digest()
    near = queries.sessions_near(
        patient,
        at=device_clock.corrected(
            entry.started_at, device_clock.measured_s(entry.sent_at, now)
        ),
        public_id=entry.id,
        slot_id=entry.planned_session,
    )
    for each in near:
        if each.public_id == entry.id:
            return _recorded_before(each, digest=digest, by=by), False
    arrival = rows.Arrival(
        by=by, now=now, offset_s=device_clock.offset_s(entry.sent_at, now)
    )
    session = _store(entry, patient=patient, digest=digest, near=near, arrival=arrival)
    return session, True


def _recorded_before(session: HeldSession, *, digest: str, by: Any) -> HeldSession:
    if session.request_digest != digest:
        raise IdReusedError(
            "This id came before with other content. "
            "To correct that session, PATCH it.",
            pointer="/id",
        )
    return queries.visible_session(by, session.public_id)


def _store(
    entry: SessionEntry,
    *,
    patient: Patient,
    digest: str,
    near: Sequence[HeldSession],
    arrival: rows.Arrival,
) -> HeldSession:
    require_may_override(arrival.by, entry, patient=patient)
    right = on_our_clock(entry, arrival.offset_s)
    context = context_of(right, patient=patient, by=arrival.by, now=arrival.now)
    require_free_slot(entry.planned_session, sessions=near, but=None)
    session = rows.new_session(entry, patient=patient, digest=digest, arrival=arrival)
    rows.fill_session(session, right, now=arrival.now)
    point_at(session, right, context=context)
    earlier, later = _neighbours(near, session)
    session.next_started_at = later.started_at if later else None
    known = queries.check_ins_near(
        patient,
        ids=ids_of(entry),
        started_at=session.started_at,
        slot=context.slot,
        earlier=earlier,
    )
    settled = settle_check_ins(
        session, sent=entry, right=right, known=known, arrival=arrival
    )
    work = rows.work_of(session, right, exercises=context.exercises)
    told = _event(session, entry, arrival=arrival)
    with rows.refusing_taken_ids({HeldSession: "/id", CheckIn: "/check_ins"}):
        insert_together([session, *work.rows, *settled.new, told])
    work.remember(session)
    settled.link(session)
    _close_windows(earlier, known=known, at=session.started_at)
    _tell(session, earlier=earlier, arrival=arrival)
    return session


def point_at(session: HeldSession, entry: SessionEntry, *, context: Context) -> None:
    """Let a session point at its slot, programme and supervisor, and judge its status.

    The caller saves it.
    """
    session.planned_session = context.slot
    session.programme_id = context.programme_id
    session.supervised_by = context.supervisor
    session.status = rows.status_of(
        entry, exercises=context.exercises, prescribed=context.prescribed
    )


def _neighbours(
    near: Sequence[HeldSession], session: HeldSession
) -> tuple[HeldSession | None, HeldSession | None]:
    living = [each for each in near if each.voided_at is None]
    earlier = [each for each in living if each.started_at <= session.started_at]
    later = [each for each in living if each.started_at > session.started_at]

    def place(each: HeldSession) -> tuple[datetime, int]:
        return each.started_at, each.pk

    return max(earlier, key=place, default=None), min(later, key=place, default=None)


def _close_windows(
    earlier: HeldSession | None, *, known: Sequence[CheckIn], at: datetime
) -> None:
    if earlier is None:
        return
    its_own = [each for each in known if each.session_id == earlier.pk]
    windows.rejudge(its_own, session=earlier, next_started_at=at)


def _event(
    session: HeldSession, entry: SessionEntry, *, arrival: rows.Arrival
) -> AuditEvent:
    return audit.event(
        "session.record",
        by=arrival.by,
        now=arrival.now,
        clinic_id=session.clinic_id,
        patient_id=session.patient_id,
        subject_id=session.public_id,
        detail={
            "exercises": len(entry.exercises),
            "sets": sum(len(each.sets or []) for each in entry.exercises),
            "check_ins": len(entry.check_ins),
        },
    )


def _tell(
    session: HeldSession,
    *,
    earlier: HeldSession | None,
    arrival: rows.Arrival,
) -> None:
    if session.planned_session is not None:
        programme_services.mark_slot_held(
            planned_session=session.planned_session,
            status=PlannedStatus(session.status),
        )
    # The earlier session is judged again: this one may have closed its windows.
    mark_for_judgement(
        patient=session.patient,
        from_started_at=(earlier or session).started_at,
        due_at=arrival.now,
        reason="session recorded",
    )
