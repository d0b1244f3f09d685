"""What comes in to the overviews."""

from uuid import UUID

from apps.common.shapes import DayRange, Line


class TimeLineQuery(DayRange):
    """The days of a time line; without them, the year up to today."""


class ProfileQuery(DayRange):
    """The days of a response profile; without them, all sessions."""


class AuditQuery(DayRange):
    """Filters of the audit trail; days are those of UTC."""

    patient: UUID | None = None
    actor: UUID | None = None
    action: Line = ""


class LedgerQuery(DayRange):
    """Days by the clinic's clock; without them the twelve weeks up to today."""

    clinic: UUID | None = None
