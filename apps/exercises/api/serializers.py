"""What the API tells about exercises."""

from decimal import Decimal
from uuid import UUID

from apps.common.loads import load_answer
from apps.common.shapes import Answer, LoadAnswer
from apps.exercises.models import Exercise


class ExerciseAnswer(Answer):
    """One exercise; increment and minimum are null where nothing is weighed."""

    id: UUID
    slug: str
    name: str
    region: str
    muscle_groups: list[str]
    modality: str
    load_kind: str
    increment: LoadAnswer | None
    minimum: LoadAnswer | None
    unilateral: bool
    eccentric: bool
    basis: str | None
    is_active: bool
    version: int


def exercise_answer(exercise: Exercise) -> ExerciseAnswer:
    """Return an exercise as it goes out."""

    def step(value: Decimal | None) -> LoadAnswer | None:
        if value is None:
            return None
        return load_answer(value=value, unit=exercise.increment_unit)

    return ExerciseAnswer(
        id=exercise.public_id,
        slug=exercise.slug,
        name=exercise.name,
        region=exercise.region,
        muscle_groups=exercise.muscle_groups,
        modality=exercise.modality,
        load_kind=exercise.load_kind,
        increment=step(exercise.increment_value),
        minimum=step(exercise.minimum_value),
        unilateral=exercise.unilateral,
        eccentric=exercise.eccentric,
        basis=exercise.basis or None,
        is_active=exercise.is_active,
        version=exercise.version,
    )
