"""Everything that the rules say about each session, before episodes and silence.

The facts of a session rest on that session and earlier ones alone, so a new
entry changes its own session and later ones, and nothing before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..scales import PainScale
from .acute import (
    acute_flare_severity,
    is_h48_a_flare,
    is_possible_flare,
    is_sustained,
)
from .baseline import (
    Baseline,
    Response,
    baseline_of,
    histories,
    response_of,
    resting_ratings_before,
)
from .inputs import PatientHistory, Rating
from .pattern import (
    UsableResponse,
    pattern_of,
    pattern_tiers,
    sessions_with_value,
    trend_of,
    trend_tiers,
)
from .policy import DetectorPolicy
from .readings import Readings, in_order, read_sessions
from .verdicts import Pattern, Severity, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """One session with its numbers and the raw rules that hold.

    `h48_is_flare` says that the two-day value is itself no sign of rest.
    `about` is the place in the order of sessions of the flare that T3 is about.
    """

    readings: Readings
    baseline: Baseline
    response: Response
    mixed_scales: bool
    usable: bool
    h48_is_flare: bool
    tiers: tuple[Tier, ...]
    t2_severity: Severity | None
    about: int | None
    pattern: Pattern | None
    trend_mm: float | None
    dq_with_value: int | None
    latest_received_at: datetime | None

    @property
    def key(self) -> str:
        """Return the key of the session."""
        return self.readings.session.key


@dataclass(frozen=True, slots=True, kw_only=True)
class _Acute:
    baseline: Baseline
    response: Response
    mixed_scales: bool
    usable: bool
    possible: bool
    t2_severity: Severity | None

    @property
    def seeds_t3(self) -> bool:
        holds = self.possible or self.t2_severity is not None
        return holds and not self.response.likely_doms


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """The whole course of one patient, from which each session's facts follow."""

    policy: DetectorPolicy
    readings: tuple[Readings, ...]
    latest_received: tuple[datetime | None, ...]
    acute: tuple[_Acute, ...]
    response_starts: tuple[int, ...]
    pre_starts: tuple[int, ...]


def resting_before(
    history: PatientHistory, *, policy: DetectorPolicy
) -> tuple[Rating, ...]:
    """Return the resting ratings before session 1; none without a session."""
    if not history.sessions:
        return ()
    first = in_order(history.sessions)[0]
    return resting_ratings_before(history, started_at=first.started_at, policy=policy)


def facts_of(
    history: PatientHistory, *, policy: DetectorPolicy, now: datetime
) -> tuple[SessionFacts, ...]:
    """Return the facts of every session, in order, as windows stand at `now`."""
    before = resting_before(history, policy=policy)
    readings = read_sessions(history.sessions, now=now)
    known = histories(readings, before=before, policy=policy)
    course = _Course(
        policy=policy,
        readings=readings,
        latest_received=_latest_received(readings, before=before),
        acute=tuple(
            _acute(one, history=values, policy=policy)
            for one, values in zip(readings, known, strict=True)
        ),
        response_starts=_starts(readings, policy=policy, by_scale=True),
        pre_starts=_starts(readings, policy=policy, by_scale=False),
    )
    return tuple(_facts(course, index=index) for index in range(len(readings)))


def _acute(
    readings: Readings, *, history: Sequence[int], policy: DetectorPolicy
) -> _Acute:
    baseline = baseline_of(readings.pre_mm, history=history, policy=policy)
    response = response_of(readings, ref_mm=baseline.ref_mm, policy=policy)
    possible = is_possible_flare(
        readings, baseline=baseline, response=response, policy=policy
    )
    mixed_scales = len(set(readings.scales)) > 1
    return _Acute(
        baseline=baseline,
        response=response,
        mixed_scales=mixed_scales,
        usable=(
            response.response_mm is not None
            and not response.likely_doms
            and not readings.session.confounders
            and not mixed_scales
        ),
        possible=possible,
        t2_severity=acute_flare_severity(
            readings,
            baseline=baseline,
            response=response,
            possible=possible,
            policy=policy,
        ),
    )


def _starts(
    readings: Sequence[Readings], *, policy: DetectorPolicy, by_scale: bool
) -> tuple[int, ...]:
    """Return, for each session, where its window over sessions may begin.

    A pause of more than 21 days begins anew; for responses, so does a change of
    the pain scale.
    """
    starts: list[int] = []
    scale: PainScale | None = None
    for index, one in enumerate(readings):
        is_new = (
            index == 0
            or (one.session.day - readings[index - 1].session.day).days
            > policy.restart_gap_days
        )
        if by_scale and one.scales:
            is_new = is_new or len({scale, *one.scales} - {None}) > 1
            scale = one.scales[-1]
        starts.append(index if is_new else starts[-1])
    return tuple(starts)


def _facts(course: _Course, *, index: int) -> SessionFacts:
    acute = course.acute[index]
    pattern, pattern_holds = _pattern(course, index=index)
    trend_mm, trend_holds = _trend(course, index=index)
    with_value = sessions_with_value(course.readings[: index + 1], policy=course.policy)
    about = _sustained_since(course, index=index)
    is_dq = with_value is not None and with_value < course.policy.dq_min_with_value
    singles = (
        (Tier.T1, acute.possible),
        (Tier.T2, acute.t2_severity is not None),
        (Tier.T3, about is not None),
    )
    return SessionFacts(
        readings=course.readings[index],
        baseline=acute.baseline,
        response=acute.response,
        mixed_scales=acute.mixed_scales,
        usable=acute.usable,
        h48_is_flare=is_h48_a_flare(
            course.readings[index],
            baseline=acute.baseline,
            response=acute.response,
            policy=course.policy,
        ),
        tiers=(
            *(tier for tier, holds in singles if holds),
            *pattern_holds,
            *trend_holds,
            *((Tier.DQ,) if is_dq else ()),
        ),
        t2_severity=acute.t2_severity,
        about=about,
        pattern=pattern,
        trend_mm=trend_mm,
        dq_with_value=with_value,
        latest_received_at=course.latest_received[index],
    )


def _pattern(course: _Course, *, index: int) -> tuple[Pattern | None, tuple[Tier, ...]]:
    """Return T4, or nothing when this session leaves its state as it stands."""
    newest = course.acute[index]
    if not newest.usable or not course.readings[index].is_settled:
        return None, ()
    usable = [
        UsableResponse(
            readings=course.readings[i],
            response_mm=response_mm,
            sig_mm=course.acute[i].baseline.sig_mm,
        )
        for i in range(course.response_starts[index], index + 1)
        if course.acute[i].usable
        and (response_mm := course.acute[i].response.response_mm) is not None
    ]
    pattern = pattern_of(usable, policy=course.policy)
    tiers = pattern_tiers(
        pattern, newest_mm=usable[-1].response_mm, policy=course.policy
    )
    return pattern, tiers


def _trend(course: _Course, *, index: int) -> tuple[float | None, tuple[Tier, ...]]:
    """Return T5, or nothing when this session has no unconfounded pre value."""
    newest = course.readings[index]
    if newest.pre_mm is None or newest.session.confounders:
        return None, ()
    values = [
        one.pre_mm
        for one in course.readings[course.pre_starts[index] : index + 1]
        if one.pre_mm is not None and not one.session.confounders
    ]
    trend_mm = trend_of(values, policy=course.policy)
    if trend_mm is None:
        return None, ()
    sig_mm = course.acute[index].baseline.sig_mm
    return trend_mm, trend_tiers(trend_mm, sig_mm=sig_mm, policy=course.policy)


def _sustained_since(course: _Course, *, index: int) -> int | None:
    first = index - 2
    if first < 0 or not course.acute[first].seeds_t3:
        return None
    holds = is_sustained(
        course.acute[first].baseline,
        following=(course.readings[index - 1], course.readings[index]),
        policy=course.policy,
    )
    return first if holds else None


def _latest_received(
    readings: Sequence[Readings], *, before: Sequence[Rating]
) -> tuple[datetime | None, ...]:
    """Return, for each session, when the newest value up to it arrived."""
    newest = max((rating.received_at for rating in before), default=None)
    arrivals = []
    for one in readings:
        so_far = (newest, one.latest_received_at)
        newest = max((at for at in so_far if at is not None), default=None)
        arrivals.append(newest)
    return tuple(arrivals)
