"""The rows that propose more: one step, the way back, the next phase.

A load above +10 % of the load in force is only offered beside the proposal, for a
therapist to choose. The way back may take a larger step, towards a load that was in
force before, and then says so.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from ..flare.sentences import Value
from .moves import Case, Move, reps_of
from .sentences import kg, sentence
from .steps import capped_kg, is_above, next_step_kg
from .table import NEXT_PHASE, OVER_TARGET, WAY_BACK
from .truth import Truth
from .way_back import way_back_kg


def propose_more(case: Case) -> Move:
    """Return more load, repetitions or the next phase; asks where confidence is low."""
    move = _MOVES[case.row.number](case)
    if case.facts.fully_confident == Truth.YES:
        return move
    params: dict[str, Value] = {"confidence": case.situation.confidence or 0}
    return replace(
        move, notes=(*move.notes, sentence("load.note_ask", params)), decides=True
    )


def _one_step(case: Case) -> Move:
    """Return one step more, or first more repetitions where a step is large."""
    load_kg, policy = case.load_kg, case.policy
    params: dict[str, Value] = {
        "extra": policy.over_target_reps,
        "sessions": policy.over_target_sessions,
    }
    if load_kg is None:
        move = _move(case, "load.raise_level", params)
        return replace(move, notes=(sentence("load.note_no_load", {}),), decides=True)
    step_kg = next_step_kg(
        load_kg, min_pct=policy.raise_min_pct, steps=case.situation.plan.steps
    )
    params |= {"now": kg(load_kg)}
    exact_kg = case.situation.plan.steps.unrounded_kg(load_kg)
    if is_above(step_kg, base_kg=exact_kg, by_pct=policy.raise_max_pct):
        return _large_step(case, step_kg, params=params)
    params |= {"to": kg(step_kg)}
    return replace(_move(case, "load.raise", params), next_kg=step_kg)


def _large_step(case: Case, step_kg: Decimal, *, params: dict[str, Value]) -> Move:
    """Return more repetitions first, then the step on offer with the fewest."""
    low, high = case.reps
    params = params | {"step": kg(step_kg), "max": case.policy.raise_max_pct}
    if high is None or case.facts.reps_first_done == Truth.YES:
        return replace(
            _move(case, "load.raise_step", params),
            decides=True,
            offered_kg=step_kg,
            offered_reps=(low, low),
        )
    most = high + case.policy.reps_first
    move = _move(case, "load.raise_reps", params | {"reps": most})
    return replace(move, reps=(low, most))


def _way_back(case: Case) -> Move:
    """Return half of the way to the earlier load, or the rest of it."""
    deload, load_kg = case.situation.deload, case.load_kg
    # The row holds only where a cut left a load below the earlier one.
    assert deload is not None  # noqa: S101
    assert load_kg is not None  # noqa: S101
    max_pct, steps = case.policy.raise_max_pct, case.situation.plan.steps
    next_kg = way_back_kg(load_kg, deload=deload, max_pct=max_pct, steps=steps)
    params: dict[str, Value] = {"goal": kg(deload.from_load_kg), "to": kg(next_kg)}
    move = replace(_move(case, "load.way_back", params), next_kg=next_kg)
    exact_kg = steps.unrounded_kg(load_kg)
    if not is_above(next_kg, base_kg=exact_kg, by_pct=max_pct):
        return move
    note = sentence("load.note_return", {"max": max_pct})
    return replace(move, notes=(note,), decides=True)


def _next_phase(case: Case) -> Move:
    """Return the phase's load, never below the load in force, 10 % more at most."""
    load_kg, plan = case.load_kg, case.situation.plan
    phase = plan.next_phase
    # The row holds only where there is a next phase.
    assert phase is not None  # noqa: S101
    phase_kg = case.phase_load_kg(phase)
    params: dict[str, Value] = {"phase": phase.position}
    if load_kg is None or phase_kg is None:
        move = _move(case, "load.next_phase_only", params)
        note = sentence("load.note_no_load", {})
        return replace(
            move, reps=reps_of(phase), notes=(note,), decides=True, phase_change=1
        )
    wanted_kg, max_pct = max(load_kg, phase_kg), case.policy.raise_max_pct
    next_kg = capped_kg(wanted_kg, base_kg=load_kg, max_pct=max_pct, steps=plan.steps)
    move = replace(
        _move(case, "load.next_phase", params | {"to": kg(next_kg)}),
        next_kg=next_kg,
        reps=reps_of(phase),
        phase_change=1,
    )
    if wanted_kg == next_kg:
        return move
    offer: dict[str, Value] = {"offered": kg(wanted_kg), "max": max_pct}
    return replace(
        move,
        notes=(sentence("load.note_offer", offer),),
        decides=True,
        offered_kg=wanted_kg,
        offered_reps=reps_of(phase),
    )


def _move(case: Case, key: str, params: dict[str, Value]) -> Move:
    return Move(
        action=case.row.action,
        next_kg=case.load_kg,
        sets=case.situation.plan.sets,
        reps=case.reps,
        explanation=sentence(key, params),
    )


_MOVES: Final = {
    WAY_BACK.number: _way_back,
    OVER_TARGET.number: _one_step,
    NEXT_PHASE.number: _next_phase,
}
