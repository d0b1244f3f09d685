"""The rows that cut: how much, from which load, and only once."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from ..flare.sentences import Sentence, Value
from .inputs import BREAK_ROWS, FLARE_ROW, RED_ROW, Decided, Situation
from .moves import Case, Move, reps_of, shown
from .sentences import kg, sentence
from .steps import cut_load
from .table import Action, Row, Scope

# Each family cuts once for what it is about; a longer break cuts from the load
# before the shorter one.
_FAMILIES: Final = {
    FLARE_ROW: (FLARE_ROW,),
    RED_ROW: (RED_ROW,),
    **dict.fromkeys(BREAK_ROWS, BREAK_ROWS),
}


class CutKind(StrEnum):
    """What a cutting row means for one exercise."""

    CUT = "cut"
    OTHER = "other"
    AGAIN = "again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A cut as it is carried out.

    Args:
        kind: `other` outside of the row's scope, `again` where it was decided on
            before or the load is as low already.
        cut_pct: Of the load it starts from; 0 when the load stays.
        load_kg: Never above the load in force; None without kilograms.
        in_scope: Whether the sets of the row count for this exercise too.
        at_minimum: Whether the machine has nothing as small as the cut asks for.
    """

    kind: CutKind
    cut_pct: int
    load_kg: Decimal | None
    in_scope: bool
    at_minimum: bool = False


def cut(case: Case) -> Move:
    """Return the load after a cut; where it has been cut before, it stays."""
    plan, done = case.situation.plan, cut_of(case.row, situation=case.situation)
    is_restart = case.row.action == Action.RESTART and done.kind == CutKind.CUT
    before = plan.previous_phase if is_restart else None
    next_kg = _lower(done.load_kg, case.phase_load_kg(before))
    sets = case.row.sets if case.row.sets and done.in_scope else plan.sets
    return Move(
        action=_action(case.row, cut_pct=done.cut_pct, falls=sets < plan.sets),
        next_kg=next_kg,
        sets=sets,
        reps=case.reps if before is None else reps_of(before),
        explanation=sentence(_key(case.row, done), _params(case, done)),
        notes=_notes(done, load_kg=next_kg),
        decides=done.at_minimum or (done.cut_pct > 0 and next_kg is None),
        phase_change=0 if before is None else -1,
    )


def _lower(load_kg: Decimal | None, other_kg: Decimal | None) -> Decimal | None:
    """Return the lower of two loads; without another, or without one, the first."""
    if load_kg is None or other_kg is None:
        return load_kg
    return min(load_kg, other_kg)


def _action(row: Row, *, cut_pct: int, falls: bool) -> Action:
    if cut_pct:
        return row.action
    return Action.REDUCE if falls else Action.HOLD


def _key(row: Row, done: Cut) -> str:
    if done.kind == CutKind.AGAIN and row.number in BREAK_ROWS:
        return "load.break_again"
    suffix = "" if done.kind == CutKind.CUT else f"_{done.kind}"
    return f"{row.explanation}{suffix}"


def _params(case: Case, done: Cut) -> Mapping[str, Value]:
    params: dict[str, Value] = {"cut": done.cut_pct}
    if case.row.number in BREAK_ROWS:
        params["days"] = shown(case.facts.days_off)
    if case.row.retest_within_days is not None:
        params["retest"] = case.row.retest_within_days
    return params


def _notes(done: Cut, *, load_kg: Decimal | None) -> tuple[Sentence, ...]:
    if done.at_minimum:
        return (sentence("load.note_minimum", {"to": kg(load_kg)}),)
    if done.cut_pct and load_kg is None:
        return (sentence("load.note_no_load", {}),)
    return ()


def cut_of(row: Row, *, situation: Situation) -> Cut:
    """Return what a cutting row makes of the load in force."""
    in_scope = _is_in_scope(row, situation=situation)
    cut_pct = row.cut_pct if in_scope else row.other_cut_pct
    in_force_kg, earlier = situation.plan.load_kg, _earlier(row, situation=situation)
    kind = CutKind.CUT if in_scope else CutKind.OTHER
    stays = Cut(kind=kind, cut_pct=0, load_kg=in_force_kg, in_scope=in_scope)
    again = Cut(kind=CutKind.AGAIN, cut_pct=0, load_kg=in_force_kg, in_scope=in_scope)
    if any(one.row == row.number for one in earlier):
        return again
    if cut_pct == 0:
        return stays
    if in_force_kg is None:
        return Cut(kind=kind, cut_pct=cut_pct, load_kg=None, in_scope=in_scope)
    base_kg = _base_kg(row, situation=situation, earlier=earlier) or in_force_kg
    cut = cut_load(base_kg, cut_pct=cut_pct, steps=situation.plan.steps)
    exact_kg = situation.plan.steps.unrounded_kg(in_force_kg)
    if exact_kg <= cut.load_kg and not cut.must_ask:
        return again
    return Cut(
        kind=kind,
        cut_pct=cut_pct,
        load_kg=min(in_force_kg, cut.load_kg),
        in_scope=in_scope,
        at_minimum=cut.must_ask,
    )


def _is_in_scope(row: Row, *, situation: Situation) -> bool:
    """Tell whether the row means this exercise; not known is yes, to be careful."""
    flare, newest = situation.detector.flare, situation.newest
    if row.scope == Scope.FLARE_REGION:
        regions = None if flare is None else flare.regions
        return regions is None or situation.region in regions
    if row.scope == Scope.DONE_THAT_DAY:
        return newest is None or newest.done(situation.exercise) is not None
    return True


def _about(row: Row, *, situation: Situation) -> str | None:
    """Return what a cut is about: the episode, or the newest session."""
    flare, newest = situation.detector.flare, situation.newest
    if row.number == FLARE_ROW:
        return None if flare is None else flare.key
    return None if newest is None else newest.key


def _earlier(row: Row, *, situation: Situation) -> list[Decided]:
    about, family = _about(row, situation=situation), _FAMILIES[row.number]
    return [
        one for one in situation.decided if one.about == about and one.row in family
    ]


def _base_kg(
    row: Row, *, situation: Situation, earlier: list[Decided]
) -> Decimal | None:
    """Return the load that a cut starts from; None for the load in force."""
    flare = situation.detector.flare
    if row.number == FLARE_ROW:
        return None if flare is None else flare.load_at_start_kg
    before = [one.load_before_kg for one in earlier if one.load_before_kg is not None]
    return max(before, default=None)
