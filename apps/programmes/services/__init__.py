"""Writes owned by programmes."""

from .closures import add_closure
from .due import mark_adherence_due_of
from .enrolment import end, end_for_leaver, enrol
from .meetings import (
    RecordedMeeting,
    correct_meeting,
    record_meeting,
    void_meeting,
)
from .own_templates import KeptTemplate, keep_template
from .pauses import pause, resume
from .planned_sessions import (
    MARK_MISSED,
    cancel,
    excuse,
    mark_missed,
    mark_slot_held,
    mark_slot_open_again,
    move,
)
from .prescribing import (
    DecidedLoad,
    LoadDecision,
    carry_out,
    put_load_in_force,
    set_phase,
)
from .retests import REMIND_RETESTS, remind_retests
from .rules import decide_rules
from .templates import TemplateChangedError, load_templates

__all__ = [
    "MARK_MISSED",
    "REMIND_RETESTS",
    "DecidedLoad",
    "KeptTemplate",
    "LoadDecision",
    "RecordedMeeting",
    "TemplateChangedError",
    "add_closure",
    "cancel",
    "carry_out",
    "correct_meeting",
    "decide_rules",
    "end",
    "end_for_leaver",
    "enrol",
    "excuse",
    "keep_template",
    "load_templates",
    "mark_adherence_due_of",
    "mark_missed",
    "mark_slot_held",
    "mark_slot_open_again",
    "move",
    "pause",
    "put_load_in_force",
    "record_meeting",
    "remind_retests",
    "resume",
    "set_phase",
    "void_meeting",
]
