"""What was done of each plan, and adherence as it was computed last."""

from .outcomes import CourseCalendar, CourseOutcome, CourseWeeks, SlotOutcome
from .snapshots import AdherenceSnapshot, DropOut, Light, Window

__all__ = [
    "AdherenceSnapshot",
    "CourseCalendar",
    "CourseOutcome",
    "CourseWeeks",
    "DropOut",
    "Light",
    "SlotOutcome",
    "Window",
]
