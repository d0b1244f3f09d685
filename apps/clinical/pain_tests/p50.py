"""P50: the pressure that a person rates as 50 of 100, by calibration.

Procedure [S1]: left thumbnail, rubber probe of 1 cm2, 2.5 s, every 30 s. Rising
steps of 50 kPa find where pain begins and where it exceeds 60; then five pressures
in between, three series in random order; a polynomial through the ratings.

The degree of the polynomial is not stated [U]: it is an argument without a default,
and a clinic sets it. Degree 2 is what we suggest [D]: in a simulation of 4000
calibrations a cell it erred least on convex truths and nearly as little as a line
on linear ones; degree 3 never won.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import ClinicalInputError
from ..scales import PAIN_MAX_MM, PAIN_MIN_MM
from .numbers import require_whole, require_within, shown
from .order import PRESSURES, RANGE_MIN_KPA, RATINGS, SERIES, require_p50_range
from .polynomial import Curve, fitted, rising_crossings
from .ppt import PPT_MAX_KPA
from .remarks import Measure, Remark, Value, remark

STEP_KPA: Final = 50  # [S1] rising steps
THRESHOLD_ABOVE_MM: Final = 0  # [S1] PPT = first rating above this
MAXIMUM_ABOVE_MM: Final = 60  # [S1] SM = first rating above this
TARGET_MM: Final = 50  # [S1]
MARGIN_KPA: Final = 50  # [D] beyond the range, on both sides
RATINGS_MIN: Final = 12  # [D] of 15
DEGREES: Final = (1, 2, 3)
SUGGESTED_DEGREE: Final = 2  # [D] for a clinic that asks; never assumed


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the rising pressures and its rating."""

    kpa: float
    vas_mm: int

    def __post_init__(self) -> None:
        """Refuse a step that cannot be.

        Raises:
            ClinicalInputError: A pressure outside 1-2000 kPa, or a rating that is
                not a whole number from 0 to 100.
        """
        _require_rated(self.kpa, self.vas_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One of the fifteen ratings.

    Args:
        series: 1, 2 or 3.
        kpa: The pressure as measured, not as planned.
        vas_mm: None when it was not given.
    """

    series: int
    kpa: float
    vas_mm: int | None

    def __post_init__(self) -> None:
        """Refuse a rating that cannot be.

        Raises:
            ClinicalInputError: A series outside 1-3, a pressure outside 1-2000 kPa,
                or a rating that is not a whole number from 0 to 100.
        """
        require_whole("series", self.series, minimum=1, maximum=SERIES)
        _require_rated(self.kpa, self.vas_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class P50Range:
    """Where pain begins and where it exceeds 60; None with a refusal."""

    threshold_kpa: float | None
    maximum_kpa: float | None
    refusals: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class P50Result:
    """P50 with the curve that it stands on; None with a refusal.

    Args:
        degree: Of the curve used: as asked, or 1 as the fall-back.
        coefficients: Of the curve used, in mm and kPa, the highest power first.
        r2: Of the curve used.
        extrapolated: P50 lies outside of the pressures that were rated.
    """

    p50_kpa: float | None
    degree: int | None
    coefficients: tuple[float, ...]
    r2: float | None
    extrapolated: bool
    refusals: tuple[Remark, ...]
    deviations: tuple[Remark, ...]


def p50_range(steps: Sequence[Step]) -> P50Range:
    """Return the range for the five pressures, from the rising steps.

    Raises:
        ClinicalInputError: The pressures do not rise.

    Source:
        Löfgren et al. 2023, doi:10.1016/j.ynpai.2023.100114 [S1].
    """
    pressures = [step.kpa for step in steps]
    if pressures != sorted(set(pressures)):
        raise ClinicalInputError(
            f"The pressures of the steps must rise, got {pressures}. Enter them in "
            f"the order in which they were given."
        )
    threshold_kpa = _first_above(steps, vas_mm=THRESHOLD_ABOVE_MM)
    maximum_kpa = _first_above(steps, vas_mm=MAXIMUM_ABOVE_MM)
    return P50Range(
        threshold_kpa=threshold_kpa,
        maximum_kpa=maximum_kpa,
        refusals=_range_refusals(threshold_kpa, maximum_kpa),
    )


def p50_result(
    ratings: Sequence[Rating],
    *,
    threshold_kpa: float,
    maximum_kpa: float,
    degree: int,
) -> P50Result:
    """Return the pressure at which the fitted curve rises through 50.

    It must do so at exactly one pressure from 50 kPa below the threshold to 50 kPa
    above the maximum. If the curve asked for does not, a straight line is tried; if
    that does not either, there is no P50 and the calibration is repeated [D].

    Args:
        degree: 1, 2 or 3, as the clinic has set it.

    Raises:
        ClinicalInputError: An unknown degree, an impossible range, or more than
            five ratings in a series.

    Source:
        Löfgren et al. 2023, doi:10.1016/j.ynpai.2023.100114 [S1]; the algorithm is
        ours [D].
    """
    if degree not in DEGREES:
        raise ClinicalInputError(
            f"degree must be 1, 2 or 3, as the clinic has set it, got {degree!r}."
        )
    require_p50_range(threshold_kpa=threshold_kpa, maximum_kpa=maximum_kpa)
    _require_series(ratings)
    x = [rating.kpa for rating in ratings if rating.vas_mm is not None]
    y = [rating.vas_mm for rating in ratings if rating.vas_mm is not None]
    if refusal := _data_refusal(x, degree=degree):
        return _no_p50(refusal)
    # A pressure is never below 0, however near to it pain begins.
    low, high = max(0.0, threshold_kpa - MARGIN_KPA), maximum_kpa + MARGIN_KPA
    for tried in dict.fromkeys((degree, 1)):
        curve = fitted(x, y, degree=tried)
        found = rising_crossings(curve, level=TARGET_MM, low=low, high=high)
        if len(found) == 1:
            fell_back = _window("straight_line", degree, low=low, high=high)
            return _p50(
                found[0], curve, x=x, deviations=() if tried == degree else (fell_back,)
            )
    return _no_p50(_window("no_pressure", degree, low=low, high=high))


def _p50(
    p50_kpa: float, curve: Curve, *, x: Sequence[float], deviations: tuple[Remark, ...]
) -> P50Result:
    extrapolated = not min(x) <= p50_kpa <= max(x)
    if extrapolated:
        deviations += (_extrapolated(p50_kpa, x),)
    return P50Result(
        p50_kpa=p50_kpa,
        degree=len(curve.centred) - 1,
        coefficients=curve.coefficients,
        r2=curve.r2,
        extrapolated=extrapolated,
        refusals=(),
        deviations=deviations,
    )


def _no_p50(refusal: Remark) -> P50Result:
    return P50Result(
        p50_kpa=None,
        degree=None,
        coefficients=(),
        r2=None,
        extrapolated=False,
        refusals=(refusal,),
        deviations=(),
    )


def _require_rated(kpa: float, vas_mm: int | None) -> None:
    require_within("kpa", kpa, minimum=1, maximum=PPT_MAX_KPA, unit="kPa")
    if vas_mm is not None:
        require_whole("vas_mm", vas_mm, minimum=PAIN_MIN_MM, maximum=PAIN_MAX_MM)


def _require_series(ratings: Sequence[Rating]) -> None:
    counts = Counter(rating.series for rating in ratings)
    for series, count in sorted(counts.items()):
        if count > PRESSURES:
            raise ClinicalInputError(
                f"Series {series} must have at most {PRESSURES} ratings, got {count}. "
                f"Enter each pressure once a series."
            )


def _first_above(steps: Sequence[Step], *, vas_mm: int) -> float | None:
    return next((step.kpa for step in steps if step.vas_mm > vas_mm), None)


def _range_refusals(
    threshold_kpa: float | None, maximum_kpa: float | None
) -> tuple[Remark, ...]:
    if threshold_kpa is None:
        return (_steps_refusal("nothing_felt", {"vas": THRESHOLD_ABOVE_MM}),)
    if maximum_kpa is None:
        return (_steps_refusal("no_maximum", {"vas": MAXIMUM_ABOVE_MM}),)
    if maximum_kpa - threshold_kpa >= RANGE_MIN_KPA:
        return ()
    found: dict[str, Value] = {
        "vas": MAXIMUM_ABOVE_MM,
        "low": shown(threshold_kpa, decimals=1),
        "high": shown(maximum_kpa, decimals=1),
        "minimum": RANGE_MIN_KPA,
    }
    return (_steps_refusal("no_range", found),)


def _steps_refusal(code: str, params: Mapping[str, Value]) -> Remark:
    return _remark(code, "p50.steps", {"step": STEP_KPA, **params})


def _data_refusal(x: Sequence[float], *, degree: int) -> Remark | None:
    if len(x) < RATINGS_MIN:
        return _remark(
            "too_few_ratings",
            "p50.ratings",
            {"present": len(x), "planned": RATINGS, "minimum": RATINGS_MIN},
        )
    if len(set(x)) <= degree:
        return _remark(
            "too_few_pressures",
            "p50.ratings",
            {"present": len(set(x)), "degree": degree, "minimum": degree + 1},
        )
    return None


def _window(code: str, degree: int, *, low: float, high: float) -> Remark:
    return _remark(
        code,
        "p50.ratings",
        {
            "degree": degree,
            "vas": TARGET_MM,
            "low": shown(low, decimals=1),
            "high": shown(high, decimals=1),
        },
    )


def _extrapolated(p50_kpa: float, x: Sequence[float]) -> Remark:
    return _remark(
        "extrapolated",
        "p50.ratings",
        {
            "p50": shown(p50_kpa, decimals=1),
            "low": shown(min(x), decimals=1),
            "high": shown(max(x), decimals=1),
        },
    )


def _remark(code: str, where: str, params: Mapping[str, Value]) -> Remark:
    return remark(Measure.P50, code, where=where, params=params)
