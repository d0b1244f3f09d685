"""What was prescribed: templates, programmes, loads in force, the calendar."""

from .calendar import HELD_STATUSES, ExcuseReason, PlannedSession, PlannedStatus
from .due import AdherenceDue
from .meetings import ExerciseAdjustment, IntroductoryMeeting, ToleranceOutcome
from .programmes import (
    Closure,
    LoadInForce,
    Pause,
    PhaseInForce,
    Prescription,
    Programme,
    ProgrammeStatus,
    ProgrammeTemplate,
)
from .rules import ClinicRules

__all__ = [
    "HELD_STATUSES",
    "AdherenceDue",
    "ClinicRules",
    "Closure",
    "ExcuseReason",
    "ExerciseAdjustment",
    "IntroductoryMeeting",
    "LoadInForce",
    "Pause",
    "PhaseInForce",
    "PlannedSession",
    "PlannedStatus",
    "Prescription",
    "Programme",
    "ProgrammeStatus",
    "ProgrammeTemplate",
    "ToleranceOutcome",
]
