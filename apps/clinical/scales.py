"""The rating scales of the product and their bounds.

Pain is kept as whole millimetres of a 0-100 line [D]. A 0-10 number is kept as
ten times its value with the scale beside it, so that both can stand in one
series and a change of scale stays visible.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Final

from .errors import ClinicalInputError

PAIN_MIN_MM: Final = 0  # [S1] VAS 0-100
PAIN_MAX_MM: Final = 100  # [S1] VAS 0-100
NRS11_STEP_MM: Final = 10  # [D] one point of a 0-10 number

RPE_MIN: Final = 6  # [O:16] Borg 6-20
RPE_MAX: Final = 20  # [O:16] Borg 6-20

CR10_MIN: Final = Decimal(0)  # [O:17]
# [O:17] values above 10 are allowed; [D] the column is decimal(4,1)
CR10_MAX: Final = Decimal("999.9")
CR10_DECIMALS: Final = 1  # [O:17] steps of 0.3 and 0.5 are in use

TEN_POINT_MIN: Final = 0  # [D] sleep, confidence, repetitions in reserve
TEN_POINT_MAX: Final = 10  # [D]


class PainScale(StrEnum):
    """How a pain value was asked for."""

    VAS = "VAS"
    NRS11 = "NRS11"


def require_pain_mm(value_mm: int, *, scale: PainScale) -> int:
    """Return the pain value, or refuse one that its scale cannot give.

    Raises:
        ClinicalInputError: Not a whole number from 0 to 100, or not a multiple
            of 10 on the NRS11.
    """
    _require_whole_number("pain_mm", value_mm, minimum=PAIN_MIN_MM, maximum=PAIN_MAX_MM)
    if scale == PainScale.NRS11 and value_mm % NRS11_STEP_MM:
        raise ClinicalInputError(
            f"pain_mm must be a multiple of {NRS11_STEP_MM} on the NRS11, "
            f"got {value_mm!r}."
        )
    return value_mm


def pain_mm_from_nrs11(points: int) -> int:
    """Return the millimetres that stand for a 0-10 number.

    Raises:
        ClinicalInputError: Not a whole number from 0 to 10.
    """
    _require_whole_number("points", points, minimum=0, maximum=10)
    return points * NRS11_STEP_MM


def require_rpe(value: int) -> int:
    """Return the effort on the 6-20 scale, or refuse it.

    Raises:
        ClinicalInputError: Not a whole number from 6 to 20.
    """
    return _require_whole_number("rpe", value, minimum=RPE_MIN, maximum=RPE_MAX)


def require_cr10(value: Decimal) -> Decimal:
    """Return the effort on the CR10 scale, or refuse it.

    Values above 10 are allowed: ten is "the hardest so far", not an end.

    Raises:
        ClinicalInputError: Negative, not finite, above 999.9, or more than one
            decimal.
    """
    if not value.is_finite() or not CR10_MIN <= value <= CR10_MAX:
        raise ClinicalInputError(
            f"cr10 must lie from {CR10_MIN} to {CR10_MAX}, got {value!r}."
        )
    if value != round(value, CR10_DECIMALS):
        raise ClinicalInputError(
            f"cr10 must have at most {CR10_DECIMALS} decimal, got {value!r}."
        )
    return value


def require_ten_point(value: int, *, name: str) -> int:
    """Return a 0-10 answer (sleep, confidence, reserve), or refuse it.

    Raises:
        ClinicalInputError: Not a whole number from 0 to 10.
    """
    return _require_whole_number(
        name, value, minimum=TEN_POINT_MIN, maximum=TEN_POINT_MAX
    )


def _require_whole_number(name: str, value: int, *, minimum: int, maximum: int) -> int:
    # True and False are integers to Python and never an answer on a scale.
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not minimum <= value <= maximum:
        raise ClinicalInputError(
            f"{name} must be a whole number from {minimum} to {maximum}, got {value!r}."
        )
    return value
