"""Days and numbers as they stand in pictures."""

from datetime import date

from django.utils.formats import date_format, number_format


def short_day(day: date) -> str:
    """Return a day without its year, short enough to stand below a point."""
    return date_format(day, "SHORT_DAY_FORMAT")


def calendar_day(day: date) -> str:
    """Return a day without its year, short enough for a cell of a calendar."""
    return date_format(day, "CALENDAR_DAY_FORMAT")


def short_number(value: float) -> str:
    """Return a number with the decimals that it needs."""
    return number_format(format(round(value, 3), ".10g"))
