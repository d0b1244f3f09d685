"""Who treats a patient, and opening a chart in an emergency."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.audit.services import record
from apps.clinics import permissions, queries
from apps.clinics.entry import BreakGlass, CareRequest
from apps.clinics.models import (
    CareKind,
    CareTeamMember,
    Clinic,
    Membership,
    Patient,
    Role,
)
from apps.common.errors import (
    AlreadyRecordedError,
    InvalidEntryError,
    NotThereError,
)
from apps.common.receipts import is_replay
from apps.messaging.services import queue_mail

GLASS_STAYS_BROKEN = timedelta(hours=24)


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
    membership = membership_for_care(entry.therapist, patient.clinic, now=now)
    if membership is None:
        raise no_such_therapist()
    if entry.until is not None and entry.until <= now:
        raise InvalidEntryError.at(
            "/until", code="out_of_range", detail="The end must lie in the future."
        )
    _one_at_a_time(patient)
    team = CareTeamMember.objects.active_at(now).filter(patient=patient)
    if team.filter(membership=membership).exists():
        raise AlreadyRecordedError("This therapist is in the care team.")
    add_care(
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
    add_care(
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


def add_care(
    patient: Patient,
    *,
    membership: Membership,
    kind: str,
    now: datetime,
    until: datetime | None = None,
    reason: str = "",
) -> None:
    """Write one member of a care team."""
    CareTeamMember.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
        membership=membership,
        kind=kind,
        reason=reason,
        active_from=now,
        active_until=until,
    )


def membership_for_care(
    user_id: UUID, clinic: Clinic, *, now: datetime
) -> Membership | None:
    """Return the person's membership as a therapist of the clinic, if they are one."""
    return (
        Membership.objects.active_at(now)
        .filter(user__public_id=user_id, clinic=clinic, role=Role.THERAPIST)
        .first()
    )


def no_such_therapist() -> InvalidEntryError:
    """Return the refusal of somebody who is no therapist of the clinic."""
    return InvalidEntryError.at(
        "/therapist",
        code="does_not_exist",
        detail="No therapist of this clinic has this id.",
    )


def _one_at_a_time(patient: Patient) -> None:
    """Let changes of one patient's care team wait for each other."""
    Patient.objects.select_for_update().only("pk").get(pk=patient.pk)


def _own_membership(user: Any, clinic_id: int, *, now: datetime) -> Membership | None:
    # An assessor stays blinded whatever happens.
    memberships = Membership.objects.active_at(now).filter(
        user=user, clinic_id=clinic_id
    )
    if memberships.filter(role=Role.ASSESSOR).exists():
        return None
    return memberships.filter(role__in=(Role.THERAPIST, Role.MANAGER)).first()
