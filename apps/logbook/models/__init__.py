"""What was done and felt: held sessions, exercises, sets, check-ins."""

from .check_ins import CheckIn, Moment
from .diaries import DiaryRating
from .due import JudgementDue
from .sessions import ExerciseEntry, HeldSession, SessionStatus, SetEntry, Setting

__all__ = [
    "CheckIn",
    "DiaryRating",
    "ExerciseEntry",
    "HeldSession",
    "JudgementDue",
    "Moment",
    "SessionStatus",
    "SetEntry",
    "Setting",
]
