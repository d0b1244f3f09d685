"""From what became of each patient to the figures of a run."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Final

from .assumptions import WEEKS, Kind
from .estimates import Estimate, proportion, quantile, ratio
from .observation import AcuteCounts, Observation, SessionCounts, Signal

MONTHS: Final = WEEKS * 7 / (365.25 / 12)  # of each course
NEVER: Final = math.inf
# The gate holds loads back and opens no alert.
WITHOUT_ALERT: Final = frozenset({Signal.T5_GATE})
PARTS: Final[Mapping[Signal, tuple[Signal, ...]]] = {
    Signal.T2_OR_T4_ALERT: (Signal.T2, Signal.T4_ALERT),
    Signal.T1_OR_T4_WATCH: (Signal.T1, Signal.T4_WATCH),
}


def figures_of(
    observations: Sequence[Observation], *, seed: int
) -> dict[Signal, dict[str, Estimate]]:
    """Return the figures of each signal by name.

    `ever`, `within_6`, `within_4`: share of patients whom exercise makes worse in
    whom the raw rule held since then, at all or in the first sessions. `clear_...`:
    only of those whose pain rises by 15 mm or more. `delay_...`: in sessions, of those
    found. `others_...`: everybody whom
    exercise does not make worse. Rates are for each patient and month.

    Args:
        seed: Of the run; a run told twice has the same bootstrap errors.
    """
    return {
        signal: _found(signal, observations, seed=seed)
        | _rates(signal, observations)
        | _issued(signal, observations)
        | _acute(signal, observations)
        for signal in Signal
    }


def population_of(observations: Sequence[Observation]) -> dict[str, Estimate]:
    """Return who was simulated and what they left out."""
    shares = {
        f"share_{kind}": proportion(one.kind == kind for one in observations)
        for kind in Kind
    }
    return shares | {
        "share_clear": proportion(one.is_clear for one in observations),
        "without_h24": _of_sessions(observations, lambda one: one.without_h24),
        "without_h48": _of_sessions(observations, lambda one: one.without_h48),
        "without_both": _of_sessions(observations, lambda one: one.untold),
        "true_flare_sessions": _of_sessions(observations, lambda one: one.true),
    }


def _of_sessions(
    observations: Iterable[Observation], count: Callable[[SessionCounts], int]
) -> Estimate:
    return ratio((count(one.sessions), one.sessions.held) for one in observations)


def _found(
    signal: Signal, observations: Iterable[Observation], *, seed: int
) -> dict[str, Estimate]:
    worse = [one for one in observations if one.kind == Kind.HYPERALGESIC]
    delays = [one.delay.get(signal, NEVER) for one in worse]
    clear = [one.delay.get(signal, NEVER) for one in worse if one.is_clear]
    found = [int(delay) for delay in delays if delay != NEVER]

    def delay_at(share: float) -> Estimate:
        random = Random(f"{seed}/{signal}/{share}")  # noqa: S311 - not a secret
        return quantile(found, share=share, random=random)

    return {
        "ever": _within(delays),
        "within_6": _within(delays, sessions=6),
        "within_4": _within(delays, sessions=4),
        "clear_ever": _within(clear),
        "clear_within_6": _within(clear, sessions=6),
        "clear_within_4": _within(clear, sessions=4),
        "delay_median": delay_at(0.5),
        "delay_p90": delay_at(0.9),
    }


def _within(delays: Iterable[float], *, sessions: int | None = None) -> Estimate:
    limit = NEVER if sessions is None else sessions + 1
    return proportion(delay < limit for delay in delays)


def _rates(signal: Signal, observations: Sequence[Observation]) -> dict[str, Estimate]:
    def raw(some: Iterable[Observation]) -> Estimate:
        return ratio((one.raw[signal], MONTHS) for one in some)

    others = _others(observations)
    by_kind = {
        f"{kind}_raw": raw(one for one in observations if one.kind == kind)
        for kind in Kind
    }
    return by_kind | {
        "others_ever": proportion(one.raw[signal] > 0 for one in others),
        "others_raw": raw(others),
        "all_raw": raw(observations),
    }


def _issued(signal: Signal, observations: Sequence[Observation]) -> dict[str, Estimate]:
    if signal in WITHOUT_ALERT:
        return {}
    parts = PARTS.get(signal, (signal,))

    def rate(
        some: Iterable[Observation],
        count: Callable[[Observation], Mapping[Signal, int]],
    ) -> Estimate:
        return ratio(
            (sum(count(one).get(part, 0) for part in parts), MONTHS) for one in some
        )

    others = _others(observations)
    return {
        "others_issued_resolved": rate(others, lambda one: one.issued_resolved),
        "others_issued_left_open": rate(others, lambda one: one.issued_left_open),
        "all_issued_resolved": rate(observations, lambda one: one.issued_resolved),
        "all_issued_left_open": rate(observations, lambda one: one.issued_left_open),
    }


def _acute(signal: Signal, observations: Sequence[Observation]) -> dict[str, Estimate]:
    counts = [one.acute[signal] for one in observations if signal in one.acute]
    if not counts:
        return {}

    def share(pair: Callable[[AcuteCounts], tuple[float, float]]) -> Estimate:
        return ratio(pair(one) for one in counts)

    return {
        "sessions_found": share(lambda one: (one.found, one.true)),
        "sessions_found_if_told": share(lambda one: (one.found, one.true_told)),
        "on_calm_sessions": share(lambda one: (one.on_calm, MONTHS)),
        "right_by_exercise": share(lambda one: (one.found, one.alerts)),
        "right_by_any_cause": share(lambda one: (one.on_any_rise, one.alerts)),
    }


def _others(observations: Iterable[Observation]) -> list[Observation]:
    return [one for one in observations if one.kind != Kind.HYPERALGESIC]
