"""Mails to patients, as far as they allow them."""

from datetime import datetime
from typing import Any, Final

from apps.clinics.consents import allows
from apps.clinics.models import Patient, Purpose
from apps.messaging.services import queue_mail, suppress_mail, suppress_mails_to

NOT_ALLOWED: Final = "The patient does not allow mails."
# What a person asks for themself to get in, and what keeps their account safe.
ALWAYS_SENT: Final = ("sign_in_code", "invitation", "erasure_asked")


def queue_patient_mail(
    template: str,
    *,
    patient: Patient,
    context: dict[str, Any],
    reason_key: str,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """Write one mail to a patient, in their language; say whether it may go out.

    If the patient does not allow mails, it stands in the outbox as suppressed, with
    the reason, so that nobody wonders where it is. Safe to repeat.
    """
    may_go = template in ALWAYS_SENT or allows(patient, Purpose.MESSAGES)
    queue_mail(
        template,
        to=patient.email,
        language=patient.language,
        context=context,
        reason_key=reason_key,
        now=now,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        not_before=not_before,
    )
    if not may_go:
        suppress_mail(reason_key=reason_key, why=NOT_ALLOWED)
    return may_go


def silence(patient: Patient) -> int:
    """Keep waiting mails to the patient from being sent; return how many there were."""
    return suppress_mails_to(
        patient.email,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        keep_kinds=ALWAYS_SENT,
        why=NOT_ALLOWED,
    )
