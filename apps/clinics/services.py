"""Writes owned by clinics: people, invitations, care teams."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.common import tenancy
from apps.common.errors import (
    AlreadyRecordedError,
    InvalidEntryError,
    NotAllowedError,
    NotThereError,
    ServiceError,
)
from apps.common.receipts import is_replay
from apps.messaging.services import queue_mail

from . import permissions, queries
from .entry import (
    BreakGlass,
    CareRequest,
    PatientCorrection,
    PatientInvitation,
    StaffInvitation,
)
from .models import (
    CareKind,
    CareTeamMember,
    Clinic,
    Invitation,
    Membership,
    Patient,
    Role,
)
from .versions import keep_version, require_version

INVITATION_LASTS = timedelta(days=14)
GLASS_STAYS_BROKEN = timedelta(hours=24)


class InvitationSpentError(ServiceError):
    """The letter was used, has expired, or never was."""

    code = "invitation_spent"
    status = 400
    title = "This invitation cannot be used."


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
    therapist = _membership_for_care(entry.therapist or by.public_id, clinic, now=now)
    if therapist is None and entry.therapist is not None:
        raise _no_such_therapist()
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
        _add_care(patient, membership=therapist, kind=CareKind.REGULAR, now=now)
    _send_invitation(
        clinic=clinic,
        email=patient.email,
        name=patient.full_name,
        patient_id=patient.pk,
        language=patient.language,
        time_zone=patient.time_zone,
        by=by,
        now=now,
    )
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
    _keep_patient_version(
        patient, before=before, reason=entry.correction_reason, by=by, now=now
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
    return patient


@transaction.atomic
def invite_staff(
    *, entry: StaffInvitation, clinic: Clinic, by: Any, now: datetime
) -> Invitation:
    """Return a new invitation to work in the clinic; a letter goes out.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
    """
    permissions.require_role(by, clinic.pk, Role.MANAGER, now=now)
    invitation = _send_invitation(
        clinic=clinic,
        email=entry.email,
        name=entry.name,
        role=entry.role,
        language=entry.language,
        time_zone=entry.time_zone,
        by=by,
        now=now,
    )
    record(
        "staff.invite",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        subject_id=invitation.public_id,
        detail={"role": entry.role},
    )
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, now: datetime) -> User:
    """Return the account of the invited person, made if they have none yet.

    The link works once. The person then signs in with a code by mail, so the link
    alone opens nothing.

    Raises:
        InvitationSpentError: Used, expired or unknown; which one is not told.
        AlreadyRecordedError: The person has another record in the clinic.
    """
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("clinic")
        .filter(token_hash=_hashed(token), accepted_at__isnull=True, expires_at__gt=now)
        .first()
    )
    if invitation is None:
        raise InvitationSpentError(
            "The invitation was used or has expired. Ask the clinic for a new one."
        )
    user = _account_for(invitation)
    invitation.accepted_at, invitation.accepted_by = now, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    tenancy.enter_clinics([invitation.clinic_id])
    if invitation.role:
        _join(user, clinic=invitation.clinic, role=invitation.role, now=now)
    else:
        _give_record(user, invitation=invitation)
    record(
        "invitation.accept",
        by=user,
        now=now,
        clinic_id=invitation.clinic_id,
        patient_id=invitation.patient_id,
        subject_id=invitation.public_id,
    )
    return user


@transaction.atomic
def add_to_care_team(
    *, patient_id: UUID, entry: CareRequest, by: Any, now: datetime
) -> Patient:
    """Put a therapist of the clinic into the patient's care team.

    Colleagues who treat the patient may, and managers, who see no chart but must find
    a therapist for whoever has none.

    Raises:
        NotThereError: The patient is not the user's to see nor in a clinic they manage.
        NotAllowedError: The user is the patient.
        AlreadyRecordedError: The therapist is in the team.
    """
    patient = queries.managed_patient(by, patient_id, now=now)
    if patient is None:
        patient = queries.visible_patient(by, patient_id)
        permissions.require_treating(by, patient, now=now)
    if is_replay(
        request=entry, target="patients.care", target_id=patient_id, by=by, now=now
    ):
        return patient
    membership = _membership_for_care(entry.therapist, patient.clinic, now=now)
    if membership is None:
        raise _no_such_therapist()
    if entry.until is not None and entry.until <= now:
        raise InvalidEntryError.at(
            "/until", code="out_of_range", detail="The end must lie in the future."
        )
    _one_at_a_time(patient)
    team = CareTeamMember.objects.active_at(now).filter(patient=patient)
    if team.filter(membership=membership).exists():
        raise AlreadyRecordedError("This therapist is in the care team.")
    _add_care(
        patient,
        membership=membership,
        kind=entry.kind,
        now=now,
        until=entry.until,
        reason=entry.reason,
    )
    record(
        "patient.care",
        by=by,
        now=now,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        subject_id=patient.public_id,
        detail={"kind": entry.kind},
    )
    return patient


@transaction.atomic
def break_glass(
    *, patient_id: UUID, entry: BreakGlass, by: Any, now: datetime
) -> Patient:
    """Open the chart of a patient of one's own clinic for 24 hours, with a reason.

    The managers of the clinic get a mail, and the trail says why.

    Raises:
        NotThereError: The user works in no clinic that treats the patient.
    """
    patient = (
        Patient.objects.select_related("clinic").filter(public_id=patient_id).first()
    )
    membership = None
    if patient is not None:
        membership = _own_membership(by, patient.clinic_id, now=now)
    if patient is None or membership is None:
        raise NotThereError("There is no such patient, or you may not see them.")
    if is_replay(
        request=entry, target="patients.glass", target_id=patient_id, by=by, now=now
    ):
        return patient
    _one_at_a_time(patient)
    if Patient.objects.visible_to(by).filter(pk=patient.pk).exists():
        return patient
    _add_care(
        patient,
        membership=membership,
        kind=CareKind.BREAK_GLASS,
        now=now,
        until=now + GLASS_STAYS_BROKEN,
        reason=entry.reason,
    )
    record(
        "patient.break_glass",
        by=by,
        now=now,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        subject_id=patient.public_id,
        detail={"reason": entry.reason},
    )
    for manager in queries.managers(patient.clinic_id, now=now):
        queue_mail(
            "chart_opened",
            to=manager.email,
            language=manager.language,
            context={"colleague": by.name, "clinic": patient.clinic.name},
            reason_key=f"glass:{patient.pk}:{by.pk}:{now.isoformat()}:{manager.pk}",
            now=now,
            clinic_id=patient.clinic_id,
            patient_id=patient.pk,
        )
    return patient


def _keep_patient_version(
    patient: Patient, *, before: dict[str, Any], reason: str, by: Any, now: datetime
) -> None:
    # A patient is its own patient: the snapshot hangs on the record itself.
    patient.patient_id = patient.pk  # type: ignore[attr-defined]
    keep_version(patient, kind="patient", content=before, by=by, reason=reason, now=now)


def _one_at_a_time(patient: Patient) -> None:
    """Let changes of one patient's care team wait for each other."""
    Patient.objects.select_for_update().only("pk").get(pk=patient.pk)


def _no_such_therapist() -> InvalidEntryError:
    return InvalidEntryError.at(
        "/therapist",
        code="does_not_exist",
        detail="No therapist of this clinic has this id.",
    )


def _membership_for_care(
    user_id: UUID, clinic: Clinic, *, now: datetime
) -> Membership | None:
    return (
        Membership.objects.active_at(now)
        .filter(user__public_id=user_id, clinic=clinic, role=Role.THERAPIST)
        .first()
    )


def _own_membership(user: Any, clinic_id: int, *, now: datetime) -> Membership | None:
    # An assessor stays blinded whatever happens.
    memberships = Membership.objects.active_at(now).filter(
        user=user, clinic_id=clinic_id
    )
    if memberships.filter(role=Role.ASSESSOR).exists():
        return None
    return memberships.filter(role__in=(Role.THERAPIST, Role.MANAGER)).first()


def _add_care(
    patient: Patient,
    *,
    membership: Membership,
    kind: str,
    now: datetime,
    until: datetime | None = None,
    reason: str = "",
) -> None:
    CareTeamMember.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
        membership=membership,
        kind=kind,
        reason=reason,
        active_from=now,
        active_until=until,
    )


def _send_invitation(
    *,
    clinic: Clinic,
    email: str,
    name: str,
    language: str,
    time_zone: str,
    by: Any,
    now: datetime,
    role: str = "",
    patient_id: int | None = None,
) -> Invitation:
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        clinic=clinic,
        email=email,
        name=name,
        role=role,
        patient_id=patient_id,
        language=language,
        time_zone=time_zone,
        token_hash=_hashed(token),
        invited_by=by,
        invited_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    queue_mail(
        "invitation",
        to=email,
        language=language,
        context={
            "clinic": clinic.name,
            "link": f"{settings.BASE_URL}/invitation/#{token}",
            "token": token,
        },
        reason_key=f"invitation:{invitation.public_id}",
        now=now,
        clinic_id=clinic.pk,
        patient_id=patient_id,
    )
    return invitation


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _account_for(invitation: Invitation) -> User:
    # Two invitations of one person may be accepted at once.
    user = _locked_account(invitation.email)
    if user is not None:
        return user
    try:
        with transaction.atomic():
            return User.objects.create_user(
                email=invitation.email,
                name=invitation.name,
                language=invitation.language,
                time_zone=invitation.time_zone,
            )
    except IntegrityError:
        user = _locked_account(invitation.email)
        if user is None:
            raise
        return user


def _locked_account(email: str) -> User | None:
    return User.objects.select_for_update().filter(email=email).first()


def _give_record(user: User, *, invitation: Invitation) -> None:
    others = Patient.objects.filter(user=user).exclude(pk__in=[invitation.patient_id])
    if others.exists():
        raise AlreadyRecordedError(
            "You have a record in this clinic already. Ask the clinic to look at it."
        )
    Patient.objects.filter(pk__in=[invitation.patient_id]).update(user=user)


def _join(user: User, *, clinic: Clinic, role: str, now: datetime) -> None:
    held = Membership.objects.active_at(now).filter(user=user, clinic=clinic, role=role)
    if not held.exists():
        Membership.objects.create(user=user, clinic=clinic, role=role, active_from=now)
