"""What comes in about agreements, phenotypes, co-interventions, adverse events."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator, model_validator

from apps.clinical import surroundings
from apps.common.shapes import (
    ChangeRequest,
    Day,
    DayRange,
    Flag,
    Instant,
    Line,
    Note,
    RequiredLine,
    Shape,
    ZeroToTen,
    rule_broken,
)

from .models import (
    Action,
    CoInterventionKind,
    Fear,
    GoalStatus,
    Mechanism,
    Modulation,
    Outcome,
    Party,
    Preference,
    Relation,
    Reporter,
    Sensitisation,
)

MOST_DOSE_CHANGES = 60

Goal = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]
RequiredNote = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)
]
Position = Annotated[int, Field(strict=True, ge=1, le=100)]
Wpi = Annotated[int, Field(strict=True, ge=0, le=surroundings.WPI_MAX)]
Sss = Annotated[int, Field(strict=True, ge=0, le=surroundings.SSS_MAX)]
Grade = Annotated[
    int,
    Field(strict=True, ge=surroundings.GRADE_MIN, le=surroundings.GRADE_MAX),
]
Parties = Annotated[list[Party], Field(min_length=1)]


def _each_once(values: list[Any]) -> list[Any]:
    if len(values) != len(set(values)):
        raise rule_broken("repeated", "Name each once.")
    return values


class RecordEntry(Shape):
    """What every entry of this room has: an id, a patient, when it was typed in."""

    id: UUID | None = None
    patient: UUID
    recorded_at: Instant | None = None
    sent_at: Instant | None = None


class RecordCorrection(ChangeRequest):
    """What was wrong about a record; what is left out stays, null takes it out.

    A wrong patient is not corrected: void the record and enter it anew.
    """

    correction_reason: RequiredLine

    def changes(self) -> dict[str, Any]:
        """Return what the client sent, by field."""
        about = {"correction_reason", "change_id", "sent_at"}
        return {
            name: getattr(self, name) for name in sorted(self.model_fields_set - about)
        }


class VoidRecordRequest(ChangeRequest):
    """Take a record out; it stays readable."""

    reason: RequiredLine


class AgreementEntry(RecordEntry):
    """What was agreed with the patient for an exercise and a phase, or for all."""

    agreed_on: Day
    agreed_by: Parties
    exercise: UUID | None = None
    programme: UUID | None = None
    phase: Position | None = None
    goal: Goal = ""
    goal_status: GoalStatus | None = None
    confidence: ZeroToTen | None = Field(
        default=None, description="How sure the patient is to manage this load."
    )
    preference: Preference | None = None
    adjustment: Note = ""

    _unique = field_validator("agreed_by")(_each_once)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.goal or self.adjustment or self.preference) and (
            self.confidence is None
        ):
            raise rule_broken(
                "required", "Give a goal, confidence, preference or adjustment."
            )
        if bool(self.goal) != (self.goal_status is not None):
            raise rule_broken(
                "contradiction", "A goal and its goal_status go together."
            )
        if self.preference and self.exercise is None:
            raise rule_broken("required", "Say which exercise the preference is about.")
        if self.phase is not None and self.programme is None:
            raise rule_broken("required", "Say of which programme the phase is.")
        return self


class AgreementCorrection(RecordCorrection):
    """What was wrong about an agreement."""

    agreed_on: Day | None = None
    agreed_by: Parties | None = None
    exercise: UUID | None = None
    programme: UUID | None = None
    phase: Position | None = None
    goal: Goal | None = None
    goal_status: GoalStatus | None = None
    confidence: ZeroToTen | None = None
    preference: Preference | None = None
    adjustment: Note | None = None


class FlarePlanEntry(RecordEntry):
    """What to do in a flare, agreed in calm times; a proposal if the patient is alone.

    The newest that the therapist agreed to holds.
    """

    agreed_on: Day
    agreed_by: Parties
    first_signs: Note = Field(default="", description="What I notice first.")
    steps: Note = Field(default="", description="What I do.")
    leave_out: Note = Field(default="", description="What I leave out.")
    call: Note = Field(default="", description="Whom I call, and when.")

    _unique = field_validator("agreed_by")(_each_once)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.first_signs or self.steps or self.leave_out or self.call):
            raise rule_broken("required", "Write something under one heading at least.")
        return self


class FlarePlanCorrection(RecordCorrection):
    """What was wrong about a flare plan."""

    agreed_on: Day | None = None
    agreed_by: Parties | None = None
    first_signs: Note | None = None
    steps: Note | None = None
    leave_out: Note | None = None
    call: Note | None = None


class PhenotypeEntry(RecordEntry):
    """What the pain is taken for today, on what grounds; null is not looked at."""

    assessed_on: Day
    basis: RequiredNote
    mechanism: Mechanism
    wpi: Wpi | None = Field(default=None, description="Widespread pain index.")
    sss: Sss | None = Field(default=None, description="Symptom severity scale.")
    modulation: Modulation | None = None
    sensitisation: Sensitisation | None = None
    fear_of_movement: Fear | None = None


class PhenotypeCorrection(RecordCorrection):
    """What was wrong about a phenotype record."""

    assessed_on: Day | None = None
    basis: RequiredNote | None = None
    mechanism: Mechanism | None = None
    wpi: Wpi | None = None
    sss: Sss | None = None
    modulation: Modulation | None = None
    sensitisation: Sensitisation | None = None
    fear_of_movement: Fear | None = None


class DoseChange(Shape):
    """The dose from a day on."""

    day: Day
    dose: RequiredLine


DoseChanges = Annotated[list[DoseChange], Field(max_length=MOST_DOSE_CHANGES)]


class CoInterventionEntry(RecordEntry):
    """A medicine or another treatment; first and last day are included."""

    kind: CoInterventionKind
    name: RequiredLine
    first_day: Day | None = None
    last_day: Day | None = None
    dose: Line = Field(default="", description="The dose at the beginning.")
    dose_changes: DoseChanges = Field(default_factory=list)
    note: Note = ""

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        first, last = self.first_day, self.last_day
        if first and last and last < first:
            raise rule_broken("out_of_order", "last_day must not lie before first_day.")
        days = [change.day for change in self.dose_changes]
        if len(days) != len(set(days)):
            raise rule_broken("repeated", "The dose changes once a day at most.")
        if any(not _within(day, first=first, last=last) for day in days):
            raise rule_broken(
                "out_of_order",
                "A dose changes after first_day, up to last_day.",
            )
        return self


class CoInterventionCorrection(RecordCorrection):
    """What was wrong about a co-intervention; its end is told here too."""

    kind: CoInterventionKind | None = None
    name: RequiredLine | None = None
    first_day: Day | None = None
    last_day: Day | None = None
    dose: Line | None = None
    dose_changes: DoseChanges | None = None
    note: Note | None = None


class DoseChangeRequest(ChangeRequest):
    """From which day on another dose holds."""

    day: Day
    dose: RequiredLine


class AdverseEventEntry(RecordEntry):
    """What happened, how bad it was, what was done, how it ended."""

    session: UUID | None = None
    began_on: Day
    ended_on: Day | None = None
    description: RequiredNote
    grade: Grade = Field(
        description="1 mild, 2 moderate, 3 severe, 4 life-threatening, 5 fatal."
    )
    serious: Flag
    relation: Relation
    actions: list[Action] = Field(default_factory=list)
    outcome: Outcome
    reported_by: Reporter

    _unique = field_validator("actions")(_each_once)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.ended_on and self.ended_on < self.began_on:
            raise rule_broken("out_of_order", "ended_on must not lie before began_on.")
        if self.grade >= surroundings.SERIOUS_FROM_GRADE and not self.serious:
            raise rule_broken(
                "contradiction", "What is life-threatening or fatal is serious."
            )
        if (self.grade == surroundings.GRADE_MAX) != (self.outcome == Outcome.FATAL):
            raise rule_broken(
                "contradiction", "Grade 5 and a fatal outcome go together."
            )
        return self


class AdverseEventCorrection(RecordCorrection):
    """What was wrong about an adverse event, or how it went on."""

    session: UUID | None = None
    began_on: Day | None = None
    ended_on: Day | None = None
    description: RequiredNote | None = None
    grade: Grade | None = None
    serious: Flag | None = None
    relation: Relation | None = None
    actions: list[Action] | None = None
    outcome: Outcome | None = None
    reported_by: Reporter | None = None


class RecordQuery(DayRange):
    """Filters that all lists have; ``from`` and ``to`` are days of the record."""

    patient: UUID | None = None


class AgreementQuery(RecordQuery):
    """Filters of agreements; ``current`` leaves what holds now."""

    exercise: UUID | None = None
    preference: Preference | None = None
    current: bool = False


class FlarePlanQuery(RecordQuery):
    """Filters of flare plans; ``current`` leaves the one of each patient that holds."""

    current: bool = False


class PhenotypeQuery(RecordQuery):
    """Filters of phenotypes; ``current`` leaves the newest of each patient."""

    mechanism: Mechanism | None = None
    modulation: Modulation | None = None
    sensitisation: Sensitisation | None = None
    fear_of_movement: Fear | None = None
    current: bool = False


class CoInterventionQuery(RecordQuery):
    """Filters of co-interventions; the days are those on which it went on."""

    kind: CoInterventionKind | None = None


class AdverseEventQuery(RecordQuery):
    """Filters of adverse events; ``grade`` is the lowest."""

    grade: Annotated[int, Field(ge=1, le=5)] | None = None
    serious: bool | None = None


class AdverseEventRegisterQuery(DayRange):
    """Filters of a manager's register; ``grade`` is the lowest."""

    grade: Annotated[int, Field(ge=1, le=5)] | None = None


def _within(day: date, *, first: date | None, last: date | None) -> bool:
    return (first is None or day > first) and (last is None or day <= last)


def in_order(changes: Sequence[DoseChange]) -> list[dict[str, str]]:
    """Return dose changes by day, as they are stored."""
    ordered = sorted(changes, key=lambda change: change.day)
    return [change.model_dump(mode="json") for change in ordered]
