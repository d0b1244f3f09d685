"""What the load table reads, as plain values of one patient and one exercise.

Only what counts is handed in: void records are left out, pain values lie in their
windows, and `sessions` are those held in full or in part, oldest first. A missing
answer is None, which never means "no" and never means "no pain".
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from ..errors import ClinicalInputError
from ..flare.inputs import Location
from ..flare.verdicts import Kind
from ..phases import Phase
from ..scales import PainScale, require_pain_mm, require_ten_point
from .steps import MachineSteps, require_kg

FLARE_ROW: Final = 3
BREAK_ROWS: Final = (5, 6, 7)
RED_ROW: Final = 8
# Rows that cut a load; each family cuts once for what it is about.
CUTTING_ROWS: Final = (FLARE_ROW, *BREAK_ROWS, RED_ROW)
# After a restart the new 1RM says where to go on, not the load before.
DELOAD_ROWS: Final = (3, 6, 7, 8)
FLARES_THAT_CUT: Final = frozenset({Kind.ACUTE_FLARE, Kind.SUSTAINED_FLARE})


class PatternState(StrEnum):
    """The state of the pattern over sessions (T4)."""

    NONE = "none"
    WATCH = "watch"
    ALERT = "alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDone:
    """One set as it was done."""

    repetitions: int | None = None
    load_kg: Decimal | None = None
    pain_mm: int | None = None

    def __post_init__(self) -> None:
        """Refuse a count, load or pain that cannot be."""
        _require_count("repetitions", self.repetitions)
        _require_pain("pain_mm", self.pain_mm)
        if self.load_kg is not None and not (
            self.load_kg.is_finite() and self.load_kg >= 0
        ):
            raise ClinicalInputError(
                f"load_kg must be finite and at least 0, got {self.load_kg}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseDone:
    """One exercise of a session.

    Args:
        sets: In order; none at all means that it was skipped. Repetitions, or
            seconds where a position is held.
        sets_asked: On that day; None where nobody knows.
        reps_min: The target of that day; None where nothing is counted.
        reps_max: That of the phase, without repetitions that were added first.
        left_out_for_pain: Whether all or the rest of it was skipped because of pain.
    """

    exercise: str
    sets: tuple[SetDone, ...] = ()
    sets_asked: int | None = None
    reps_min: int | None = None
    reps_max: int | None = None
    left_out_for_pain: bool = False

    def __post_init__(self) -> None:
        """Refuse targets that run backwards, and a negative number of sets."""
        _require_count("sets_asked", self.sets_asked)
        _require_targets(self.reps_min, self.reps_max)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDone:
    """One session with the values around it.

    Args:
        day: The patient's local day.
        during_mm: Worst pain told during the session, as often as it was told.
        h24_mm: The next-day value in its window; `h48_mm` the two-day value.
        ref_mm: The detector's reference level for this session.
        usual_mm: The median of the last eight resting values before it.
        novel: Whether soreness of the trained muscles was to be expected.
        places: Every place named at the two follow-ups.
        broken_off: For whatever reason, which is free text that no rule reads.
        says_flare: Whether the flare question was answered yes at a follow-up.
    """

    key: str
    day: date
    exercises: tuple[ExerciseDone, ...] = ()
    pre_mm: int | None = None
    during_mm: tuple[int, ...] = ()
    h24_mm: int | None = None
    h48_mm: int | None = None
    ref_mm: float | None = None
    usual_mm: float | None = None
    novel: bool | None = None
    places: tuple[Location, ...] = ()
    broken_off: bool = False
    says_flare: bool = False

    def __post_init__(self) -> None:
        """Refuse pain off its scale and an exercise that comes twice."""
        for name in ("pre_mm", "h24_mm", "h48_mm"):
            _require_pain(name, getattr(self, name))
        for value in self.during_mm:
            _require_pain("during_mm", value)
        for name in ("ref_mm", "usual_mm"):
            level = getattr(self, name)
            if level is not None and not 0 <= level <= 100:
                raise ClinicalInputError(f"{name} must be from 0 to 100, got {level}.")
        _require_distinct("exercise", (one.exercise for one in self.exercises))

    @property
    def worst_mm(self) -> int | None:
        """Return the worst pain told during the session, sets included."""
        of_sets = (one.pain_mm for done in self.exercises for one in done.sets)
        values = [*self.during_mm, *(pain for pain in of_sets if pain is not None)]
        return max(values, default=None)

    def done(self, exercise: str) -> ExerciseDone | None:
        """Return the exercise if at least one set of it was done."""
        for one in self.exercises:
            if one.exercise == exercise and one.sets:
                return one
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is in force for one exercise, and the phases around it.

    Args:
        load_kg: In force; None where the load is not in kilograms.
        phase_started_on: When the phase in force began for this patient.
    """

    load_kg: Decimal | None
    sets: int
    phase: Phase
    previous_phase: Phase | None = None
    next_phase: Phase | None = None
    phase_started_on: date | None = None
    one_rep_max_kg: Decimal | None = None
    steps: MachineSteps = field(default_factory=MachineSteps)

    def __post_init__(self) -> None:
        """Refuse a load, a 1RM or a number of sets that cannot be."""
        for name in ("load_kg", "one_rep_max_kg"):
            value = getattr(self, name)
            if value is not None:
                require_kg(name, value)
        if self.sets < 1:
            raise ClinicalInputError(f"sets must be at least 1, got {self.sets!r}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFlare:
    """The open flare episode.

    Args:
        key: Stable name of the episode; it cuts a load once.
        regions: Trained in the session that opened it; None if not known.
        load_at_start_kg: Of this exercise, in force when it began; None if not
            known.
    """

    key: str
    kind: Kind
    regions: frozenset[str] | None = None
    load_at_start_kg: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse a load that cannot be."""
        if self.load_at_start_kg is not None:
            require_kg("load_at_start_kg", self.load_at_start_kg)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorState:
    """What the flare detector says now.

    Args:
        is_judged: Whether the newest session has been judged. If not, what is not
            open is unknown rather than absent.
        rising: The gate of the week-to-week rise (T5).
    """

    is_judged: bool = False
    flare: OpenFlare | None = None
    pattern: PatternState = PatternState.NONE
    rising: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision that was made on a cutting row, whatever it was.

    Args:
        about: Key of the flare episode for row 3, of the session otherwise.
        load_before_kg: In force before the decision; None without kilograms.
    """

    row: int
    about: str
    load_before_kg: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse a row that cuts nothing, or a load that cannot be."""
        if self.row not in CUTTING_ROWS:
            raise ClinicalInputError(
                f"row must be one that cuts a load, {CUTTING_ROWS}, got {self.row!r}."
            )
        if self.load_before_kg is not None:
            require_kg("load_before_kg", self.load_before_kg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deload:
    """A cut that came into force and has not been taken back yet.

    Args:
        from_load_kg: In force before it: where the way back leads.
        after_session: Key of the last session before it; None if there was none.
        steps_taken: Steps back that came into force since.
    """

    row: int
    from_load_kg: Decimal
    after_session: str | None
    steps_taken: int = 0

    def __post_init__(self) -> None:
        """Refuse a row without a way back, or a load or count that cannot be."""
        require_kg("from_load_kg", self.from_load_kg)
        _require_count("steps_taken", self.steps_taken)
        if self.row not in DELOAD_ROWS:
            raise ClinicalInputError(
                f"row must be one with a way back, {DELOAD_ROWS}, got {self.row!r}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One exercise of one patient, on the day that a proposal is for.

    Args:
        on: The patient's local day of the next session, or of the draft.
        sessions: Of the patient, all exercises, oldest first.
        pem: Post-exertional malaise or ME/CFS; None if not asked.
        red_flags: Of the newest screen: None if not asked, () if none was yes.
        systolic_mmhg: None if not measured, which is not a condition.
        confidence: 0-10, newest answer since the check before the newest session.
        next_pre_mm: Pain before the session that follows the newest one.
        missed_slot: Whether a planned session was missed since the newest one.
    """

    exercise: str
    region: str
    on: date
    plan: Plan
    sessions: tuple[SessionDone, ...] = ()
    pem: bool | None = None
    red_flags: tuple[str, ...] | None = None
    acute_illness: bool | None = None
    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    confidence: int | None = None
    next_pre_mm: int | None = None
    missed_slot: bool | None = None
    detector: DetectorState = field(default_factory=DetectorState)
    deload: Deload | None = None
    decided: tuple[Decided, ...] = ()

    def __post_init__(self) -> None:
        """Refuse answers off their scale and sessions out of order.

        Raises:
            ClinicalInputError: As told, or two sessions of one key, or a session
                after the day of the proposal, or a cut after an unknown session.
        """
        _require_pain("next_pre_mm", self.next_pre_mm)
        _require_count("systolic_mmhg", self.systolic_mmhg)
        _require_count("diastolic_mmhg", self.diastolic_mmhg)
        if self.confidence is not None:
            require_ten_point(self.confidence, name="confidence")
        _require_distinct("session", (one.key for one in self.sessions))
        days = [*(one.day for one in self.sessions), self.on]
        if days != sorted(days):
            raise ClinicalInputError(
                "sessions must be oldest first, none after the day of the proposal, "
                f"got {', '.join(day.isoformat() for day in days)}."
            )
        after = None if self.deload is None else self.deload.after_session
        if after is not None and after not in {one.key for one in self.sessions}:
            raise ClinicalInputError(
                f"after_session must be one of the sessions, got {after!r}."
            )

    @property
    def newest(self) -> SessionDone | None:
        """Return the newest session, if there is any."""
        return self.sessions[-1] if self.sessions else None

    @property
    def last_asked(self) -> ExerciseDone | None:
        """Return what became of this exercise in the newest session that names it."""
        named = (
            one
            for session in reversed(self.sessions)
            for one in session.exercises
            if one.exercise == self.exercise
        )
        return next(named, None)

    @property
    def with_exercise(self) -> tuple[SessionDone, ...]:
        """Return the sessions in which this exercise was done, oldest first."""
        return tuple(one for one in self.sessions if one.done(self.exercise))

    def pre_after(self, session: SessionDone) -> int | None:
        """Return the pain before the session that followed, if it was told."""
        following = self.sessions[self.sessions.index(session) + 1 :]
        return following[0].pre_mm if following else self.next_pre_mm


def _require_pain(name: str, value: int | None) -> None:
    if value is not None:
        try:
            require_pain_mm(value, scale=PainScale.VAS)
        except ClinicalInputError as error:
            raise ClinicalInputError(f"{name}: {error}") from error


def _require_count(name: str, value: int | None) -> None:
    if value is not None and value < 0:
        raise ClinicalInputError(f"{name} must be at least 0, got {value!r}.")


def _require_targets(lower: int | None, upper: int | None) -> None:
    if (lower is None) != (upper is None) or (
        lower is not None and upper is not None and not 1 <= lower <= upper
    ):
        raise ClinicalInputError(
            f"reps_min and reps_max must run upwards from at least 1, or both be "
            f"unknown, got {lower!r} and {upper!r}."
        )


def _require_distinct(thing: str, keys: Iterable[str]) -> None:
    doubles = sorted(key for key, count in Counter(keys).items() if count > 1)
    if doubles:
        raise ClinicalInputError(
            f"Each {thing} must come once, got {', '.join(doubles)} more than once."
        )
