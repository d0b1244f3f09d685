"""Measured values: what is missing is counted, what cannot be is refused."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from apps.clinical.errors import ClinicalInputError

# [D] differences of decimals carry dust that would break ties (0.3 - 0.1 is not
# 0.4 - 0.2 to a computer); nobody measures finer than this
EXACT_DECIMALS: Final = 9
LIMIT: Final = 1_000_000  # [D] larger is no measurement of ours

Value = float | Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The values that are there, in the order given.

    Args:
        missing: Persons without a value.
    """

    values: NDArray[np.float64]
    missing: int

    @property
    def n(self) -> int:
        """Return the number of values."""
        return len(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Both values of each person who has both, in the order of the persons.

    Args:
        dropped: Persons who lack one value or both.
    """

    pre: NDArray[np.float64]
    post: NDArray[np.float64]
    dropped: int

    @property
    def n(self) -> int:
        """Return the number of complete pairs."""
        return len(self.pre)

    @property
    def differences(self) -> NDArray[np.float64]:
        """Return post minus pre of each person, free of dust."""
        return np.round(self.post - self.pre, EXACT_DECIMALS)

    @property
    def means(self) -> NDArray[np.float64]:
        """Return the mean of each person's two values, free of dust."""
        return np.round((self.pre + self.post) / 2, EXACT_DECIMALS)


def measured(values: Sequence[Value], *, name: str) -> Measured:
    """Return the values that are there and count those that are not.

    Args:
        values: One entry per person; None where it is missing.
        name: What the values are called in a refusal.

    Raises:
        ClinicalInputError: A value is not finite or beyond a million.
    """
    there = [
        _require_number(value, name=name, place=place)
        for place, value in enumerate(values)
        if value is not None
    ]
    return Measured(
        values=np.array(there, dtype=np.float64), missing=len(values) - len(there)
    )


def pairs(*, pre: Sequence[Value], post: Sequence[Value], name: str = "") -> Pairs:
    """Return the complete pairs; a person who lacks a value is dropped and counted.

    Args:
        pre: One entry per person; None where it is missing.
        post: Of the same persons in the same order.
        name: Of the group, in a refusal.

    Raises:
        ClinicalInputError: The sequences differ in length, or a value is not finite
            or beyond a million.
    """
    before, after = f"pre{name}", f"post{name}"
    if len(pre) != len(post):
        raise ClinicalInputError(
            f"{before} and {after} must hold the same persons, "
            f"got {len(pre)} and {len(post)} entries."
        )
    complete = [
        (
            _require_number(first, name=before, place=place),
            _require_number(second, name=after, place=place),
        )
        for place, (first, second) in enumerate(zip(pre, post, strict=True))
        if first is not None and second is not None
    ]
    return Pairs(
        pre=np.array([first for first, _ in complete], dtype=np.float64),
        post=np.array([second for _, second in complete], dtype=np.float64),
        dropped=len(pre) - len(complete),
    )


def has_spread(values: NDArray[np.float64]) -> bool:
    """Tell whether at least two of the values differ."""
    return bool(np.any(values != values[:1]))


def _require_number(value: float | Decimal, *, name: str, place: int) -> float:
    number = float(value)
    if not math.isfinite(number) or abs(number) > LIMIT:
        raise ClinicalInputError(
            f"{name}[{place}] must be a finite number from {-LIMIT} to {LIMIT}, "
            f"got {value!r}. A missing value is None."
        )
    return number
