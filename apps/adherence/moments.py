"""When figures change although nobody records anything."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from apps.clinical.adherence.course import (
    DROPPED_OUT_AFTER_DAYS,
    WINDOW_LENGTHS,
    days_without_session,
)
from apps.clinical.adherence.inputs import Course


def next_change(course: Course, *, now: datetime) -> datetime | None:
    """Return the next moment at which time alone may change the figures.

    A session comes due, a check-in's window closes, either leaves a rolling window, a
    booked session begins, somebody has been silent for long enough. None: no more.
    """
    return min((at for at in _moments(course, now=now) if at > now), default=None)


def _moments(course: Course, *, now: datetime) -> Iterator[datetime]:
    for slot in course.slots:
        yield slot.starts_at
        yield from _in_windows(slot.due_at)
    for session in course.sessions:
        yield session.started_at
        for check_in in session.check_ins:
            yield from _in_windows(check_in.closes_at)
    if course.withdrawn_on is not None:
        yield _midnight(
            course, now=now, days=(course.withdrawn_on - course.day_of(now)).days
        )
    elif course.ended_on is None:
        # It may take longer, if there is a pause: then it is looked at again.
        silent = days_without_session(course, now=now)
        yield _midnight(course, now=now, days=DROPPED_OUT_AFTER_DAYS - silent)


def _in_windows(at: datetime) -> Iterator[datetime]:
    yield at
    for length in WINDOW_LENGTHS.values():
        if length is not None:
            yield at + length


def _midnight(course: Course, *, now: datetime, days: int) -> datetime:
    """Return the first moment of the clinic's day so many days from today."""
    day = course.day_of(now) + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=course.zone)
