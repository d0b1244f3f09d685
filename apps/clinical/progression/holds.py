"""The rows that leave the load as it is, and why each of them does."""

from collections.abc import Mapping
from typing import Final

from ..flare.sentences import Value
from .conditions import Condition, Facts
from .moves import Case, Move, shown
from .sentences import sentence
from .table import (
    AMBER,
    NEXT_PHASE,
    OVER_TARGET,
    PEM,
    POSTPONE,
    SAME,
    WAY_BACK,
    unknowns_of,
)
from .truth import Truth

# Why row 11 holds, the first that does.
_HOLDING: Final = {
    Condition.AMBER_OR_RED: "load.amber",
    Condition.NOT_SETTLED: "load.not_settled",
    Condition.BELOW_TARGET: "load.below_target",
    Condition.LOW_CONFIDENCE: "load.low_confidence",
    Condition.LEFT_OUT: "load.left_out",
    Condition.BROKEN_OFF: "load.broken_off",
    Condition.SAYS_FLARE: "load.says_flare",
}
# What row 15 names when nothing else was in the way of a raise.
_MISSING: Final = {
    Condition.DURING_GREEN: "load.same_no_during",
    Condition.CONFIDENT: "load.same_no_confidence",
    Condition.RED_FLAG: "load.same_no_screen",
    Condition.FLARE_OPEN: "load.same_not_judged",
}


def hold(case: Case) -> Move:
    """Return the load in force, with the sets of the row if it has any."""
    sets = case.situation.plan.sets if case.row.sets is None else case.row.sets
    return Move(
        action=case.row.action,
        next_kg=case.load_kg,
        sets=sets,
        reps=case.reps,
        explanation=sentence(_hold_key(case), _hold_params(case)),
        decides=case.row.decides,
    )


def _hold_key(case: Case) -> str:
    key, facts = case.row.explanation, case.facts
    if case.row == POSTPONE:
        is_pressure = facts.truth(Condition.HIGH_BLOOD_PRESSURE) == Truth.YES
        return f"{key}_blood_pressure" if is_pressure else f"{key}_illness"
    if case.row == PEM and case.situation.pem is None:
        return f"{key}_not_asked"
    if case.row == AMBER:
        yes = (one for one in _HOLDING if facts.truth(one) == Truth.YES)
        return _HOLDING[next(yes)]
    return _same_key(facts) if case.row == SAME else key


def _same_key(facts: Facts) -> str:
    """Name what is missing: a next-day value always, the rest if it mattered."""
    if facts.truth(Condition.FOLLOW_UP_GREEN) == Truth.UNKNOWN:
        return "load.same_no_follow_up"
    missing = unknowns_of((WAY_BACK, OVER_TARGET, NEXT_PHASE), facts=facts)
    named = [_MISSING[one] for one in _MISSING if one in missing]
    if named:
        return named[0]
    return "load.same_unknown" if missing else SAME.explanation


def _hold_params(case: Case) -> Mapping[str, Value]:
    situation = case.situation
    if case.row == POSTPONE:
        return {
            "systolic": shown(situation.systolic_mmhg),
            "diastolic": shown(situation.diastolic_mmhg),
        }
    if case.row == AMBER:
        return {"confidence": shown(situation.confidence)}
    return {}
