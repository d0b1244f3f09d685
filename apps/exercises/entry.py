"""What comes in about exercises."""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from apps.common.shapes import (
    ChangeRequest,
    Flag,
    Load,
    RequiredLine,
    Shape,
    rule_broken,
)

from .models import LoadKind

Region = Literal["legs", "back", "stomach", "arms", "hands", "neck", "whole_body"]
Modality = Literal[
    "resistance",
    "isometric",
    "aerobic",
    "interval",
    "mind_body",
    "aquatic",
    "relaxation",
    "stretching",
    "motor_control",
]
Basis = Literal["hrmax", "hrr", "vo2max", "rpe", "watts"]
Kind = Literal["external", "lever", "hold", "heart_rate", "effort"]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,60}$")]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)
]
MuscleGroup = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)
]
MuscleGroups = Annotated[tuple[MuscleGroup, ...], Field(max_length=20)]
# The largest step and the heaviest smallest load that can be stored, in kg or lb.
MAX_STEP = Decimal("999")


class ExerciseEntry(Shape):
    """A new exercise of a clinic."""

    slug: Slug
    name: Name
    region: Region
    muscle_groups: MuscleGroups = ()
    modality: Modality
    load_kind: Kind
    increment: Load | None = None
    minimum: Load | None = None
    unilateral: Flag = False
    eccentric: Flag = False
    basis: Basis | None = None

    @model_validator(mode="after")
    def _weights_have_steps(self) -> Self:
        if fault := step_fault(self.model_dump()):
            raise rule_broken("steps", fault)
        return self


class ExerciseChange(ChangeRequest):
    """What changes about an exercise; what is left out stays."""

    correction_reason: RequiredLine
    name: Name | None = None
    region: Region | None = None
    muscle_groups: MuscleGroups | None = None
    modality: Modality | None = None
    increment: Load | None = None
    minimum: Load | None = None
    unilateral: Flag | None = None
    eccentric: Flag | None = None
    basis: Basis | None = None
    is_active: Flag | None = None

    @model_validator(mode="after")
    def _only_the_basis_can_be_emptied(self) -> Self:
        empty = [
            name
            for name, value in self.changes().items()
            if value is None and name not in ("basis", "increment", "minimum")
        ]
        if empty:
            raise rule_broken("required", f"{', '.join(empty)} cannot be emptied.")
        return self

    def changes(self) -> dict[str, Any]:
        """Return what the client sent, by field."""
        kept = self.model_fields_set - {"correction_reason", "change_id", "sent_at"}
        return {name: getattr(self, name) for name in sorted(kept)}


def step_fault(values: dict[str, Any]) -> str | None:
    """Say what is wrong with the steps of a machine, if anything.

    ``values`` holds ``load_kind``, ``increment`` and ``minimum``, each of the two a
    mapping with ``value`` and ``unit`` or ``None``.
    """
    increment, minimum = values["increment"], values["minimum"]
    if values["load_kind"] != LoadKind.EXTERNAL:
        given = increment is not None or minimum is not None
        return "Only a weight has an increment and a minimum." if given else None
    if increment is None or minimum is None:
        return "A weight needs its increment and its minimum."
    if increment["unit"] != minimum["unit"]:
        return "Give increment and minimum in the same unit."
    if increment["value"] <= 0:
        return "The increment must be above 0."
    if max(increment["value"], minimum["value"]) > MAX_STEP:
        return f"Increment and minimum must be at most {MAX_STEP}."
    return None


class ExerciseQuery(Shape):
    """Filters of the list of exercises."""

    region: Region | None = None
    load_kind: Kind | None = None
