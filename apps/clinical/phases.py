"""The phases of a programme, its weeks, and what makes a session novel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from .errors import ClinicalInputError

NOVEL_FIRST_SESSIONS: Final = 3  # [D]
NOVEL_AFTER_DAYS_OFF: Final = 28  # [D] more than this


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A span of weeks with one prescription; both weeks are inside.

    Args:
        position: Order within the programme, from 1.
        percent_1rm: 40 means 40 %; None where the load is not a share of a 1RM.
        reps_min: None where the work is not counted in repetitions.
    """

    position: int
    first_week: int
    last_week: int
    percent_1rm: Decimal | None = None
    reps_min: int | None = None
    reps_max: int | None = None

    def __post_init__(self) -> None:
        """Refuse a phase that cannot be prescribed.

        Raises:
            ClinicalInputError: Weeks or repetitions that run backwards or start
                below 1, one bound of the repetitions without the other, or a
                share of the 1RM outside 0-100.
        """
        _require_span("weeks", self.first_week, self.last_week)
        if (self.reps_min is None) != (self.reps_max is None):
            raise ClinicalInputError(
                f"Phase {self.position} must have both bounds of its repetitions "
                f"or none, got {self.reps_min!r} and {self.reps_max!r}."
            )
        if self.reps_min is not None and self.reps_max is not None:
            _require_span("repetitions", self.reps_min, self.reps_max)
        if self.percent_1rm is not None and not 0 < self.percent_1rm <= 100:
            raise ClinicalInputError(
                f"percent_1rm must be above 0 and at most 100, got {self.percent_1rm}."
            )


class Novelty(StrEnum):
    """Why a session is novel: soreness of the trained muscles is to be expected."""

    FIRST_SESSIONS = "first_sessions"
    AFTER_PAUSE = "after_pause"
    NEW_PHASE = "new_phase"
    EXPLOSIVE_WORK = "explosive_work"
    NEW_EXERCISE = "new_exercise"


def require_phases_cover(phases: Sequence[Phase], *, weeks: int) -> None:
    """Refuse phases that leave a week out or claim one twice.

    Raises:
        ClinicalInputError: There is no phase, positions are not 1, 2, 3, ..., or
            a week is missing, doubled or beyond the programme.
    """
    ordered = sorted(phases, key=lambda phase: phase.position)
    positions = [phase.position for phase in ordered]
    if not ordered or positions != list(range(1, len(ordered) + 1)):
        raise ClinicalInputError(
            f"Phases must be numbered 1, 2, 3 and so on, got {positions}."
        )
    next_week = 1
    for phase in ordered:
        if phase.first_week != next_week:
            raise ClinicalInputError(
                f"Phase {phase.position} must start in week {next_week}, so that "
                f"no week is missing or doubled, got week {phase.first_week}."
            )
        next_week = phase.last_week + 1
    if next_week != weeks + 1:
        raise ClinicalInputError(
            f"Phases must end with the last week, {weeks}, got week {next_week - 1}."
        )


def phase_of_week(phases: Sequence[Phase], *, week: int) -> Phase:
    """Return the phase that a week lies in.

    Raises:
        ClinicalInputError: No phase has that week.
    """
    for phase in phases:
        if phase.first_week <= week <= phase.last_week:
            return phase
    raise ClinicalInputError(f"week must lie in a phase, got week {week}.")


def week_of(day: date, *, starts_on: date) -> int:
    """Return the week of a programme that a day lies in.

    The seven days from the start are week 1, the seven days before it week 0:
    there the first 1RM test has its place.
    """
    return (day - starts_on).days // 7 + 1


def novelty_of(
    *,
    session_number: int,
    days_off: int | None,
    is_first_of_phase: bool,
    is_first_explosive: bool,
    has_new_exercise: bool,
) -> frozenset[Novelty]:
    """Return why a session is novel; empty when it is not.

    Args:
        session_number: Place among the held sessions of the programme, from 1.
        days_off: Days since the last held session; None if there is none.
        is_first_explosive: First session of a level of explosive work.
        has_new_exercise: In the plan or brought in unplanned.

    Raises:
        ClinicalInputError: A session number below 1.
    """
    if session_number < 1:
        raise ClinicalInputError(
            f"session_number must be at least 1, got {session_number!r}."
        )
    reasons = (
        (Novelty.FIRST_SESSIONS, session_number <= NOVEL_FIRST_SESSIONS),
        (Novelty.AFTER_PAUSE, days_off is not None and days_off > NOVEL_AFTER_DAYS_OFF),
        (Novelty.NEW_PHASE, is_first_of_phase),
        (Novelty.EXPLOSIVE_WORK, is_first_explosive),
        (Novelty.NEW_EXERCISE, has_new_exercise),
    )
    return frozenset(reason for reason, holds in reasons if holds)


def _require_span(what: str, first: int, last: int) -> None:
    if not 1 <= first <= last:
        raise ClinicalInputError(
            f"The {what} of a phase must run upwards from at least 1, "
            f"got {first} to {last}."
        )
