"""Reads owned by programmes."""

from .calendar import (
    closures_between,
    found_closures,
    found_planned_sessions,
    only_slot_of_day,
    outside_pauses,
    visible_planned_session,
)
from .prescription import (
    PrescribedExercise,
    PrescriptionOfDay,
    SuggestedLoad,
    prescription_on,
    suggested_load,
)
from .programmes import (
    found_programmes,
    phase_history,
    phase_on,
    programme_at,
    template_named,
    visible_prescription,
    visible_programme,
    week_of_programme,
)

__all__ = [
    "PrescribedExercise",
    "PrescriptionOfDay",
    "SuggestedLoad",
    "closures_between",
    "found_closures",
    "found_planned_sessions",
    "found_programmes",
    "only_slot_of_day",
    "outside_pauses",
    "phase_history",
    "phase_on",
    "prescription_on",
    "programme_at",
    "suggested_load",
    "template_named",
    "visible_planned_session",
    "visible_prescription",
    "visible_programme",
    "week_of_programme",
]
