"""What every change of a programme leaves: a line of the trail, and work to do."""

from datetime import datetime
from typing import Any

from apps.audit.services import record
from apps.clinics.models import Patient
from apps.clinics.services import mark_proposals_due

from .due import mark_adherence_due


def note(
    action: str,
    *,
    patient: Patient,
    subject: Any,
    by: Any,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Record a change of ``subject``, a row with a public id, of the patient.

    Their adherence is computed and their load proposals are drafted anew by a worker.
    """
    record(
        action,
        by=by,
        now=now,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        subject_id=subject.public_id,
        detail=detail,
    )
    mark_adherence_due(patient=patient, now=now)
    mark_proposals_due(clinic_id=patient.clinic_id, patient_ids=[patient.pk], now=now)
