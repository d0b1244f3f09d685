"""What the inbox says about an alert."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.common.shapes import Answer

from ..models import Alert


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


class AlertAnswer(Answer):
    """One alert, with its reason as a sentence and as numbers.

    An alert that ended by itself has ``closed_itself_at`` and, unless a person judged
    it too, no resolution.
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
        resolution=_resolution(alert),
    )


def _sentence(alert: Alert) -> str:
    if alert.no_longer_holds:
        return f"{alert.sentence} After a correction the rule no longer holds."
    return alert.sentence


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
    return None if user is None else PersonAnswer(id=user.public_id, name=user.name)
