"""Recording a check-in that comes alone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.clinics.models import Patient
from apps.common import device_clock
from apps.common.errors import IdReusedError, WrongStateError
from apps.logbook import queries
from apps.logbook.entry import CheckInEntry
from apps.logbook.models import CheckIn, HeldSession, Moment
from apps.programmes.models import PlannedSession

from . import rows, windows
from .clocks import on_our_clock
from .due import mark_for_judgement
from .faults import Faults
from .people import locked_patient
from .rules import check_time


@transaction.atomic
def record_check_in(
    *, entry: CheckInEntry, by: Any, now: datetime
) -> tuple[CheckIn, bool]:
    """Store a check-in; say whether it is new. It comes with all that an answer shows.

    Safe to repeat: the same id with the same content gives the check-in as it stands
    now, also after a correction or a void, and writes nothing. A ``pre`` that names no
    session is hung on the one that it went ahead of, if that came first.

    Raises:
        NotThereError: The patient is not the user's to see.
        InvalidEntryError: One or more values break a rule; all of them are named.
        IdReusedError: The id came with other content, or is somebody else's.
        AlreadyRecordedError: The session has one for this moment in its window.
        WrongStateError: The session is void.
    """
    patient = locked_patient(entry.patient, by=by)
    digest = entry.model_copy(update={"patient": patient.public_id}).digest()
    if entry.id is not None:
        before = queries.check_in_of(patient, check_in_id=entry.id)
        if before is not None:
            _require_same(before, entry, digest=digest)
            return before, False
    offset_s = device_clock.offset_s(entry.sent_at, now)
    arrival = rows.Arrival(by=by, now=now, offset_s=offset_s)
    right = on_our_clock(entry, offset_s)
    session, slot = place_of(right, patient=patient, seek=True, now=now)
    check_in = rows.new_check_in(entry, patient=patient, digest=digest, arrival=arrival)
    check_in.answers_digest = entry.answers_digest()
    rows.fill_check_in(check_in, right, recorded_at=now)
    hang_on(check_in, session=session, slot=slot)
    with rows.refusing_taken_ids({CheckIn: "/id"}):
        check_in.save(force_insert=True)
    _tell(check_in, arrival=arrival)
    return check_in, True


def place_of(
    entry: CheckInEntry, *, patient: Patient, seek: bool, now: datetime
) -> tuple[HeldSession | None, PlannedSession | None]:
    """Return the session and the slot that an entry names or belongs to.

    ``seek``: a ``pre`` that names no session may belong to one that came first.

    Raises:
        InvalidEntryError: A time cannot be, or a session or slot is not the patient's.
        WrongStateError: The session is void.
    """
    faults = Faults()
    for name in ("answered_at", "recorded_at"):
        instant = getattr(entry, name)
        if instant is not None:
            check_time(faults, f"/{name}", instant, patient=patient, now=now)
    slot = _slot(faults, entry.planned_session, patient=patient)
    session = _named_session(faults, entry, patient=patient)
    faults.refuse_if_any()
    if seek and entry.session is None and entry.moment == Moment.PRE:
        session = _came_first(entry, patient=patient, slot=slot)
    if session is not None and session.voided_at is not None:
        raise WrongStateError(
            "This session was taken out. Name the one that stands in its place.",
            pointer="/session",
        )
    return session, slot


def hang_on(
    check_in: CheckIn, *, session: HeldSession | None, slot: PlannedSession | None
) -> None:
    """Hang a filled check-in on its session and judge its window; the caller saves it.

    Raises:
        AlreadyRecordedError: The session has one for this moment in its window.
    """
    check_in.session = session
    check_in.planned_session = slot
    check_in.in_window = windows.lies_in_window(
        moment=check_in.moment,
        answered_at=check_in.answered_at,
        session=session,
        next_started_at=session.next_started_at if session else None,
    )
    if session is not None:
        others = [each for each in session.check_ins.all() if each.pk != check_in.pk]
        windows.require_one_a_session([*others, check_in])


def _require_same(before: CheckIn, entry: CheckInEntry, *, digest: str) -> None:
    if before.request_digest == digest:
        return
    # The same answers may have come inside the session first, which named no links.
    links = (
        (entry.session, before.session),
        (entry.planned_session, before.planned_session),
    )
    contradicted = any(
        named is not None and (row is None or row.public_id != named)
        for named, row in links
    )
    if before.answers_digest != entry.answers_digest() or contradicted:
        raise IdReusedError(
            "This id came before with other content. "
            "To correct that check-in, PATCH it.",
            pointer="/id",
        )


def _slot(
    faults: Faults, slot_id: UUID | None, *, patient: Patient
) -> PlannedSession | None:
    if slot_id is None:
        return None
    slot = queries.planned_session_of(patient, slot_id=slot_id)
    if slot is None:
        faults.add(
            "/planned_session",
            code="unknown",
            detail="The patient has no planned session of this id.",
        )
    return slot


def _named_session(
    faults: Faults, entry: CheckInEntry, *, patient: Patient
) -> HeldSession | None:
    if entry.session is None:
        return None
    session = queries.session_with_check_ins(patient, session_id=entry.session)
    if session is None:
        faults.add(
            "/session", code="unknown", detail="The patient has no session of this id."
        )
    return session


def _came_first(
    entry: CheckInEntry, *, patient: Patient, slot: PlannedSession | None
) -> HeldSession | None:
    """Return the one session that a ``pre`` went ahead of, if that is beyond doubt."""
    found = queries.sessions_awaiting_pre(
        patient, answered_at=entry.answered_at, slot=slot
    )
    if len(found) != 1:
        return None
    pres = [each for each in found[0].check_ins.all() if each.moment == Moment.PRE]
    return None if any(each.voided_at is None for each in pres) else found[0]


def _tell(check_in: CheckIn, *, arrival: rows.Arrival) -> None:
    audit.record(
        "check_in.record",
        by=arrival.by,
        now=arrival.now,
        clinic_id=check_in.clinic_id,
        patient_id=check_in.patient_id,
        subject_id=check_in.public_id,
        detail={"moment": check_in.moment},
    )
    mark_for_judgement(
        patient=check_in.patient,
        from_started_at=judged_from(check_in),
        due_at=arrival.now,
        reason="check-in recorded",
    )


def judged_from(check_in: CheckIn) -> datetime:
    """Return from which start on sessions depend on a check-in."""
    session = check_in.session
    return session.started_at if session is not None else check_in.answered_at
