"""Which days a programme trains on. Plain values in, plain values out."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from .plan import TemplatePlan


def week_of_number(plan: TemplatePlan, number: int) -> int:
    """Return the week that a session's number (from 1) belongs to."""
    before = 0
    for week in range(1, plan.weeks + 1):
        before += plan.frequency(week)
        if number <= before:
            return week
    return plan.weeks


def number_of_sessions(plan: TemplatePlan) -> int:
    """Return how many sessions the whole programme has."""
    return sum(plan.frequency(week) for week in range(1, plan.weeks + 1))


def session_days(
    plan: TemplatePlan,
    *,
    weekdays: Sequence[int],
    start: date,
    numbers: Iterable[int],
) -> dict[int, date]:
    """Return the day of each session number, from ``start`` on.

    Weeks are seven days counted from ``start``. A week has as many sessions as the
    phase of its first number asks for, on the first so many of ``weekdays`` (Monday is
    0), which stand in order of preference.
    """
    left = sorted(numbers)
    days: dict[int, date] = {}
    first = start
    while left:
        chosen = weekdays[: plan.frequency(week_of_number(plan, left[0]))]
        week = [first + timedelta(days=offset) for offset in range(7)]
        held_on = [day for day in week if day.weekday() in chosen]
        days |= dict(zip(left, held_on, strict=False))
        left = left[len(held_on) :]
        first += timedelta(days=7)
    return days


def shortest_gap_hours(days: Iterable[date]) -> int | None:
    """Return the hours between the two nearest days; ``None`` for a single day."""
    ordered = sorted(days)
    gaps = [(later - earlier).days * 24 for earlier, later in pairwise(ordered)]
    return min(gaps, default=None)
