"""What comes in: filters of the inbox, and what a therapist says about an alert."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from apps.common.shapes import ChangeRequest, Note, Shape

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


class Resolution(ChangeRequest):
    """What was found, what was done."""

    judgement: Judgement
    action: Action
    note: Note = ""
