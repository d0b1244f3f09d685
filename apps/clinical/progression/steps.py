"""Loads on the steps of a machine: cut, raised by one step, capped.

Every result is a multiple of the machine's step or its smallest load, or the load
in force where nothing changes. A cut is floored, so that nobody gets more than the
rule says; a percentage is of the load it starts from.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

from ..errors import ClinicalInputError
from ..units import KG_STEP
from ..working_load import (
    DEFAULT_INCREMENT_KG,
    WorkingLoad,
    floored_to_increment_kg,
    working_load,
)

PERCENT_STEP: Final = Decimal("0.1")  # [D] shown and stored
KEPT_WITHIN_KG: Final = KG_STEP / 2  # how far a kept load is from what was typed


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSteps:
    """The loads that a machine has: multiples of its step, from its smallest.

    Args:
        minimum_kg: The smallest load; without it, one step.
    """

    increment_kg: Decimal = DEFAULT_INCREMENT_KG
    minimum_kg: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse a step or a smallest load that is not above 0."""
        require_kg("increment_kg", self.increment_kg)
        require_kg("minimum_kg", self.smallest_kg)

    @property
    def smallest_kg(self) -> Decimal:
        """Return the smallest load of the machine."""
        return self.increment_kg if self.minimum_kg is None else self.minimum_kg

    def unrounded_kg(self, load_kg: Decimal) -> Decimal:
        """Return the step that a load stands for; one between the steps as it is.

        Loads are kept to 0.01 kg: 20 lb as 9.07 kg, a hair below the fourth step of
        a machine of 5 lb. Floored from there, they would lose that step.
        """
        steps = (load_kg / self.increment_kg).to_integral_value(ROUND_HALF_UP)
        step_kg = steps * self.increment_kg
        return step_kg if abs(step_kg - load_kg) <= KEPT_WITHIN_KG else load_kg


@dataclass(frozen=True, slots=True, kw_only=True)
class CutLoad:
    """A load after a cut; `must_ask` when the machine has nothing that small."""

    load_kg: Decimal
    must_ask: bool


def require_kg(name: str, value_kg: Decimal) -> Decimal:
    """Return the load, or refuse one that is not finite and above 0.

    Raises:
        ClinicalInputError: Not finite, or not above 0.
    """
    if not value_kg.is_finite() or value_kg <= 0:
        raise ClinicalInputError(f"{name} must be finite and above 0, got {value_kg}.")
    return value_kg


def cut_load(load_kg: Decimal, *, cut_pct: int, steps: MachineSteps) -> CutLoad:
    """Return the load after a cut, floored, and never above the load itself.

    Where the machine has nothing that small its smallest load stands, and a person
    is asked.
    """
    floored_kg = floored_to_increment_kg(
        steps.unrounded_kg(load_kg) * (100 - cut_pct) / 100,
        increment_kg=steps.increment_kg,
    )
    smallest_kg = min(steps.smallest_kg, load_kg)
    return CutLoad(
        load_kg=max(floored_kg, smallest_kg), must_ask=floored_kg < steps.smallest_kg
    )


def next_step_kg(load_kg: Decimal, *, min_pct: int, steps: MachineSteps) -> Decimal:
    """Return the machine's smallest load that is at least that much more."""
    wanted = steps.unrounded_kg(load_kg) * (100 + min_pct) / 100 / steps.increment_kg
    step_kg = wanted.to_integral_value(rounding=ROUND_CEILING) * steps.increment_kg
    return max(step_kg, steps.smallest_kg)


def is_above(load_kg: Decimal, *, base_kg: Decimal, by_pct: int) -> bool:
    """Tell whether a load is more than that many percent over another."""
    return load_kg * 100 > base_kg * (100 + by_pct)


def capped_kg(
    load_kg: Decimal, *, base_kg: Decimal, max_pct: int, steps: MachineSteps
) -> Decimal:
    """Return the load, or the highest of the machine that is not too much at once.

    Where one step is already too much, the base stands.
    """
    exact_kg = steps.unrounded_kg(base_kg)
    if not is_above(load_kg, base_kg=exact_kg, by_pct=max_pct):
        return load_kg
    floored_kg = floored_to_increment_kg(
        exact_kg * (100 + max_pct) / 100, increment_kg=steps.increment_kg
    )
    return max(floored_kg, base_kg)


def phase_load(
    *,
    one_rep_max_kg: Decimal | None,
    percent_1rm: Decimal | None,
    steps: MachineSteps,
) -> WorkingLoad | None:
    """Return the floored load of a phase; None without a 1RM or a share of it."""
    if one_rep_max_kg is None or percent_1rm is None:
        return None
    return working_load(
        one_rep_max_kg=steps.unrounded_kg(one_rep_max_kg),
        percent_1rm=percent_1rm,
        increment_kg=steps.increment_kg,
        minimum_kg=steps.minimum_kg,
    )


def change_pct(load_kg: Decimal, *, base_kg: Decimal) -> Decimal:
    """Return the change in percent with its sign, to 0.1, half away from zero."""
    change = (load_kg - base_kg) * 100 / base_kg
    return change.quantize(PERCENT_STEP, rounding=ROUND_HALF_UP)
