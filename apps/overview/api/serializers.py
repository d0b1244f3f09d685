"""What the API tells across rooms."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from apps.clinics.answers import PatientAnswer, patient_answer
from apps.clinics.models import Clinic, Patient
from apps.common.shapes import Answer
from apps.inbox.models import Alert
from apps.overview import queries
from apps.overview.alert_ledger import AlertLedger, RuleCounts
from apps.overview.audit import TracedEvent


class ConcernAnswer(Answer):
    """The most urgent open alert of a patient."""

    alert: UUID
    kind: str
    severity: str
    opened_at: datetime
    sentence: str


class CaseloadAnswer(PatientAnswer):
    """A patient in a list, with the first reason to look."""

    attention: ConcernAnswer | None


class AuditEventAnswer(Answer):
    """Who saw or changed what, when, from where.

    A patient is told by id alone: managing a clinic opens no chart.
    """

    id: UUID
    at: datetime
    action: str
    actor: UUID | None
    actor_name: str | None
    patient: UUID | None
    subject: str
    subject_id: UUID | None
    detail: dict[str, Any]
    address: str
    door: str


def audit_event_answer(traced: TracedEvent) -> AuditEventAnswer:
    """Return one event of the trail; a sweep or a command has no actor."""
    event = traced.event
    return AuditEventAnswer(
        id=event.pk,
        at=event.at,
        action=event.action,
        actor=traced.actor.public_id if traced.actor else None,
        actor_name=traced.actor_name,
        patient=traced.patient.public_id if traced.patient else None,
        subject=event.subject,
        subject_id=event.subject_id,
        detail=event.detail,
        address=event.address,
        door=event.door,
    )


def caseload_answer(patient: Patient) -> CaseloadAnswer:
    """Return a patient whose ``open_alerts`` are loaded."""
    concern = queries.first_concern(patient.open_alerts)  # type: ignore[attr-defined]
    return CaseloadAnswer(
        **patient_answer(patient).model_dump(),
        attention=_concern_answer(concern) if concern else None,
    )


def _concern_answer(alert: Alert) -> ConcernAnswer:
    return ConcernAnswer(
        alert=alert.public_id,
        kind=alert.kind,
        severity=alert.severity,
        opened_at=alert.opened_at,
        sentence=alert.sentence,
    )


class YieldAnswer(Answer):
    """How many alerts were judged so; share and 95 % limits of those judged, 0 to 1."""

    judgement: str
    count: int
    share: str | None
    low: str | None
    high: str | None


class LedgerRuleAnswer(Answer):
    """What one rule of one policy version has alerted.

    Whoever resolved an alert at once has acknowledged it then. The time runs from when
    somebody was told of where the alert stands, or from its opening.
    """

    kind: str
    policy_version: str | None
    alerts: int
    alerts_per_week: str
    acknowledged: int
    share_acknowledged: str
    median_to_acknowledge_s: int | None
    p90_to_acknowledge_s: int | None
    escalated: int
    judged: int
    unjudged: int
    judgements: list[YieldAnswer]


class ShadowAnswer(Answer):
    """In how many sessions a rule would have alerted, were its policy live."""

    tier: str
    policy_version: str
    sessions: int
    sessions_per_week: str


class AlertLedgerAnswer(Answer):
    """What the rules alerted in a clinic over days that are both included."""

    clinic: UUID
    first_day: date
    last_day: date
    rules: list[LedgerRuleAnswer]
    shadow: list[ShadowAnswer]


class SilentPatientAnswer(PatientAnswer):
    """A patient of whom nothing was heard for ``days``, pauses not counted."""

    programme: UUID
    last_entry_at: datetime | None
    days: int
    next_planned_at: datetime | None


def silent_patient_answer(programme: Any, *, days: int) -> SilentPatientAnswer:
    """Return a silent patient by the programme, with its annotations loaded."""
    return SilentPatientAnswer(
        **patient_answer(programme.patient).model_dump(),
        programme=programme.public_id,
        last_entry_at=programme.last_entry_at,
        days=days,
        next_planned_at=programme.next_planned_at,
    )


def alert_ledger_answer(clinic: Clinic, ledger: AlertLedger) -> AlertLedgerAnswer:
    """Return a ledger: rates with two decimals, shares with four."""
    return AlertLedgerAnswer(
        clinic=clinic.public_id,
        first_day=ledger.first_day,
        last_day=ledger.last_day,
        rules=[_ledger_rule_answer(rule, ledger=ledger) for rule in ledger.rules],
        shadow=[
            ShadowAnswer(
                tier=each.tier,
                policy_version=each.policy_version,
                sessions=each.sessions,
                sessions_per_week=f"{ledger.per_week(each.sessions):.2f}",
            )
            for each in ledger.shadow
        ],
    )


def _ledger_rule_answer(rule: RuleCounts, *, ledger: AlertLedger) -> LedgerRuleAnswer:
    return LedgerRuleAnswer(
        kind=rule.kind,
        policy_version=rule.policy_version or None,
        alerts=rule.alerts,
        alerts_per_week=f"{ledger.per_week(rule.alerts):.2f}",
        acknowledged=rule.acknowledged,
        share_acknowledged=f"{rule.acknowledged / rule.alerts:.4f}",
        median_to_acknowledge_s=_seconds(rule.median_to_acknowledge),
        p90_to_acknowledge_s=_seconds(rule.p90_to_acknowledge),
        escalated=rule.escalated,
        judged=rule.judged,
        unjudged=rule.alerts - rule.judged,
        judgements=[_yield_answer(rule, name) for name in rule.judgements],
    )


def _yield_answer(rule: RuleCounts, judgement: str) -> YieldAnswer:
    found = rule.yield_of(judgement)
    return YieldAnswer(
        judgement=judgement,
        count=rule.judgements[judgement],
        share=f"{found.share:.4f}" if found else None,
        low=f"{found.low:.4f}" if found else None,
        high=f"{found.high:.4f}" if found else None,
    )


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds())
