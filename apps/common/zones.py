"""Days and wall times in a place: people plan by the clock on the wall."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateField, F, Func, QuerySet
from django.db.models.functions import Cast

from .shapes import DayRange


def day_in(zone: str, instant: datetime) -> date:
    """Return the day that it is in ``zone`` at ``instant``."""
    return instant.astimezone(ZoneInfo(zone)).date()


def wall_time(day: date, at: time, *, zone: str) -> datetime:
    """Return the instant, in UTC, at which the clocks of ``zone`` show ``at``.

    A time that the clocks leap over in spring is read by the clock before the leap
    (02:30 becomes 03:30); one that they show twice in autumn is the first of the two.
    """
    # fold=0 means both: the offset before the change.
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def start_of_day(day: date, *, zone: str) -> datetime:
    """Return the instant at which ``day`` begins in ``zone``."""
    return wall_time(day, time.min, zone=zone)


def end_of_day(day: date, *, zone: str) -> datetime:
    """Return the instant at which ``day`` is over in ``zone``."""
    return start_of_day(day + timedelta(days=1), zone=zone)


def within_days(
    rows: "QuerySet[Any]", *, column: str, zone_column: str, days: DayRange
) -> "QuerySet[Any]":
    """Limit to the rows whose ``column`` lies in ``days``, in each row's own zone."""
    if days.from_ is None and days.to is None:
        return rows
    local = Func(F(zone_column), F(column), function="timezone")
    rows = rows.annotate(local_day=Cast(local, DateField()))
    if days.from_ is not None:
        rows = rows.filter(local_day__gte=days.from_)
    if days.to is not None:
        rows = rows.filter(local_day__lte=days.to)
    return rows
