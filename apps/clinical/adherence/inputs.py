"""What adherence is computed from: a calendar, sessions, pauses.

Rows come as they are now; instants are timezone-aware and kept in UTC. Unknown is
None: a set of which nobody knows the repetitions is not a set of none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Final

from ..check_in_windows import SPANS, Moment, in_utc
from ..errors import ClinicalInputError

DUE_AFTER: Final = timedelta(hours=24)  # [D] after the planned end
DAYS_A_WEEK: Final = 7


class ExcuseReason(StrEnum):
    """Why a patient could not come [D]."""

    ILLNESS = "illness"
    PAIN_FLARE = "pain_flare"
    WORK = "work"
    FAMILY = "family"
    TRAVEL = "travel"
    OTHER = "other"


class SessionStatus(StrEnum):
    """How much of the plan a session was."""

    HELD = "held"
    PARTIAL = "partial"


class Measure(StrEnum):
    """In what an exercise is counted: its own unit."""

    KG = "kg"
    REPETITIONS = "repetitions"
    SECONDS = "seconds"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedExercise:
    """What was prescribed of one exercise.

    Args:
        exercise: Stable name; with the side, where sides are planned apart.
        amount: Of each set: repetitions (the lower bound), seconds or minutes.
        load_kg: Of each repetition, for the measure kg; None while no load is set.
    """

    exercise: str
    measure: Measure
    sets: int
    amount: Decimal
    load_kg: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be prescribed.

        Raises:
            ClinicalInputError: No set, an amount or load that is not above 0, or a
                load on an exercise that is not counted in kg.
        """
        if self.sets < 1:
            raise ClinicalInputError(
                f"sets of {self.exercise} must be at least 1, got {self.sets}."
            )
        _require_above_zero(f"amount of {self.exercise}", self.amount)
        if self.load_kg is not None:
            _require_above_zero(f"load_kg of {self.exercise}", self.load_kg)
            if self.measure != Measure.KG:
                raise ClinicalInputError(
                    f"{self.exercise} is counted in {self.measure} and has no load_kg, "
                    f"got {self.load_kg}."
                )

    @property
    def volume(self) -> Decimal | None:
        """Return the prescribed volume in the exercise's own unit, None if not known.

        For kg it is sets x repetitions x kg, else sets x amount.
        """
        if self.measure != Measure.KG:
            return self.sets * self.amount
        return None if self.load_kg is None else self.sets * self.amount * self.load_kg


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneSet:
    """One working set, or one bout of aerobic work.

    Args:
        amount: Repetitions, seconds or minutes, as the exercise is counted; None if
            not known. A set of none was tried, not done.
        load_kg: Of each repetition; None if not known or without load.
        minutes_in_zone: Of a bout, with the heart rate in its zone; `amount` is in
            minutes there.
    """

    amount: Decimal | None
    load_kg: Decimal | None = None
    minutes_in_zone: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse a negative or endless value, and more time in the zone than at all."""
        for name in ("amount", "load_kg", "minutes_in_zone"):
            value = getattr(self, name)
            if value is not None and not (value.is_finite() and value >= 0):
                raise ClinicalInputError(
                    f"{name} of a set must be finite and at least 0, got {value}."
                )
        if self.amount is None or self.minutes_in_zone is None:
            return
        if self.minutes_in_zone > self.amount:
            raise ClinicalInputError(
                f"minutes_in_zone must not exceed the {self.amount} minutes of the "
                f"bout, got {self.minutes_in_zone}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneExercise:
    """The sets of one exercise in one session; none if it was left out."""

    exercise: str
    sets: tuple[DoneSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCheckIn:
    """One moment around a session at which a check-in is asked for.

    Args:
        closes_at: When its window closes; it counts from then on.
        expected: False where the next session cut the window short.
        in_window: A value was answered inside the window.
    """

    moment: Moment
    closes_at: datetime
    in_window: bool
    expected: bool = True

    def __post_init__(self) -> None:
        """Refuse a naive instant and a moment without a window."""
        if self.moment not in SPANS:
            raise ClinicalInputError(
                f"moment must be one of {', '.join(SPANS)}, got {self.moment}."
            )
        _keep_in_utc(self, "closes_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSession:
    """One session that took place, in full or in part.

    Args:
        slot: Key of the planned session that it was logged for; None if unplanned.
        plan: What was prescribed when it was held; None: that of the slot it fills.
        void: Taken out of every computation.
    """

    key: str
    slot: str | None
    started_at: datetime
    ended_at: datetime
    status: SessionStatus = SessionStatus.HELD
    exercises: tuple[DoneExercise, ...] = ()
    plan: tuple[PlannedExercise, ...] | None = None
    check_ins: tuple[ExpectedCheckIn, ...] = ()
    void: bool = False

    def __post_init__(self) -> None:
        """Refuse naive instants, an end before the start and a plan said twice."""
        _keep_in_utc(self, "started_at", "ended_at")
        if self.ended_at < self.started_at:
            raise ClinicalInputError(
                f"Session {self.key} must not end before it starts, "
                f"got {self.ended_at!r} for a start at {self.started_at!r}."
            )
        _require_distinct_plan(self.plan or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """That a patient could not come, and why.

    Args:
        told_at: When it was said; None if not known.
        late: Said by staff after the start.
    """

    reason: ExcuseReason
    told_at: datetime | None = None
    late: bool = False

    def __post_init__(self) -> None:
        """Refuse a naive instant."""
        if self.told_at is not None:
            _keep_in_utc(self, "told_at")

    def is_known(self, *, now: datetime) -> bool:
        """Tell whether it had been said by then."""
        return self.told_at is None or self.told_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSlot:
    """One planned session.

    Args:
        starts_at: Where it stands now; due and windows go by it.
        original_starts_at: Where it stood at first; the week of the programme goes
            by it, so that a move takes no session out of its period.
        plan: What is prescribed for it; () if nobody knows.
        cancelled: By the clinic: a holiday, a therapist who is ill.
    """

    key: str
    starts_at: datetime
    original_starts_at: datetime
    minutes: int
    plan: tuple[PlannedExercise, ...] = ()
    excuse: Excuse | None = None
    cancelled: bool = False

    def __post_init__(self) -> None:
        """Refuse naive instants, no length and a plan said twice."""
        _keep_in_utc(self, "starts_at", "original_starts_at")
        if self.minutes < 1:
            raise ClinicalInputError(
                f"minutes of slot {self.key} must be at least 1, got {self.minutes}."
            )
        _require_distinct_plan(self.plan)

    @property
    def due_at(self) -> datetime:
        """Return when it is due: 24 h after its planned end."""
        return self.starts_at + timedelta(minutes=self.minutes) + DUE_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Days without planned sessions; the last day is outside, None while open."""

    paused_from: date
    paused_until: date | None = None

    def __post_init__(self) -> None:
        """Refuse a pause that runs backwards."""
        if self.paused_until is not None and self.paused_until < self.paused_from:
            raise ClinicalInputError(
                f"A pause from {self.paused_from} must not end before it begins, "
                f"got {self.paused_until}."
            )

    def covers(self, day: date) -> bool:
        """Tell whether a day lies in the pause."""
        return self.paused_from <= day and (
            self.paused_until is None or day < self.paused_until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One programme of one patient, rows in any order.

    Args:
        zone: In which days are counted: that of the clinic.
        weeks: Length of the programme, pauses not counted.
        ended_on: The day on which it was ended as completed.
        withdrawn_on: The day on which a withdrawal was recorded.
    """

    starts_on: date
    weeks: int
    zone: tzinfo
    slots: tuple[PlannedSlot, ...] = ()
    sessions: tuple[HeldSession, ...] = ()
    pauses: tuple[Pause, ...] = ()
    ended_on: date | None = None
    withdrawn_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse a programme of no weeks and two rows of one key."""
        if self.weeks < 1:
            raise ClinicalInputError(
                f"weeks of a programme must be at least 1, got {self.weeks}."
            )
        require_distinct("slot", (slot.key for slot in self.slots))
        require_distinct("session", (session.key for session in self.sessions))

    def day_of(self, instant: datetime) -> date:
        """Return the clinic's day of an instant."""
        return instant.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """Return the first moment of a day of the clinic."""
        start = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return start.astimezone(UTC)

    def is_paused(self, day: date) -> bool:
        """Tell whether a day lies in a pause."""
        return any(pause.covers(day) for pause in self.pauses)

    def asks_nothing(self, slot: PlannedSlot) -> bool:
        """Tell whether nobody waits in this slot: it is cancelled or in a pause."""
        return slot.cancelled or self.is_paused(self.day_of(slot.starts_at))

    def counted_sessions(self, *, now: datetime) -> tuple[HeldSession, ...]:
        """Return the sessions that are not void and had begun by then."""
        return tuple(
            session
            for session in self.sessions
            if not session.void and session.started_at <= now
        )


def require_distinct(thing: str, keys: Iterable[str]) -> None:
    """Refuse a key that appears twice.

    Raises:
        ClinicalInputError: It does.
    """
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ClinicalInputError(
                f"Each {thing} must appear once, got {key} more than once."
            )
        seen.add(key)


def _require_distinct_plan(plan: tuple[PlannedExercise, ...]) -> None:
    require_distinct("planned exercise", (planned.exercise for planned in plan))


def _require_above_zero(name: str, value: Decimal) -> None:
    if not value.is_finite() or value <= 0:
        raise ClinicalInputError(f"{name} must be finite and above 0, got {value}.")


def _keep_in_utc(
    record: ExpectedCheckIn | HeldSession | Excuse | PlannedSlot, *names: str
) -> None:
    for name in names:
        object.__setattr__(record, name, in_utc(name, getattr(record, name)))
