"""What fills the blanks of each chapter, computed by the core."""

from collections.abc import Callable, Mapping
from typing import Final

from . import (
    care,
    detector,
    groups,
    loads,
    measures,
    progression,
    surroundings,
    training,
    waiting,
)

Filling = Callable[[], dict[str, str]]

FILLINGS: Final[Mapping[str, Filling]] = {
    "units": loads.units,
    "one_rep_max": loads.one_rep_max,
    "working_load": loads.working_load,
    "phases": training.phases,
    "windows": training.windows,
    "detector": detector.detector,
    "load_table": progression.load_table,
    "adherence": care.adherence,
    "questionnaires": care.questionnaires,
    "pain_tests": measures.pain_tests,
    "function_tests": measures.function_tests,
    "intensity": training.intensity,
    "response": care.response,
    "proportions": care.proportions,
    "surroundings": surroundings.surroundings,
    "waiting": waiting.waiting,
    "statistics": groups.statistics,
}
