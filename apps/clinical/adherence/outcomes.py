"""What became of each planned session and each expected check-in: one row each.

These rows hold all that the figures need. They may as well come from a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from ..check_in_windows import Moment, in_utc
from ..errors import ClinicalInputError
from ..phases import week_of
from .dose import planned_kg, session_dose, sets_on_plan, worked_exercises
from .inputs import Course, ExcuseReason, HeldSession, PlannedSlot, SessionStatus
from .matching import match_sessions_to_slots


class Result(StrEnum):
    """What became of a planned session."""

    HELD = "held"
    PARTIAL = "partial"
    EXCUSED = "excused"
    MISSED = "missed"
    CANCELLED = "cancelled"
    PAUSED = "paused"
    OPEN = "open"


ATTENDED: Final = frozenset({Result.HELD, Result.PARTIAL})
DUE: Final = ATTENDED | {Result.EXCUSED, Result.MISSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOutcome:
    """One planned session and what was done of it.

    Args:
        starts_at: Where it stands now.
        due_at: 24 h after the planned end; rolling windows go by it.
        week: Of the programme, from 1, where it stood at first.
        result: `open` until it is due, whatever is known by then.
        excuse_reason: Of an excused one.
        dose: From 0 to 1, 0 if nobody came; None if it cannot be known.
        planned_kg: Sets x repetitions x kg of the plan; None if not known or none.
        planned_sets: Of the plan, in any unit.
        sets_on_plan: Of `sets_judged`, those with the planned load or heart rate.
        seconds_done: Of `seconds_planned`, at most all of them.
        exercises_done: Of `exercises_planned`, with at least one working set.
    """

    key: str
    starts_at: datetime
    due_at: datetime
    week: int
    result: Result
    excuse_reason: ExcuseReason | None = None
    excused_late: bool = False
    dose: Fraction | Decimal | None = None
    planned_kg: Decimal | None = None
    planned_sets: int = 0
    sets_on_plan: int = 0
    sets_judged: int = 0
    seconds_planned: int = 0
    seconds_done: int = 0
    exercises_planned: int = 0
    exercises_done: int = 0

    def __post_init__(self) -> None:
        """Refuse parts that exceed their whole, and a naive instant.

        Raises:
            ClinicalInputError: That, a dose of a plan without sets, an excused session
                without a reason, or a reason on any other.
        """
        _keep_in_utc(self, "starts_at", "due_at")
        _require_dose(self)
        for part, whole in (
            ("sets_on_plan", "sets_judged"),
            ("seconds_done", "seconds_planned"),
            ("exercises_done", "exercises_planned"),
        ):
            _require_part(self, part, whole)
        if (self.result == Result.EXCUSED) != (self.excuse_reason is not None):
            raise ClinicalInputError(
                f"Slot {self.key} has an excuse_reason if and only if it is excused, "
                f"got {self.excuse_reason} on {self.result}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInOutcome:
    """One check-in that was expected, and whether it came in its window.

    Args:
        closed_at: When its window closed; rolling windows go by it.
        week: Of the programme, on the day of the session.
    """

    moment: Moment
    closed_at: datetime
    week: int
    in_window: bool

    def __post_init__(self) -> None:
        """Refuse a naive instant."""
        _keep_in_utc(self, "closed_at")


def slot_outcomes(course: Course, *, now: datetime) -> tuple[SlotOutcome, ...]:
    """Return what became of each planned session by now, in order of time.

    Raises:
        ClinicalInputError: A naive instant, or a session that names a slot that
            is not there or that another one holds.
    """
    now = in_utc("now", now)
    sessions = course.counted_sessions(now=now)
    fills = match_sessions_to_slots(course, sessions=sessions)
    by_key = {session.key: session for session in sessions}
    return tuple(
        _outcome(slot, session=_filling(slot, fills, by_key), course=course, now=now)
        for slot in sorted(course.slots, key=lambda one: (one.starts_at, one.key))
    )


def check_in_outcomes(course: Course, *, now: datetime) -> tuple[CheckInOutcome, ...]:
    """Return each check-in that was expected and whose window has closed."""
    now = in_utc("now", now)
    return tuple(
        CheckInOutcome(
            moment=one.moment,
            closed_at=one.closes_at,
            week=week_of(course.day_of(session.started_at), starts_on=course.starts_on),
            in_window=one.in_window,
        )
        for session in course.counted_sessions(now=now)
        for one in session.check_ins
        if one.expected and one.closes_at <= now
    )


def _filling(
    slot: PlannedSlot, fills: Mapping[str, str], sessions: Mapping[str, HeldSession]
) -> HeldSession | None:
    return sessions[fills[slot.key]] if slot.key in fills else None


def _outcome(
    slot: PlannedSlot, *, session: HeldSession | None, course: Course, now: datetime
) -> SlotOutcome:
    result = _result(slot, session=session, course=course, now=now)
    is_excused = result == Result.EXCUSED
    plan = slot.plan if session is None or session.plan is None else session.plan
    done = () if session is None else session.exercises
    count = sets_on_plan(plan, done=done)
    planned = {one.exercise for one in plan}
    seconds = 60 * slot.minutes
    return SlotOutcome(
        key=slot.key,
        starts_at=slot.starts_at,
        due_at=slot.due_at,
        week=week_of(
            course.day_of(slot.original_starts_at), starts_on=course.starts_on
        ),
        result=result,
        excuse_reason=slot.excuse.reason if slot.excuse and is_excused else None,
        excused_late=bool(slot.excuse and slot.excuse.late and is_excused),
        dose=session_dose(plan, done=done),
        planned_kg=planned_kg(plan),
        planned_sets=sum(one.sets for one in plan),
        sets_on_plan=count.on_plan,
        sets_judged=count.judged,
        seconds_planned=seconds,
        seconds_done=0 if session is None else min(seconds, _seconds(session)),
        exercises_planned=len(planned),
        exercises_done=len(planned & worked_exercises(done)),
    )


def _result(
    slot: PlannedSlot, *, session: HeldSession | None, course: Course, now: datetime
) -> Result:
    if now < slot.due_at:
        return Result.OPEN
    if session is not None:
        is_held = session.status == SessionStatus.HELD
        return Result.HELD if is_held else Result.PARTIAL
    if slot.cancelled:
        return Result.CANCELLED
    if course.asks_nothing(slot):
        return Result.PAUSED
    if slot.excuse is not None and slot.excuse.is_known(now=now):
        return Result.EXCUSED
    return Result.MISSED


def _seconds(session: HeldSession) -> int:
    return int((session.ended_at - session.started_at).total_seconds())


def _require_dose(outcome: SlotOutcome) -> None:
    if outcome.dose is not None and not 0 <= outcome.dose <= 1:
        raise ClinicalInputError(
            f"dose of slot {outcome.key} must lie from 0 to 1, got {outcome.dose}."
        )
    if outcome.dose is not None and outcome.planned_sets < 1:
        raise ClinicalInputError(
            f"Slot {outcome.key} has a dose and so at least 1 planned set, "
            f"got {outcome.planned_sets}."
        )
    if outcome.planned_kg is not None and outcome.planned_kg <= 0:
        raise ClinicalInputError(
            f"planned_kg of slot {outcome.key} must be above 0 or unknown, "
            f"got {outcome.planned_kg}."
        )


def _require_part(outcome: SlotOutcome, part: str, whole: str) -> None:
    value, limit = getattr(outcome, part), getattr(outcome, whole)
    if not 0 <= value <= limit:
        raise ClinicalInputError(
            f"{part} of slot {outcome.key} must lie from 0 to {whole} = {limit}, "
            f"got {value}."
        )


def _keep_in_utc(record: SlotOutcome | CheckInOutcome, *names: str) -> None:
    for name in names:
        object.__setattr__(record, name, in_utc(name, getattr(record, name)))
