"""The alerts of one family: opening, adding, and what a closing covers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from .facts import SessionFacts
from .inputs import Closing, Family
from .verdicts import (
    KIND_RANK,
    SEVERITY_RANK,
    AlertEvent,
    AlertState,
    AlertStatus,
    AlertStep,
    ClosedBy,
    Kind,
    Severity,
)

KnownAt = Callable[[Closing], Mapping[str, SessionFacts]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What a session says in one family."""

    kind: Kind
    severity: Severity

    def reaches(self, other: "Signal", *, with_severity: bool) -> bool:
        """Tell whether this says at least as much as the other."""
        return KIND_RANK[self.kind] >= KIND_RANK[other.kind] and (
            not with_severity
            or SEVERITY_RANK[self.severity] >= SEVERITY_RANK[other.severity]
        )

    def joined_with(self, other: "Signal") -> "Signal":
        """Return the higher kind and the higher severity of the two."""
        return Signal(
            kind=max(self.kind, other.kind, key=KIND_RANK.__getitem__),
            severity=max(self.severity, other.severity, key=SEVERITY_RANK.__getitem__),
        )


@dataclass(slots=True, kw_only=True)
class OpenAlert:
    """An alert while the fold still adds to it.

    `covered_by` is the closing of another alert that had named this one's session.
    """

    opened_by: str
    generation: int
    signal: Signal
    ref_start_mm: float | None
    steps: list[AlertStep]
    session_keys: list[str]
    closed_by: ClosedBy | None = None
    closed_in: str | None = None
    covered_by: Closing | None = None


@dataclass(slots=True, kw_only=True)
class AlertBook:
    """The alerts of one family of one patient, at most one of them current.

    Args:
        signal_of: What a session says in this family; None when nothing.
        known_at: The facts of each session as a therapist can have seen them who
            closed an alert.
        applied: Closings that changed what became of a session, in order.
    """

    family: Family
    signal_of: Callable[[SessionFacts], Signal | None]
    known_at: KnownAt
    closings: Sequence[Closing]
    alerts: list[OpenAlert] = field(default_factory=list)
    current: OpenAlert | None = None
    applied: list[Closing] = field(default_factory=list)

    def end_if_closed_before(self, facts: SessionFacts, *, signal: Signal) -> None:
        """End the current alert if a therapist closed it before this evidence."""
        if self.current is None:
            return
        closing = self._closing_of(self.current)
        if closing and not self._covers(closing, facts=facts, signal=signal):
            self.applied.append(closing)
            self.end(ClosedBy.THERAPIST, session_key=None)

    def is_closed_before(self, facts: SessionFacts) -> bool:
        """Tell whether a therapist closed the current alert before these values."""
        closing = self._closing_of(self._require_current())
        return closing is not None and not _has_arrived(facts, by=closing.seen_until)

    def days_told(self, facts: SessionFacts) -> list[date]:
        """Return the days on which alerts were told that a therapist then closed.

        That of the current alert, and of one that this session had opened, is left
        out: a word does not silence itself. Nor does one about a later session take
        back what this session had said before.
        """
        own = None if self.current is None else self._closing_of(self.current)
        return [
            closing.alerted_on
            for closing in self._closings()
            if closing.alerted_on is not None
            and closing.opened_by != facts.key
            and closing != own
            and not _had_spoken(facts, on=closing.alerted_on, by=closing.seen_until)
        ]

    def open(
        self, facts: SessionFacts, *, signal: Signal, ref_start_mm: float | None = None
    ) -> AlertEvent:
        """Open an alert and make it current.

        If a therapist closed the alert that this very session had opened, on
        weaker evidence, that alert stays closed as it was known then, and the new
        one gets the next generation. If the session was named by a closed alert that
        does not arise any more, the new alert is closed as well.
        """
        alert = _new_alert(facts, signal, ref_start_mm=ref_start_mm, generation=1)
        while (closing := self._closing_of(alert)) and not self._covers(
            closing, facts=facts, signal=signal
        ):
            self.applied.append(closing)
            self._keep_as_known(alert, facts=facts, closing=closing)
            alert = _new_alert(
                facts,
                signal,
                ref_start_mm=ref_start_mm,
                generation=alert.generation + 1,
            )
        alert.covered_by = closing or self._closing_that_names(facts, signal=signal)
        self.alerts.append(alert)
        self.current = alert
        return self.event(AlertStatus.OPENED, signal=signal)

    def add(
        self, facts: SessionFacts, *, signal: Signal, quiet: bool = False
    ) -> AlertEvent:
        """Add a session to the current alert, which may raise it.

        Args:
            quiet: Note a rise without saying it.
        """
        alert = self._require_current()
        joined = alert.signal.joined_with(signal)
        is_rise = joined != alert.signal
        alert.session_keys.append(facts.key)
        if is_rise:
            alert.signal = joined
            alert.steps.append(_step(facts.key, joined))
        if quiet:
            return self.event(AlertStatus.SILENT, signal=joined)
        status = AlertStatus.RAISED if is_rise else AlertStatus.APPENDED
        return self.event(status, signal=joined)

    def end(self, closed_by: ClosedBy, *, session_key: str | None) -> None:
        """End the current alert."""
        alert = self._require_current()
        alert.closed_by, alert.closed_in = closed_by, session_key
        self.current = None

    def event(self, status: AlertStatus, *, signal: Signal) -> AlertEvent:
        """Return what a session did to the current alert, or to none."""
        return AlertEvent(
            family=self.family,
            status=status,
            kind=signal.kind,
            severity=signal.severity,
            opened_by=None if self.current is None else self.current.opened_by,
            generation=None if self.current is None else self.current.generation,
        )

    def states(self) -> list[AlertState]:
        """Return all alerts; a therapist's word is the last on each."""
        return [self._state(alert) for alert in self.alerts]

    def _state(self, alert: OpenAlert) -> AlertState:
        closed_by = ClosedBy.THERAPIST if self._closing_of(alert) else alert.closed_by
        return AlertState(
            family=self.family,
            opened_by=alert.opened_by,
            generation=alert.generation,
            kind=alert.signal.kind,
            severity=alert.signal.severity,
            raised_by=tuple(alert.steps),
            session_keys=tuple(alert.session_keys),
            is_open=closed_by is None,
            closed_by=closed_by,
            closed_in=alert.closed_in,
            ref_start_mm=alert.ref_start_mm,
        )

    def _covers(self, closing: Closing, *, facts: SessionFacts, signal: Signal) -> bool:
        """Tell whether the therapist had seen what this session says."""
        # A spell of missing values brings no new evidence while it lasts.
        if self.family == Family.DATA or _has_arrived(facts, by=closing.seen_until):
            return True
        known = self._signal_known_to(closing, facts=facts)
        # The severity of T4 depends on other alerts: its kind alone is compared.
        return known is not None and known.reaches(
            signal, with_severity=self.family == Family.FLARE
        )

    def _keep_as_known(
        self, alert: OpenAlert, *, facts: SessionFacts, closing: Closing
    ) -> None:
        known = self._signal_known_to(closing, facts=facts)
        # None: a correction removed what had opened it, so it does not arise.
        if known is not None:
            alert.signal = known
            alert.steps = [_step(facts.key, known)]
            self.alerts.append(alert)

    def _signal_known_to(
        self, closing: Closing, *, facts: SessionFacts
    ) -> Signal | None:
        if facts.readings.session.started_at > closing.closed_at:
            # Spares working out all that was known, for what nobody could know.
            return None
        return self.signal_of(self.known_at(closing)[facts.key])

    def _closing_of(self, alert: OpenAlert) -> Closing | None:
        named = (
            closing
            for closing in self._closings()
            if closing.opened_by == alert.opened_by
            and closing.generation == alert.generation
        )
        return next(named, alert.covered_by)

    def _closing_that_names(
        self, facts: SessionFacts, *, signal: Signal
    ) -> Closing | None:
        covering = (
            closing
            for closing in self._closings()
            if facts.key in closing.session_keys
            and self._covers(closing, facts=facts, signal=signal)
        )
        return next(covering, None)

    def _closings(self) -> list[Closing]:
        """Return the closings in this family, the first one first."""
        own = (closing for closing in self.closings if closing.family == self.family)
        return sorted(own, key=lambda closing: closing.closed_at)

    def _require_current(self) -> OpenAlert:
        if self.current is None:
            raise RuntimeError(f"The {self.family} family has no current alert.")
        return self.current


def _new_alert(
    facts: SessionFacts, signal: Signal, *, ref_start_mm: float | None, generation: int
) -> OpenAlert:
    return OpenAlert(
        opened_by=facts.key,
        generation=generation,
        signal=signal,
        ref_start_mm=ref_start_mm,
        steps=[_step(facts.key, signal)],
        session_keys=[facts.key],
    )


def _step(session_key: str, signal: Signal) -> AlertStep:
    return AlertStep(
        session_key=session_key, kind=signal.kind, severity=signal.severity
    )


def _has_arrived(facts: SessionFacts, *, by: datetime) -> bool:
    latest = facts.latest_received_at
    return latest is None or latest <= by


def _had_spoken(facts: SessionFacts, *, on: date, by: datetime) -> bool:
    """Tell whether a session had spoken when a later one was told on that day."""
    return on > facts.readings.session.day and _has_arrived(facts, by=by)
