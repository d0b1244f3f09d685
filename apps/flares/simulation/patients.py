"""Synthetic patients: what training does to them, and what they write down.

Levels and effects are in mm on the 0-100 line and not rounded; only what a patient
writes down is a whole number inside the scale. Days count from the first of the
run-in.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from apps.clinical.scales import PAIN_MAX_MM, PAIN_MIN_MM

from . import assumptions
from .assumptions import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticSession:
    """One session: what was written down, and what nobody can see.

    Args:
        day: On which it is held.
        only_trained: The person says that only the trained muscles are sore.
        effect_h24_mm: What this session did to the next day.
        raised_h24_mm: Everything above the usual level that day: this session, the
            one before, and flares that have nothing to do with exercise.
    """

    day: int
    novel: bool
    only_trained: bool
    pre_mm: int | None
    post_mm: int | None
    h24_mm: int | None
    h48_mm: int | None
    effect_h24_mm: float
    effect_h48_mm: float
    raised_h24_mm: float
    raised_h48_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticPatient:
    """One course of training.

    Args:
        onset: The first session, from 0, that exercise makes worse; None for kinds
            that it does not.
        rise_mm: How much it then hurts on the next day, on average.
        run_in_mm: One value a day; None for a day without.
    """

    kind: Kind
    onset: int | None
    rise_mm: float | None
    run_in_mm: tuple[int | None, ...]
    sessions: tuple[SyntheticSession, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Effect:
    """What one session does right after and on the three days that follow."""

    immediate_mm: float
    after_mm: tuple[float, float, float]
    only_trained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    kind: Kind
    effects: tuple[_Effect, ...]
    onset: int | None = None
    rise_mm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Diary:
    """Writes down what is felt, or forgets to."""

    random: Random
    spread_mm: float
    is_poor: bool

    def value(self, level_mm: float, *, missing: float) -> int | None:
        """Return the level as the person marks it on the line, or None."""
        if self.random.random() < missing:
            return None
        marked = self.random.gauss(level_mm, self.spread_mm)
        return round(_within(marked, (PAIN_MIN_MM, PAIN_MAX_MM)))

    def follow_up(
        self, level_mm: float, *, missing: float, missing_poor: float
    ) -> int | None:
        """Return a value of the days after, which pain makes rarer."""
        above_mm = level_mm - assumptions.MISSING_NEUTRAL_MM
        by_pain = assumptions.MISSING_PER_MM * above_mm
        usually = missing_poor if self.is_poor else missing
        share = _within(usually + by_pain, assumptions.MISSING_RANGE)
        return self.value(level_mm, missing=share)

    def next_day(self, level_mm: float) -> int | None:
        """Return the value of the day after."""
        return self.follow_up(
            level_mm,
            missing=assumptions.MISSING_H24,
            missing_poor=assumptions.MISSING_H24_POOR,
        )

    def two_days_later(self, level_mm: float) -> int | None:
        """Return the value of the second day after."""
        return self.follow_up(
            level_mm,
            missing=assumptions.MISSING_H48,
            missing_poor=assumptions.MISSING_H48_POOR,
        )


def make_patient(*, seed: int, number: int) -> SyntheticPatient:
    """Return the patient of this number, the same in every run with this seed."""
    random = Random(f"{seed}/{number}")  # noqa: S311 - not a secret
    course = _course(random)
    within_mm = _log_normal(
        random, mean=assumptions.WITHIN_MEAN_MM, spread=assumptions.WITHIN_SPREAD_MM
    )
    within_mm = _within(within_mm, assumptions.WITHIN_RANGE_MM)
    usual = _usual_levels(random, kind=course.kind)
    wander = _wander(random, spread_mm=within_mm * math.sqrt(assumptions.DAY_SHARE))
    raised = _raised(random, effects=course.effects)
    felt = [sum(parts) for parts in zip(usual, wander, raised, strict=True)]
    diary = _Diary(
        random=random,
        spread_mm=within_mm * math.sqrt(1 - assumptions.DAY_SHARE),
        is_poor=random.random() < assumptions.POOR_REPORTER_SHARE,
    )
    return SyntheticPatient(
        kind=course.kind,
        onset=course.onset,
        rise_mm=course.rise_mm,
        run_in_mm=tuple(
            diary.value(level, missing=assumptions.MISSING_RUN_IN)
            for level in felt[: assumptions.RUN_IN_DAYS]
        ),
        sessions=tuple(_sessions(diary, course=course, felt=felt, raised=raised)),
    )


def session_day(index: int) -> int:
    """Return the day on which the session of this index is held."""
    week, place = divmod(index, len(assumptions.TRAINING_DAYS))
    return assumptions.RUN_IN_DAYS + 7 * week + assumptions.TRAINING_DAYS[place]


def _days() -> range:
    return range(
        assumptions.RUN_IN_DAYS + 7 * assumptions.WEEKS + assumptions.DAYS_AFTER
    )


def _course(random: Random) -> _Course:
    [kind] = random.choices(
        tuple(assumptions.SHARES), weights=tuple(assumptions.SHARES.values())
    )
    if kind == Kind.HYPERALGESIC:
        return _hyperalgesic(random)
    make = _sore if kind == Kind.SORE else _calm
    return _Course(kind=kind, effects=_with_bad_sessions(random, make(random, kind)))


def _calm(random: Random, kind: Kind) -> Iterator[_Effect]:
    for _ in range(assumptions.SESSIONS):
        yield _Effect(
            immediate_mm=random.gauss(*assumptions.CALM_IMMEDIATE_MM[kind]),
            after_mm=assumptions.CALM_AFTER_MM[kind],
            only_trained=random.random() < assumptions.CALM_ONLY_TRAINED,
        )


def _sore(random: Random, kind: Kind) -> Iterator[_Effect]:
    first_mm = max(assumptions.SORENESS_MIN_MM, random.gauss(*assumptions.SORENESS_MM))
    since = 0
    for index in range(assumptions.SESSIONS):
        since = 0 if index in assumptions.SORENESS_STARTS else since + 1
        sore_mm = first_mm * math.exp(-since / assumptions.SORENESS_FADES_OVER)
        day_1, day_2, day_3 = assumptions.SORENESS_AFTER
        yield _Effect(
            immediate_mm=random.gauss(*assumptions.CALM_IMMEDIATE_MM[kind]),
            after_mm=(day_1 * sore_mm, day_2 * sore_mm, day_3 * sore_mm),
            only_trained=(
                sore_mm > assumptions.SORENESS_TOLD_ABOVE_MM
                and random.random() < assumptions.SORENESS_TOLD_SHARE
            ),
        )


def _hyperalgesic(random: Random) -> _Course:
    onset = 0
    if random.random() >= assumptions.HYPERALGESIA_FROM_START:
        onset = random.choice(assumptions.HYPERALGESIA_LATER)
    rise_mm = max(
        assumptions.HYPERALGESIA_MIN_MM, random.gauss(*assumptions.HYPERALGESIA_MM)
    )
    effects = _hyperalgesia(random, onset=onset, rise_mm=rise_mm)
    return _Course(
        kind=Kind.HYPERALGESIC,
        effects=_with_bad_sessions(random, effects),
        onset=onset,
        rise_mm=rise_mm,
    )


def _hyperalgesia(random: Random, *, onset: int, rise_mm: float) -> Iterator[_Effect]:
    for index in range(assumptions.SESSIONS):
        hurts = index >= onset and random.random() < assumptions.HYPERALGESIA_SESSIONS
        varied_mm = rise_mm * random.uniform(*assumptions.HYPERALGESIA_VARIES)
        next_day_mm = varied_mm if hurts else assumptions.HYPERALGESIA_QUIET_MM
        day_1, day_2, day_3 = assumptions.HYPERALGESIA_AFTER
        yield _Effect(
            immediate_mm=random.gauss(
                assumptions.HYPERALGESIA_IMMEDIATE * next_day_mm,
                assumptions.HYPERALGESIA_IMMEDIATE_SPREAD_MM,
            ),
            after_mm=(day_1 * next_day_mm, day_2 * next_day_mm, day_3 * next_day_mm),
            only_trained=random.random() < assumptions.HYPERALGESIA_ONLY_TRAINED,
        )


def _with_bad_sessions(
    random: Random, effects: Iterator[_Effect]
) -> tuple[_Effect, ...]:
    return tuple(
        _worse(effect) if random.random() < assumptions.BAD_SESSION_SHARE else effect
        for effect in effects
    )


def _worse(effect: _Effect) -> _Effect:
    day_1, day_2, day_3 = (
        max(pair)
        for pair in zip(effect.after_mm, assumptions.BAD_SESSION_MM, strict=True)
    )
    return _Effect(
        immediate_mm=effect.immediate_mm,
        after_mm=(day_1, day_2, day_3),
        only_trained=effect.only_trained,
    )


def _usual_levels(random: Random, *, kind: Kind) -> list[float]:
    """Return a person's own level, which training moves slowly."""
    start = random.gauss(assumptions.USUAL_MEAN_MM, assumptions.USUAL_SPREAD_MM)
    start = _within(start, assumptions.USUAL_RANGE_MM)
    change = random.gauss(assumptions.TRENDS_MM[kind], assumptions.TREND_SPREAD_MM)
    return [
        start + change * max(0, day - assumptions.RUN_IN_DAYS) / (7 * assumptions.WEEKS)
        for day in _days()
    ]


def _wander(random: Random, *, spread_mm: float) -> list[float]:
    """Return how days differ, each leaning on the one before."""
    fresh = math.sqrt(1 - assumptions.DAY_TO_DAY**2)
    levels = [random.gauss(0.0, spread_mm)]
    for _ in _days()[1:]:
        levels.append(
            assumptions.DAY_TO_DAY * levels[-1] + fresh * random.gauss(0.0, spread_mm)
        )
    return levels


def _raised(random: Random, *, effects: Sequence[_Effect]) -> list[float]:
    """Return what background flares and exercise add to each day."""
    raised = [0.0 for _ in _days()]
    for day in _days():
        if random.random() < assumptions.BACKGROUND_A_DAY:
            last = day + _flare_days(random)
            rise_mm = random.uniform(*assumptions.BACKGROUND_RISE_MM)
            for each in _days()[day:last]:
                raised[each] += rise_mm
    for index, effect in enumerate(effects):
        for after, rise_mm in enumerate(effect.after_mm, start=1):
            raised[session_day(index) + after] += rise_mm
    return raised


def _flare_days(random: Random) -> int:
    drawn = random.gauss(
        math.log(assumptions.BACKGROUND_DAYS_MEDIAN),
        assumptions.BACKGROUND_DAYS_LOG_SPREAD,
    )
    return int(_within(math.exp(drawn), (1, assumptions.BACKGROUND_DAYS_MAX)))


def _sessions(
    diary: _Diary, *, course: _Course, felt: Sequence[float], raised: Sequence[float]
) -> Iterator[SyntheticSession]:
    for index, effect in enumerate(course.effects):
        day = session_day(index)
        yield SyntheticSession(
            day=day,
            novel=index in assumptions.NOVEL_SESSIONS,
            only_trained=effect.only_trained,
            pre_mm=diary.value(felt[day], missing=assumptions.MISSING_PRE),
            post_mm=diary.value(
                felt[day] + effect.immediate_mm, missing=assumptions.MISSING_POST
            ),
            h24_mm=diary.next_day(felt[day + 1]),
            h48_mm=diary.two_days_later(felt[day + 2]),
            effect_h24_mm=effect.after_mm[0],
            effect_h48_mm=effect.after_mm[1],
            raised_h24_mm=raised[day + 1],
            raised_h48_mm=raised[day + 2],
        )


def _log_normal(random: Random, *, mean: float, spread: float) -> float:
    """Draw from the log-normal distribution with this mean and spread."""
    variance = math.log(1 + (spread / mean) ** 2)
    return math.exp(random.gauss(math.log(mean) - variance / 2, math.sqrt(variance)))


def _within(value: float, limits: tuple[float, float]) -> float:
    low, high = limits
    return min(max(value, low), high)
