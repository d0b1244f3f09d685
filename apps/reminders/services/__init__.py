"""Writes owned by reminders."""

from .check_ins import REMIND_OF_CHECK_INS, remind_of_check_ins
from .links import (
    LinkState,
    NoSuchLinkError,
    OpenedLink,
    answer_by_link,
    make_check_in_link,
    open_link,
)

__all__ = [
    "REMIND_OF_CHECK_INS",
    "LinkState",
    "NoSuchLinkError",
    "OpenedLink",
    "answer_by_link",
    "make_check_in_link",
    "open_link",
    "remind_of_check_ins",
]
