"""T4, T5 and DQ: what only several sessions together can show.

Source:
    Decisions of this product [D], tuned on synthetic patients.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from .policy import TOLERANCE, DetectorPolicy, at_least
from .readings import Readings
from .verdicts import Pattern, Severity, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableResponse:
    """The response of one session that T4 may count."""

    readings: Readings
    response_mm: float
    sig_mm: float


def pattern_of(usable: Sequence[UsableResponse], *, policy: DetectorPolicy) -> Pattern:
    """Return the numbers of the newest usable sessions.

    Each response is clipped first, so that one session cannot make a pattern. The
    usual variation is that of the newest session.

    Args:
        usable: At least one, oldest first, since the last restart.
    """
    window = usable[-policy.t4_sessions :]
    clipped = [_clipped_mm(one.response_mm, policy=policy) for one in window]
    mean_mm = fmean(clipped)
    return Pattern(
        n=len(window),
        mean_mm=mean_mm,
        z=mean_mm * math.sqrt(len(window)) / window[-1].sig_mm,
        at_least_10=sum(at_least(value, policy.t4_each_mm) for value in clipped),
        n24=sum(one.readings.h24_mm is not None for one in window),
        n48=sum(one.readings.h48_mm is not None for one in window),
        session_keys=tuple(one.readings.session.key for one in window),
    )


def pattern_tiers(
    pattern: Pattern, *, newest_mm: float, policy: DetectorPolicy
) -> tuple[Tier, ...]:
    """Return which of T4 hold; an alert always lists the watch too."""
    if newest_mm <= TOLERANCE:
        return ()
    is_alert = (
        pattern.n >= policy.t4_alert_min_sessions
        and at_least(pattern.mean_mm, policy.t4_alert_mean_mm)
        and at_least(pattern.z, policy.t4_alert_z)
        and pattern.at_least_10 >= policy.t4_alert_rises
    )
    is_watch = (
        pattern.n >= policy.t4_watch_min_sessions
        and at_least(pattern.mean_mm, policy.t4_watch_mean_mm)
        and at_least(pattern.z, policy.t4_watch_z)
        and pattern.at_least_10 >= policy.t4_watch_rises
    )
    if is_alert:
        return (Tier.T4_WATCH, Tier.T4_ALERT)
    return (Tier.T4_WATCH,) if is_watch else ()


def pattern_severity(pattern: Pattern, *, policy: DetectorPolicy) -> Severity:
    """Return the severity of a T4 alert by its own numbers."""
    is_high = at_least(pattern.mean_mm, policy.t4_high_mean_mm)
    return Severity.HIGH if is_high else Severity.MODERATE


def trend_of(pre_values: Sequence[int], *, policy: DetectorPolicy) -> float | None:
    """Return how far the usual level rose, newest half against the half before.

    Args:
        pre_values: Values before unconfounded sessions without a long pause,
            oldest first, the newest included. Too few: None.
    """
    half = policy.t5_half
    if len(pre_values) < 2 * half:
        return None
    earlier, newest = pre_values[-2 * half : -half], pre_values[-half:]
    return float(median(newest) - median(earlier))


def trend_tiers(
    trend_mm: float, *, sig_mm: float, policy: DetectorPolicy
) -> tuple[Tier, ...]:
    """Return which of T5 hold; an alert always lists the gate too."""
    if at_least(trend_mm, policy.t5_alert_mm) and at_least(
        trend_mm, policy.t5_alert_variations * sig_mm
    ):
        return (Tier.T5_GATE, Tier.T5_ALERT)
    is_gate = at_least(trend_mm, policy.t5_gate_mm) and at_least(
        trend_mm, policy.t5_gate_variations * sig_mm
    )
    return (Tier.T5_GATE,) if is_gate else ()


def sessions_with_value(
    readings: Sequence[Readings], *, policy: DetectorPolicy
) -> int | None:
    """Return how many of the last six closed sessions have a follow-up value.

    None, which leaves an earlier answer as it stands, when the newest session's
    two-day window is still open or there are fewer than six closed sessions. A
    session whose follow-ups were both lost to the next session does not count.

    Args:
        readings: All sessions so far, oldest first, the judged one included.
    """
    closed = [one for one in readings if one.counts_for_gaps]
    if not readings[-1].counts_for_gaps or len(closed) < policy.dq_sessions:
        return None
    return sum(one.has_follow_up for one in closed[-policy.dq_sessions :])


def _clipped_mm(value_mm: float, *, policy: DetectorPolicy) -> float:
    return min(max(value_mm, -policy.t4_clip_mm), policy.t4_clip_mm)
