"""The way back to the earlier load after a cut."""

from decimal import Decimal

from ..working_load import floored_to_increment_kg
from .inputs import Deload
from .steps import MachineSteps, is_above


def way_back_kg(
    load_kg: Decimal, *, deload: Deload, max_pct: int, steps: MachineSteps
) -> Decimal:
    """Return the next load on the way back: half of it, or all of what is left.

    All of it at once when that is no more than an ordinary raise allows, or when
    one step is taken already, so that there are never more than two. Half of it is
    floored to the machine, and is one step of the machine at least.

    Source:
        At most two steps, after two green sessions in a row: ours [D].
    """
    load_kg, goal_kg = map(steps.unrounded_kg, (load_kg, deload.from_load_kg))
    step_kg = steps.increment_kg
    is_small = not is_above(goal_kg, base_kg=load_kg, by_pct=max_pct)
    if is_small or deload.steps_taken > 0:
        return goal_kg
    half_kg = floored_to_increment_kg((load_kg + goal_kg) / 2, increment_kg=step_kg)
    next_kg = floored_to_increment_kg(load_kg, increment_kg=step_kg) + step_kg
    return min(max(half_kg, next_kg), goal_kg)
