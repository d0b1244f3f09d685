"""What one synthetic patient adds to the figures."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.policy import DetectorPolicy
from apps.clinical.flare.verdicts import AlertStatus, Judgement, SessionVerdict, Tier
from apps.clinical.flare.verdicts import Kind as AlertKind

from .assumptions import Kind
from .histories import history_of
from .patients import SyntheticPatient, SyntheticSession
from .therapist import judge_resolved

FLARE_MM: Final = 20.0  # [D] what counts as a true flare of one session
CLEAR_RISE_MM: Final = 15.0  # [D] a person whose pain clearly answers exercise


class Signal(StrEnum):
    """A rule, or two of which either is enough."""

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4_WATCH = "T4_WATCH"
    T4_ALERT = "T4_ALERT"
    T5_GATE = "T5_GATE"
    T5_ALERT = "T5_ALERT"
    DQ = "DQ"
    T2_OR_T4_ALERT = "T2_OR_T4_ALERT"
    T1_OR_T4_WATCH = "T1_OR_T4_WATCH"


TIERS: Final[Mapping[Signal, frozenset[Tier]]] = {
    Signal.T1: frozenset({Tier.T1}),
    Signal.T2: frozenset({Tier.T2}),
    Signal.T3: frozenset({Tier.T3}),
    Signal.T4_WATCH: frozenset({Tier.T4_WATCH}),
    Signal.T4_ALERT: frozenset({Tier.T4_ALERT}),
    Signal.T5_GATE: frozenset({Tier.T5_GATE}),
    Signal.T5_ALERT: frozenset({Tier.T5_ALERT}),
    Signal.DQ: frozenset({Tier.DQ}),
    Signal.T2_OR_T4_ALERT: frozenset({Tier.T2, Tier.T4_ALERT}),
    Signal.T1_OR_T4_WATCH: frozenset({Tier.T1, Tier.T4_WATCH}),
}
# How many sessions the reference simulator counts as one alert: 14 days for T3 and
# T4, 28 for T5; anything else counts each session.
COUNTED_ONCE_IN: Final[Mapping[Signal, int]] = {
    Signal.T3: 4,
    Signal.T4_WATCH: 4,
    Signal.T4_ALERT: 4,
    Signal.T5_GATE: 8,
    Signal.T5_ALERT: 8,
}
ISSUED: Final[Mapping[AlertKind, Signal]] = {
    AlertKind.POSSIBLE_FLARE: Signal.T1,
    AlertKind.ACUTE_FLARE: Signal.T2,
    AlertKind.SUSTAINED_FLARE: Signal.T3,
    AlertKind.HYPERALGESIA_WATCH: Signal.T4_WATCH,
    AlertKind.HYPERALGESIA: Signal.T4_ALERT,
    AlertKind.RISING_PAIN: Signal.T5_ALERT,
    AlertKind.NOT_JUDGEABLE: Signal.DQ,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AcuteCounts:
    """How a rule for single sessions did in one patient.

    A true session is one whose exercise raised pain by 20 mm or more on one of the
    two days after; a calm one has no such rise of any cause. A session is told when
    the detector knows a value of one of these days and what to compare it with.
    """

    alerts: int
    true: int
    true_told: int
    found: int
    on_calm: int
    on_any_rise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCounts:
    """How many sessions there were, and of how many what is missing."""

    held: int
    without_h24: int
    without_h48: int
    untold: int
    true: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What the detector made of one patient.

    Args:
        is_clear: Exercise raises this patient's pain by 15 mm or more.
        delay: Of patients whom exercise makes worse, the session in which each signal
            first held, 1 being the first that did harm; without the signals that
            never did.
        raw: Sessions in which the rule holds, some counted once in a while as in the
            reference simulator.
        issued_resolved: Alerts of which somebody hears, each resolved before the
            next session.
        issued_left_open: The same, none ever resolved.
    """

    kind: Kind
    is_clear: bool
    delay: Mapping[Signal, int]
    raw: Mapping[Signal, int]
    issued_resolved: Mapping[Signal, int]
    issued_left_open: Mapping[Signal, int]
    acute: Mapping[Signal, AcuteCounts]
    sessions: SessionCounts


def observe(patient: SyntheticPatient, *, policy: DetectorPolicy) -> Observation:
    """Judge a patient's whole course and count what came of it."""
    history = history_of(patient)
    # By then every window is closed.
    end = history.sessions[-1].ended_at + timedelta(days=7)
    left_open = judge_history(history, policy=policy, now=end)
    resolved = judge_resolved(history, left_open=left_open, policy=policy, now=end)
    verdicts = left_open.verdicts
    return Observation(
        kind=patient.kind,
        is_clear=patient.rise_mm is not None and patient.rise_mm >= CLEAR_RISE_MM,
        delay=dict(_delays(patient, verdicts=verdicts)),
        raw={signal: _counted(signal, verdicts=verdicts) for signal in Signal},
        issued_resolved=_issued(resolved),
        issued_left_open=_issued(left_open),
        acute={
            signal: _acute(signal, patient=patient, verdicts=verdicts)
            for signal in (Signal.T1, Signal.T2)
        },
        sessions=_session_counts(patient, verdicts=verdicts),
    )


def holds_in(signal: Signal, *, verdicts: Sequence[SessionVerdict]) -> list[int]:
    """Return the sessions, from 0, in which a signal holds."""
    tiers = TIERS[signal]
    return [index for index, one in enumerate(verdicts) if tiers & set(one.tiers)]


def _delays(
    patient: SyntheticPatient, *, verdicts: Sequence[SessionVerdict]
) -> Iterator[tuple[Signal, int]]:
    if patient.onset is None:
        return
    for signal in Signal:
        since = (
            index
            for index in holds_in(signal, verdicts=verdicts)
            if index >= patient.onset
        )
        first = next(since, None)
        if first is not None:
            yield signal, first - patient.onset + 1


def _counted(signal: Signal, *, verdicts: Sequence[SessionVerdict]) -> int:
    count, silent_until = 0, 0
    for index in holds_in(signal, verdicts=verdicts):
        if index >= silent_until:
            count += 1
            silent_until = index + COUNTED_ONCE_IN.get(signal, 1)
    return count


def _issued(judgement: Judgement) -> dict[Signal, int]:
    told = {AlertStatus.OPENED, AlertStatus.RAISED}
    return Counter(
        ISSUED[event.kind]
        for verdict in judgement.verdicts
        for event in verdict.events
        if event.status in told
    )


def _acute(
    signal: Signal, *, patient: SyntheticPatient, verdicts: Sequence[SessionVerdict]
) -> AcuteCounts:
    sessions = patient.sessions
    alerted = set(holds_in(signal, verdicts=verdicts))
    true = {index for index, one in enumerate(sessions) if _is_true_flare(one)}
    raised = {index for index, one in enumerate(sessions) if _is_raised(one)}
    told = {index for index, one in enumerate(verdicts) if _is_told(one)}
    return AcuteCounts(
        alerts=len(alerted),
        true=len(true),
        true_told=len(true & told),
        found=len(true & alerted),
        on_calm=len(alerted - raised),
        on_any_rise=len(alerted & raised),
    )


def _session_counts(
    patient: SyntheticPatient, *, verdicts: Sequence[SessionVerdict]
) -> SessionCounts:
    return SessionCounts(
        held=len(verdicts),
        without_h24=sum(one.h24_mm is None for one in verdicts),
        without_h48=sum(one.h48_mm is None for one in verdicts),
        untold=sum(not _is_told(one) for one in verdicts),
        true=sum(_is_true_flare(one) for one in patient.sessions),
    )


def _is_true_flare(session: SyntheticSession) -> bool:
    return max(session.effect_h24_mm, session.effect_h48_mm) >= FLARE_MM


def _is_raised(session: SyntheticSession) -> bool:
    return max(session.raised_h24_mm, session.raised_h48_mm) >= FLARE_MM


def _is_told(verdict: SessionVerdict) -> bool:
    return verdict.response_mm is not None
