"""What the inbox says about an alert."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.clinics.models import Clinic
from apps.clinics.queries import care_therapists_of
from apps.common.shapes import Answer

from .. import queries
from ..models import Alert, AlertAct, OpeningWeek


class PersonAnswer(Answer):
    """A colleague, by id and name."""

    id: UUID
    name: str


class ResolutionAnswer(Answer):
    """What a therapist found and did."""

    judgement: str
    action: str
    note: str
    resolved_by: PersonAnswer
    resolved_at: datetime


class ActAnswer(Answer):
    """Something that was done before the alert was resolved."""

    action: str
    note: str
    done_by: PersonAnswer
    done_at: datetime


class AlertAnswer(Answer):
    """One alert, with its reason as a sentence and as numbers.

    An alert that ended by itself has ``closed_itself_at`` and, unless a person judged
    it too, no resolution. One with ``escalated_at`` was told to the managers then,
    because nobody had looked.
    """

    id: UUID
    patient: UUID
    kind: str
    severity: str
    opened_at: datetime
    sentence: str
    evidence: dict[str, Any]
    policy_version: str | None
    status: str
    no_longer_holds: bool
    closed_itself_at: datetime | None
    acknowledged_by: PersonAnswer | None
    acknowledged_at: datetime | None
    escalated_at: datetime | None
    acts: list[ActAnswer]
    resolution: ResolutionAnswer | None


def present_alerts(alerts: Iterable[Alert]) -> list[AlertAnswer]:
    """Return the answers for alerts with their patient and people prefetched."""
    return [present_alert(alert) for alert in alerts]


def present_alert(alert: Alert) -> AlertAnswer:
    """Return the answer for an alert with its patient and people prefetched."""
    return AlertAnswer(
        id=alert.public_id,
        patient=alert.patient.public_id,
        kind=alert.kind,
        severity=alert.severity,
        opened_at=alert.opened_at,
        sentence=_sentence(alert),
        evidence=alert.evidence,
        policy_version=alert.policy_version or None,
        status=alert.status,
        no_longer_holds=alert.no_longer_holds,
        closed_itself_at=alert.closed_itself_at,
        acknowledged_by=_person(alert.acknowledged_by),
        acknowledged_at=alert.acknowledged_at,
        escalated_at=alert.escalated_at,
        acts=[_act(each) for each in alert.acts.all()],
        resolution=_resolution(alert),
    )


def _sentence(alert: Alert) -> str:
    if alert.no_longer_holds:
        return f"{alert.sentence} After a correction the rule no longer holds."
    return alert.sentence


def _act(act: AlertAct) -> ActAnswer:
    return ActAnswer(
        action=act.action,
        note=act.note,
        done_by=_colleague(act.done_by),
        done_at=act.done_at,
    )


def _resolution(alert: Alert) -> ResolutionAnswer | None:
    person = _person(alert.resolved_by)
    if person is None or alert.resolved_at is None:
        return None
    return ResolutionAnswer(
        judgement=alert.judgement,
        action=alert.action,
        note=alert.resolution_note,
        resolved_by=person,
        resolved_at=alert.resolved_at,
    )


def _person(user: Any) -> PersonAnswer | None:
    return None if user is None else _colleague(user)


def _colleague(user: Any) -> PersonAnswer:
    return PersonAnswer(id=user.public_id, name=user.name)


class EscalationAnswer(Answer):
    """That an alert waits, and who treats the patient; nothing of what it says."""

    alert: UUID
    patient: UUID
    severity: str
    opened_at: datetime
    escalated_at: datetime
    therapists: list[PersonAnswer]


def present_escalations(
    alerts: Iterable[Alert], *, now: datetime
) -> list[EscalationAnswer]:
    """Return the answers for escalated alerts with their patients loaded."""
    alerts = list(alerts)
    therapists = care_therapists_of([each.patient for each in alerts], now=now)
    return [
        EscalationAnswer(
            alert=each.public_id,
            patient=each.patient.public_id,
            severity=each.severity,
            opened_at=each.opened_at,
            escalated_at=each.escalated_at,
            therapists=[_colleague(user) for user in therapists[each.patient_id]],
        )
        for each in alerts
    ]


class OpenSpanAnswer(Answer):
    """One stretch of a weekday (Monday is 0), by the clinic's wall clock."""

    weekday: int
    opens_at: str
    closes_at: str


class OpeningHoursAnswer(Answer):
    """When a clinic is open; ``set_at`` is null while it has told nothing of its own.

    Closures are not in it.
    """

    clinic: UUID
    time_zone: str
    opening_hours: list[OpenSpanAnswer]
    set_at: datetime | None
    set_by: PersonAnswer | None


def present_opening_hours(
    clinic: Clinic, week: OpeningWeek | None
) -> OpeningHoursAnswer:
    """Return the answer for a clinic's week; None is the usual one."""
    spans = sorted(queries.spans_of(week), key=lambda one: (one.weekday, one.opens_at))
    return OpeningHoursAnswer(
        clinic=clinic.public_id,
        time_zone=clinic.time_zone,
        opening_hours=[
            OpenSpanAnswer(
                weekday=span.weekday,
                opens_at=f"{span.opens_at:%H:%M}",
                closes_at=f"{span.closes_at:%H:%M}",
            )
            for span in spans
        ],
        set_at=week.set_at if week else None,
        set_by=_colleague(week.set_by) if week else None,
    )
