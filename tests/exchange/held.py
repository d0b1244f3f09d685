"""Sessions for the tests of this room."""

from datetime import datetime, timedelta

from apps.clinics.models import Patient
from apps.logbook.models import HeldSession


def make_session(
    patient: Patient, *, started_at: datetime, voided_at: datetime | None = None
) -> HeldSession:
    """Return a session of the patient that was held, or voided later."""
    return HeldSession.objects.create(
        clinic=patient.clinic,
        patient=patient,
        setting="home",
        started_at=started_at,
        ended_at=started_at + timedelta(hours=1),
        time_zone=patient.time_zone,
        status="held",
        volume_kg=0,
        request_digest="",
        recorded_at=started_at,
        received_at=started_at,
        entered_by=patient.user,
        voided_at=voided_at,
        voided_by=patient.user if voided_at else None,
        void_reason="Entered twice." if voided_at else "",
    )
