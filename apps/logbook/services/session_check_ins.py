"""The check-ins of a session: new ones, ones sent before, ones sent ahead of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.common.errors import IdReusedError
from apps.logbook.entry import SessionCheckIn, SessionEntry
from apps.logbook.models import CheckIn, HeldSession, Moment

from . import rows, windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The check-ins of a session: its own, new ones to be inserted, ones of before."""

    own: list[CheckIn]
    new: list[CheckIn]
    linked: list[CheckIn]

    def link(self, session: HeldSession) -> None:
        """Hang those of before on the session; it and the new ones are inserted."""
        CheckIn.objects.bulk_update(self.linked, ["session", "in_window"])
        all_of_it = [*self.own, *self.new, *self.linked]
        all_of_it.sort(key=lambda each: each.answered_at)
        rows.remember(session, "check_ins", all_of_it)


def settle_check_ins(
    session: HeldSession,
    *,
    sent: SessionEntry,
    right: SessionEntry,
    known: Sequence[CheckIn],
    arrival: rows.Arrival,
) -> Settled:
    """Return the new check-ins of an entry and those of before to be linked to it.

    One that went ahead without naming its session is linked too, if the entry brings no
    ``pre`` of its own and only one comes into question: of those that name the slot of
    the session or, without any, of those in the window before it that name no slot.

    Args:
        session: Its ``next_started_at`` is set.
        sent: The entry as it came: digests are of this.
        right: The same entry with its times on our clock.
        known: Check-ins of the patient that may be named, linked, or the session's own.
        arrival: How the entry came.

    Raises:
        IdReusedError: An id came before with other answers or for another session, or
            is somebody else's.
        AlreadyRecordedError: A second ``pre`` or ``post`` in its window.
    """
    by_id = {each.public_id: each for each in known}
    is_stored = session.pk is not None
    own = [each for each in known if is_stored and each.session_id == session.pk]
    # First, so that a corrected session makes room for the new ones.
    windows.rejudge(own, session=session, next_started_at=session.next_started_at)
    new: list[CheckIn] = []
    linked: list[CheckIn] = []
    for index, (as_sent, entry) in enumerate(
        zip(sent.check_ins, right.check_ins, strict=True)
    ):
        before = by_id.get(entry.id) if entry.id else None
        if before is None:
            new.append(_new(session, as_sent, entry, arrival=arrival))
        else:
            _require_same(before, as_sent, session=session, index=index)
            linked.append(before)
    if not any(each.moment == Moment.PRE for each in (*own, *new, *linked)):
        linked += sent_ahead(session, known)
    fresh = [each for each in linked if each not in own]
    _hang_on(session, [*new, *fresh])
    windows.require_one_a_session([*own, *new, *fresh])
    return Settled(own=own, new=new, linked=fresh)


def sent_ahead(session: HeldSession, known: Sequence[CheckIn]) -> list[CheckIn]:
    """Return the one ``pre`` that went ahead of a session, or none if in doubt."""
    waiting = [
        each
        for each in known
        if each.session_id is None
        and each.moment == Moment.PRE
        and each.voided_at is None
    ]
    slot_id = session.planned_session_id
    named = [each for each in waiting if slot_id and each.planned_session_id == slot_id]
    unnamed = [
        each
        for each in waiting
        if each.planned_session_id is None and _lies_in_window(each, session)
    ]
    candidates = named or unnamed
    if len(candidates) > 1:
        candidates = [each for each in candidates if _lies_in_window(each, session)]
    return candidates if len(candidates) == 1 else []


def _new(
    session: HeldSession,
    sent: SessionCheckIn,
    entry: SessionCheckIn,
    *,
    arrival: rows.Arrival,
) -> CheckIn:
    digest = sent.answers_digest()
    check_in = rows.new_check_in(
        entry, patient=session.patient, digest=digest, arrival=arrival
    )
    check_in.answers_digest = digest
    rows.fill_check_in(check_in, entry, recorded_at=session.recorded_at)
    return check_in


def _require_same(
    before: CheckIn, sent: SessionCheckIn, *, session: HeldSession, index: int
) -> None:
    pointer = f"/check_ins/{index}/id"
    if before.answers_digest != sent.answers_digest():
        raise IdReusedError(
            "A check-in of this id came before with other answers. "
            "To correct it, PATCH it.",
            pointer=pointer,
        )
    held = before.session
    if held is not None and held != session and held.voided_at is None:
        raise IdReusedError(
            "The check-in of this id belongs to another session.", pointer=pointer
        )


def _hang_on(session: HeldSession, check_ins: Sequence[CheckIn]) -> None:
    for each in check_ins:
        each.session = session
        each.in_window = _lies_in_window(each, session)


def _lies_in_window(check_in: CheckIn, session: HeldSession) -> bool | None:
    return windows.lies_in_window(
        moment=check_in.moment,
        answered_at=check_in.answered_at,
        session=session,
        next_started_at=session.next_started_at,
    )


def ids_of(entry: SessionEntry) -> list[UUID]:
    """Return the ids of the check-ins that an entry names or makes."""
    return [each.id for each in entry.check_ins if each.id is not None]
