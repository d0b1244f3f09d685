"""What every step of an alert does with its row."""

from datetime import datetime
from typing import Any

from apps.audit.services import record
from apps.inbox.models import Alert


def lock_alert(alert: Alert) -> Alert:
    """Return the alert as it stands now, held until the transaction ends."""
    return (
        Alert.objects.select_for_update(of=("self",))
        .select_related("patient", "acknowledged_by", "resolved_by")
        .get(pk=alert.pk)
    )


def record_step(
    action: str,
    alert: Alert,
    *,
    now: datetime,
    by: Any = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write a step into the trail, with what the alert is about."""
    record(
        action,
        by=by,
        now=now,
        clinic_id=alert.clinic_id,
        patient_id=alert.patient_id,
        subject_id=alert.public_id,
        detail={"kind": alert.kind, "severity": alert.severity} | (detail or {}),
    )
