"""One line of the audit trail for each change of a programme."""

from datetime import datetime
from typing import Any

from apps.audit.services import record
from apps.clinics.models import Patient


def note(
    action: str,
    *,
    patient: Patient,
    subject: Any,
    by: Any,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Record a change of ``subject``, a row with a public id, of the patient."""
    record(
        action,
        by=by,
        now=now,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        subject_id=subject.public_id,
        detail=detail,
    )
