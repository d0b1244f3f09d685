"""What comes in: filters of the inbox, and what a therapist says about an alert."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from apps.clinical.errors import ClinicalInputError
from apps.clinical.opening_hours import OpenSpan, require_week
from apps.common.shapes import ChangeRequest, Note, Shape, rule_broken
from apps.programmes.entry import ClockTime

from .models import Action, AlertKind, AlertStatus, Judgement, Severity


class AlertQuery(Shape):
    """Filters of the inbox; those left out do not filter."""

    status: Annotated[AlertStatus | None, Field(description="How far it has come")] = (
        None
    )
    severity: Severity | None = None
    kind: AlertKind | None = None
    patient: Annotated[UUID | None, Field(description="Only this patient")] = None


class Acknowledgement(ChangeRequest):
    """Somebody looks into it."""


class Act(ChangeRequest):
    """What is done about an alert; ``none`` says in the note which other cause it has.

    An open alert is acknowledged by it.
    """

    action: Action
    note: Note = ""

    @model_validator(mode="after")
    def _nothing_has_a_reason(self) -> Self:
        if self.action == Action.NONE and not self.note:
            raise rule_broken(
                "required", "Say in the note which other cause makes action needless."
            )
        return self


class Resolution(ChangeRequest):
    """What was found, what was done."""

    judgement: Judgement
    action: Action
    note: Note = ""


class OpenSpanEntry(Shape):
    """One stretch of a weekday (Monday is 0), by the clinic's wall clock."""

    weekday: Annotated[int, Field(strict=True, ge=0, le=6)]
    opens_at: ClockTime
    closes_at: ClockTime


class OpeningHoursEntry(ChangeRequest):
    """A clinic's whole week; weekdays that are left out are closed."""

    opening_hours: Annotated[list[OpenSpanEntry], Field(min_length=1, max_length=28)]

    @model_validator(mode="after")
    def _is_a_week(self) -> Self:
        try:
            require_week([OpenSpan(**one.model_dump()) for one in self.opening_hours])
        except ClinicalInputError as error:
            raise rule_broken("not_a_week", str(error)) from error
        return self
