"""Which session fills which planned slot."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from ..errors import ClinicalInputError
from .inputs import Course, HeldSession, PlannedSlot

MAKE_UP_DAYS: Final = 7  # [D] the last of these days is inside


def match_sessions_to_slots(
    course: Course, *, sessions: Sequence[HeldSession]
) -> dict[str, str]:
    """Return the key of the session that fills each slot; empty slots are left out.

    1. A session logged for a slot fills it, unless more than 7 days lie between.
    2. Each other session, oldest first, fills the oldest unfilled slot of its own day
       or the 7 days before; of several slots on a day the nearest in time. An excuse,
       a cancelling or a pause changes nothing here, so none can take an attended
       session away.
    3. A session that so fills a slot in which nobody waits goes on to the oldest
       unfilled one of these days where somebody does, if there is one.

    Each session fills at most one slot, and a slot is filled at most once.

    Args:
        sessions: Those that count: not void, begun by now. In any order.

    Raises:
        ClinicalInputError: A session names a slot that is not in the calendar, or
            two sessions name the same.
    """
    filled = _as_logged(course, sessions)
    placed = set(filled.values())
    for session in sorted(sessions, key=lambda one: (one.started_at, one.key)):
        if session.key not in placed:
            slot = _oldest_open(
                course.slots, session=session, course=course, but=filled
            )
            if slot is not None:
                filled[slot.key] = session.key
    _move_to_where_somebody_waits(course, sessions, filled=filled, fixed=placed)
    return filled


def _as_logged(course: Course, sessions: Sequence[HeldSession]) -> dict[str, str]:
    by_key = {slot.key: slot for slot in course.slots}
    named: dict[str, str] = {}
    filled: dict[str, str] = {}
    for session in sessions:
        if session.slot is None:
            continue
        if session.slot not in by_key:
            raise ClinicalInputError(
                f"Session {session.key} names slot {session.slot}, "
                f"which is not in the calendar."
            )
        if session.slot in named:
            raise ClinicalInputError(
                f"A slot is held once: {session.slot} is named by the sessions "
                f"{' and '.join(sorted([named[session.slot], session.key]))}."
            )
        named[session.slot] = session.key
        if abs(_days_after(by_key[session.slot], session, course)) <= MAKE_UP_DAYS:
            filled[session.slot] = session.key
    return filled


def _move_to_where_somebody_waits(
    course: Course,
    sessions: Sequence[HeldSession],
    *,
    filled: dict[str, str],
    fixed: set[str],
) -> None:
    by_key = {session.key: session for session in sessions}
    waiting = [slot for slot in course.slots if not course.asks_nothing(slot)]
    idle = [
        slot
        for slot in course.slots
        if slot.key in filled
        and filled[slot.key] not in fixed
        and course.asks_nothing(slot)
    ]
    for slot in sorted(idle, key=lambda one: (one.starts_at, one.key)):
        session = by_key[filled[slot.key]]
        better = _oldest_open(waiting, session=session, course=course, but=filled)
        if better is not None:
            filled[better.key] = filled.pop(slot.key)


def _oldest_open(
    slots: Sequence[PlannedSlot],
    *,
    session: HeldSession,
    course: Course,
    but: Mapping[str, str],
) -> PlannedSlot | None:
    """Return the slot that the session fills; `but` has those that are filled."""

    def rank(slot: PlannedSlot) -> tuple[int, timedelta, str]:
        age = _days_after(slot, session, course)
        return -age, abs(session.started_at - slot.starts_at), slot.key

    return min(
        (
            slot
            for slot in slots
            if slot.key not in but
            and 0 <= _days_after(slot, session, course) <= MAKE_UP_DAYS
        ),
        key=rank,
        default=None,
    )


def _days_after(slot: PlannedSlot, session: HeldSession, course: Course) -> int:
    day = course.day_of(session.started_at)
    return (day - course.day_of(slot.starts_at)).days
