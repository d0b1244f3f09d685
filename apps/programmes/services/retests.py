"""Therapists hear once that a 1RM test is due."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from apps.accounts.models import User
from apps.clinics.mail_times import polite_moment, quiet_hours_of
from apps.clinics.models import Patient
from apps.clinics.queries import care_therapists_of
from apps.common.tenancy import across_clinics, in_clinic
from apps.messaging.models import OutboxMail
from apps.messaging.services import queue_mail
from apps.programmes import queries
from apps.programmes.models import Programme, ProgrammeStatus

logger = logging.getLogger(__name__)

REMIND_RETESTS = "programmes.remind_retests"
MAIL: Final = "retest_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindReport:
    """What one sweep did."""

    mails: int
    failed_clinics: int


def remind_retests(*, now: datetime) -> RemindReport:
    """Write one mail for each programme, week and therapist whose tests are due.

    What a restart promised is told by its day.

    It waits for the end of the clinic's quiet hours and says nothing about health. Each
    clinic has its own transaction, so that one bad record stops no other clinic. Safe
    to repeat.
    """
    with across_clinics():
        clinic_ids = list(
            Programme.objects.filter(status=ProgrammeStatus.ACTIVE)
            .order_by("clinic")
            .values_list("clinic", flat=True)
            .distinct()
        )
    mails = failed = 0
    for clinic_id in clinic_ids:
        try:
            mails += _remind_in(clinic_id, now=now)
        except Exception:
            # Broad on purpose: whatever went wrong, the next clinic comes first.
            logger.exception("Could not remind of tests in clinic %s", clinic_id)
            failed += 1
    return RemindReport(mails=mails, failed_clinics=failed)


def _remind_in(clinic_id: int, *, now: datetime) -> int:
    with in_clinic(clinic_id):
        due = {
            f"retest:{row.programme.public_id}:{_asked_by(row)}": row.programme.patient
            for row in queries.retests_due_in(clinic_id, now=now)
        }
        treating = care_therapists_of(due.values(), now=now)
        wanted = {
            f"{reason}:{user.public_id}": (user, patient)
            for reason, patient in due.items()
            for user in treating[patient.pk]
        }
        told = OutboxMail.objects.filter(reason_key__in=wanted)
        new = wanted.keys() - set(told.values_list("reason_key", flat=True))
        for reason_key in sorted(new):
            user, patient = wanted[reason_key]
            _write(user, patient=patient, reason_key=reason_key, now=now)
    return len(new)


def _asked_by(row: Any) -> str:
    return row.due_on.isoformat() if row.week is None else str(row.week)


def _write(user: User, *, patient: Patient, reason_key: str, now: datetime) -> None:
    clinic = patient.clinic
    hours = quiet_hours_of(clinic, user=user)
    queue_mail(
        MAIL,
        to=user.email,
        language=user.language,
        context={"clinic": clinic.name},
        reason_key=reason_key,
        now=now,
        clinic_id=clinic.pk,
        patient_id=patient.pk,
        not_before=polite_moment(now, hours=hours, taken=()),
    )
