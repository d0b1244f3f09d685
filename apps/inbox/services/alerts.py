"""The life of an alert as the rules lead it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from apps.audit.services import record
from apps.clinics.models import Patient
from apps.common.tenancy import across_clinics, in_clinic
from apps.inbox import mails
from apps.inbox.models import (
    KIND_RANK,
    SEVERITY_RANK,
    SEVERITY_STEP,
    Alert,
    AlertKind,
    AlertStatus,
    Severity,
)

from .rows import record_step
from .waiting import begin_to_wait, hasten

GRAVE = (Severity.MODERATE, Severity.HIGH)
NOTE_JUDGED: Final = """
    UPDATE inbox_alert AS alert SET judged_until = new.until
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS new (patient_id, until)
    WHERE alert.patient_id = new.patient_id AND alert.resolved_at IS NULL
        AND alert.judged_until IS DISTINCT FROM new.until
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A reason to look at a patient, as a rule found it.

    ``origin_key`` names what opened it, for good: the same finding later has the same
    key. ``evidence`` holds plain JSON values.
    """

    origin_key: str
    kind: str
    severity: str
    sentence: str
    evidence: dict[str, Any] = field(default_factory=dict)
    policy_version: str = ""


@transaction.atomic
def open_or_update_alert(
    *, patient: Patient, finding: Finding, tells: bool, now: datetime
) -> Alert:
    """Return the alert of a finding: opened, raised, opened again, or as it was.

    Kind and severity only rise. A rise of an alert that somebody had acknowledged
    needs a new look, so it is open again; one that had closed itself is open again
    too. What a person resolved stays as it is. A finding of a lower kind than the
    alert's says that what raised it no longer holds. If it holds again by another
    session, that is a new flare, and so a rise. Safe to repeat.

    Args:
        tells: Whether a mail may go out for the step that it has reached.
    """
    alert = _alert_for_update(patient, finding.origin_key)
    if alert is None:
        alert = _open(patient, finding=finding, now=now)
    elif alert.is_resolved_by_person:
        return alert
    elif _kind_rank(finding.kind) < _kind_rank(alert.kind):
        mark_no_longer_holds(alert=alert, now=now)
        return alert
    else:
        _update(alert, finding=finding, tells=tells, now=now)
    if tells:
        mails.tell(alert, now=now)
        begin_to_wait(alert, now=now)
    return alert


@transaction.atomic
def mark_no_longer_holds(*, alert: Alert, now: datetime) -> None:
    """Note that after a correction the rule no longer holds; the alert stays.

    Mail that is still waiting is suppressed with that reason. Safe to repeat.
    """
    if alert.no_longer_holds or alert.is_resolved_by_person:
        return
    alert.no_longer_holds = True
    alert.waits_since = alert.escalates_at = None
    alert.save(update_fields=["no_longer_holds", "waits_since", "escalates_at"])
    withdrawn = mails.withdraw(alert, why=mails.NO_LONGER_HOLDS)
    record_step(
        "alert.no_longer_holds", alert, now=now, detail={"withdrawn": withdrawn}
    )


@transaction.atomic
def redirect_waiting_mails(*, patients: Collection[Patient], now: datetime) -> int:
    """Send waiting mails about patients to who hears of them now, not to a leaver.

    Return how many were withdrawn. Safe to repeat.
    """
    withdrawn = mails.redirect(patients, now=now)
    for patient in patients:
        if withdrawn.get(patient.pk):
            record(
                "alert.redirect_mails",
                by=None,
                now=now,
                clinic_id=patient.clinic_id,
                patient_id=patient.pk,
                subject_id=patient.public_id,
                detail={"withdrawn": withdrawn[patient.pk]},
            )
    return sum(withdrawn.values())


def redirect_all_waiting_mails(*, now: datetime) -> int:
    """Do so for every patient about whom mails wait, each in their own clinic."""
    with across_clinics():
        waiting = mails.patients_with_waiting_mails()
    withdrawn = 0
    for clinic_id, patient_id in waiting:
        with in_clinic(clinic_id):
            patient = Patient.objects.get(pk=patient_id)
            withdrawn += redirect_waiting_mails(patients=[patient], now=now)
    return withdrawn


def note_judged(until: Mapping[int, datetime | None]) -> None:
    """Note when the newest value came that patients' alerts were judged with.

    By the key of the patient. Alerts that a person resolved keep theirs. Safe to
    repeat.
    """
    if not until:
        return
    with connection.cursor() as cursor:
        cursor.execute(NOTE_JUDGED, [list(until), list(until.values())])


@transaction.atomic
def close_itself(*, alert: Alert, now: datetime) -> None:
    """Note that the rule ended the alert: the pain came to rest, the gap is over.

    A grave alert at which nobody has looked stays open until somebody does. Safe to
    repeat.
    """
    if alert.closed_itself_at is not None or alert.is_resolved_by_person:
        return
    alert.closed_itself_at = now
    if alert.status == AlertStatus.ACKNOWLEDGED or alert.severity not in GRAVE:
        alert.status, alert.escalates_at = AlertStatus.RESOLVED, None
    alert.save(update_fields=["closed_itself_at", "status", "escalates_at"])
    record_step("alert.close_itself", alert, now=now)


def _alert_for_update(patient: Patient, origin_key: str) -> Alert | None:
    return (
        Alert.objects.select_for_update(of=("self",))
        .select_related("patient")
        .filter(patient=patient, origin_key=origin_key)
        .first()
    )


def _open(patient: Patient, *, finding: Finding, now: datetime) -> Alert:
    alert = Alert.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
        kind=finding.kind,
        severity=finding.severity,
        urgency=_urgency(finding.severity, opened_at=now),
        origin_key=finding.origin_key,
        opened_at=now,
        sentence=finding.sentence,
        evidence=finding.evidence,
        policy_version=finding.policy_version,
    )
    record_step("alert.open", alert, now=now)
    return alert


def _update(alert: Alert, *, finding: Finding, tells: bool, now: datetime) -> None:
    severity = max(alert.severity, finding.severity, key=SEVERITY_RANK.__getitem__)
    is_new_flare = alert.no_longer_holds and _decided_by(
        finding.evidence
    ) != _decided_by(alert.evidence)
    is_rise = is_new_flare or _is_rise(alert, kind=finding.kind, severity=severity)
    wanted = {
        "kind": finding.kind,
        "severity": severity,
        "urgency": _urgency(severity, opened_at=alert.opened_at),
        "sentence": finding.sentence,
        "evidence": finding.evidence,
        "policy_version": finding.policy_version,
        "no_longer_holds": False,
        "closed_itself_at": None,
        "round": alert.round + is_new_flare,
    }
    if is_rise:
        wanted |= {"acknowledged_at": None, "acknowledged_by": None}
        # The wait begins anew; one of which nobody is told leaves it running.
        if tells or alert.escalates_at is None:
            wanted |= {"waits_since": None, "escalates_at": None}
    if is_rise or alert.status == AlertStatus.RESOLVED:
        is_looked_at = alert.acknowledged_at is not None and not is_rise
        wanted["status"] = (
            AlertStatus.ACKNOWLEDGED if is_looked_at else AlertStatus.OPEN
        )
    changed = [name for name, value in wanted.items() if getattr(alert, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(alert, name, wanted[name])
    alert.save(update_fields=changed)
    if tells and "severity" in changed:
        hasten(alert)
    action = "alert.raise" if is_rise else "alert.update"
    record_step(action, alert, now=now, detail={"fields": sorted(changed)})


def _decided_by(evidence: dict[str, Any]) -> Any:
    """Return the session that brought an alert to where it stands."""
    return evidence.get("session")


def _is_rise(alert: Alert, *, kind: str, severity: str) -> bool:
    # A pattern's growing severity is noted and calls nobody.
    is_graver = alert.severity != severity and kind != AlertKind.HYPERALGESIA
    return alert.kind != kind or is_graver


def _kind_rank(kind: str) -> int:
    return KIND_RANK.get(kind, 0)


def _urgency(severity: str, *, opened_at: datetime) -> int:
    return SEVERITY_RANK[severity] * SEVERITY_STEP + int(opened_at.timestamp() * 1000)
