"""When a form is to be filled: so many weeks from a programme's start or end.

Pauses push back what lies behind them, as they do with training: a week is one of
programme, not of the calendar. Source: none; decided in ADR-21 [D].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from ..errors import ClinicalInputError

MAX_WEEKS: Final = 260  # [D] five years of follow-up
MAX_DAYS_BEFORE: Final = 90  # [D]
MAX_DAYS_AFTER: Final = 365  # [D]


class Anchor(StrEnum):
    """What the weeks are counted from."""

    START = "start"  # 0 is the baseline
    END = "end"  # 0 is the end itself, later ones are follow-ups


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When one form falls due, and how long it stands open around that day."""

    anchor: Anchor
    weeks: int
    opens_days_before: int
    closes_days_after: int

    def __post_init__(self) -> None:
        _require("weeks", self.weeks, most=MAX_WEEKS)
        _require("opens_days_before", self.opens_days_before, most=MAX_DAYS_BEFORE)
        _require("closes_days_after", self.closes_days_after, most=MAX_DAYS_AFTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Days without programme; ``until`` is the first day on again, None: not yet."""

    from_: date
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One person's way through a programme of ``weeks`` weeks.

    ``ended_on`` None: it has not ended. ``is_withdrawn``: it ended unfinished.
    """

    starts_on: date
    weeks: int
    breaks: Sequence[Break] = ()
    ended_on: date | None = None
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days of one form; the first and the last are inside."""

    opens_on: date
    due_on: date
    closes_on: date

    def holds(self, day: date) -> bool:
        """Tell whether the form stands open on a day."""
        return self.opens_on <= day <= self.closes_on


def window_of(moment: Moment, *, course: Course, today: date) -> Window | None:
    """Return when a form is open, as known today; None: it is not asked for.

    While a break lasts, what lies behind its first day moves on day by day: a form
    that stands open neither runs out nor does a new one open. Nothing is asked of
    somebody who withdrew, nor what would fall due after an early end; the end and the
    follow-ups are counted from the day on which it really ended.
    """
    if course.is_withdrawn:
        return None
    due_on = _due_on(moment, course=course, today=today)
    is_after_end = course.ended_on is not None and due_on > course.ended_on
    if moment.anchor == Anchor.START and is_after_end:
        return None
    return Window(
        opens_on=due_on - timedelta(days=moment.opens_days_before),
        due_on=due_on,
        closes_on=due_on + timedelta(days=moment.closes_days_after),
    )


def _due_on(moment: Moment, *, course: Course, today: date) -> date:
    if moment.anchor == Anchor.START:
        return _after(moment.weeks, course=course, today=today)
    ended_on = course.ended_on or _after(course.weeks, course=course, today=today)
    return ended_on + timedelta(weeks=moment.weeks)


def _after(weeks: int, *, course: Course, today: date) -> date:
    """Return the day on which so many weeks of programme lie behind the person."""
    day = course.starts_on + timedelta(weeks=weeks)
    for each in sorted(course.breaks, key=lambda each: each.from_):
        if each.from_ <= day:
            day += max(each.until or today, each.from_) - each.from_
    return day


def _require(name: str, value: int, *, most: int) -> None:
    if not 0 <= value <= most:
        raise ClinicalInputError(f"{name} must be from 0 to {most}, got {value}.")
