"""Pain that behaves like pain: a level, its day-to-day drift, and what exercise does.

Invented numbers for a demo, not a model of anybody. One ``Pain`` a patient, seeded.
"""

import random
from dataclasses import dataclass

from .casebook import Case, Story

DAY_TO_DAY = 0.5
LATE_FROM_SESSION = 8


@dataclass(frozen=True, slots=True)
class Around:
    """Pain around one session, in mm, and what else the patient tells."""

    pre_mm: int
    worst_during_mm: int
    post_mm: int
    h24_mm: int
    h48_mm: int
    soreness_mm: int
    location: str
    flare: str


class Pain:
    """The pain of one invented patient over time."""

    def __init__(self, case: Case, *, seed: int) -> None:
        """Start at the patient's level."""
        self._case = case
        self._random = random.Random(seed)  # noqa: S311  nothing secret
        self._drift_mm = 0.0

    def resting_mm(self, *, week: float) -> int:
        """Return a value of an ordinary morning in a week of the programme."""
        return _on_scale(self._level_mm(week) + self._noise_mm())

    def around_session(self, *, number: int, week: float, is_new: bool) -> Around:
        """Return the pain around session ``number`` (from 1)."""
        self._next_day()
        level = self._level_mm(week)
        rise = self._rise_mm(number=number, is_new=is_new)
        pre = _on_scale(level + self._noise_mm())
        post = _on_scale(pre + 0.6 * rise + self._small_mm())
        h24 = _on_scale(level + rise + self._noise_mm())
        h48 = _on_scale(level + 0.75 * rise + self._noise_mm())
        sore = self._case.story is Story.SORENESS and is_new
        return Around(
            pre_mm=pre,
            worst_during_mm=_on_scale(max(pre, post) + abs(self._small_mm())),
            post_mm=post,
            h24_mm=h24,
            h48_mm=h48,
            soreness_mm=_on_scale((55 if sore else 15) + self._small_mm()),
            location="only_trained" if sore else "usual",
            flare="yes" if h24 - level >= 3 * self._case.spread_mm + 8 else "no",
        )

    def chance(self, probability: float) -> bool:
        """Return true with this probability."""
        return self._random.random() < probability

    def between(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``."""
        return self._random.randint(low, high)

    def _level_mm(self, week: float) -> float:
        per_week = {Story.RELIEF: -1.4, Story.RISING: 2.6}.get(self._case.story, -0.2)
        return self._case.level_mm + per_week * max(week, 0) + self._drift_mm

    def _rise_mm(self, *, number: int, is_new: bool) -> float:
        story = self._case.story
        if story is Story.RELIEF:
            return self._random.gauss(-7, 4)
        if story is Story.SORENESS:
            return self._random.gauss(16 if is_new else 2, 2)
        reacts = story is Story.HYPERALGESIC or (
            story is Story.LATE and number > LATE_FROM_SESSION
        )
        if reacts and self.chance(0.9):
            return self._random.gauss(24, 5)
        return self._random.gauss(2, 4)

    def _next_day(self) -> None:
        self._drift_mm = DAY_TO_DAY * self._drift_mm + self._random.gauss(
            0, 0.5 * self._case.spread_mm
        )

    def _noise_mm(self) -> float:
        return self._random.gauss(0, 0.6 * self._case.spread_mm)

    def _small_mm(self) -> float:
        return self._random.gauss(0, 3)


def _on_scale(value: float) -> int:
    return round(min(max(value, 0), 100))
