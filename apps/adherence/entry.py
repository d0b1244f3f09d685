"""What comes in: filters."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from apps.common.shapes import Shape, rule_broken

from .models import Window


class AdherenceQuery(Shape):
    """Whose adherence; without any filter that of all patients whom one may read."""

    patient: Annotated[UUID | None, Field(description="Only this patient")] = None
    clinic: Annotated[
        UUID | None, Field(description="The clinic as a whole; it names nobody")
    ] = None
    window: Annotated[Window | None, Field(description="Only this window")] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.patient is not None and self.clinic is not None:
            raise rule_broken(
                "not_together", "Ask for a patient or a clinic, not both."
            )
        return self
