"""Reads owned by exercises."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.common.errors import NotThereError
from apps.common.statements import Compiled

from .models import Exercise


def visible_exercise(user: Any, exercise_id: UUID) -> Exercise:
    """Return an exercise of a clinic in which the user works or is treated.

    Raises:
        NotThereError: There is none, or it is another clinic's.
    """
    rows = Exercise.objects.readable_by(user)
    exercise: Exercise | None = rows.filter(public_id=exercise_id).first()
    if exercise is None:
        raise NotThereError("There is no such exercise in your clinics.")
    return exercise


def clinic_exercises(
    clinic_id: int, exercise_ids: Collection[UUID]
) -> dict[UUID, Exercise]:
    """Return the clinic's exercises of these public ids; unknown ones are left out."""
    rows = _clinic_exercises(clinic_id=clinic_id, ids=list(exercise_ids))
    return {row.public_id: row for row in rows}


@Compiled
def _clinic_exercises(*, clinic_id: int, ids: list[UUID]) -> QuerySet[Exercise]:
    return Exercise.objects.filter(clinic=clinic_id, public_id__any_of=ids)


def active_by_slug(clinic_id: int) -> dict[str, Exercise]:
    """Return the exercises that the clinic uses now, by slug."""
    rows = Exercise.objects.filter(clinic=clinic_id, is_active=True)
    return {row.slug: row for row in rows}
