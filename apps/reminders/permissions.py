"""Whom the clinic writes to."""

from datetime import datetime

from apps.clinics.models import Patient, PatientStatus
from apps.programmes.queries import is_paused


def may_be_written_to(patient: Patient, *, now: datetime) -> bool:
    """Tell whether the patient is sent reminders now; who has an account has agreed.

    The one place that every reminder asks.
    """
    user = patient.user
    has_account = user is not None and user.is_active
    is_treated = patient.status == PatientStatus.ACTIVE
    return has_account and is_treated and not is_paused(patient, at=now)
