"""Loads in the unit of the machine, from kilograms."""

from decimal import ROUND_HALF_UP, Decimal

from apps.clinical.units import LoadUnit, lb_from_kg
from apps.common.shapes import Load
from apps.exercises.models import Exercise

from .situations import steps_of


def as_typed(exercise: Exercise, *, load_kg: Decimal) -> Load:
    """Return a load as a person would type it at the machine.

    Kilograms of a machine in pounds were rounded: they become the step they stand for.
    """
    if exercise.increment_unit != LoadUnit.LB or exercise.increment_value is None:
        return Load(value=load_kg, unit="kg")
    step = exercise.increment_value
    steps = (load_kg / steps_of(exercise).increment_kg).quantize(
        Decimal(1), rounding=ROUND_HALF_UP
    )
    in_pounds = lb_from_kg(load_kg)
    is_on_step = abs(in_pounds - steps * step) <= Decimal("0.05")
    return Load(value=steps * step if is_on_step else in_pounds, unit="lb")
