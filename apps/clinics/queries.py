"""Reads owned by clinics."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from apps.accounts.models import User
from apps.common.errors import InvalidEntryError, NotThereError

from .models import (
    CareKind,
    CareTeamMember,
    Clinic,
    ConsentDecision,
    Membership,
    Patient,
    Role,
)


def visible_patient(user: Any, patient_id: UUID) -> Patient:
    """Return the patient if the user may read them.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    patient = (
        Patient.objects.visible_to(user)
        .select_related("clinic", "user")
        .filter(public_id=patient_id)
        .first()
    )
    if patient is None:
        raise NotThereError("There is no such patient, or you may not see them.")
    return patient


def managed_patient(user: Any, patient_id: UUID, *, now: datetime) -> Patient | None:
    """Return a patient of a clinic that the user manages now.

    For arranging care only: managing a clinic opens no chart.
    """
    managed = (
        Membership.objects.active_at(now)
        .filter(user=user, role=Role.MANAGER)
        .values("clinic")
    )
    return (
        Patient.objects.filter(public_id=patient_id, clinic__in=managed)
        .select_related("clinic", "user")
        .first()
    )


def own_patient_records(user: Any) -> list[Patient]:
    """Return every record in which the user is the patient, oldest first."""
    rows = Patient.objects.filter(user=user).select_related("clinic", "user")
    return list(rows.order_by("pk"))


def own_patient_record(user: Any) -> Patient:
    """Return the record in which the user is the patient, within the open wall.

    Raises:
        InvalidEntryError: They are nobody's patient here, or several clinics'.
    """
    records = own_patient_records(user)
    if len(records) == 1:
        return records[0]
    if records:
        raise InvalidEntryError.at(
            "/patient",
            code="ambiguous",
            detail="You are treated in several clinics: name one with X-Clinic.",
        )
    raise InvalidEntryError.at(
        "/patient", code="required", detail="Say whose entry this is."
    )


def roles_in(user: Any, clinic_id: int, *, now: datetime) -> set[str]:
    """Return the roles that the user has in the clinic now."""
    return set(
        Membership.objects.active_at(now)
        .filter(user=user, clinic_id=clinic_id)
        .values_list("role", flat=True)
    )


def works_somewhere(user: Any, *, now: datetime) -> bool:
    """Return whether the user has a role in any clinic now."""
    return Membership.objects.active_at(now).filter(user=user).exists()


def working_clinics(user: Any, *, now: datetime) -> QuerySet[Membership]:
    """Return the memberships of the user that hold now, with their clinics."""
    return (
        Membership.objects.active_at(now)
        .filter(user=user)
        .select_related("clinic")
        .order_by("clinic__name", "role")
    )


def acting_clinic(
    user: Any, *, roles: set[str], entered: list[int], now: datetime
) -> Clinic | None:
    """Return the one clinic within the open wall in which the user has such a role.

    ``None`` if there is no such clinic.

    Raises:
        InvalidEntryError: There are several; the client must name one.
    """
    clinics = {
        membership.clinic_id: membership.clinic
        for membership in working_clinics(user, now=now).filter(
            role__in=roles, clinic_id__in=entered
        )
    }
    if len(clinics) > 1:
        raise InvalidEntryError.at(
            "",
            code="clinic_required",
            detail="You work in several clinics: name one with X-Clinic.",
        )
    return next(iter(clinics.values()), None)


def entered_clinic(clinic_id: UUID, *, entered: Iterable[int]) -> Clinic:
    """Return a clinic inside the open wall.

    Raises:
        NotThereError: There is none.
    """
    clinic = Clinic.objects.filter(public_id=clinic_id, pk__in=entered).first()
    if clinic is None:
        raise NotThereError("There is no such clinic, or you do not work there.")
    return clinic


def care_therapists(patient: Patient, *, now: datetime) -> list[User]:
    """Return who treats the patient now (not who opened the chart in an emergency)."""
    return care_therapists_of([patient], now=now)[patient.pk]


def care_therapists_of(
    patients: Iterable[Patient], *, now: datetime
) -> dict[int, list[User]]:
    """Return who treats each of the patients now, by the patient's key."""
    found: dict[int, dict[int, User]] = {patient.pk: {} for patient in patients}
    treating = CareTeamMember.objects.active_at(now).filter(
        patient__in=found,
        kind__in=(CareKind.REGULAR, CareKind.COVER),
        membership__user__is_active=True,
    )
    rows = treating.select_related("membership__user").order_by("membership__user")
    for row in rows:
        found[row.patient_id][row.membership.user_id] = row.membership.user
    return {patient_id: list(users.values()) for patient_id, users in found.items()}


def care_team(patient: Patient, *, now: datetime) -> QuerySet[CareTeamMember]:
    """Return who sees the patient now, with their people, longest first."""
    return (
        CareTeamMember.objects.active_at(now)
        .filter(patient=patient)
        .select_related("membership__user")
        .order_by("active_from", "pk")
    )


def managers(clinic_id: int, *, now: datetime) -> list[User]:
    """Return the managers of the clinic now."""
    memberships = Membership.objects.active_at(now).filter(
        clinic_id=clinic_id, role=Role.MANAGER
    )
    return list(
        User.objects.filter(is_active=True, memberships__in=memberships)
        .distinct()
        .order_by("pk")
    )


def patients_without_therapist(*, now: datetime) -> QuerySet[Patient]:
    """Return the patients within the open wall whom nobody treats now."""
    care = CareTeamMember.objects.active_at(now).filter(
        patient=OuterRef("pk"), kind__in=(CareKind.REGULAR, CareKind.COVER)
    )
    return Patient.objects.filter(~Exists(care))


def found_consents(user: Any, *, query: Any) -> QuerySet[ConsentDecision]:
    """Return the decisions that the user may read, as filtered."""
    rows: QuerySet[ConsentDecision] = ConsentDecision.objects.visible_to(user)
    if query.patient is not None:
        rows = rows.filter(patient=visible_patient(user, query.patient))
    if query.purpose is not None:
        rows = rows.filter(purpose=query.purpose)
    return rows.select_related("patient", "decided_by")
