"""Writes owned by exercises."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.audit.services import record
from apps.clinics.models import Clinic, Role
from apps.clinics.permissions import require_role
from apps.clinics.versions import require_version
from apps.common.errors import AlreadyRecordedError, InvalidEntryError
from apps.common.receipts import is_replay

from . import queries
from .catalogue_file import shared_exercises
from .entry import ExerciseChange, ExerciseEntry, step_fault
from .models import Exercise


@transaction.atomic
def add_catalogue(*, clinic: Clinic) -> int:
    """Give the clinic what is shipped and it lacks; return how many were added.

    Safe to repeat: an exercise that the clinic has, also a changed one, stays as it is.
    """
    owned = set(Exercise.objects.filter(clinic=clinic).values_list("slug", flat=True))
    missing = [each for each in shared_exercises() if each.slug not in owned]
    Exercise.objects.bulk_create(
        [Exercise(clinic=clinic, **_columns(each)) for each in missing],
        ignore_conflicts=True,
    )
    return len(missing)


@transaction.atomic
def create_exercise(
    *, entry: ExerciseEntry, clinic: Clinic, by: Any, now: datetime
) -> Exercise:
    """Add an exercise of the clinic's own.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
        AlreadyRecordedError: The clinic has an exercise of this slug.
    """
    require_role(by, clinic.pk, Role.MANAGER, now=now)
    try:
        with transaction.atomic():
            exercise = Exercise.objects.create(clinic=clinic, **_columns(entry))
    except IntegrityError as error:
        raise AlreadyRecordedError(
            f"This clinic has an exercise with the slug {entry.slug!r}. Take another.",
            pointer="/slug",
        ) from error
    _record("exercise.create", exercise, by=by, now=now)
    return exercise


@transaction.atomic
def update_exercise(
    *,
    exercise_id: UUID,
    entry: ExerciseChange,
    expected_version: int,
    by: Any,
    now: datetime,
) -> Exercise:
    """Change an exercise from now on; what was logged with it keeps its own loads.

    Raises:
        NotThereError: It is another clinic's.
        NotAllowedError: The user is not a manager of the clinic.
        StaleVersionError: Somebody else was quicker.
        InvalidEntryError: The machine's steps would not fit together.
    """
    found = queries.visible_exercise(by, exercise_id)
    require_role(by, found.clinic_id, Role.MANAGER, now=now)
    if is_replay(
        request=entry, target="exercises.update", target_id=exercise_id, by=by, now=now
    ):
        return queries.visible_exercise(by, exercise_id)
    exercise: Exercise = Exercise.objects.select_for_update().get(pk=found.pk)
    require_version(exercise, expected=expected_version)
    changes = entry.changes()
    _require_steps(exercise, changes)
    changed = _changed_columns(changes)
    for name, value in changed.items():
        setattr(exercise, name, value)
    exercise.version += 1
    exercise.save(update_fields=[*changed, "version"])
    _record("exercise.update", exercise, by=by, now=now, fields=sorted(changes))
    return exercise


def _columns(entry: ExerciseEntry) -> dict[str, Any]:
    plain = entry.model_dump(exclude={"increment", "minimum"})
    steps = {"increment": entry.increment, "minimum": entry.minimum}
    return {
        **plain,
        **_changed_columns(steps),
        "muscle_groups": list(entry.muscle_groups),
        "basis": entry.basis or "",
    }


def _changed_columns(changes: dict[str, Any]) -> dict[str, Any]:
    columns = dict(changes)
    if "increment" in changes:
        increment = columns.pop("increment")
        columns["increment_value"] = increment and increment.value
        columns["increment_unit"] = increment.unit if increment else "kg"
    if "minimum" in changes:
        minimum = columns.pop("minimum")
        columns["minimum_value"] = minimum and minimum.value
    if "basis" in changes:
        columns["basis"] = columns["basis"] or ""
    if "muscle_groups" in changes:
        columns["muscle_groups"] = list(columns["muscle_groups"])
    return columns


def _require_steps(exercise: Exercise, changes: dict[str, Any]) -> None:
    def step(name: str, stored: Any) -> dict[str, Any] | None:
        if name in changes:
            load = changes[name]
            return load.model_dump() if load else None
        if stored is None:
            return None
        return {"value": stored, "unit": exercise.increment_unit}

    fault = step_fault(
        {
            "load_kind": exercise.load_kind,
            "increment": step("increment", exercise.increment_value),
            "minimum": step("minimum", exercise.minimum_value),
        }
    )
    if fault:
        raise InvalidEntryError.at("/increment", code="steps", detail=fault)


def _record(
    action: str,
    exercise: Exercise,
    *,
    by: Any,
    now: datetime,
    fields: list[str] | None = None,
) -> None:
    record(
        action,
        by=by,
        now=now,
        clinic_id=exercise.clinic_id,
        subject_id=exercise.public_id,
        detail={"fields": fields} if fields else None,
    )
