"""Writes owned by questionnaires."""

from .changes import correct_response, void_response
from .imports import import_instrument, import_wording
from .questionnaires import assign_questionnaire, void_questionnaire
from .responses import record_response, save_response

__all__ = [
    "assign_questionnaire",
    "correct_response",
    "import_instrument",
    "import_wording",
    "record_response",
    "save_response",
    "void_questionnaire",
    "void_response",
]
