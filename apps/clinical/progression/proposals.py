"""Proposals for the next load of one exercise: the draft, and the check before.

A proposal is never in force. A therapist takes it over with the person, changes it
with a reason, or dismisses it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from ..errors import ClinicalInputError
from ..flare.sentences import Sentence
from .conditions import facts_of
from .cuts import cut
from .holds import hold
from .inputs import Situation
from .moves import Case, Move
from .policy import TABLE_KEY, TABLE_VERSION, LoadPolicy
from .raises import propose_more
from .record import digest_of, inputs_of
from .steps import change_pct
from .table import LOAD_TABLE, Action, Match, Row, first_match

VERSION_1: Final = LoadPolicy()
_STRICTNESS: Final = {
    Action.RAISE: 0,
    Action.NEXT_PHASE: 0,
    Action.HOLD: 1,
    Action.REDUCE: 2,
    Action.RESTART: 3,
    Action.NO_TRAINING: 4,
}


class Pass(StrEnum):
    """When the table was read."""

    DRAFT = "draft"
    AT_PRE = "at_pre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the table proposes for one exercise, and why.

    Args:
        row: Number of the row; 0 blocks for PEM, 16 is the way back.
        next_load_kg: What accepting it puts in force; None without kilograms.
        change_pct: Against the load in force, with its sign, to 0.1.
        sets: Of the next session alone; 0 for no training.
        offered_load_kg: A larger raise that only a therapist may choose.
        phase_change: -1 back, 0, or 1 to the next phase.
        therapist_decides: Whether it cannot be taken over as it is, in one tap.
        is_blocked: Whether there is no proposal: the load is the therapist's alone.
        retest_within_days: A new 1RM is due within this.
        unknowns: Conditions that, known, could have led to another row.
        inputs: Plain values for storage, and their SHA-256.
    """

    table_key: str
    table_version: int
    made: Pass
    exercise: str
    row: int
    name: str
    action: Action
    load_in_force_kg: Decimal | None
    next_load_kg: Decimal | None
    change_pct: Decimal | None
    sets: int
    reps_min: int | None
    reps_max: int | None
    offered_load_kg: Decimal | None
    offered_reps_min: int | None
    offered_reps_max: int | None
    phase_change: int
    explosive_allowed: bool
    therapist_decides: bool
    is_urgent: bool
    is_blocked: bool
    retest_within_days: int | None
    explanation: Sentence
    notes: tuple[Sentence, ...]
    unknowns: tuple[str, ...]
    inputs: Mapping[str, Any]
    inputs_digest: str


def draft(situation: Situation, *, policy: LoadPolicy = VERSION_1) -> Proposal:
    """Return the proposal after a session, once its two-day value is in or closed.

    The same values always give the same proposal and the same digest. The table
    always has an answer: its last row holds by itself.
    """
    proposal = _first(LOAD_TABLE, situation=situation, policy=policy, made=Pass.DRAFT)
    assert proposal is not None  # noqa: S101 - the last row always holds
    return proposal


def at_pre(
    situation: Situation,
    *,
    standing: Proposal | None,
    policy: LoadPolicy = VERSION_1,
) -> Proposal | None:
    """Return the proposal after the check before a session, never a higher one.

    Only the rows that belong to this check are read. What stood before stays where
    it is as careful; otherwise the lower load, the fewer sets and all limits of
    both hold together.

    Args:
        standing: The draft that waits for a decision; None if there is none.

    Raises:
        ClinicalInputError: The draft is for another exercise or load in force.
    """
    _require_same(situation, standing=standing)
    rows = [row for row in LOAD_TABLE if row.at_pre]
    found = _first(rows, situation=situation, policy=policy, made=Pass.AT_PRE)
    if standing is None or found is None:
        return standing or found
    if _lowers(found, standing=standing):
        return _lowered(standing, by=found)
    return standing


def _require_same(situation: Situation, *, standing: Proposal | None) -> None:
    if standing is None:
        return
    wanted = (situation.exercise, situation.plan.load_kg)
    got = (standing.exercise, standing.load_in_force_kg)
    if wanted != got:
        raise ClinicalInputError(
            f"standing must be for {wanted[0]} at {wanted[1]} kg, "
            f"got one for {got[0]} at {got[1]} kg; draft it anew."
        )


def _first(
    rows: Iterable[Row], *, situation: Situation, policy: LoadPolicy, made: Pass
) -> Proposal | None:
    facts = facts_of(situation, policy=policy)
    match = first_match(rows, facts=facts)
    if match is None:
        return None
    case = Case(row=match.row, situation=situation, facts=facts, policy=policy)
    return _proposal(match, move=_move(case), case=case, made=made)


def _move(case: Case) -> Move:
    if case.row.cut_pct:
        return cut(case)
    if case.row.action in (Action.RAISE, Action.NEXT_PHASE):
        return propose_more(case)
    return hold(case)


def _proposal(match: Match, *, move: Move, case: Case, made: Pass) -> Proposal:
    row = match.row
    inputs = inputs_of(case.situation, facts=case.facts, policy=case.policy)
    inputs |= {"pass": str(made)}
    return Proposal(
        table_key=TABLE_KEY,
        table_version=TABLE_VERSION,
        made=made,
        exercise=case.situation.exercise,
        row=row.number,
        name=row.name,
        action=move.action,
        load_in_force_kg=case.load_kg,
        next_load_kg=move.next_kg,
        change_pct=_change_pct(move.next_kg, base_kg=case.load_kg),
        sets=move.sets,
        reps_min=move.reps[0],
        reps_max=move.reps[1],
        offered_load_kg=move.offered_kg,
        offered_reps_min=move.offered_reps[0],
        offered_reps_max=move.offered_reps[1],
        phase_change=move.phase_change,
        explosive_allowed=row.explosive,
        therapist_decides=move.decides,
        is_urgent=row.urgent,
        is_blocked=row.blocks,
        retest_within_days=_retest(row, move=move),
        explanation=move.explanation,
        notes=move.notes,
        unknowns=tuple(str(one) for one in match.unknowns),
        inputs=inputs,
        inputs_digest=digest_of(inputs),
    )


def _retest(row: Row, *, move: Move) -> int | None:
    """Return when a new 1RM is due; nothing where the row has had its say."""
    return row.retest_within_days if move.action == Action.RESTART else None


def _change_pct(load_kg: Decimal | None, *, base_kg: Decimal | None) -> Decimal | None:
    if load_kg is None or base_kg is None:
        return None
    return change_pct(load_kg, base_kg=base_kg)


def _lowers(found: Proposal, *, standing: Proposal) -> bool:
    """Tell whether the check before the session asks for less than what stood.

    What is blocked stays so: only a reason not to train comes on top of it.
    """
    is_stricter = _STRICTNESS[found.action] > _STRICTNESS[standing.action]
    if found.is_urgent:
        return not standing.is_urgent
    if standing.is_blocked:
        return found.action == Action.NO_TRAINING
    return (
        is_stricter
        or found.is_blocked
        or found.sets < standing.sets
        or _is_lower(found.next_load_kg, standing.next_load_kg)
    )


def _is_lower(load_kg: Decimal | None, other_kg: Decimal | None) -> bool:
    return load_kg is not None and other_kg is not None and load_kg < other_kg


def _lowered(standing: Proposal, *, by: Proposal) -> Proposal:
    """Return the stricter of both in every respect, told as the later one."""
    keeps_load = _is_lower(standing.next_load_kg, by.next_load_kg)
    next_kg = standing.next_load_kg if keeps_load else by.next_load_kg
    inputs = {**by.inputs, "standing": standing.inputs_digest}
    return replace(
        by,
        next_load_kg=next_kg,
        change_pct=_change_pct(next_kg, base_kg=by.load_in_force_kg),
        sets=min(standing.sets, by.sets),
        phase_change=min(standing.phase_change, by.phase_change),
        explosive_allowed=standing.explosive_allowed and by.explosive_allowed,
        therapist_decides=standing.therapist_decides or by.therapist_decides,
        retest_within_days=by.retest_within_days or standing.retest_within_days,
        notes=(*by.notes, standing.explanation) if keeps_load else by.notes,
        inputs=inputs,
        inputs_digest=digest_of(inputs),
    )
