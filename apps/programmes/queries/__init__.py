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
    newest_own_template,
    phase_history,
    phase_on,
    programme_at,
    template_for,
    visible_prescription,
    visible_programme,
    visible_template,
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
    "newest_own_template",
    "only_slot_of_day",
    "outside_pauses",
    "phase_history",
    "phase_on",
    "prescription_on",
    "programme_at",
    "suggested_load",
    "template_for",
    "visible_planned_session",
    "visible_prescription",
    "visible_programme",
    "visible_template",
    "week_of_programme",
]
