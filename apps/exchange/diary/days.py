"""To which day an entry belongs, and which instant its wall time was."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apps.common.zones import wall_time

from .errors import UnreadableDiaryError, shown

LATEST_DAY_END: Final = time(12, 0)
HOURS: Final = 24


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone of this name.

    Raises:
        UnreadableDiaryError: There is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnreadableDiaryError(
            f"There is no time zone {shown(name)}. Name one like Europe/Stockholm."
        ) from error


def day_end_written(text: str) -> time:
    """Return the time that ``08:00`` means.

    Raises:
        UnreadableDiaryError: It is no time, or later than noon.
    """
    try:
        day_ends_at = datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007
    except ValueError as error:
        raise UnreadableDiaryError(
            f"The end of the day is written like 08:00, got {shown(text)}."
        ) from error
    if day_ends_at > LATEST_DAY_END:
        raise UnreadableDiaryError(
            f"A day ends between 00:00 and {LATEST_DAY_END:%H:%M} of the next, "
            f"got {shown(text)}."
        )
    return day_ends_at


def day_of(
    *, written_day: date | None, stamp: datetime | None, day_ends_at: time
) -> date:
    """Return the day of an entry: the written one, else the one of its stamp.

    A stamp before ``day_ends_at`` belongs to the day before.
    """
    if written_day is not None:
        return written_day
    if stamp is None:
        raise ValueError("An entry needs a written day or a stamp.")
    if stamp.time() < day_ends_at:
        return stamp.date() - timedelta(days=1)
    return stamp.date()


def are_days_apart(*, written_day: date | None, stamp: datetime | None) -> bool:
    """Tell whether day and stamp are more than one day of the calendar apart."""
    if written_day is None or stamp is None:
        return False
    return abs(stamp.date() - written_day) > timedelta(days=1)


def inferred_day_end(*, day_before: Sequence[int], same_day: Sequence[int]) -> time:
    """Return the full hour, noon at the latest, that explains most entries.

    Args:
        day_before: For each hour of the stamp, how many entries were written for the
            day before. 24 numbers.
        same_day: The same for entries written for the day of the stamp.

    Returns:
        The earliest of the best hours; midnight if nothing tells.
    """

    def misfits(hour: int) -> int:
        return sum(same_day[:hour]) + sum(day_before[hour:])

    return time(min(range(LATEST_DAY_END.hour + 1), key=misfits))


def instant_of(stamp: datetime, *, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, of a wall time, by the rule of ``wall_time``."""
    return wall_time(stamp.date(), stamp.time(), zone=zone.key)


def was_skipped(stamp: datetime, *, zone: ZoneInfo) -> bool:
    """Tell whether no clock of the zone showed this time when clocks went forward."""
    back = instant_of(stamp, zone=zone).astimezone(zone)
    return back.replace(tzinfo=None) != stamp


def came_twice(stamp: datetime, *, zone: ZoneInfo) -> bool:
    """Tell whether the clocks of the zone showed this time twice."""
    first, second = (stamp.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return first.utcoffset() != second.utcoffset() and not was_skipped(stamp, zone=zone)
