"""The personal level at rest, its usual variation, and the response to a session.

Missing values are left out, never filled in and never counted as "no pain".
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from .inputs import CONFOUNDERS_OF_REST, PatientHistory, Rating
from .policy import DetectorPolicy, at_least
from .readings import Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What is usual for this person at the start of a session, in mm.

    `med_mm` is the median of the newest resting values, `ref_mm` the reference
    level that responses are measured from, `sig_mm` the usual variation.
    """

    med_mm: float | None
    ref_mm: float | None
    sig_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """How pain answered a session, in mm above the reference level.

    `rise_mm` is the higher of the two follow-ups. `response_mm` is the weighted
    mean of all three differences, unclipped, and needs a follow-up.
    """

    immediate_mm: float | None
    d24_mm: float | None
    d48_mm: float | None
    rise_mm: float | None
    response_mm: float | None
    likely_doms: bool


def resting_ratings_before(
    history: PatientHistory, *, started_at: datetime, policy: DetectorPolicy
) -> tuple[Rating, ...]:
    """Return the resting ratings before the first session, oldest first.

    One a day of the patient, the latest. A run-in value displaces the imported
    diary value of its day.
    """
    diary = _one_a_day(
        history.diary, until=started_at, reach=timedelta(days=policy.diary_days)
    )
    run_in = _one_a_day(
        history.run_in, until=started_at, reach=timedelta(days=policy.run_in_days)
    )
    return tuple(sorted((diary | run_in).values(), key=_by_time))


def histories(
    readings: Sequence[Readings], *, before: Iterable[Rating], policy: DetectorPolicy
) -> tuple[tuple[int, ...], ...]:
    """Return, for each session, the resting values known when it begins.

    The pre value of a session with infection or injury is left out of the
    histories of later ones.
    """
    values = [rating.pain_mm for rating in before if rating.pain_mm is not None]
    known = []
    for one in readings:
        known.append(tuple(values[-policy.history_max :]))
        if one.pre_mm is not None and not (
            one.session.confounders & CONFOUNDERS_OF_REST
        ):
            values.append(one.pre_mm)
    return tuple(known)


def baseline_of(
    pre_mm: int | None, *, history: Sequence[int], policy: DetectorPolicy
) -> Baseline:
    """Return the reference level and usual variation at the start of a session.

    The reference blends the value before the session with the median of earlier
    ones: half of the noise of one value, half of the lag of a median. It is None
    when there is no pre value and too little history.
    """
    med_mm = float(median(history[-policy.reference_values :])) if history else None
    return Baseline(
        med_mm=med_mm,
        ref_mm=_reference_mm(
            pre_mm, med_mm=med_mm, history_length=len(history), policy=policy
        ),
        sig_mm=_usual_variation_mm(
            [*history, *([] if pre_mm is None else [pre_mm])], policy=policy
        ),
    )


def response_of(
    readings: Readings, *, ref_mm: float | None, policy: DetectorPolicy
) -> Response:
    """Return how pain answered a session, as far as its values tell."""
    immediate_mm = _difference(readings.post_mm, readings.pre_mm)
    d24_mm = _difference(readings.h24_mm, ref_mm)
    d48_mm = _difference(readings.h48_mm, ref_mm)
    rise_mm = max((d for d in (d24_mm, d48_mm) if d is not None), default=None)
    weighted = [
        (difference, weight)
        for difference, weight in (
            (immediate_mm, policy.immediate_weight),
            (d24_mm, policy.h24_weight),
            (d48_mm, policy.h48_weight),
        )
        if difference is not None
    ]
    return Response(
        immediate_mm=immediate_mm,
        d24_mm=d24_mm,
        d48_mm=d48_mm,
        rise_mm=rise_mm,
        response_mm=None if rise_mm is None else _weighted_mean(weighted),
        likely_doms=_is_likely_soreness(readings, rise_mm=rise_mm, policy=policy),
    )


def _is_likely_soreness(
    readings: Readings, *, rise_mm: float | None, policy: DetectorPolicy
) -> bool:
    return (
        readings.session.novel
        and readings.is_only_trained
        and rise_mm is not None
        and not at_least(rise_mm, policy.soreness_below_mm)
    )


def _reference_mm(
    pre_mm: int | None,
    *,
    med_mm: float | None,
    history_length: int,
    policy: DetectorPolicy,
) -> float | None:
    if pre_mm is not None and med_mm is not None:
        weight = policy.reference_pre_weight
        return weight * pre_mm + (1 - weight) * med_mm
    if pre_mm is not None:
        return float(pre_mm)
    return med_mm if history_length >= policy.reference_min_history else None


def _usual_variation_mm(values: Sequence[int], *, policy: DetectorPolicy) -> float:
    """Return the median absolute deviation, drawn towards the population's."""
    n, prior = len(values), policy.variation_prior_weight
    if n < policy.variation_min_values:
        return policy.variation_prior_mm
    middle = median(values)
    spread = policy.mad_factor * median(abs(value - middle) for value in values)
    drawn = math.sqrt(
        (n * spread**2 + prior * policy.variation_prior_mm**2) / (n + prior)
    )
    return max(policy.variation_floor_mm, drawn)


def _difference(value: float | None, reference: float | None) -> float | None:
    return None if value is None or reference is None else float(value - reference)


def _weighted_mean(weighted: Sequence[tuple[float, float]]) -> float:
    total = sum(difference * weight for difference, weight in weighted)
    return total / sum(weight for _, weight in weighted)


def _one_a_day(
    ratings: Iterable[Rating], *, until: datetime, reach: timedelta
) -> dict[date, Rating]:
    usable = (
        rating
        for rating in ratings
        if rating.pain_mm is not None and until - reach <= rating.answered_at < until
    )
    return {rating.day: rating for rating in sorted(usable, key=_by_time)}


def _by_time(rating: Rating) -> tuple[datetime, str]:
    return rating.answered_at, rating.key
