"""What comes in about programmes."""

from datetime import date, time
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from apps.common.shapes import (
    ChangeRequest,
    Day,
    DayRange,
    Flag,
    Note,
    RequiredLine,
    Shape,
    rule_broken,
)
from apps.exercises.entry import Slug
from apps.strength.entry import NearInstant, PossibleLoad

from .plan import TemplateKey


def _clock_time(value: Any) -> time:
    try:
        # The library would take "0800Z" too, which is no time by the clock on a wall.
        return time.fromisoformat(value if value[2] == ":" and len(value) == 5 else "")
    except (LookupError, TypeError, ValueError) as error:
        raise rule_broken(
            "invalid", "Write the time as HH:MM, such as 10:00."
        ) from error


def _in_this_age(day: date) -> date:
    if not date(1990, 1, 1) <= day < date(2100, 1, 1):
        raise rule_broken("out_of_range", "Check the year: it must be 1990 to 2099.")
    return day


def _each_once(weekdays: list[int]) -> list[int]:
    if len(set(weekdays)) != len(weekdays):
        raise rule_broken("repeated", "Name each weekday once.")
    return weekdays


NearDay = Annotated[Day, AfterValidator(_in_this_age)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Weekday = Annotated[int, Field(strict=True, ge=0, le=6)]
Weekdays = Annotated[
    list[Weekday], Field(min_length=1, max_length=7), AfterValidator(_each_once)
]
TemplateName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160)
]
Goal = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]
ShortReason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)
]


class TemplateEntry(Shape):
    """A template of a clinic's own, or the next version of one.

    ``content`` is the whole content, as a template is read; without it the content of
    ``copy_of`` is taken as it is. ``key`` and ``name`` stand here, and the server
    counts versions, so what ``content`` says about the three does not matter.
    """

    copy_of: UUID | None = None
    key: TemplateKey
    name: TemplateName
    content: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _has_content(self) -> Self:
        if self.copy_of is None and self.content is None:
            raise rule_broken("required", "Send content, or copy_of, or both.")
        return self


class EnrolmentEntry(Shape):
    """One patient into one template.

    ``template`` is its id, or its key for the newest version. ``weekdays`` (Monday is
    0) stand in order of preference: a phase with fewer sessions uses the first ones.
    ``time`` is the wall time in the clinic. ``exercises`` fills slots with exercises of
    the clinic's choice; all others get the template's own. ``override_reason`` is why
    intervals may be started although their gate is closed.
    """

    patient: UUID
    template: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    starts_on: NearDay
    weekdays: Weekdays
    time: ClockTime
    goal: Goal = ""
    exercises: dict[Slug, UUID] = {}
    override_reason: RequiredLine | None = None


class PauseRequest(ChangeRequest):
    """Stop the calendar from a day on."""

    from_: NearDay = Field(alias="from")
    reason: RequiredLine


class ResumeRequest(ChangeRequest):
    """Let the calendar go on from a day on."""

    on: NearDay


class EndRequest(ChangeRequest):
    """End the programme on a day; what is planned from that day on is cancelled."""

    on: NearDay
    outcome: Literal["completed", "withdrawn"]
    reason: RequiredLine


class PhaseRequest(ChangeRequest):
    """Put another phase in force, from today on.

    ``override_reason`` is why intervals may be started although their gate is closed.
    """

    position: Annotated[int, Field(strict=True, ge=1, le=100)]
    reason: RequiredLine
    override_reason: RequiredLine | None = None


class LoadRequest(ChangeRequest):
    """Put a load in force, from now on.

    ``override_reason`` is why a first load may be set although the exercises were not
    tolerated when they were tried.
    """

    load: PossibleLoad
    reason: RequiredLine
    override_reason: RequiredLine | None = None


class AdjustmentEntry(Shape):
    """How one exercise was adjusted to the person."""

    prescription: UUID
    note: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)
    ]


def _each_exercise_once(adjustments: list[AdjustmentEntry]) -> list[AdjustmentEntry]:
    named = [each.prescription for each in adjustments]
    if len(set(named)) != len(named):
        raise rule_broken("repeated", "Name each prescription once.")
    return adjustments


Adjustments = Annotated[
    list[AdjustmentEntry], Field(max_length=80), AfterValidator(_each_exercise_once)
]
ToleranceName = Literal["tolerated", "tolerated_adjusted", "not_tolerated"]


class MeetingEntry(Shape):
    """What was done with a person before the first load.

    ``instructed``: the exercises were shown. ``adjusted``: each was adjusted to the
    person, or looked at and left as it is. ``tolerance`` is null when they were not
    tried. Without ``held_by`` it was the sender.
    """

    id: UUID | None = None
    held_at: NearInstant
    recorded_at: NearInstant | None = None
    sent_at: NearInstant | None = None
    held_by: UUID | None = None
    instructed: Flag
    adjusted: Flag
    adjustments: Adjustments = []
    tolerance: ToleranceName | None = None
    note: Note = ""


class MeetingCorrection(ChangeRequest):
    """What was wrong about a meeting; what is left out stays."""

    correction_reason: RequiredLine
    held_at: NearInstant | None = None
    held_by: UUID | None = None
    instructed: Flag | None = None
    adjusted: Flag | None = None
    adjustments: Adjustments | None = None
    tolerance: ToleranceName | None = None
    note: Note | None = None

    def changes(self) -> dict[str, Any]:
        """Return what the client sent, by field."""
        kept = self.model_fields_set - {"correction_reason", "change_id", "sent_at"}
        return {name: getattr(self, name) for name in sorted(kept)}


class VoidMeetingRequest(ChangeRequest):
    """Take a meeting out of every computation; it stays readable."""

    reason: RequiredLine


class ExcuseRequest(ChangeRequest):
    """Say why a session does not take place for the patient."""

    reason: Literal["illness", "pain_flare", "work", "family", "travel", "other"]


class CancelRequest(ChangeRequest):
    """Say why the clinic does not hold a session."""

    reason: RequiredLine


class MoveRequest(ChangeRequest):
    """Hold a session at another time."""

    starts_at: NearInstant


class ClosureEntry(Shape):
    """Days on which the clinic is closed; the last one is included."""

    first_day: NearDay
    last_day: NearDay
    reason: ShortReason


class ClinicRulesEntry(ChangeRequest):
    """All rules of the clinic, as they are to be from now on.

    ``version`` is the one that was read. ``load_policy`` holds only those numbers of
    the load table, and ``adherence_policy`` only those of adherence, that are not to be
    the shipped ones, by their names.
    """

    version: Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
    load_policy: Annotated[dict[str, Any], Field(max_length=100)]
    adherence_policy: Annotated[dict[str, Any], Field(max_length=100)]
    hrmax_formula: Literal["fox", "tanaka", "gellish"]
    beta_blocker_formula: Flag
    reason: RequiredLine


class ProgrammeQuery(Shape):
    """Filters of the list of programmes."""

    patient: UUID | None = None


class PrescriptionQuery(Shape):
    """The day that is asked for; today in the clinic if left out."""

    on: NearDay | None = None


class RetestQuery(Shape):
    """Filters of the list of 1RM tests that are due."""

    patient: UUID | None = None


class PlannedSessionQuery(DayRange):
    """Filters of the calendar; days are those of the clinic."""

    patient: UUID | None = None
    programme: UUID | None = None
    status: (
        Literal["planned", "held", "partial", "missed", "excused", "cancelled"] | None
    ) = None


class ClosureQuery(DayRange):
    """Filters of the list of closures: those that touch the days."""
