"""What was done of each plan, and adherence as it was computed last."""

from .outcomes import CourseOutcome, SessionCheckIns, SlotOutcome
from .snapshots import AdherenceSnapshot, DropOut, Light, Window

__all__ = [
    "AdherenceSnapshot",
    "CourseOutcome",
    "DropOut",
    "Light",
    "SessionCheckIns",
    "SlotOutcome",
    "Window",
]
