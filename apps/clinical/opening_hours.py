"""When a clinic is open, and how much open time lies between two instants.

A clinic opens by the clock on its wall: spans are kept as weekday and wall time and
turned into instants day by day, so that a change of the clocks moves them. Time is
counted as it passes: a span in which the clocks leap forward holds an hour less.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from .errors import ClinicalInputError

DAYS_A_WEEK: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSpan:
    """One stretch of a weekday (Monday is 0) in which a clinic is open.

    Wall times; it ends on the day on which it begins, and its end is excluded.
    """

    weekday: int
    opens_at: time
    closes_at: time

    def __post_init__(self) -> None:
        """Refuse a day that no week has and a span that does not go forward."""
        if not 0 <= self.weekday < DAYS_A_WEEK:
            raise ClinicalInputError(
                f"weekday must be 0 (Monday) to 6 (Sunday), got {self.weekday}."
            )
        if self.closes_at <= self.opens_at:
            raise ClinicalInputError(
                f"closes_at must come after opens_at on the same day, got "
                f"{self.opens_at} to {self.closes_at}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDays:
    """Days on which the clinic does not open whatever the week says; both included."""

    first_day: date
    last_day: date

    def cover(self, day: date) -> bool:
        """Tell whether the day is one of them."""
        return self.first_day <= day <= self.last_day


# No source; decided for this product: the office week of the pilot. [D]
DEFAULT_WEEK: Final = tuple(
    OpenSpan(weekday=weekday, opens_at=time(8), closes_at=time(17))
    for weekday in range(5)
)


def require_week(week: Iterable[OpenSpan]) -> None:
    """Refuse a week that never opens, and spans that lie over each other.

    Raises:
        ClinicalInputError: It is one of these.
    """
    ordered = sorted(week, key=lambda span: (span.weekday, span.opens_at))
    if not ordered:
        raise ClinicalInputError("A clinic must open at least once a week.")
    for earlier, later in pairwise(ordered):
        if earlier.weekday == later.weekday and later.opens_at < earlier.closes_at:
            raise ClinicalInputError(
                f"Spans of weekday {later.weekday} must not overlap, got "
                f"{earlier.opens_at} to {earlier.closes_at} and "
                f"{later.opens_at} to {later.closes_at}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """The open spans of a clinic's week, in its zone, without the days it is closed."""

    zone: ZoneInfo
    week: tuple[OpenSpan, ...] = DEFAULT_WEEK
    closures: tuple[ClosedDays, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a week that cannot be."""
        require_week(self.week)

    def spans_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return from when until when the clinic is open on a day, in UTC, in order.

        A wall time that the clocks leap over is read by the clock before the leap, one
        that they show twice is the first. What so lies in two spans counts once, and a
        span that ends before it begins is none.
        """
        if any(closure.cover(day) for closure in self.closures):
            return []
        found: list[tuple[datetime, datetime]] = []
        for start, end in sorted(
            (self._instant(day, span.opens_at), self._instant(day, span.closes_at))
            for span in self.week
            if span.weekday == day.weekday()
        ):
            begins = max(start, found[-1][1]) if found else start
            if begins < end:
                found.append((begins, end))
        return found

    def is_open_at(self, instant: datetime) -> bool:
        """Tell whether the clinic is open at an instant."""
        day = instant.astimezone(self.zone).date()
        return any(start <= instant < end for start, end in self.spans_on(day))

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, tzinfo=self.zone).astimezone(UTC)


def after_open_time(
    since: datetime, *, lasting: timedelta, hours: OpeningHours, latest: datetime
) -> datetime:
    """Return the first instant at which the clinic was open for `lasting` since then.

    The end of a span counts for it: four hours from one o'clock are over when the
    clinic closes at five.

    Args:
        since: An instant; before opening it counts from the opening.
        lasting: Open time, above 0.
        latest: Returned if it is not reached by then.

    Raises:
        ClinicalInputError: `since` or `latest` has no zone, or `lasting` is not
            above 0.
    """
    _require_zone(since=since, latest=latest)
    if lasting <= timedelta(0):
        raise ClinicalInputError(f"lasting must be above 0, got {lasting}.")
    left = lasting
    for day in _days(since, hours=hours, latest=latest):
        for start, end in hours.spans_on(day):
            begins = max(start, since)
            if begins + left <= end:
                return min(begins + left, latest)
            left -= max(end - begins, timedelta(0))
    return latest


def after_working_days(
    since: datetime, *, days: int, hours: OpeningHours, latest: datetime
) -> datetime:
    """Return when the clinic closes on the last of so many working days after a day.

    A working day is one on which the clinic opens. That of `since` itself does not
    count: what comes in on a Monday has waited two working days on Wednesday evening.

    Args:
        days: At least 1.
        latest: Returned if it is not reached by then.

    Raises:
        ClinicalInputError: `since` or `latest` has no zone, or `days` is below 1.
    """
    _require_zone(since=since, latest=latest)
    if days < 1:
        raise ClinicalInputError(f"days must be at least 1, got {days}.")
    left = days
    _, *later = _days(since, hours=hours, latest=latest)
    for day in later:
        spans = hours.spans_on(day)
        left -= bool(spans)
        if left == 0:
            return min(max(end for _, end in spans), latest)
    return latest


def _days(since: datetime, *, hours: OpeningHours, latest: datetime) -> Iterator[date]:
    """Return the clinic's days from that of `since` to that of `latest`."""
    day = since.astimezone(hours.zone).date()
    last = max(day, latest.astimezone(hours.zone).date())
    while day <= last:
        yield day
        day += timedelta(days=1)


def _require_zone(**instants: datetime) -> None:
    for name, instant in instants.items():
        if instant.tzinfo is None:
            raise ClinicalInputError(f"{name} must have a time zone, got {instant}.")
