"""Least-squares curves of degree 1 to 3, and where they rise through a value.

Coefficients are found in exact fractions, centred on the mean of x: no cancellation,
and the same digits on every machine.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from ..errors import ClinicalInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A polynomial around a centre.

    Args:
        centred: Coefficients of (x - centre), the constant first.
        r2: Share of the variance of y that it explains; None when y is constant.
    """

    centre: Fraction
    centred: tuple[Fraction, ...]
    r2: float | None

    @property
    def coefficients(self) -> tuple[float, ...]:
        """Return the coefficients of x itself, the highest power first."""
        plain = [Fraction(0)] * len(self.centred)
        for power, coefficient in enumerate(self.centred):
            for k in range(power + 1):
                plain[k] += (
                    coefficient * math.comb(power, k) * (-self.centre) ** (power - k)
                )
        return tuple(float(coefficient) for coefficient in reversed(plain))


def fitted(x: Sequence[float], y: Sequence[float], *, degree: int) -> Curve:
    """Return the curve that lies nearest to the points, in squares.

    Raises:
        ClinicalInputError: x and y of different length, or not more than `degree`
            different x.
    """
    if len(x) != len(y) or len(set(x)) <= degree:
        raise ClinicalInputError(
            f"A curve of degree {degree} needs as many y as x and at least "
            f"{degree + 1} different x, got {len(set(x))}."
        )
    points = [(Fraction(a), Fraction(b)) for a, b in zip(x, y, strict=True)]
    centre = sum((a for a, _ in points), Fraction(0)) / len(points)
    shifted = [(a - centre, b) for a, b in points]
    centred = _solved(
        [
            [_total(shifted, power=row + column) for column in range(degree + 1)]
            + [_total(shifted, power=row, weighted=True)]
            for row in range(degree + 1)
        ]
    )
    return Curve(centre=centre, centred=centred, r2=_r2(shifted, centred))


def rising_crossings(
    curve: Curve, *, level: float, low: float, high: float
) -> tuple[float, ...]:
    """Return where the curve rises through a level, from low to high, ends inside.

    A point where the curve only touches the level is none: it does not rise there.
    """
    centre = float(curve.centre)
    constant, *rest = (float(coefficient) for coefficient in curve.centred)
    above = (constant - level, *rest)
    slope = tuple(power * one for power, one in enumerate(above))[1:]
    ends = (low - centre, high - centre)
    turns = [turn for turn in _turns(slope) if ends[0] < turn < ends[1]]
    found = {
        _crossing(above, left=left, right=right)
        for left, right in pairwise(sorted({*ends, *turns}))
        if _is_below(above, left, or_on=left in ends)
        and _is_above(above, right, or_on=right in ends)
    }
    return tuple(
        centre + offset for offset in sorted(found) if _value(slope, offset) > 0
    )


def _total(
    points: Sequence[tuple[Fraction, Fraction]], *, power: int, weighted: bool = False
) -> Fraction:
    return sum((a**power * (b if weighted else 1) for a, b in points), Fraction(0))


def _solved(rows: list[list[Fraction]]) -> tuple[Fraction, ...]:
    """Return the solution of equations whose last column is the right side.

    The equations come from different x, so that every pivot is above 0.
    """
    size = len(rows)
    for column in range(size):
        pivot = rows[column][column]
        rows[column] = [value / pivot for value in rows[column]]
        for row in range(size):
            if row != column:
                factor = rows[row][column]
                rows[row] = [
                    value - factor * base
                    for value, base in zip(rows[row], rows[column], strict=True)
                ]
    return tuple(row[-1] for row in rows)


def _r2(
    points: Sequence[tuple[Fraction, Fraction]], centred: Sequence[Fraction]
) -> float | None:
    mean = sum((b for _, b in points), Fraction(0)) / len(points)
    total = sum(((b - mean) ** 2 for _, b in points), Fraction(0))
    if not total:
        return None
    left = Fraction(0)
    for a, b in points:
        told = sum((one * a**power for power, one in enumerate(centred)), Fraction(0))
        left += (b - told) ** 2
    return float(1 - left / total)


def _turns(slope: Sequence[float]) -> tuple[float, ...]:
    """Return where a slope of degree 0 to 2 is zero."""
    c, b, a = (*slope, 0.0, 0.0)[:3]
    if not a:
        return (-c / b,) if b else ()
    root = b * b - 4 * a * c
    if root < 0:
        return ()
    # The sum of equal signs: no digits are lost when a is tiny.
    half = -(b + math.copysign(math.sqrt(root), b)) / 2
    return (half / a, c / half) if half else (0.0,)


def _crossing(above: Sequence[float], *, left: float, right: float) -> float:
    """Return where a curve that rises between two points passes zero."""
    if _value(above, left) == 0:
        return left
    while left < (middle := (left + right) / 2) < right:
        if _value(above, middle) < 0:
            left = middle
        else:
            right = middle
    return right


def _is_below(above: Sequence[float], offset: float, *, or_on: bool) -> bool:
    value = _value(above, offset)
    return value < 0 or (or_on and value == 0)


def _is_above(above: Sequence[float], offset: float, *, or_on: bool) -> bool:
    value = _value(above, offset)
    return value > 0 or (or_on and value == 0)


def _value(coefficients: Sequence[float], offset: float) -> float:
    value = 0.0
    for coefficient in reversed(coefficients):
        value = value * offset + coefficient
    return value
