"""The outcome of one row of the load table, before it becomes a proposal."""

from dataclasses import dataclass
from decimal import Decimal

from ..flare.sentences import Sentence, Value
from ..phases import Phase
from .conditions import Facts
from .inputs import Situation
from .policy import LoadPolicy
from .steps import phase_load
from .table import Action, Row

Reps = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a row makes of the load in force: the next load, sets, repetitions.

    Args:
        next_kg: None where no load in kilograms is in force.
        offered_kg: More than may be raised at once: only if the therapist says so.
        offered_reps: The target that goes with it.
    """

    action: Action
    next_kg: Decimal | None
    sets: int
    reps: Reps
    explanation: Sentence
    notes: tuple[Sentence, ...] = ()
    decides: bool = False
    phase_change: int = 0
    offered_kg: Decimal | None = None
    offered_reps: Reps = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A row that holds, and all that its outcome depends on."""

    row: Row
    situation: Situation
    facts: Facts
    policy: LoadPolicy

    @property
    def load_kg(self) -> Decimal | None:
        """Return the load in force."""
        return self.situation.plan.load_kg

    @property
    def reps(self) -> Reps:
        """Return the target of the phase in force."""
        return reps_of(self.situation.plan.phase)

    def phase_load_kg(self, phase: Phase | None) -> Decimal | None:
        """Return the floored load of a phase; None where it has none."""
        plan = self.situation.plan
        load = phase_load(
            one_rep_max_kg=plan.one_rep_max_kg,
            percent_1rm=None if phase is None else phase.percent_1rm,
            steps=plan.steps,
        )
        return None if load is None else load.load_kg


def reps_of(phase: Phase) -> Reps:
    """Return the target of a phase."""
    return phase.reps_min, phase.reps_max


def shown(value: int | None) -> Value:
    """Return a number as it is shown; a dash for none."""
    return "-" if value is None else value
