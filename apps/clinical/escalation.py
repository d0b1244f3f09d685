"""When managers hear of an alert at which nobody has looked.

No source: decided for this product. A red flag runs by the clock, because it cannot
wait for the morning; the others run by the clinic's opening hours.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .opening_hours import OpeningHours, after_open_time, after_working_days

RED_FLAG_AFTER: Final = timedelta(minutes=30)  # [D]
HIGH_AFTER_OPEN: Final = timedelta(hours=4)  # [D]
MODERATE_AFTER_WORKING_DAYS: Final = 2  # [D]
# A long closure must not hide an alert for good.
LATEST_AFTER: Final = timedelta(days=28)  # [D]


class Pace(StrEnum):
    """How soon somebody must have looked at an alert."""

    RED_FLAG = "red_flag"
    HIGH = "high"
    MODERATE = "moderate"


def escalates_at(*, pace: Pace, since: datetime, hours: OpeningHours) -> datetime:
    """Return when managers hear of an alert if nobody has looked by then.

    Args:
        since: When somebody was first told of where the alert stands.

    Raises:
        ClinicalInputError: `since` has no time zone.
    """
    latest = since + LATEST_AFTER
    if pace is Pace.RED_FLAG:
        return since + RED_FLAG_AFTER
    if pace is Pace.HIGH:
        return after_open_time(
            since, lasting=HIGH_AFTER_OPEN, hours=hours, latest=latest
        )
    return after_working_days(
        since, days=MODERATE_AFTER_WORKING_DAYS, hours=hours, latest=latest
    )
