"""Days and wall times in a place: people plan by the clock on the wall."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from .shapes import DayRange

# Of any place that people live in: Kiritimati is 14 hours ahead.
FURTHEST_FROM_UTC: Final = timedelta(hours=15)


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
    """Limit to the rows whose ``column`` lies in ``days``, in each row's own zone.

    One query finds the zones; the days are reckoned here. The database has zones of
    its own, which may be older than ours or mean another thing by a name such as CET:
    it would list a row on another day than the row's answer shows.
    """
    if days.from_ is None and days.to is None:
        return rows
    near = rows.filter(_between(column, days, zone="UTC", margin=FURTHEST_FROM_UTC))
    zones = near.order_by().values_list(zone_column, flat=True).distinct()
    # Without a zone there is no row; an empty Q would mean all of them.
    wanted = Q(pk__in=[])
    for zone in zones:
        wanted |= Q(**{zone_column: zone}) & _between(column, days, zone=zone)
    return rows.filter(wanted)


def _between(
    column: str, days: DayRange, *, zone: str, margin: timedelta = timedelta(0)
) -> Q:
    wanted = Q()
    if days.from_ is not None:
        first = start_of_day(days.from_, zone=zone) - margin
        wanted &= Q(**{f"{column}__gte": first})
    if days.to is not None:
        end = end_of_day(days.to, zone=zone) + margin
        wanted &= Q(**{f"{column}__lt": end})
    return wanted
