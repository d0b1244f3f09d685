"""Figures with their Monte-Carlo error: how far another seed would land.

Patients are independent, sessions of one patient are not, so every error is taken
over patients.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

Z_95: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure, its standard error and its 95 % interval; None when unknown.

    Args:
        of: How many patients, or of a share of sessions how many sessions, it rests
            on.
    """

    value: float | None
    error: float | None
    low: float | None
    high: float | None
    of: int


def unknown() -> Estimate:
    """Return the estimate that rests on nobody."""
    return Estimate(value=None, error=None, low=None, high=None, of=0)


def proportion(found: Iterable[bool]) -> Estimate:
    """Return the share of patients, with the interval of Wilson.

    Source:
        Wilson 1927, J Am Stat Assoc 22:209 [K].
    """
    answers = list(found)
    n = len(answers)
    if not n:
        return unknown()
    share = sum(answers) / n
    middle = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = (
        Z_95
        * math.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n**2))
        / (1 + Z_95**2 / n)
    )
    return Estimate(
        value=share,
        error=math.sqrt(share * (1 - share) / n),
        low=max(0.0, middle - half),
        high=min(1.0, middle + half),
        of=n,
    )


def ratio(parts: Iterable[tuple[float, float]]) -> Estimate:
    """Return the sum of the first over the sum of the second of each patient.

    With time at risk as the second it is a rate, with sessions a share of sessions.
    The error is that of a ratio of two means; without two patients it is unknown.
    """
    pairs = list(parts)
    n, below = len(pairs), sum(second for _, second in pairs)
    if not below:
        return unknown()
    value = sum(first for first, _ in pairs) / below
    if n < 2:
        return Estimate(value=value, error=None, low=None, high=None, of=n)
    squares = sum((first - value * second) ** 2 for first, second in pairs)
    error = math.sqrt(squares * n / (n - 1)) / below
    return Estimate(
        value=value,
        error=error,
        low=max(0.0, value - Z_95 * error),
        high=value + Z_95 * error,
        of=n,
    )


def quantile(values: Iterable[int], *, share: float) -> Estimate:
    """Return a quantile, between two values by straight line.

    The interval is read off the ordered values, a quarter of its width being about
    one standard error.
    """
    ordered = sorted(values)
    n = len(ordered)
    if not n:
        return unknown()
    half = Z_95 * math.sqrt(n * share * (1 - share))
    low = ordered[max(0, math.floor(n * share - half))]
    high = ordered[min(n - 1, math.ceil(n * share + half) - 1)]
    return Estimate(
        value=_between(ordered, place=share * (n - 1)),
        error=(high - low) / (2 * Z_95),
        low=float(low),
        high=float(high),
        of=n,
    )


def _between(ordered: Sequence[int], *, place: float) -> float:
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
