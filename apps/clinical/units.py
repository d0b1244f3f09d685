"""Loads as typed, and the kilograms that all arithmetic uses.

What a person typed is kept with its unit. Kilograms are quantised to 0.01 kg,
half up [D]: finer than any machine, and stable when shown and stored.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from .errors import ClinicalInputError

# [K] international avoirdupois pound of 1959, exact by definition
KG_PER_LB: Final = Decimal("0.45359237")
KG_STEP: Final = Decimal("0.01")  # [D]
LB_STEP: Final = Decimal("0.01")  # [D]


class LoadUnit(StrEnum):
    """The unit in which a load was typed."""

    KG = "kg"
    LB = "lb"


@dataclass(frozen=True, slots=True)
class Load:
    """A load as a person typed it.

    Args:
        value: In `unit`, from 0 up.
    """

    value: Decimal
    unit: LoadUnit

    def __post_init__(self) -> None:
        """Refuse a value that no machine shows.

        Raises:
            ClinicalInputError: Negative or not finite, or an unknown unit.
        """
        _require_load("load", self.value)
        if self.unit not in set(LoadUnit):
            raise ClinicalInputError(f"unit must be kg or lb, got {self.unit!r}.")

    @property
    def kg(self) -> Decimal:
        """Return the load in kilograms, to 0.01 kg."""
        if self.unit == LoadUnit.LB:
            return kg_from_lb(self.value)
        return quantised_kg(self.value)


def kg_from_lb(value_lb: Decimal) -> Decimal:
    """Return kilograms for pounds, to 0.01 kg, half up.

    Raises:
        ClinicalInputError: Negative or not finite.
    """
    return quantised_kg(_require_load("value_lb", value_lb) * KG_PER_LB)


def lb_from_kg(value_kg: Decimal) -> Decimal:
    """Return pounds for kilograms, to 0.01 lb, half up; for display alone.

    Raises:
        ClinicalInputError: Negative or not finite.
    """
    value_lb = _require_load("value_kg", value_kg) / KG_PER_LB
    return value_lb.quantize(LB_STEP, rounding=ROUND_HALF_UP)


def quantised_kg(value_kg: Decimal) -> Decimal:
    """Return kilograms to 0.01 kg, half up."""
    return value_kg.quantize(KG_STEP, rounding=ROUND_HALF_UP)


def _require_load(name: str, value: Decimal) -> Decimal:
    if not value.is_finite() or value < 0:
        raise ClinicalInputError(f"{name} must be finite and at least 0, got {value}.")
    return value
