"""Patients' records: the new one, and corrections."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.audit.services import record
from apps.clinics import permissions, queries
from apps.clinics.entry import PatientCorrection, PatientInvitation
from apps.clinics.models import CareKind, Clinic, Invitation, Patient, RecordKind, Role
from apps.clinics.versions import keep_version, require_version
from apps.common.errors import (
    AlreadyRecordedError,
    NotAllowedError,
    WrongStateError,
)
from apps.common.receipts import is_replay
from apps.common.shapes import ChangeRequest

from .care import add_care, membership_for_care, no_such_therapist
from .due import mark_proposals_due
from .invitations import send_invitation


@transaction.atomic
def invite_patient(
    *, entry: PatientInvitation, clinic: Clinic, by: Any, now: datetime
) -> Patient:
    """Return the new patient's record; a letter goes to their address.

    The inviting therapist becomes their therapist, unless another one is named.

    Raises:
        NotAllowedError: The user is neither therapist nor manager of the clinic.
        AlreadyRecordedError: The clinic has a patient with this address.
    """
    roles = queries.roles_in(by, clinic.pk, now=now)
    if not roles & {Role.THERAPIST, Role.MANAGER}:
        raise NotAllowedError("Therapists and managers invite patients.")
    therapist = membership_for_care(entry.therapist or by.public_id, clinic, now=now)
    if therapist is None and entry.therapist is not None:
        raise no_such_therapist()
    values = entry.model_dump(exclude={"therapist"})
    try:
        with transaction.atomic():
            patient = Patient.objects.create(clinic=clinic, created_at=now, **values)
    except IntegrityError as error:
        if "clinics_patient_one_record_an_address" not in str(error):
            raise
        raise AlreadyRecordedError(
            "This clinic has a patient with this address.", pointer="/email"
        ) from error
    if therapist is not None:
        add_care(patient, membership=therapist, kind=CareKind.REGULAR, now=now)
    _send_letter(patient, by=by, now=now)
    record(
        "patient.invite",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        patient_id=patient.pk,
        subject_id=patient.public_id,
    )
    return patient


@transaction.atomic
def invite_again(
    *, patient_id: UUID, entry: ChangeRequest, by: Any, now: datetime
) -> Patient:
    """Send a patient who has not answered a new letter; earlier ones stop working.

    Raises:
        NotThereError: The patient is not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: They have accepted.
    """
    patient = queries.visible_patient(by, patient_id)
    permissions.require_therapist_of(by, patient)
    if is_replay(
        request=entry, target="patients.invite", target_id=patient_id, by=by, now=now
    ):
        return patient
    if patient.user_id is not None:
        raise WrongStateError("This patient has accepted and signs in by code.")
    Invitation.objects.filter(
        patient_id=patient.pk, accepted_at__isnull=True, expires_at__gt=now
    ).update(expires_at=now)
    _send_letter(patient, by=by, now=now)
    record(
        "patient.invite_again",
        by=by,
        now=now,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        subject_id=patient.public_id,
    )
    return patient


@transaction.atomic
def correct_patient(
    *,
    patient_id: UUID,
    entry: PatientCorrection,
    expected_version: int,
    content: Any,
    by: Any,
    now: datetime,
) -> Patient:
    """Return the corrected patient; the earlier version stays readable.

    ``content`` makes the record's JSON as the API gives it out.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        StaleVersionError: Somebody else was quicker.
    """
    patient = queries.visible_patient(by, patient_id)
    permissions.require_therapist_of(by, patient)
    if is_replay(
        request=entry, target="patients.correct", target_id=patient_id, by=by, now=now
    ):
        return patient
    patient = Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
    require_version(patient, expected=expected_version)
    before = content(patient)
    changes = entry.changes()
    keep_version(
        patient,
        kind=RecordKind.PATIENT,
        content=before,
        by=by,
        reason=entry.correction_reason,
        now=now,
    )
    for name, value in changes.items():
        setattr(patient, name, value)
    patient.save(update_fields=[*changes, "version"])
    record(
        "patient.correct",
        by=by,
        now=now,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        subject_id=patient.public_id,
        detail={"fields": sorted(changes)},
    )
    if "pem" in changes:
        mark_proposals_due(
            clinic_id=patient.clinic_id, patient_ids=[patient.pk], now=now
        )
    return patient


def _send_letter(patient: Patient, *, by: Any, now: datetime) -> None:
    send_invitation(
        clinic=patient.clinic,
        email=patient.email,
        name=patient.full_name,
        patient_id=patient.pk,
        language=patient.language,
        time_zone=patient.time_zone,
        by=by,
        now=now,
    )
