"""The shared catalogue as it lies in ``catalogue/*.json``."""

import json
from functools import cache
from pathlib import Path

from apps.common.shapes import Shape

from .entry import ExerciseEntry

FOLDER = Path(__file__).parent / "catalogue"


class CatalogueFile(Shape):
    """One file of exercises with where they come from."""

    key: str
    source: str
    exercises: tuple[ExerciseEntry, ...]


@cache
def shared_exercises() -> tuple[ExerciseEntry, ...]:
    """Return every exercise that is shipped, checked as if a manager had sent it."""
    files = [
        CatalogueFile.parse(json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.json"))
    ]
    return tuple(exercise for file in files for exercise in file.exercises)
