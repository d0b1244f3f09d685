"""Patients are asked once for each check-in after a session."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone

from apps.audit.services import record
from apps.clinics.models import Patient
from apps.common.tenancy import across_clinics, in_clinic
from apps.messaging.services import queue_mail
from apps.reminders.permissions import may_be_written_to
from apps.reminders.queries import (
    FollowUp,
    follow_ups_to_ask_for,
    patients_to_ask,
    quiet_hours_in,
)

from .links import make_check_in_link

logger = logging.getLogger(__name__)

REMIND_OF_CHECK_INS = "reminders.remind_of_check_ins"
MAIL: Final = "check_in_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskReport:
    """What one sweep did; ``failed`` counts patients, who are tried again."""

    mails: int
    failed: int


def remind_of_check_ins(*, now: datetime) -> AskReport:
    """Write one mail for each next-day and two-day check-in that it is time for.

    Who sleeps now, by their own clock, is asked by a later sweep if it is still time.
    Each patient has a transaction of their own, so that one bad record keeps nobody
    from being asked. Two sweeps at once take different patients. Safe to repeat.
    """
    with across_clinics():
        patients = patients_to_ask(now=now)
    mails = failed = 0
    for clinic_id, patient_id, zone in patients:
        try:
            if not quiet_hours_in(zone).include(now):
                mails += _ask(patient_id, clinic_id=clinic_id, now=now)
        except Exception:
            # Broad on purpose: whatever went wrong, the next patient comes first.
            logger.exception("Could not ask patient %s for a check-in", patient_id)
            failed += 1
    return AskReport(mails=mails, failed=failed)


def _ask(patient_id: int, *, clinic_id: int, now: datetime) -> int:
    with in_clinic(clinic_id):
        # The lock of whoever records for this patient: an answer that is on its way in
        # is seen by the next sweep.
        patient = (
            Patient.objects.select_for_update(
                of=("self",), no_key=True, skip_locked=True
            )
            .select_related("clinic", "user")
            .filter(pk=patient_id)
            .first()
        )
        if patient is None or not may_be_written_to(patient, now=now):
            return 0
        asked = list(follow_ups_to_ask_for(patient, now=now))
        for follow_up in asked:
            _write(follow_up, patient=patient, now=now)
        return len(asked)


def _write(follow_up: FollowUp, *, patient: Patient, now: datetime) -> None:
    token = make_check_in_link(follow_up=follow_up, now=now)
    session = follow_up.session
    with timezone.override(patient.time_zone):
        queue_mail(
            MAIL,
            to=patient.user.email,  # type: ignore[union-attr]
            language=patient.language,
            context={
                "clinic": patient.clinic.name,
                "link": f"{settings.BASE_URL}/l/{token}/",
                "closes_at": follow_up.window.closes_at,
            },
            reason_key=f"{MAIL}:{session.public_id}:{follow_up.moment}",
            now=now,
            clinic_id=patient.clinic_id,
            patient_id=patient.pk,
        )
    record(
        "check_in.ask",
        by=None,
        now=now,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        subject_id=session.public_id,
        detail={"moment": follow_up.moment},
    )
