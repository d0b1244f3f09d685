"""How much of one session's plan was done.

Shares are exact fractions from 0 to 1; what is not known is None and never zero.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from .inputs import DoneExercise, DoneSet, Measure, PlannedExercise, SessionStatus

HELD_FROM_SHARE: Final = Fraction(1, 2)  # [D] of the planned exercises
LOAD_TOLERANCE_SHARE: Final = Fraction(5, 100)  # [D] of the planned load
IN_ZONE_FROM_SHARE: Final = Fraction(80, 100)  # [D] of the time of a bout


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCount:
    """Working sets whose intensity can be judged, and those on plan among them."""

    on_plan: int
    judged: int


def status_of_session(
    *, planned: Collection[str], worked: Collection[str]
) -> SessionStatus:
    """Return whether a session counts as held or as partial.

    Held: work on at least half of the planned exercises; where nothing was planned,
    any work at all.

    Args:
        planned: Names of the exercises in the plan.
        worked: Names of those with at least one working set or bout.
    """
    if not planned:
        return SessionStatus.HELD if worked else SessionStatus.PARTIAL
    done = len(set(planned) & set(worked))
    is_enough = done >= HELD_FROM_SHARE * len(set(planned))
    return SessionStatus.HELD if is_enough else SessionStatus.PARTIAL


def worked_exercises(done: Sequence[DoneExercise]) -> frozenset[str]:
    """Return the names of the exercises with at least one working set.

    A set of no repetitions was tried, not done; one of unknown length was done.
    """
    return frozenset(
        one.exercise for one in done if any(each.amount != 0 for each in one.sets)
    )


def exercise_dose(
    planned: PlannedExercise, *, sets: Sequence[DoneSet]
) -> Fraction | None:
    """Return done / prescribed volume of one exercise in its own unit, at most 1.

    None if the plan has no load yet or a done set lacks a value that it takes.

    Source:
        Relative dose intensity [O:73, O:74]; the cap is ours [D].
    """
    prescribed = planned.volume
    if prescribed is None:
        return None
    total = Decimal(0)
    for each in sets:
        volume = _volume(each, measure=planned.measure)
        if volume is None:
            return None
        total += volume
    return min(Fraction(1), Fraction(total) / Fraction(prescribed))


def session_dose(
    plan: Sequence[PlannedExercise], *, done: Sequence[DoneExercise]
) -> Fraction | None:
    """Return the dose of a session: the mean over exercises, weighted by planned sets.

    Planned and not done is 0; done and not planned adds nothing; an exercise whose
    dose is not known stays out. None if no dose is known.
    """
    known = [
        (planned.sets, dose)
        for planned in plan
        if (dose := exercise_dose(planned, sets=_sets_of(planned, done))) is not None
    ]
    if not known:
        return None
    return Fraction(
        sum(sets * dose for sets, dose in known), sum(sets for sets, _ in known)
    )


def planned_kg(plan: Sequence[PlannedExercise]) -> Decimal | None:
    """Return the prescribed kg of a plan: sets x repetitions x kg.

    Exercises counted otherwise add nothing. None if none is counted in kg, or the
    load of one that is has not been set.
    """
    volumes = [planned.volume for planned in plan if planned.measure == Measure.KG]
    known = [volume for volume in volumes if volume is not None]
    if not known or len(known) < len(volumes):
        return None
    return sum(known, Decimal(0))


def sets_on_plan(
    plan: Sequence[PlannedExercise], *, done: Sequence[DoneExercise]
) -> SetCount:
    """Return how many working sets kept to the planned intensity.

    On plan is a load within 5 % of the planned one, both ends inside; of a bout, a
    heart rate in its zone for at least 80 % of the time. What has neither is not
    judged.
    """
    answers = [
        answer
        for planned in plan
        for each in _sets_of(planned, done)
        if (answer := _is_on_plan(each, planned=planned)) is not None
    ]
    return SetCount(on_plan=sum(answers), judged=len(answers))


def _sets_of(
    planned: PlannedExercise, done: Sequence[DoneExercise]
) -> tuple[DoneSet, ...]:
    return tuple(
        each for one in done if one.exercise == planned.exercise for each in one.sets
    )


def _volume(done: DoneSet, *, measure: Measure) -> Decimal | None:
    if done.amount is None or measure != Measure.KG:
        return done.amount
    # Nothing was lifted, whatever stood on the machine.
    if done.amount == 0:
        return Decimal(0)
    return None if done.load_kg is None else done.amount * done.load_kg


def _is_on_plan(done: DoneSet, *, planned: PlannedExercise) -> bool | None:
    if done.amount == 0:
        return None
    if planned.measure == Measure.MINUTES:
        return _is_in_zone(done)
    if planned.load_kg is None or done.load_kg is None:
        return None
    off = abs(Fraction(done.load_kg) - Fraction(planned.load_kg))
    return off <= LOAD_TOLERANCE_SHARE * Fraction(planned.load_kg)


def _is_in_zone(bout: DoneSet) -> bool | None:
    if bout.amount is None or bout.minutes_in_zone is None:
        return None
    return Fraction(bout.minutes_in_zone) >= IN_ZONE_FROM_SHARE * Fraction(bout.amount)
