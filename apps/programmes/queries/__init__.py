"""Reads owned by programmes."""

from .calendar import (
    closures_between,
    found_closures,
    found_planned_sessions,
    is_paused,
    only_slot_of_day,
    outside_pauses,
    visible_planned_session,
)
from .dose import IntensityOfDay
from .gates import (
    OPEN,
    gate_of_explosive_work,
    gate_of_load,
    gate_of_phase,
    is_not_tolerated,
)
from .meetings import meetings_between, newest_meeting, visible_meeting
from .offers import OfferedLoad
from .prescription import (
    PrescribedExercise,
    PrescriptionOfDay,
    SuggestedLoad,
    prescription_on,
    suggested_load,
)
from .programmes import (
    decided_reps,
    found_programmes,
    newest_own_template,
    patients_in_training,
    patients_with_programmes,
    phase_history,
    phase_on,
    programme_at,
    template_for,
    visible_prescription,
    visible_programme,
    visible_template,
    week_of_programme,
)
from .retests import newest_tests_of, retests_due, retests_due_in
from .rules import RulesInForce, in_force, rules_history, rules_of

__all__ = [
    "OPEN",
    "IntensityOfDay",
    "OfferedLoad",
    "PrescribedExercise",
    "PrescriptionOfDay",
    "RulesInForce",
    "SuggestedLoad",
    "closures_between",
    "decided_reps",
    "found_closures",
    "found_planned_sessions",
    "found_programmes",
    "gate_of_explosive_work",
    "gate_of_load",
    "gate_of_phase",
    "in_force",
    "is_not_tolerated",
    "is_paused",
    "meetings_between",
    "newest_meeting",
    "newest_own_template",
    "newest_tests_of",
    "only_slot_of_day",
    "outside_pauses",
    "patients_in_training",
    "patients_with_programmes",
    "phase_history",
    "phase_on",
    "prescription_on",
    "programme_at",
    "retests_due",
    "retests_due_in",
    "rules_history",
    "rules_of",
    "suggested_load",
    "template_for",
    "visible_meeting",
    "visible_planned_session",
    "visible_prescription",
    "visible_programme",
    "visible_template",
    "week_of_programme",
]
