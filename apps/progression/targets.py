"""The repetitions that a decision puts in force together with a load."""

from apps.clinical.progression.table import Action
from apps.common.loads import kilograms
from apps.common.shapes import Load
from apps.programmes.queries import decided_reps, phase_history

from . import queries
from .models import LoadProposal


def offered_reps(proposal: LoadProposal, *, load: Load) -> tuple[int, int] | None:
    """Return the target that goes with the offered load, where that load is chosen."""
    low, high = proposal.offered_reps_min, proposal.offered_reps_max
    if proposal.offered_kg is None or low is None or high is None:
        return None
    is_taken = kilograms(value=load.value, unit=load.unit) == proposal.offered_kg
    return (low, high) if is_taken else None


def proposed_reps(proposal: LoadProposal) -> tuple[int, int] | None:
    """Return the target that goes with the load where it is not that of the phase.

    What only holds the load leaves a target as it is that was decided before.
    """
    if proposal.changes_reps and proposal.reps_min and proposal.reps_max:
        return proposal.reps_min, proposal.reps_max
    if proposal.action != Action.HOLD:
        return None
    load = queries.load_now(proposal.prescription)
    return decided_reps(load, phase=phase_history(proposal.programme)[-1])
