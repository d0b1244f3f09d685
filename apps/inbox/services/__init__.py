"""Writes owned by the inbox."""

from .alerts import (
    Finding,
    close_itself,
    mark_no_longer_holds,
    note_judged,
    open_or_update_alert,
    redirect_all_waiting_mails,
    redirect_waiting_mails,
)
from .handling import acknowledge, act, resolve
from .opening_hours import set_opening_hours
from .waiting import ESCALATE, EscalationReport, escalate

__all__ = [
    "ESCALATE",
    "EscalationReport",
    "Finding",
    "acknowledge",
    "act",
    "close_itself",
    "escalate",
    "mark_no_longer_holds",
    "note_judged",
    "open_or_update_alert",
    "redirect_all_waiting_mails",
    "redirect_waiting_mails",
    "resolve",
    "set_opening_hours",
]
