"""Letters to future staff and patients; they work once."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.clinics import permissions
from apps.clinics.entry import StaffInvitation
from apps.clinics.models import Clinic, Invitation, Membership, Patient, Role
from apps.common import tenancy
from apps.common.errors import AlreadyRecordedError, ServiceError
from apps.messaging.services import queue_mail

INVITATION_LASTS = timedelta(days=14)


class InvitationSpentError(ServiceError):
    """The letter was used, has expired, or never was."""

    code = "invitation_spent"
    status = 400
    title = "This invitation cannot be used."


@transaction.atomic
def invite_staff(
    *, entry: StaffInvitation, clinic: Clinic, by: Any, now: datetime
) -> Invitation:
    """Return a new invitation to work in the clinic; a letter goes out.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
    """
    permissions.require_role(by, clinic.pk, Role.MANAGER, now=now)
    invitation = send_invitation(
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


def send_invitation(
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
    """Return a new invitation; the letter goes out after the commit."""
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
