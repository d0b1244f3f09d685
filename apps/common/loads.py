"""Loads at the border: as typed, and in kilograms."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from apps.clinical import units

from .shapes import LoadAnswer


def kilograms(*, value: Decimal, unit: str) -> Decimal:
    """Return a typed load in kilograms, to 0.01 kg."""
    return units.Load(value, units.LoadUnit(unit)).kg


def in_unit(*, value: Decimal, unit: str, to: str) -> Decimal:
    """Return a load in another unit, to 0.1 of it; for people to read, not to keep."""
    if unit == to:
        return value
    factor = units.KG_PER_LB if to == "kg" else 1 / units.KG_PER_LB
    return (value * factor).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


# People lift the same loads again and again: a list of sessions has hundreds of them.
@lru_cache(maxsize=4096)
def load_answer(*, value: Decimal, unit: str, kg: Decimal | None = None) -> LoadAnswer:
    """Return a load as it goes out; ``kg`` is computed where it is not stored."""
    in_kg = kilograms(value=value, unit=unit) if kg is None else kg
    return LoadAnswer(value=written(value), unit=unit, kg=f"{in_kg:.2f}")


def written(value: Decimal) -> str:
    """Return a load's number as people write it: 40.0, 32.5, 1.25."""
    plain = value.normalize()
    decimals = max(1, -int(plain.as_tuple().exponent))
    return f"{value:.{decimals}f}"
