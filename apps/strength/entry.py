"""What comes in about 1RM tests."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from apps.common.loads import kilograms
from apps.common.shapes import (
    ChangeRequest,
    DayRange,
    Flag,
    Instant,
    Load,
    Pain,
    RequiredLine,
    Rpe,
    Shape,
    rule_broken,
)

MAX_LOAD_KG = Decimal(1000)

SideName = Literal["left", "right"]
EquationName = Literal[
    "epley", "brzycki", "lombardi", "o_conner", "mayhew", "wathan", "lander"
]
DEFAULT_EQUATION = "epley"
Machine = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Hours = Annotated[Decimal, Field(ge=0, le=9999, max_digits=5, decimal_places=1)]


def _possible_load(load: Load) -> Load:
    if kilograms(value=load.value, unit=load.unit) > MAX_LOAD_KG:
        raise rule_broken("max_value", f"A load must be at most {MAX_LOAD_KG} kg.")
    return load


def _in_this_age(instant: datetime) -> datetime:
    if (
        not datetime(1990, 1, 1, tzinfo=UTC)
        <= instant
        < datetime(2100, 1, 1, tzinfo=UTC)
    ):
        raise rule_broken("out_of_range", "Check the year: it must be 1990 to 2099.")
    return instant


PossibleLoad = Annotated[Load, AfterValidator(_possible_load)]
NearInstant = Annotated[Instant, AfterValidator(_in_this_age)]


class TrialEntry(Shape):
    """One attempt: what was on the machine and how often it was lifted."""

    load: PossibleLoad
    reps: Annotated[int, Field(strict=True, ge=0, le=200)]
    success: Flag
    rpe: Rpe | None = None
    pain_before_mm: Pain | None = None
    pain_after_mm: Pain | None = None

    @model_validator(mode="after")
    def _success_means_lifted(self) -> Self:
        if self.success and self.reps == 0:
            raise rule_broken("contradiction", "A success has at least 1 repetition.")
        return self


Trials = Annotated[list[TrialEntry], Field(min_length=1, max_length=20)]


class OneRepMaxTestEntry(Shape):
    """A test with its trials, in the order in which they were done.

    An estimate is made from the heaviest successful trial; lighter ones are warm-up.
    """

    id: UUID | None = None
    patient: UUID
    exercise: UUID
    side: SideName | None = None
    tested_at: NearInstant
    recorded_at: NearInstant | None = None
    sent_at: NearInstant | None = None
    method: Literal["direct", "estimated"]
    equation: EquationName | None = None
    machine: Machine = ""
    tester: UUID | None = None
    analgesic_hours: Hours | None = None
    trials: Trials

    @model_validator(mode="after")
    def _only_an_estimate_has_an_equation(self) -> Self:
        if self.method == "direct" and self.equation is not None:
            raise rule_broken(
                "contradiction", "A direct test has no equation: leave it out."
            )
        return self

    @property
    def equation_used(self) -> str:
        """Return the equation of an estimate (Epley unless named), else nothing."""
        if self.method == "direct":
            return ""
        return self.equation or DEFAULT_EQUATION


class OneRepMaxTestCorrection(ChangeRequest):
    """What was wrong about a test; what is left out stays.

    A wrong patient is not corrected: void the test and record it anew.
    """

    correction_reason: RequiredLine
    exercise: UUID | None = None
    side: SideName | None = None
    tested_at: NearInstant | None = None
    method: Literal["direct", "estimated"] | None = None
    equation: EquationName | None = None
    machine: Machine | None = None
    tester: UUID | None = None
    analgesic_hours: Hours | None = None
    trials: Trials | None = None

    def changes(self) -> dict[str, Any]:
        """Return what the client sent, by field."""
        kept = self.model_fields_set - {"correction_reason", "change_id", "sent_at"}
        return {name: getattr(self, name) for name in sorted(kept)}


class VoidTestRequest(ChangeRequest):
    """Take a test out of every computation; it stays readable."""

    reason: RequiredLine


class OneRepMaxTestQuery(DayRange):
    """Filters of the list of tests; days are those of the patient."""

    patient: UUID | None = None
    exercise: UUID | None = None
