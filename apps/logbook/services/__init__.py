"""Writes owned by logbook, by what they write."""

from .check_ins import record_check_in
from .corrections import correct_check_in, correct_session
from .due import mark_for_judgement
from .sessions import record_session
from .voids import add_confounders, void_check_in, void_session

__all__ = [
    "add_confounders",
    "correct_check_in",
    "correct_session",
    "mark_for_judgement",
    "record_check_in",
    "record_session",
    "void_check_in",
    "void_session",
]
