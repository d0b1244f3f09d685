"""What changed between two filled forms, and whether the change is a clear one."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from ..errors import ClinicalInputError
from .instrument import ChangeThreshold, Direction, Instrument, ScoreRule, Unit
from .scoring import Score, Scores

HUNDRED: Final = 100


class Trend(StrEnum):
    """Which way a score went for the person."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"


class NotCompared(StrEnum):
    """Why a difference or a threshold is not told."""

    ANOTHER_VERSION = "another_version"  # of the instrument
    ANOTHER_SCORING = "another_scoring"  # other reversals or option scores
    NO_SCORE = "no_score"  # before, after or both
    NOT_COMPLETE = "not_complete"  # a prorated score cannot meet a threshold
    BASELINE_NOT_ABOVE_ZERO = "baseline_not_above_zero"  # no percentage of it


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdVerdict:
    """Whether a change, up or down, reaches one threshold; None: `why_unknown`."""

    code: str
    unit: Unit
    at_least: Fraction
    population: str
    mark: str
    is_met: bool | None
    why_unknown: NotCompared | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChange:
    """What one score did.

    `difference` is after minus before, exact; None with its reason. `trend` is
    None where it is not known what a higher score means.
    """

    code: str
    difference: Fraction | None
    trend: Trend | None
    why_none: NotCompared | None
    thresholds: tuple[ThresholdVerdict, ...]


def change(
    instrument: Instrument, before: Scores, after: Scores
) -> tuple[ScoreChange, ...]:
    """Return the change of each score, in the order of the instrument.

    A threshold is met by a change of at least its size in either direction when
    both scores are complete; `trend` tells the direction. Scores of two versions,
    or scored by different clinic settings, are not subtracted.

    Raises:
        ClinicalInputError: Scores of another instrument, or `after` of a version
            that is not the given instrument's.

    Source: thresholds with their marks in each instrument's file.
    """
    keys = {instrument.key, before.instrument_key, after.instrument_key}
    if len(keys) > 1:
        raise ClinicalInputError(
            f"Both scores must be of {instrument.key}, got {before.instrument_key} "
            f"and {after.instrument_key}."
        )
    if after.instrument_version != instrument.version:
        raise ClinicalInputError(
            f"after must be scored with {instrument.key} version "
            f"{instrument.version}, got {after.instrument_version}."
        )
    why = _why_not(before, after)
    return tuple(
        _score_change(rule, before.score(rule.code), after.score(rule.code), why=why)
        for rule in instrument.scores
    )


def _why_not(before: Scores, after: Scores) -> NotCompared | None:
    if before.instrument_version != after.instrument_version:
        return NotCompared.ANOTHER_VERSION
    first, second = before.settings, after.settings
    if (first.reversed_items, first.option_scores) != (
        second.reversed_items,
        second.option_scores,
    ):
        return NotCompared.ANOTHER_SCORING
    return None


def _score_change(
    rule: ScoreRule,
    before: Score | None,
    after: Score | None,
    *,
    why: NotCompared | None,
) -> ScoreChange:
    first = None if before is None else before.value
    second = None if after is None else after.value
    if why or before is None or after is None or first is None or second is None:
        return _not_compared(rule, why=why or NotCompared.NO_SCORE)
    difference = second - first
    are_complete = before.is_complete and after.is_complete
    return ScoreChange(
        code=rule.code,
        difference=difference,
        trend=_trend(difference, direction=after.direction),
        why_none=None,
        thresholds=tuple(
            _judged(each, first=first, difference=difference)
            if are_complete
            else _verdict(each, is_met=None, why=NotCompared.NOT_COMPLETE)
            for each in rule.thresholds
        ),
    )


def _not_compared(rule: ScoreRule, *, why: NotCompared) -> ScoreChange:
    return ScoreChange(
        code=rule.code,
        difference=None,
        trend=None,
        why_none=why,
        thresholds=tuple(
            _verdict(each, is_met=None, why=why) for each in rule.thresholds
        ),
    )


def _judged(
    threshold: ChangeThreshold, *, first: Fraction, difference: Fraction
) -> ThresholdVerdict:
    """Return whether the size of the change comes to the threshold."""
    needed = threshold.at_least
    if threshold.unit == Unit.PERCENT:
        if first <= 0:
            why = NotCompared.BASELINE_NOT_ABOVE_ZERO
            return _verdict(threshold, is_met=None, why=why)
        needed = first * needed / HUNDRED
    return _verdict(threshold, is_met=abs(difference) >= needed, why=None)


def _verdict(
    threshold: ChangeThreshold, *, is_met: bool | None, why: NotCompared | None
) -> ThresholdVerdict:
    return ThresholdVerdict(
        code=threshold.code,
        unit=threshold.unit,
        at_least=threshold.at_least,
        population=threshold.population,
        mark=threshold.mark,
        is_met=is_met,
        why_unknown=why,
    )


def _trend(difference: Fraction, *, direction: Direction) -> Trend | None:
    if direction == Direction.ASK_CLINIC:
        return None
    if difference == 0:
        return Trend.SAME
    is_worse = (difference > 0) == (direction == Direction.HIGHER_WORSE)
    return Trend.WORSE if is_worse else Trend.BETTER
