"""The load table as data: rows from the top, the first that holds is the proposal.

Numbers are those of the written table. Two entries of ours stand between them: 0,
for people with post-exertional malaise, and 16, the way back after a cut. Row 10
stands before row 8: soreness of trained muscles after something new is explained,
not answered with a cut. A row holds when all its conditions of one line are a known
yes and none of its barriers is anything but a known no.

Source:
    All rows are decisions of this product [D]; row 13 after ACSM [O:23] and NSCA
    [O:24]; that people with ME/CFS get no fixed increments: NICE [O:11] [O:12].
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .conditions import Condition, Facts
from .truth import Truth, all_of, any_of, opposite


class Action(StrEnum):
    """What is proposed."""

    RAISE = "raise"
    HOLD = "hold"
    REDUCE = "reduce"
    RESTART = "restart"
    NEXT_PHASE = "next_phase"
    NO_TRAINING = "no_training"


class Scope(StrEnum):
    """Which exercises a row cuts; the others hold."""

    ALL = "all"
    DONE_THAT_DAY = "done_that_day"
    FLARE_REGION = "flare_region"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table.

    Args:
        lines: The row holds when all conditions of any line do; no line: always.
        unless: Barriers: each must be a known no.
        explanation: Key of the sentence.
        at_pre: Whether the row is read again at the check before a session.
        cut_pct: Of the load; 0 for none.
        other_cut_pct: For exercises outside the scope.
        sets: Of the next session; None for those of the plan.
        decides: Whether a therapist must look before anything is taken over.
        blocks: Whether nothing is proposed at all.
        retest_within_days: A new 1RM is due within this.
    """

    number: int
    name: str
    lines: tuple[tuple[Condition, ...], ...]
    action: Action
    explanation: str
    unless: tuple[Condition, ...] = ()
    at_pre: bool = False
    cut_pct: int = 0
    scope: Scope = Scope.ALL
    other_cut_pct: int = 0
    sets: int | None = None
    explosive: bool = True
    decides: bool = False
    urgent: bool = False
    blocks: bool = False
    retest_within_days: int | None = None


# Nothing is raised unless each of these is known not to hold.
BARRIERS: Final = (
    Condition.RED_FLAG,
    Condition.FLARE_OPEN,
    Condition.PATTERN_ALERT,
    Condition.PATTERN_WATCH,
    Condition.RESTART_BREAK,
    Condition.LONG_BREAK,
    Condition.BREAK,
    Condition.SORENESS,
    Condition.RISING_WEEKLY,
    Condition.BELOW_TARGET,
    Condition.LEFT_OUT,
    Condition.BROKEN_OFF,
    Condition.SAYS_FLARE,
)
GREEN: Final = (
    Condition.FOLLOW_UP_GREEN,
    Condition.DURING_GREEN,
    Condition.CONFIDENT,
)

RED_FLAG: Final = Row(
    number=1,
    name="red_flag",
    lines=((Condition.RED_FLAG,),),
    action=Action.NO_TRAINING,
    explanation="load.red_flag",
    at_pre=True,
    sets=0,
    explosive=False,
    decides=True,
    urgent=True,
)
POSTPONE: Final = Row(
    number=2,
    name="postpone",
    lines=((Condition.HIGH_BLOOD_PRESSURE,), (Condition.ACUTE_ILLNESS,)),
    action=Action.NO_TRAINING,
    explanation="load.postpone",
    at_pre=True,
    sets=0,
    explosive=False,
    decides=True,
)
PEM: Final = Row(
    number=0,
    name="pem",
    lines=((Condition.PEM_OR_NOT_ASKED,),),
    action=Action.HOLD,
    explanation="load.pem",
    at_pre=True,
    decides=True,
    blocks=True,
)
FLARE: Final = Row(
    number=3,
    name="flare",
    lines=((Condition.FLARE_OPEN,),),
    action=Action.REDUCE,
    explanation="load.flare",
    cut_pct=20,
    scope=Scope.FLARE_REGION,
    other_cut_pct=10,
    sets=1,
    explosive=False,
)
PATTERN: Final = Row(
    number=4,
    name="pattern",
    lines=((Condition.PATTERN_ALERT,),),
    action=Action.HOLD,
    explanation="load.pattern",
    decides=True,
    blocks=True,
)
RESTART: Final = Row(
    number=5,
    name="restart",
    lines=((Condition.RESTART_BREAK,),),
    action=Action.RESTART,
    explanation="load.restart",
    at_pre=True,
    cut_pct=30,
    retest_within_days=14,
)
LONG_BREAK: Final = Row(
    number=6,
    name="long_break",
    lines=((Condition.LONG_BREAK,),),
    action=Action.REDUCE,
    explanation="load.long_break",
    at_pre=True,
    cut_pct=20,
    sets=1,
)
BREAK: Final = Row(
    number=7,
    name="break",
    lines=((Condition.BREAK,),),
    action=Action.REDUCE,
    explanation="load.break",
    at_pre=True,
    cut_pct=10,
)
SORENESS: Final = Row(
    number=10,
    name="soreness",
    lines=((Condition.SORENESS,),),
    action=Action.HOLD,
    explanation="load.soreness",
)
RED: Final = Row(
    number=8,
    name="red",
    lines=((Condition.RED_ZONE,), (Condition.NOT_SETTLED,)),
    action=Action.REDUCE,
    explanation="load.red",
    cut_pct=10,
    scope=Scope.DONE_THAT_DAY,
)
RISING: Final = Row(
    number=9,
    name="rising",
    lines=((Condition.RISING_WEEKLY,),),
    action=Action.HOLD,
    explanation="load.rising",
)
AMBER: Final = Row(
    number=11,
    name="amber",
    # Not settled adds nothing to a draft, where row 8 stands above. At the check
    # before a session row 8 is not read, and a level that has just proved not to
    # have settled must at least stop a raise.
    lines=(
        (Condition.AMBER_OR_RED,),
        (Condition.NOT_SETTLED,),
        (Condition.BELOW_TARGET,),
        (Condition.LOW_CONFIDENCE,),
        (Condition.LEFT_OUT,),
        (Condition.BROKEN_OFF,),
        (Condition.SAYS_FLARE,),
    ),
    action=Action.HOLD,
    explanation="load.amber",
    at_pre=True,
)
WATCH: Final = Row(
    number=12,
    name="watch",
    lines=((Condition.MET_TARGET, Condition.PATTERN_WATCH),),
    action=Action.HOLD,
    explanation="load.watch",
    decides=True,
)
WAY_BACK: Final = Row(
    number=16,
    name="way_back",
    lines=((Condition.DELOADED, Condition.GREEN_TWICE_SINCE, *GREEN),),
    unless=BARRIERS,
    action=Action.RAISE,
    explanation="load.way_back",
)
OVER_TARGET: Final = Row(
    number=13,
    name="over_target",
    lines=((Condition.OVER_TARGET, *GREEN),),
    unless=BARRIERS,
    action=Action.RAISE,
    explanation="load.raise",
)
NEXT_PHASE: Final = Row(
    number=14,
    name="next_phase",
    lines=((Condition.PHASE_WEEKS_DONE, Condition.ALL_GREEN_TWICE, *GREEN),),
    unless=BARRIERS,
    action=Action.NEXT_PHASE,
    explanation="load.next_phase",
)
SAME: Final = Row(
    number=15,
    name="same",
    lines=(),
    action=Action.HOLD,
    explanation="load.same",
)

LOAD_TABLE: Final = (
    RED_FLAG,
    POSTPONE,
    PEM,
    FLARE,
    PATTERN,
    RESTART,
    LONG_BREAK,
    BREAK,
    SORENESS,
    RED,
    RISING,
    AMBER,
    WATCH,
    WAY_BACK,
    OVER_TARGET,
    NEXT_PHASE,
    SAME,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The row that holds, and what was unknown on the way to it.

    `unknowns` are conditions that, had they been known, could have led to
    another row.
    """

    row: Row
    unknowns: tuple[Condition, ...]


def first_match(rows: Iterable[Row], *, facts: Facts) -> Match | None:
    """Return the first row that holds, or None if none does."""
    passed: list[Row] = []
    for row in rows:
        if holds(row, facts=facts) == Truth.YES:
            return Match(row=row, unknowns=unknowns_of(passed, facts=facts))
        passed.append(row)
    return None


def holds(row: Row, *, facts: Facts) -> Truth:
    """Tell whether a row holds by itself, whatever stands above it."""
    lines = [_line_holds(line, facts=facts) for line in row.lines]
    barriers = (opposite(facts.truth(one)) for one in row.unless)
    return all_of((any_of(lines) if lines else Truth.YES, *barriers))


def unknowns_of(rows: Iterable[Row], *, facts: Facts) -> tuple[Condition, ...]:
    """Return the unknown conditions that leave a row open, each once, in order."""
    found: dict[Condition, None] = {}
    for row in rows:
        if holds(row, facts=facts) == Truth.UNKNOWN:
            found |= dict.fromkeys(_unknowns_of_row(row, facts=facts))
    return tuple(found)


def _line_holds(line: tuple[Condition, ...], *, facts: Facts) -> Truth:
    return all_of(facts.truth(condition) for condition in line)


def _unknowns_of_row(row: Row, *, facts: Facts) -> list[Condition]:
    asked = [
        condition
        for line in row.lines
        if _line_holds(line, facts=facts) == Truth.UNKNOWN
        for condition in line
    ]
    return [one for one in (*asked, *row.unless) if facts.truth(one) == Truth.UNKNOWN]
