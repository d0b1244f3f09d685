"""When a check-in around a session counts, and which of several counts.

A value outside its window is kept and shown, but no rule uses it. Limits are
inclusive on both sides. Every instant is a timezone-aware datetime.

Source:
    The widths are decisions of this product [D]; no source gives them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from .errors import ClinicalInputError

Item = TypeVar("Item")

RECALLED_AFTER: Final = timedelta(hours=12)  # [D]


class Moment(StrEnum):
    """When, seen from a session, a rating was given."""

    PRE = "pre"
    DURING = "during"
    POST = "post"
    H24 = "h24"
    H48 = "h48"
    RUN_IN = "run_in"
    DIARY = "diary"


@dataclass(frozen=True, slots=True)
class Span:
    """The planned window of a moment, from one edge of the session."""

    hangs_on_end: bool
    opens: timedelta
    closes: timedelta


# [D] all eight numbers
SPANS: Final = {
    Moment.PRE: Span(
        hangs_on_end=False, opens=timedelta(minutes=-90), closes=timedelta(minutes=10)
    ),
    Moment.POST: Span(
        hangs_on_end=True, opens=timedelta(minutes=-5), closes=timedelta(minutes=60)
    ),
    Moment.H24: Span(
        hangs_on_end=True, opens=timedelta(hours=18), closes=timedelta(hours=36)
    ),
    Moment.H48: Span(
        hangs_on_end=True, opens=timedelta(hours=40), closes=timedelta(hours=60)
    ),
}
# [D] of several follow-ups in a window, the one nearest to this counts
FOLLOW_UP_TARGETS: Final = {
    Moment.H24: timedelta(hours=24),
    Moment.H48: timedelta(hours=48),
}


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which a value counts.

    A window that closes before it opens never opens. `expected` is false when
    the next session cut the window short: a value that is missing then is not
    held against the patient.
    """

    opens_at: datetime
    closes_at: datetime
    expected: bool

    def is_closed(self, *, now: datetime) -> bool:
        """Tell whether no value answered from now on can count."""
        require_aware("now", now)
        return now >= self.closes_at


@dataclass(frozen=True, slots=True)
class FollowUps:
    """The two windows after a session."""

    h24: Window
    h48: Window


def require_aware(name: str, instant: datetime) -> datetime:
    """Return the instant, or refuse one without a timezone.

    Raises:
        ClinicalInputError: The datetime is naive.
    """
    if instant.utcoffset() is None:
        raise ClinicalInputError(
            f"{name} must be a timezone-aware datetime, got {instant!r}."
        )
    return instant


def in_utc(name: str, instant: datetime) -> datetime:
    """Return the instant in UTC, or refuse one without a timezone.

    Sums and differences of instants in one zone go by its clock face, which is an
    hour off over a change to or from summer time.

    Raises:
        ClinicalInputError: The datetime is naive.
    """
    return require_aware(name, instant).astimezone(UTC)


def window_of(
    moment: Moment,
    *,
    started_at: datetime,
    ended_at: datetime,
    next_started_at: datetime | None = None,
) -> Window:
    """Return the window of a moment, closed early by the next session.

    Raises:
        ClinicalInputError: The moment has no window (run-in, diary, during), an
            instant is naive, or the session ends before it starts.
    """
    started_at, ended_at = _session_in_utc(started_at=started_at, ended_at=ended_at)
    if moment not in SPANS:
        raise ClinicalInputError(
            f"moment must be one of {', '.join(SPANS)} to have a window, got {moment}."
        )
    span = SPANS[moment]
    edge = ended_at if span.hangs_on_end else started_at
    opens_at, closes_at = edge + span.opens, edge + span.closes
    if next_started_at is None:
        return Window(opens_at=opens_at, closes_at=closes_at, expected=True)
    require_aware("next_started_at", next_started_at)
    return Window(
        opens_at=opens_at,
        closes_at=min(closes_at, next_started_at),
        expected=next_started_at >= closes_at,
    )


def is_in_window(answered_at: datetime, *, window: Window) -> bool:
    """Tell whether a value answered then counts; both limits are inside."""
    require_aware("answered_at", answered_at)
    return window.opens_at <= answered_at <= window.closes_at


def follow_ups(
    *, started_at: datetime, ended_at: datetime, next_started_at: datetime | None = None
) -> FollowUps:
    """Return the windows of the next-day and the two-day value."""
    h24, h48 = (
        window_of(
            moment,
            started_at=started_at,
            ended_at=ended_at,
            next_started_at=next_started_at,
        )
        for moment in (Moment.H24, Moment.H48)
    )
    return FollowUps(h24=h24, h48=h48)


def nearest(
    items: Iterable[Item], *, target: datetime, answered_at: Callable[[Item], datetime]
) -> Item | None:
    """Return the item answered nearest to the target, of two equals the later.

    Two items of the same instant: the one that comes first. None if there is
    no item.
    """

    def distance(item: Item) -> tuple[timedelta, timedelta]:
        gap = answered_at(item) - target
        return abs(gap), -gap

    return min(items, key=distance, default=None)


def is_recalled(*, answered_at: datetime, recorded_at: datetime) -> bool:
    """Tell whether a value was written down more than 12 h after it was felt."""
    delay = in_utc("recorded_at", recorded_at) - in_utc("answered_at", answered_at)
    return delay > RECALLED_AFTER


def _session_in_utc(
    *, started_at: datetime, ended_at: datetime
) -> tuple[datetime, datetime]:
    started_at = in_utc("started_at", started_at)
    ended_at = in_utc("ended_at", ended_at)
    if ended_at < started_at:
        raise ClinicalInputError(
            f"ended_at must not lie before started_at, got {ended_at!r} "
            f"for a start at {started_at!r}."
        )
    return started_at, ended_at
