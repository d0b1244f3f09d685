"""Adherence of one programme by now: windows, light, drop-out, reasons to alert.

Each judgement is a function of its own, so that figures from elsewhere can be judged
by the same rules. Cut-offs are those of a policy and take unrounded ratios.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count, islice, takewhile
from typing import Final, TypeVar

from ..check_in_windows import in_utc
from .figures import (
    INTERRUPTED_FROM_MISSES,
    Figures,
    figures_of,
    misses_in_a_row,
)
from .inputs import DAYS_A_WEEK, Course
from .outcomes import (
    CheckInOutcome,
    SlotOutcome,
    check_in_outcomes,
    slot_outcomes,
)
from .policy import SHIPPED, AdherencePolicy, ratio_of

Row = TypeVar("Row", SlotOutcome, CheckInOutcome)


class Window(StrEnum):
    """A rolling window, up to now."""

    TWO_WEEKS = "2w"
    FOUR_WEEKS = "4w"
    PROGRAMME = "programme"


# [D] None: from the first row on
WINDOW_LENGTHS: Final[Mapping[Window, timedelta | None]] = {
    Window.TWO_WEEKS: timedelta(days=14),
    Window.FOUR_WEEKS: timedelta(days=28),
    Window.PROGRAMME: None,
}


class Period(StrEnum):
    """A stretch of a programme."""

    EARLY = "early"
    MIDDLE = "middle"
    LATE = "late"


# [D] first and last week, both inside
PERIOD_WEEKS: Final[Mapping[Period, tuple[int, int]]] = {
    Period.EARLY: (1, 4),
    Period.MIDDLE: (5, 10),
    Period.LATE: (11, 15),
}


class Light(StrEnum):
    """The traffic light."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    TOO_EARLY = "too_early"


class AlertReason(StrEnum):
    """Why a therapist hears of it."""

    MISSED_SESSIONS = "missed_sessions"
    LOW_ADHERENCE = "low_adherence"
    LOW_DOSE = "low_dose"


class DropOut(StrEnum):
    """Why somebody counts as dropped out."""

    WITHDRAWN = "withdrawn"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """Adherence of one programme as it stood at `computed_at`.

    Args:
        light: Of the last 4 weeks.
        misses_in_a_row: Without an excuse, up to now.
        is_interrupted: From three of them on.
        days_without_session: Up to now or the end of the programme, pauses left out.
        reasons: To alert the therapist.
    """

    computed_at: datetime
    windows: Mapping[Window, Figures]
    periods: Mapping[Period, Figures]
    light: Light
    misses_in_a_row: int
    is_interrupted: bool
    days_without_session: int
    drop_out: DropOut | None
    reasons: tuple[AlertReason, ...]


def adherence_of(
    course: Course, *, now: datetime, policy: AdherencePolicy = SHIPPED
) -> Adherence:
    """Return the adherence of a programme by now.

    What began later is left out, so that a look back gives what was known then, as far
    as rows tell when they came.

    Args:
        policy: By which it is judged; figures do not depend on it.

    Raises:
        ClinicalInputError: A naive instant, or a session that names a slot that is
            not there or that another one holds.
    """
    now = in_utc("now", now)
    slots = slot_outcomes(course, now=now)
    entries = check_in_outcomes(course, now=now)
    windows = {
        window: figures_of(
            in_window(slots, window=window, now=now, at=lambda row: row.due_at),
            check_ins=in_window(
                entries, window=window, now=now, at=lambda row: row.closed_at
            ),
        )
        for window in Window
    }
    misses = misses_in_a_row(slots)
    latest = windows[Window.FOUR_WEEKS]
    return Adherence(
        computed_at=now,
        windows=windows,
        periods={
            period: figures_of(
                in_period(slots, period=period),
                check_ins=in_period(entries, period=period),
            )
            for period in Period
        },
        light=light_of(latest, policy=policy),
        misses_in_a_row=misses,
        is_interrupted=misses >= INTERRUPTED_FROM_MISSES,
        days_without_session=days_without_session(course, now=now),
        drop_out=drop_out_of(course, now=now, policy=policy),
        reasons=reasons_to_alert(latest, misses=misses, policy=policy),
    )


def in_window(
    rows: Iterable[Row], *, window: Window, now: datetime, at: Callable[[Row], datetime]
) -> tuple[Row, ...]:
    """Return the rows of a rolling window: the oldest instant is outside, now inside.

    Args:
        at: The instant that a row goes by: when a session is due, a check-in closed.
    """
    length = WINDOW_LENGTHS[window]
    return tuple(
        row
        for row in rows
        if at(row) <= now and (length is None or at(row) > now - length)
    )


def in_period(rows: Iterable[Row], *, period: Period) -> tuple[Row, ...]:
    """Return the rows of a period; week 0 and weeks after 15 are in none."""
    first, last = PERIOD_WEEKS[period]
    return tuple(row for row in rows if first <= row.week <= last)


def light_of(figures: Figures, *, policy: AdherencePolicy = SHIPPED) -> Light:
    """Return the light of some figures: those of the last 4 weeks, by the rule."""
    ratio = figures.attendance_without_excused.ratio
    if figures.due < policy.judged_from_due or ratio is None:
        return Light.TOO_EARLY
    if ratio >= ratio_of(policy.green_from_pct):
        return Light.GREEN
    return Light.AMBER if ratio >= ratio_of(policy.amber_from_pct) else Light.RED


def reasons_to_alert(
    figures: Figures, *, misses: int, policy: AdherencePolicy = SHIPPED
) -> tuple[AlertReason, ...]:
    """Return why the therapist hears of it, in the order of `AlertReason`.

    "Comes but cannot do the dose" takes attendance with excused sessions counted: the
    dose counts them as nothing done, and an excuse is not a want of strength. It is not
    said while the dose of an attended session is not known.

    Args:
        figures: Of the last 4 weeks.
        misses: In a row without an excuse, up to now.
    """
    holds = {
        AlertReason.MISSED_SESSIONS: misses >= policy.alert_from_misses,
        AlertReason.LOW_ADHERENCE: light_of(figures, policy=policy) == Light.RED,
        AlertReason.LOW_DOSE: _comes_but_cannot(figures, policy=policy),
    }
    return tuple(reason for reason in AlertReason if holds[reason])


def drop_out_of(
    course: Course, *, now: datetime, policy: AdherencePolicy = SHIPPED
) -> DropOut | None:
    """Return why somebody counts as dropped out, None if they do not.

    A withdrawal that is recorded; or the days of the policy without a held or partial
    session, pauses left out, and none booked. Silence after the end of a programme is
    not dropping out of it.

    Source:
        Ours [D]. The trial counted who did not complete intervention and post tests
        [S1]: 19 of 78 and 5 of 44.
    """
    now = in_utc("now", now)
    today = course.day_of(now)
    if course.withdrawn_on is not None and course.withdrawn_on <= today:
        return DropOut.WITHDRAWN
    days = days_without_session(course, now=now)
    is_silent = days >= policy.dropped_out_after_days
    return DropOut.SILENT if is_silent and not _is_booked(course, now=now) else None


def days_without_session(course: Course, *, now: datetime) -> int:
    """Return the days since the last held or partial session, pauses left out.

    Counted from the start where there was none, and no further than to the end of the
    programme; 0 before it starts.
    """
    now = in_utc("now", now)
    today, last = course.day_of(now), _last_day_held(course, now=now)
    days = takewhile(lambda day: day <= today, _days_of(course))
    return sum(day > last for day in days)


def silent_from(
    course: Course, *, now: datetime, policy: AdherencePolicy = SHIPPED
) -> datetime | None:
    """Return from when on somebody counts as silent, None if they never will.

    As far as is known by now: whatever is recorded later may change it.
    """
    now = in_utc("now", now)
    last = _last_day_held(course, now=now)
    days = (day for day in _days_of(course) if day > last)
    day = next(islice(days, policy.dropped_out_after_days - 1, None), None)
    if day is None:
        return None
    return max((course.midnight(day), *_booked(course, now=now)))


def _comes_but_cannot(figures: Figures, *, policy: AdherencePolicy) -> bool:
    attendance, dose = figures.attendance.ratio, figures.dose.ratio
    if figures.due < policy.judged_from_due or attendance is None or dose is None:
        return False
    if figures.attended_without_known_dose:
        return False
    return attendance >= ratio_of(policy.comes_from_pct) and dose < ratio_of(
        policy.low_dose_below_pct
    )


def _is_booked(course: Course, *, now: datetime) -> bool:
    return any(starts_at > now for starts_at in _booked(course, now=now))


def _booked(course: Course, *, now: datetime) -> Iterable[datetime]:
    return (
        slot.starts_at
        for slot in course.slots
        if not course.asks_nothing(slot)
        and not (slot.excuse is not None and slot.excuse.is_known(now=now))
    )


def _last_day_held(course: Course, *, now: datetime) -> date:
    held = (course.day_of(one.started_at) for one in course.counted_sessions(now=now))
    return max((course.starts_on, *held))


def _days_of(course: Course) -> Iterator[date]:
    """Yield the days of the programme: a pause makes it longer, an end shorter."""
    open_pauses = (
        pause.paused_from for pause in course.pauses if pause.paused_until is None
    )
    last = min((course.ended_on or date.max, *open_pauses))
    days = (course.starts_on + timedelta(days=n) for n in count())
    counted = (
        day
        for day in takewhile(lambda day: day <= last, days)
        if not course.is_paused(day)
    )
    return islice(counted, course.weeks * DAYS_A_WEEK)
