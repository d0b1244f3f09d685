"""Patients allow and withdraw; managers write the words."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.audit.services import record
from apps.clinics import permissions, queries
from apps.clinics.consents import TextInForce, texts_in_force
from apps.clinics.entry import ConsentEntry, ConsentTextEntry
from apps.clinics.mail_times import polite_moment, quiet_hours_of
from apps.clinics.models import (
    Clinic,
    ConsentDecision,
    ConsentText,
    Decision,
    Patient,
    Purpose,
    Role,
)
from apps.common.client_records import id_reused, require_replay
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.common.ids import uuid7
from apps.common.receipts import is_replay
from apps.messaging.services import queue_mail

from .messages import silence

WITHDRAWN_MAIL: Final = "consent_withdrawn"


@transaction.atomic
def decide_consent(
    *, entry: ConsentEntry, by: Any, now: datetime
) -> tuple[ConsentDecision, bool]:
    """Return a patient's own decision, and whether it is new. Safe to repeat with id.

    A withdrawal counts from now on: waiting mails of the clinic are suppressed if it is
    about messages, and the staff are told if it is about care. Nothing is erased.

    Raises:
        NotAllowedError: The user is nobody's patient.
        InvalidEntryError: There are no such words.
        WrongStateError: The words have changed since they were read.
        IdReusedError: The id belongs to something else.
    """
    patient = permissions.require_own_record(by)
    # One after another: the newest decision is the one that came last.
    Patient.objects.select_for_update(no_key=True).only("pk").get(pk=patient.pk)
    stored = _stored(entry.id) if entry.id else None
    if stored is not None:
        require_replay(stored, entry=entry, by=by)
        return stored, False
    (text,) = [
        each for each in texts_in_force(patient.clinic) if each.purpose == entry.purpose
    ]
    decision = _insert(entry, patient=patient, text=text, by=by, now=now)
    if decision.decision == Decision.WITHDRAWN:
        _heed(decision, patient=patient, now=now)
    record(
        f"consent.{'give' if decision.decision == Decision.GIVEN else 'withdraw'}",
        by=by,
        now=now,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        subject_id=decision.public_id,
        detail={"purpose": decision.purpose, "version": decision.version},
    )
    return decision, True


@transaction.atomic
def write_consent_text(
    *, entry: ConsentTextEntry, clinic: Clinic, by: Any, now: datetime
) -> TextInForce:
    """Return the clinic's new words for a purpose; earlier ones stay.

    What patients allowed by earlier words holds, and they are shown the new ones.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
        InvalidEntryError: The words are not in the clinic's language.
    """
    permissions.require_role(by, clinic.pk, Role.MANAGER, now=now)
    if is_replay(
        request=entry,
        target="consents.text",
        target_id=clinic.public_id,
        by=by,
        now=now,
    ):
        return _in_force(clinic, entry.purpose)
    if clinic.language not in entry.texts:
        raise InvalidEntryError.at(
            "/texts",
            code="required",
            detail=f"Give the words in the clinic's language ({clinic.language}) too.",
        )
    # Two managers at once: the second waits, and writes the version after.
    Clinic.objects.select_for_update(no_key=True).only("pk").get(pk=clinic.pk)
    row = ConsentText.objects.create(
        clinic=clinic,
        purpose=entry.purpose,
        version=_in_force(clinic, entry.purpose).version + 1,
        texts=dict(entry.texts),
        written_by=by,
        written_at=now,
    )
    record(
        "consent.text",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        subject_id=row.public_id,
        detail={"purpose": row.purpose, "version": row.version},
    )
    return _in_force(clinic, entry.purpose)


def _in_force(clinic: Clinic, purpose: Purpose) -> TextInForce:
    return next(each for each in texts_in_force(clinic) if each.purpose == purpose)


def _insert(
    entry: ConsentEntry, *, patient: Patient, text: TextInForce, by: Any, now: datetime
) -> ConsentDecision:
    language = entry.language or patient.language
    if entry.decision == Decision.GIVEN:
        if entry.version != text.version:
            raise WrongStateError(
                "These words have changed. Read the new ones, then decide."
            )
        if language not in text.texts:
            raise InvalidEntryError.at(
                "/language",
                code="does_not_exist",
                detail="There are no words in this language.",
            )
    row = ConsentDecision(
        public_id=entry.id or uuid7(),
        clinic_id=patient.clinic_id,
        patient=patient,
        request_digest=entry.digest(),
        purpose=entry.purpose,
        decision=entry.decision,
        version=entry.version or text.version,
        language=language,
        decided_by=by,
        decided_at=now,
    )
    ConsentDecision.objects.bulk_create([row], ignore_conflicts=True)
    stored = _stored(row.public_id)
    if stored is None:
        # Taken behind the wall of another clinic.
        raise id_reused()
    require_replay(stored, entry=entry, by=by)
    return stored


def _stored(public_id: UUID) -> ConsentDecision | None:
    found: ConsentDecision | None = ConsentDecision.objects.filter(
        public_id=public_id
    ).first()
    return found


def _heed(decision: ConsentDecision, *, patient: Patient, now: datetime) -> None:
    if decision.purpose == Purpose.MESSAGES:
        silence(patient)
    if decision.purpose == Purpose.CARE:
        _tell_staff(decision, patient=patient, now=now)


def _tell_staff(decision: ConsentDecision, *, patient: Patient, now: datetime) -> None:
    """Mail who treats the patient and the managers that there is something to talk of.

    The mail names nobody and waits for the end of the clinic's quiet hours.
    """
    clinic = patient.clinic
    staff = {
        user.pk: user
        for user in (
            *queries.care_therapists(patient, now=now),
            *queries.managers(clinic.pk, now=now),
        )
    }
    for user in staff.values():
        hours = quiet_hours_of(clinic, user=user)
        queue_mail(
            WITHDRAWN_MAIL,
            to=user.email,
            language=user.language,
            context={"clinic": clinic.name},
            reason_key=f"consent:{decision.public_id}:{user.public_id}",
            now=now,
            clinic_id=clinic.pk,
            patient_id=patient.pk,
            not_before=polite_moment(now, hours=hours, taken=()),
        )
