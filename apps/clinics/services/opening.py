"""A new clinic, its emergency words, and the letter to its first manager."""

from datetime import datetime

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.clinics.entry import (
    LANGUAGES,
    ClinicEntry,
    EmergencyWordsChange,
    StaffInvitation,
)
from apps.clinics.models import Clinic, Invitation, Membership
from apps.common.errors import AlreadyRecordedError, NotThereError, WrongStateError
from apps.common.tenancy import in_clinic

from .invitations import send_invitation


@transaction.atomic
def create_clinic(*, entry: ClinicEntry, now: datetime) -> Clinic:
    """Return a new clinic, without people.

    Raises:
        AlreadyRecordedError: There is a clinic of this name, however it is spelt.
    """
    taken = AlreadyRecordedError(
        f"There is a clinic called {entry.name}. Take another name.", pointer="/name"
    )
    if Clinic.objects.filter(name__iexact=entry.name).exists():
        raise taken
    try:
        with transaction.atomic():
            clinic = Clinic.objects.create(**entry.model_dump())
    except IntegrityError as error:
        # Somebody made it between the look and this line.
        raise taken from error
    with in_clinic(clinic.pk):
        record(
            "clinic.create",
            by=None,
            now=now,
            clinic_id=clinic.pk,
            subject_id=clinic.public_id,
        )
    return clinic


@transaction.atomic
def set_emergency_words(*, entry: EmergencyWordsChange, now: datetime) -> Clinic:
    """Return the clinic with new words; languages that are left out stay.

    Raises:
        NotThereError: No clinic has the name.
    """
    rows = Clinic.objects.select_for_update(no_key=True)
    found: Clinic | None = rows.filter(name__iexact=entry.clinic).first()
    if found is None:
        raise NotThereError(f"There is no clinic called {entry.clinic}.")
    found.emergency_words |= entry.model_dump()["emergency_words"]
    found.save(update_fields=["emergency_words"])
    with in_clinic(found.pk):
        record(
            "clinic.emergency_words",
            by=None,
            now=now,
            clinic_id=found.pk,
            subject_id=found.public_id,
            detail={"languages": sorted(entry.emergency_words)},
        )
    return found


@transaction.atomic
def invite_first_manager(
    *, entry: StaffInvitation, clinic: Clinic, now: datetime
) -> Invitation:
    """Return the invitation of whoever will invite all others; a letter goes out.

    Nobody works in the clinic who could sign it, so it is signed by the account of the
    invited person. The account opens nothing before the invitation is accepted.

    Raises:
        WrongStateError: Somebody works in the clinic; its managers invite.
    """
    if Membership.objects.filter(clinic=clinic).exists():
        raise WrongStateError("Somebody works in this clinic. Its managers invite.")
    with in_clinic(clinic.pk):
        invitation = send_invitation(
            clinic=clinic,
            email=entry.email,
            name=entry.name,
            role=entry.role,
            language=entry.language,
            time_zone=entry.time_zone,
            by=_account(entry),
            now=now,
        )
        record(
            "staff.invite",
            by=None,
            now=now,
            clinic_id=clinic.pk,
            subject_id=invitation.public_id,
            detail={"role": entry.role},
        )
    return invitation


def languages_without_words(clinic: Clinic) -> list[str]:
    """Return the languages in which a patient would read nothing after a red flag."""
    return sorted(LANGUAGES - set(clinic.emergency_words))


def _account(entry: StaffInvitation) -> User:
    found = User.objects.filter(email=entry.email).first()
    return found or User.objects.create_user(
        entry.email,
        name=entry.name,
        language=entry.language,
        time_zone=entry.time_zone,
    )
