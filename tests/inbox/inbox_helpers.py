"""Small helpers of the inbox's tests."""

from datetime import UTC, datetime, timedelta

from apps.common.tenancy import across_clinics
from apps.inbox.entry import Acknowledgement, Resolution
from apps.inbox.models import AlertKind, Severity
from apps.inbox.services import Finding, open_or_update_alert
from apps.messaging.models import OutboxMail

NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)  # 12:00 in Stockholm
EVENING = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)  # 22:00, quiet
NEXT_MORNING = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)  # 07:00
MINUTE = timedelta(minutes=1)
FOUND = {"judgement": "true_flare", "action": "talked"}


def finding(
    kind=AlertKind.ACUTE_FLARE, severity=Severity.MODERATE, origin="flare:s1", **more
):
    values = {"sentence": "Pain rose.", "evidence": {"n": 1}, "policy_version": "eih-1"}
    return Finding(kind=kind, severity=severity, origin_key=origin, **(values | more))


def put(patient, *, now=NOON, tells=True, **fields):
    """Open or update an alert of the patient."""
    return open_or_update_alert(
        patient=patient, finding=finding(**fields), tells=tells, now=now
    )


def mails(**filters):
    """Return the mails about alerts, in the order in which they may go."""
    with across_clinics():
        rows = OutboxMail.objects.filter(kind="alert", **filters)
        return list(rows.order_by("next_attempt_at", "id"))


def acknowledgement(**fields):
    return Acknowledgement.parse(fields)


def resolution(**fields):
    return Resolution.parse(FOUND | fields)
