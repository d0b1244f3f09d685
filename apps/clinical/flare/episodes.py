"""Episodes and silence: which tiers become an alert that somebody hears of.

A pure fold over a patient's sessions, in their order. It remembers nothing
between runs: an alert is named by its family, the session that opened it and a
generation, so a second run finds the same alerts.

Flare family (T1, T2, T3). One alert at a time; its kind and severity only rise,
and only a rise is a message. It ends with two resting values in a row (pre or
H48, in window) below the reference at its start + 10 mm with no T1 or T2 between
them. A two-day value that is itself a flare is no sign of rest. Without a
reference at the start only a therapist can end it.

Pattern family (T4). A watch opens, becomes an alert in place, and ends by itself
when it no longer holds. An alert ends by a therapist alone. While one is open,
and while fewer than 14 days lie between the sessions, T4 is silent; a growing
severity is noted in the open alert without a message.

Trend family (T5 alert). The same with 28 days; the gate opens nothing.

Data family (DQ). One alert a spell; it ends by itself with the spell.

A therapist's closing covers a session when every value that its tiers rest on
had arrived and been judged by then, or when what had made the session speak at
least as strongly. Any other session that speaks ends the closed alert and opens a
new one, T4 and T5 still within their silence, which also counts from closed alerts
that a correction took away. When the session that opened a closed alert is gone,
the closing still covers the other sessions that the alert named. Missing values are
no new evidence, so a closed DQ stays closed for its spell. Otherwise a closing of an
alert that no longer arises has no effect.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from .alert_book import AlertBook, KnownAt, Signal
from .facts import SessionFacts
from .inputs import Closing, Family
from .pattern import pattern_severity
from .policy import DetectorPolicy, at_least
from .verdicts import (
    AlertEvent,
    AlertState,
    AlertStatus,
    ClosedBy,
    Kind,
    Severity,
    Tier,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOutcome:
    """What one session did, and the closings that had a part in it so far."""

    events: tuple[AlertEvent, ...]
    closings: tuple[Closing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Episodes:
    """The outcome of each session, in order, and all alerts."""

    outcomes: tuple[SessionOutcome, ...]
    alerts: tuple[AlertState, ...]


@dataclass(slots=True, kw_only=True)
class _Flares:
    book: AlertBook
    policy: DetectorPolicy
    rests: int = 0

    def feed(
        self, facts: SessionFacts, *, earlier: Sequence[SessionFacts]
    ) -> list[AlertEvent]:
        """Take in one session in the order of its values: pre, tiers, H48."""
        if Tier.T3 not in facts.tiers:
            self._rest(facts.readings.pre_mm, session_key=facts.key)
        signal = flare_signal(facts)
        events = []
        if signal is not None:
            self.rests = 0
            events = [self._speak(facts, signal=signal, earlier=earlier)]
        if not facts.h48_is_flare:
            self._rest(facts.readings.h48_mm, session_key=facts.key)
        return events

    def has_sustained(self, facts: SessionFacts) -> bool:
        """Tell whether a sustained flare is open in the light of this session."""
        current = self.book.current
        return (
            current is not None
            and current.signal.kind == Kind.SUSTAINED_FLARE
            and not self.book.is_closed_before(facts)
        )

    def _speak(
        self,
        facts: SessionFacts,
        *,
        signal: Signal,
        earlier: Sequence[SessionFacts],
    ) -> AlertEvent:
        self.book.end_if_closed_before(facts, signal=signal)
        if self.book.current is not None:
            return self.book.add(facts, signal=signal)
        first = facts if facts.about is None else earlier[facts.about]
        return self.book.open(facts, signal=signal, ref_start_mm=first.baseline.ref_mm)

    def _rest(self, value_mm: int | None, *, session_key: str) -> None:
        current = self.book.current
        if current is None or current.ref_start_mm is None or value_mm is None:
            return
        limit_mm = current.ref_start_mm + self.policy.rest_margin_mm
        self.rests = 0 if at_least(value_mm, limit_mm) else self.rests + 1
        if self.rests >= self.policy.rest_values:
            self.book.end(ClosedBy.REST, session_key=session_key)


@dataclass(slots=True, kw_only=True)
class _Patterns:
    book: AlertBook
    policy: DetectorPolicy
    alerted_on: date | None = None

    def feed(self, facts: SessionFacts, *, t3_open: bool) -> list[AlertEvent]:
        """Take in one session; one that T4 was not asked at changes nothing."""
        if facts.pattern is None:
            return []
        signal = pattern_signal(facts, policy=self.policy)
        if signal is None:
            self._end_watch(facts)
            return []
        self.book.end_if_closed_before(facts, signal=signal)
        if signal.kind == Kind.HYPERALGESIA_WATCH:
            return [self._watch(facts, signal=signal)]
        severity = Severity.HIGH if t3_open else signal.severity
        return [self._alert(facts, signal=Signal(kind=signal.kind, severity=severity))]

    def _end_watch(self, facts: SessionFacts) -> None:
        current = self.book.current
        if current and current.signal.kind == Kind.HYPERALGESIA_WATCH:
            self.book.end(ClosedBy.SELF, session_key=facts.key)

    def _watch(self, facts: SessionFacts, *, signal: Signal) -> AlertEvent:
        if self.book.current is not None:
            return self.book.add(facts, signal=signal)
        if self._is_silent(facts):
            return self.book.event(AlertStatus.SILENT, signal=signal)
        return self.book.open(facts, signal=signal)

    def _alert(self, facts: SessionFacts, *, signal: Signal) -> AlertEvent:
        current = self.book.current
        if current and current.signal.kind == Kind.HYPERALGESIA:
            return self.book.add(facts, signal=signal, quiet=True)
        if self._is_silent(facts):
            return self.book.event(AlertStatus.SILENT, signal=signal)
        self.alerted_on = facts.readings.session.day
        if current is not None:
            return self.book.add(facts, signal=signal)
        return self.book.open(facts, signal=signal)

    def _is_silent(self, facts: SessionFacts) -> bool:
        return _is_silent(
            facts,
            told_on=self.alerted_on,
            book=self.book,
            days=self.policy.t4_silence_days,
        )


@dataclass(slots=True, kw_only=True)
class _Trends:
    book: AlertBook
    policy: DetectorPolicy
    alerted_on: date | None = None

    def feed(self, facts: SessionFacts) -> list[AlertEvent]:
        """Take in one session; without a T5 alert it changes nothing."""
        signal = trend_signal(facts)
        if signal is None:
            return []
        self.book.end_if_closed_before(facts, signal=signal)
        if self.book.current is not None:
            return [self.book.add(facts, signal=signal, quiet=True)]
        if _is_silent(
            facts,
            told_on=self.alerted_on,
            book=self.book,
            days=self.policy.t5_silence_days,
        ):
            return [self.book.event(AlertStatus.SILENT, signal=signal)]
        self.alerted_on = facts.readings.session.day
        return [self.book.open(facts, signal=signal)]


@dataclass(slots=True, kw_only=True)
class _DataGaps:
    book: AlertBook

    def feed(self, facts: SessionFacts) -> list[AlertEvent]:
        """Take in one session; one that DQ was not asked at changes nothing."""
        if facts.dq_with_value is None:
            return []
        signal = data_signal(facts)
        if signal is None:
            if self.book.current is not None:
                self.book.end(ClosedBy.SELF, session_key=facts.key)
            return []
        if self.book.current is not None:
            return [self.book.add(facts, signal=signal)]
        return [self.book.open(facts, signal=signal)]


def fold(
    facts: Sequence[SessionFacts],
    *,
    policy: DetectorPolicy,
    closings: Sequence[Closing],
    known_at: KnownAt,
) -> Episodes:
    """Return what each session did to the alerts, and how these stand.

    Args:
        facts: Of all sessions, in order.
        known_at: The facts by session key as a therapist can have seen them who
            closed an alert.
    """
    books = _books(policy=policy, closings=closings, known_at=known_at)
    flares = _Flares(book=books[Family.FLARE], policy=policy)
    patterns = _Patterns(book=books[Family.PATTERN], policy=policy)
    trends = _Trends(book=books[Family.TREND], policy=policy)
    gaps = _DataGaps(book=books[Family.DATA])
    outcomes = []
    for one in facts:
        events = (
            *flares.feed(one, earlier=facts),
            *patterns.feed(one, t3_open=flares.has_sustained(one)),
            *trends.feed(one),
            *gaps.feed(one),
        )
        applied = tuple(c for book in books.values() for c in book.applied)
        outcomes.append(SessionOutcome(events=events, closings=applied))
    return Episodes(
        outcomes=tuple(outcomes),
        alerts=_in_order_of_opening(books.values(), facts=facts),
    )


def _books(
    *, policy: DetectorPolicy, closings: Sequence[Closing], known_at: KnownAt
) -> dict[Family, AlertBook]:
    return {
        family: AlertBook(
            family=family, signal_of=signal_of, known_at=known_at, closings=closings
        )
        for family, signal_of in (
            (Family.FLARE, flare_signal),
            (Family.PATTERN, lambda one: pattern_signal(one, policy=policy)),
            (Family.TREND, trend_signal),
            (Family.DATA, data_signal),
        )
    }


def flare_signal(facts: SessionFacts) -> Signal | None:
    """Return what a session says about flares."""
    if Tier.T3 in facts.tiers:
        return Signal(kind=Kind.SUSTAINED_FLARE, severity=Severity.HIGH)
    if facts.t2_severity is not None:
        return Signal(kind=Kind.ACUTE_FLARE, severity=facts.t2_severity)
    if Tier.T1 in facts.tiers:
        return Signal(kind=Kind.POSSIBLE_FLARE, severity=Severity.INFO)
    return None


def pattern_signal(facts: SessionFacts, *, policy: DetectorPolicy) -> Signal | None:
    """Return what a session says about the pattern over sessions."""
    if facts.pattern is None or Tier.T4_WATCH not in facts.tiers:
        return None
    if Tier.T4_ALERT in facts.tiers:
        severity = pattern_severity(facts.pattern, policy=policy)
        return Signal(kind=Kind.HYPERALGESIA, severity=severity)
    return Signal(kind=Kind.HYPERALGESIA_WATCH, severity=Severity.LOW)


def trend_signal(facts: SessionFacts) -> Signal | None:
    """Return what a session says about the level at rest."""
    if Tier.T5_ALERT not in facts.tiers:
        return None
    return Signal(kind=Kind.RISING_PAIN, severity=Severity.LOW)


def data_signal(facts: SessionFacts) -> Signal | None:
    """Return what a session says about missing values."""
    if Tier.DQ not in facts.tiers:
        return None
    return Signal(kind=Kind.NOT_JUDGEABLE, severity=Severity.INFO)


def _in_order_of_opening(
    books: Iterable[AlertBook], *, facts: Sequence[SessionFacts]
) -> tuple[AlertState, ...]:
    place = {one.key: index for index, one in enumerate(facts)}
    states = [state for book in books for state in book.states()]
    return tuple(sorted(states, key=lambda state: place[state.opened_by]))


def _is_silent(
    facts: SessionFacts, *, told_on: date | None, book: AlertBook, days: int
) -> bool:
    told = book.days_told(facts)
    if told_on is not None:
        told.append(told_on)
    day = facts.readings.session.day
    # A late entry may lie before the day on which somebody was told.
    return any(abs((day - one).days) < days for one in told)
