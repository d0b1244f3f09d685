"""T1, T2 and T3: flares after single sessions.

Source:
    All thresholds are decisions of this product [D], compared on synthetic
    patients; no source gives a formal definition of an exercise flare.
"""

from ..check_in_windows import Moment
from .baseline import Baseline, Response
from .policy import DetectorPolicy, at_least
from .readings import Readings
from .verdicts import Severity


def is_possible_flare(
    readings: Readings,
    *,
    baseline: Baseline,
    response: Response,
    policy: DetectorPolicy,
) -> bool:
    """Tell whether T1 holds: a clear rise, or the person calls it a flare.

    A "yes" counts even when the rise looks like muscle soreness, and even
    without a reference level. T1 does not wait for the two-day value.
    """
    if readings.says_flare(Moment.H24) or readings.says_flare(Moment.H48):
        return True
    return not response.likely_doms and is_clear_rise(
        response.rise_mm, baseline=baseline, policy=policy
    )


def is_clear_rise(
    rise_mm: float | None, *, baseline: Baseline, policy: DetectorPolicy
) -> bool:
    """Tell whether a rise is large in mm, for this person and for this level."""
    if rise_mm is None or baseline.ref_mm is None:
        return False
    return (
        at_least(rise_mm, policy.t1_rise_mm)
        and at_least(rise_mm, policy.t1_variations * baseline.sig_mm)
        and at_least(rise_mm, policy.t1_reference_share * baseline.ref_mm)
    )


def is_h48_a_flare(
    readings: Readings,
    *,
    baseline: Baseline,
    response: Response,
    policy: DetectorPolicy,
) -> bool:
    """Tell whether the two-day value by itself speaks for a flare.

    Such a value is no sign of rest, whatever its height.
    """
    return readings.says_flare(Moment.H48) or is_clear_rise(
        response.d48_mm, baseline=baseline, policy=policy
    )


def acute_flare_severity(
    readings: Readings,
    *,
    baseline: Baseline,
    response: Response,
    possible: bool,
    policy: DetectorPolicy,
) -> Severity | None:
    """Return the severity of T2, or None if it does not hold.

    Never when the rise looks like muscle soreness. Apart from the immediate path
    and a "yes" on both days, it waits until the two-day value has come or its
    window is closed.

    Args:
        possible: Whether T1 holds for the same session.
    """
    if response.likely_doms:
        return None
    holds = (
        _says_flare_twice(readings)
        or (possible and _is_immediate(readings, response=response, policy=policy))
        or (
            readings.is_settled
            and (
                _is_lasting_rise(
                    readings, baseline=baseline, response=response, policy=policy
                )
                or _is_medicated_flare(readings, response=response, policy=policy)
            )
        )
    )
    if not holds:
        return None
    is_high = _is_high(readings, response=response, policy=policy)
    return Severity.HIGH if is_high else Severity.MODERATE


def is_sustained(
    baseline: Baseline,
    *,
    following: tuple[Readings, Readings],
    policy: DetectorPolicy,
) -> bool:
    """Tell whether both next values before a session are still raised.

    Args:
        baseline: Of a session with T1 or T2 that does not look like muscle
            soreness: what was usual before the flare.
        following: The two sessions after it; each needs a pre value.
    """
    if baseline.ref_mm is None:
        return False
    limit_mm = baseline.ref_mm + max(
        policy.t3_rise_mm, policy.t3_variations * baseline.sig_mm
    )
    return all(
        one.pre_mm is not None and at_least(one.pre_mm, limit_mm) for one in following
    )


def _says_flare_twice(readings: Readings) -> bool:
    return readings.says_flare(Moment.H24) and readings.says_flare(Moment.H48)


def _is_immediate(
    readings: Readings, *, response: Response, policy: DetectorPolicy
) -> bool:
    """Tell whether a value is so high that nobody should wait.

    Without a reference level only the flare question counts, so never then.
    """
    return response.rise_mm is not None and _is_extreme(
        readings, response=response, policy=policy
    )


def _is_extreme(
    readings: Readings, *, response: Response, policy: DetectorPolicy
) -> bool:
    rise_mm, level_mm = response.rise_mm, readings.level_mm
    return (rise_mm is not None and at_least(rise_mm, policy.t2_immediate_rise_mm)) or (
        level_mm is not None and at_least(level_mm, policy.t2_immediate_level_mm)
    )


def _is_lasting_rise(
    readings: Readings,
    *,
    baseline: Baseline,
    response: Response,
    policy: DetectorPolicy,
) -> bool:
    d24_mm, d48_mm = response.d24_mm, response.d48_mm
    if d24_mm is None:
        return readings.h24_closed and _is_t2_rise(
            d48_mm, baseline=baseline, policy=policy
        )
    return _is_t2_rise(d24_mm, baseline=baseline, policy=policy) and (
        d48_mm is None or at_least(d48_mm, policy.t2_still_mm)
    )


def _is_t2_rise(
    rise_mm: float | None, *, baseline: Baseline, policy: DetectorPolicy
) -> bool:
    return (
        rise_mm is not None
        and at_least(rise_mm, policy.t2_rise_mm)
        and at_least(rise_mm, policy.t2_variations * baseline.sig_mm)
    )


def _is_medicated_flare(
    readings: Readings, *, response: Response, policy: DetectorPolicy
) -> bool:
    return (
        (readings.says_flare(Moment.H24) or readings.says_flare(Moment.H48))
        and readings.has_extra_analgesic
        and response.rise_mm is not None
        and at_least(response.rise_mm, policy.t2_medicated_rise_mm)
    )


def _is_high(readings: Readings, *, response: Response, policy: DetectorPolicy) -> bool:
    slept_badly = (
        readings.sleep_h24 is not None
        and readings.sleep_h24 <= policy.t2_high_sleep_max
    )
    return _is_extreme(readings, response=response, policy=policy) or (
        readings.has_extra_analgesic and slept_badly
    )
