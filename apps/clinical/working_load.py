"""Working loads from a share of the 1RM, on the steps that a machine has."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from .errors import ClinicalInputError

DEFAULT_INCREMENT_KG: Final = Decimal("2.5")  # [D] machine
DUMBBELL_INCREMENT_KG: Final = Decimal(1)  # [D]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingLoad:
    """A load that the machine has, and the share of the 1RM that it really is.

    `must_ask` is set when even the smallest load is more than prescribed: a
    person decides then.
    """

    load_kg: Decimal
    percent_1rm: Decimal
    must_ask: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformedSet:
    """Repetitions done with one load."""

    repetitions: int
    load_kg: Decimal


def working_load(
    *,
    one_rep_max_kg: Decimal,
    percent_1rm: Decimal,
    increment_kg: Decimal = DEFAULT_INCREMENT_KG,
    minimum_kg: Decimal | None = None,
) -> WorkingLoad:
    """Return the highest load of the machine that is not above the prescription.

    Floor, not nearest: a patient never gets more than prescribed [D].

    Args:
        percent_1rm: 40 means 40 %; above 0, at most 100.
        increment_kg: The machine's step; loads are its multiples.
        minimum_kg: The machine's smallest load; without it, one step.

    Raises:
        ClinicalInputError: A number is not finite or not above 0, or the share is
            above 100.
    """
    smallest_kg = increment_kg if minimum_kg is None else minimum_kg
    for name, value in (
        ("one_rep_max_kg", one_rep_max_kg),
        ("percent_1rm", percent_1rm),
        ("increment_kg", increment_kg),
        ("minimum_kg", smallest_kg),
    ):
        _require_above_zero(name, value)
    if percent_1rm > 100:
        raise ClinicalInputError(f"percent_1rm must be at most 100, got {percent_1rm}.")
    floored_kg = floored_to_increment_kg(
        one_rep_max_kg * percent_1rm / 100, increment_kg=increment_kg
    )
    load_kg = max(floored_kg, smallest_kg)
    return WorkingLoad(
        load_kg=load_kg,
        percent_1rm=load_kg * 100 / one_rep_max_kg,
        must_ask=floored_kg < smallest_kg,
    )


def floored_to_increment_kg(load_kg: Decimal, *, increment_kg: Decimal) -> Decimal:
    """Return the highest multiple of the step that is not above the load."""
    steps = (load_kg / increment_kg).to_integral_value(rounding=ROUND_FLOOR)
    return steps * increment_kg


def volume_load_kg(sets: Iterable[PerformedSet]) -> Decimal:
    """Return repetitions times load, added over the sets.

    Raises:
        ClinicalInputError: Negative repetitions, or a negative or infinite load.
    """
    total_kg = Decimal(0)
    for one in sets:
        if one.repetitions < 0:
            raise ClinicalInputError(
                f"repetitions must be at least 0, got {one.repetitions!r}."
            )
        if not one.load_kg.is_finite() or one.load_kg < 0:
            raise ClinicalInputError(
                f"load_kg must be finite and at least 0, got {one.load_kg}."
            )
        total_kg += one.repetitions * one.load_kg
    return total_kg


def _require_above_zero(name: str, value: Decimal) -> None:
    if not value.is_finite() or value <= 0:
        raise ClinicalInputError(f"{name} must be finite and above 0, got {value}.")
