"""Writes owned by questionnaires."""

from .changes import correct_response, void_response
from .imports import ImportedInstrument, import_instrument, import_wording
from .questionnaires import assign_questionnaire, void_questionnaire
from .responses import RecordedResponse, record_response, save_response
from .scheduled import ASSIGN_SCHEDULED, assign_scheduled
from .schedules import set_schedule

__all__ = [
    "ASSIGN_SCHEDULED",
    "ImportedInstrument",
    "RecordedResponse",
    "assign_questionnaire",
    "assign_scheduled",
    "correct_response",
    "import_instrument",
    "import_wording",
    "record_response",
    "save_response",
    "set_schedule",
    "void_questionnaire",
    "void_response",
]
