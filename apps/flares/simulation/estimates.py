"""Figures with their Monte-Carlo error: how far another seed would land.

Patients are independent, sessions of one patient are not, so every error is taken
over patients.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import NormalDist, pstdev
from typing import Final

Z_95: Final = NormalDist().inv_cdf(0.975)
# A standard error from so many resamples is itself off by some 4 %.
RESAMPLES: Final = 300


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

    The error is half of that interval for one standard error. Unlike the binomial
    one it does not vanish where nobody or everybody was found, not even for one
    patient.

    Source:
        Wilson 1927, J Am Stat Assoc 22:209 [K].
    """
    answers = list(found)
    n = len(answers)
    if not n:
        return unknown()
    share = sum(answers) / n
    middle = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = _half_of_wilson(share, n=n, z=Z_95)
    return Estimate(
        value=share,
        error=_half_of_wilson(share, n=n, z=1),
        low=max(0.0, middle - half),
        high=min(1.0, middle + half),
        of=n,
    )


def _half_of_wilson(share: float, *, n: int, z: float) -> float:
    """Return half the width of the interval that is z errors to each side."""
    within = share * (1 - share) / n + z**2 / (4 * n**2)
    return z * math.sqrt(within) / (1 + z**2 / n)


def ratio(parts: Iterable[tuple[float, float]]) -> Estimate:
    """Return the sum of the first over the sum of the second of each patient.

    With time at risk as the second it is a rate, with sessions a share of sessions.
    The error is that of a ratio of two means, and at least that of one event, because
    patients who are all alike, such as without any alert, do not prove that all are.
    Without two patients it is unknown.
    """
    pairs = list(parts)
    n, below = len(pairs), sum(second for _, second in pairs)
    if not below:
        return unknown()
    value = sum(first for first, _ in pairs) / below
    if n < 2:
        return Estimate(value=value, error=None, low=None, high=None, of=n)
    squares = sum((first - value * second) ** 2 for first, second in pairs)
    error = max(math.sqrt(squares * n / (n - 1)), 1.0) / below
    return Estimate(
        value=value,
        error=error,
        low=max(0.0, value - Z_95 * error),
        high=value + Z_95 * error,
        of=n,
    )


def quantile(values: Iterable[int], *, share: float, random: Random) -> Estimate:
    """Return a quantile of one value for each patient, by straight line between two.

    The error is that of a bootstrap over patients: values are few whole numbers, and
    an error from their order takes no notice of the steps between them. Patients who
    are all alike do not tell how far others would lie, so there it is unknown. The
    interval is read off the ordered values.

    Source:
        Efron 1979, Ann Stat 7:1 [K].
    """
    ordered = sorted(values)
    n = len(ordered)
    if not n:
        return unknown()
    half = Z_95 * math.sqrt(n * share * (1 - share))
    low = ordered[max(0, math.floor(n * share - half))]
    high = ordered[min(n - 1, math.ceil(n * share + half) - 1)]
    return Estimate(
        value=_read_off(ordered, share=share),
        error=_bootstrap_error(ordered, share=share, random=random),
        low=float(low),
        high=float(high),
        of=n,
    )


def _bootstrap_error(
    ordered: Sequence[int], *, share: float, random: Random
) -> float | None:
    if ordered[0] == ordered[-1]:
        return None
    n = len(ordered)
    return pstdev(
        _read_off(sorted(random.choices(ordered, k=n)), share=share)
        for _ in range(RESAMPLES)
    )


def _read_off(ordered: Sequence[int], *, share: float) -> float:
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
