"""Numbers as an instrument gives them: required, bounded, and shown."""

import math
from decimal import ROUND_HALF_UP, Decimal

from ..errors import ClinicalInputError


def require_within(
    name: str, value: float, *, minimum: float, maximum: float, unit: str
) -> float:
    """Return a measured value, or refuse one that no instrument gives.

    Raises:
        ClinicalInputError: Not a finite number, or outside of the range, whose
            ends are inside.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (is_number and math.isfinite(value) and minimum <= value <= maximum):
        raise ClinicalInputError(
            f"{name} must be a number from {minimum:g} to {maximum:g} {unit}, "
            f"got {value!r}. Check the entry; leave out what was not measured."
        )
    return value


def require_whole(name: str, value: int, *, minimum: int, maximum: int) -> int:
    """Return a whole number, or refuse it.

    Raises:
        ClinicalInputError: Not a whole number, or outside of the range, whose ends
            are inside.
    """
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not minimum <= value <= maximum:
        raise ClinicalInputError(
            f"{name} must be a whole number from {minimum} to {maximum}, got {value!r}."
        )
    return value


def shown(value: float, *, decimals: int = 0) -> str:
    """Return a number for a text, rounded half up, without needless zeros.

    Up to `decimals` digits stand behind the point.
    """
    step = Decimal(f"1e-{decimals}")
    rounded = Decimal(repr(value)).quantize(step, rounding=ROUND_HALF_UP)
    return f"{rounded.normalize():f}"
