"""From one basis to another: on request alone, with the formula's name.

Only what has a formula is here. A share of the highest heart rate is never turned
into a share of VO2max: 46-63 % of the one goes with 64-76 % of the other [K], which
is a table of words and no formula.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ..errors import ClinicalInputError
from .heart_rate import (
    EffortOnlyReason,
    HeartFacts,
    HeartRateRules,
    HighestHeartRate,
    effort_only_reasons,
    highest_heart_rate,
    share_of_highest,
    share_of_reserve,
    shown_per_min,
)
from .targets import BEATS, REPETITIONS, SCORE, Basis, Target

RIR_TO_RPE10: Final = "RPE10 = 10 - RIR"  # [K]
RPE10_TO_RIR: Final = "RIR = 10 - RPE10"  # [K]
OF_HIGHEST: Final = "percent * HRmax"
OF_RESERVE: Final = "HRrest + percent * (HRmax - HRrest) (Karvonen)"  # [K]
TOP_OF_TEN: Final = Decimal(10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A target on another basis, unrounded, with what it was and how it came about.

    Args:
        formula: As printed beside the converted target.
    """

    target: Target
    formula: str
    original: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateTarget:
    """Beats per minute for a share of heart rate.

    Args:
        converted: Unrounded.
        highest: The highest heart rate that it stands on.
        shown_low: Whole beats, half up.
    """

    converted: Converted
    highest: HighestHeartRate
    shown_low: int
    shown_high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortAlone:
    """No beats per minute for this person: an effort scale guides instead."""

    reasons: tuple[EffortOnlyReason, ...]


def heart_rate_target(
    target: Target, *, facts: HeartFacts, rules: HeartRateRules
) -> HeartRateTarget | EffortAlone:
    """Return a target in beats per minute, or why effort alone is shown.

    Args:
        target: A share of the highest heart rate or of the reserve; others have no
            formula.

    Raises:
        ClinicalInputError: Another basis, or a share of the reserve without a heart
            rate at rest, or with one that is not below the highest.
    """
    if target.basis not in _FORMULAS:
        raise _no_formula(target.basis, Basis.HEART_RATE)
    reasons = effort_only_reasons(facts, rules=rules)
    if reasons:
        return EffortAlone(reasons=reasons)
    highest = highest_heart_rate(facts, rules=rules)
    low, high = (
        _per_min(percent, basis=target.basis, highest=highest, facts=facts)
        for percent in (target.low, target.high)
    )
    beats = Target(basis=Basis.HEART_RATE, low=low, high=high, unit=BEATS)
    return HeartRateTarget(
        converted=Converted(
            target=beats,
            formula=f"{_FORMULAS[target.basis]}, HRmax {_origin(highest)}",
            original=target,
        ),
        highest=highest,
        shown_low=shown_per_min(low),
        shown_high=shown_per_min(high),
    )


def converted_effort(target: Target, *, to: Basis) -> Converted:
    """Return repetitions in reserve as effort from 0 to 10, or the other way round.

    Raises:
        ClinicalInputError: There is no formula between the two bases.

    Source:
        RPE10 = 10 - RIR [K].
    """
    if (target.basis, to) not in _EFFORT:
        raise _no_formula(target.basis, to)
    formula, unit = _EFFORT[target.basis, to]
    mirrored = Target(
        basis=to,
        low=TOP_OF_TEN - target.high,
        high=TOP_OF_TEN - target.low,
        unit=unit,
    )
    return Converted(target=mirrored, formula=formula, original=target)


_EFFORT: Final = {
    (Basis.RIR, Basis.RPE10): (RIR_TO_RPE10, SCORE),
    (Basis.RPE10, Basis.RIR): (RPE10_TO_RIR, REPETITIONS),
}


_FORMULAS: Final = {Basis.HRMAX: OF_HIGHEST, Basis.HRR: OF_RESERVE}


def _per_min(
    percent: Decimal, *, basis: Basis, highest: HighestHeartRate, facts: HeartFacts
) -> Decimal:
    if basis is Basis.HRMAX:
        return share_of_highest(percent=percent, highest_per_min=highest.per_min)
    return share_of_reserve(
        percent=percent,
        highest_per_min=highest.per_min,
        rest_per_min=_require_rest(facts),
    )


def _require_rest(facts: HeartFacts) -> Decimal:
    if facts.rest_per_min is None:
        raise ClinicalInputError(
            "rest_per_min must be known for a share of the heart rate reserve: "
            "measure the heart rate at rest first."
        )
    return Decimal(facts.rest_per_min)


def _origin(highest: HighestHeartRate) -> str:
    if highest.formula is None:
        return f"{highest.per_min} measured"
    return f"{highest.per_min} = {highest.formula} ({highest.method})"


def _no_formula(basis: Basis, to: Basis) -> ClinicalInputError:
    return ClinicalInputError(
        f"There is no formula from {basis} to {to}: set the target on the basis that "
        "is wanted."
    )
