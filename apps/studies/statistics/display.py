"""How figures are printed: one decimal, and a p-value only where it may stand.

Rounding is half away from zero, as people do it; S1 itself prints 8.25 as 8.2, which
is not repeated.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from apps.clinical.proportions import Proportion

from .values import EXACT_DECIMALS

SMALLEST_GROUP: Final = 6  # [D] no p-value for fewer persons in a group
SMALLEST_SHOWN_P: Final = Decimal("0.001")  # [D] where S1 prints 0.001
ONE_DECIMAL: Final = Decimal("0.1")  # [D]
THREE_DECIMALS: Final = Decimal("0.001")  # [S1]


class Reason(StrEnum):
    """Why there is no p-value, or why it says nothing."""

    TOO_FEW = "too_few"
    NO_CHANGE = "no_change"
    NO_DIFFERENCE = "no_difference"
    NO_SPREAD = "no_spread"


WORDS: Final = {
    Reason.TOO_FEW: "no p-value: fewer than 6 persons in a group",
    Reason.NO_CHANGE: "no change",
    Reason.NO_DIFFERENCE: "no difference",
    Reason.NO_SPREAD: "no test: the values within the groups do not differ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownP:
    """A p-value as it may be printed.

    Args:
        text: Three decimals or "<0.001"; None where no p-value may stand.
        reason: Why not, or why it is 1; None for an ordinary p-value.
    """

    text: str | None
    reason: Reason | None = None


def shown_p(
    p: float | None, *, smallest_n: int, reason: Reason | None = None
) -> ShownP:
    """Return a p-value as it may be printed.

    Args:
        p: From 0 to 1; None where it could not be computed.
        smallest_n: Persons in the smallest group that the p-value stands on.
        reason: Why there is none, or why it is 1.
    """
    if smallest_n < SMALLEST_GROUP:
        return ShownP(text=None, reason=Reason.TOO_FEW)
    if p is None:
        return ShownP(text=None, reason=reason)
    exact = _exact(p)
    if exact < SMALLEST_SHOWN_P:
        return ShownP(text=f"<{SMALLEST_SHOWN_P}", reason=reason)
    return ShownP(text=_rounded(exact, THREE_DECIMALS), reason=reason)


def one_decimal(value: float) -> str:
    """Return a figure with one decimal, half away from zero, never "-0.0"."""
    return _rounded(_exact(value), ONE_DECIMAL)


def median_and_quartiles(quartiles: tuple[float, float, float] | None) -> str | None:
    """Return "median (25th-75th)"; None without quartiles.

    With a negative quartile the word "to" stands between them, so that no minus is
    taken for a dash.
    """
    if quartiles is None:
        return None
    low, median, high = (one_decimal(value) for value in quartiles)
    between = " to " if "-" in low + high else "-"
    return f"{median} ({low}{between}{high})"


def share_and_limits(proportion: Proportion | None) -> str | None:
    """Return "share % (low-high)"; None where there is nobody to count."""
    if proportion is None:
        return None
    share, low, high = (
        one_decimal(100 * value)
        for value in (proportion.share, proportion.low, proportion.high)
    )
    return f"{share} % ({low}-{high})"


def _exact(value: float) -> Decimal:
    # The shortest decimal of a double is what a person means by it: 0.35 is a half.
    return Decimal(repr(round(float(value), EXACT_DECIMALS)))


def _rounded(value: Decimal, step: Decimal) -> str:
    rounded = value.quantize(step, rounding=ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded}"
