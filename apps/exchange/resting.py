"""Which resting level and variation the detector would have used over the years.

Plain Python: the numbers come from the detector's own baseline.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median, quantiles

from apps.clinical.flare.baseline import Baseline, baseline_of
from apps.clinical.flare.policy import DetectorPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Least, quartiles and most of some numbers, in mm."""

    least: float
    lower_quartile: float
    median: float
    upper_quartile: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingSpan:
    """The days of one year, or of all years together (``year`` is None).

    Args:
        days: Days with a value.
        median_mm: Median of their values.
        ref: Reference levels, one a day, had a session begun with its value.
        sig: Usual variations, one a day.
        gaps: Pauses longer than the policy's, each in the year in which it ended.
        longest_gap_days: From the last day before to the first after; 0 if none.
    """

    year: int | None
    days: int
    median_mm: float
    ref: Spread
    sig: Spread
    gaps: int
    longest_gap_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingReport:
    """The resting level of one region; ``overall`` is None without any value."""

    region: str
    gap_days: int
    first_day: date | None
    last_day: date | None
    years: tuple[RestingSpan, ...]
    overall: RestingSpan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    day: date
    pain_mm: int
    baseline: Baseline
    days_since_last: int


def report_on(
    mm_by_day: Mapping[date, int], *, region: str, policy: DetectorPolicy
) -> RestingReport:
    """Return the report on one value a day, in any order of the days."""
    days = _days(mm_by_day, policy=policy)
    gap_days = policy.restart_gap_days
    years = sorted({each.day.year for each in days})
    return RestingReport(
        region=region,
        gap_days=gap_days,
        first_day=days[0].day if days else None,
        last_day=days[-1].day if days else None,
        years=tuple(
            _span(
                [each for each in days if each.day.year == year],
                year=year,
                gap_days=gap_days,
            )
            for year in years
        ),
        overall=_span(days, year=None, gap_days=gap_days) if days else None,
    )


def _days(mm_by_day: Mapping[date, int], *, policy: DetectorPolicy) -> list[_Day]:
    """Take each day's value as that before a session, the earlier ones as history."""
    in_order = sorted(mm_by_day)
    values = [mm_by_day[day] for day in in_order]
    return [
        _Day(
            day=day,
            pain_mm=values[index],
            baseline=baseline_of(
                values[index],
                history=values[max(0, index - policy.history_max) : index],
                policy=policy,
            ),
            days_since_last=(day - in_order[index - 1]).days if index else 0,
        )
        for index, day in enumerate(in_order)
    ]


def _span(days: Sequence[_Day], *, year: int | None, gap_days: int) -> RestingSpan:
    pauses = [each.days_since_last for each in days if each.days_since_last > gap_days]
    references = [each.baseline.ref_mm for each in days]
    return RestingSpan(
        year=year,
        days=len(days),
        median_mm=float(median(each.pain_mm for each in days)),
        ref=_spread([value for value in references if value is not None]),
        sig=_spread([each.baseline.sig_mm for each in days]),
        gaps=len(pauses),
        longest_gap_days=max(pauses, default=0),
    )


def _spread(values: Sequence[float]) -> Spread:
    # Quartiles of a single value are that value.
    lower, middle, upper = quantiles(
        values if len(values) > 1 else [*values, *values], n=4, method="inclusive"
    )
    return Spread(
        least=min(values),
        lower_quartile=lower,
        median=middle,
        upper_quartile=upper,
        most=max(values),
    )
