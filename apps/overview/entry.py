"""What comes in to the overviews."""

from apps.common.shapes import DayRange


class TimeLineQuery(DayRange):
    """The days of a time line; without them, the year up to today."""
