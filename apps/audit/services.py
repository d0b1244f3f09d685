"""Writes of the trail. Call them in the transaction of what they tell."""

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.common import origin

from .models import LOOK, AuditEvent


def record(
    action: str,
    *,
    by: Any,
    now: datetime,
    clinic_id: int | None,
    patient_id: int | None = None,
    subject_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one change to the trail.

    ``action`` is "<thing>.<verb>" ("session.void"); ``by`` is the user, or ``None`` for
    a sweep; ``detail`` holds field names and counts, never what a patient said.
    """
    told = event(
        action,
        by=by,
        now=now,
        clinic_id=clinic_id,
        patient_id=patient_id,
        subject_id=subject_id,
        detail=detail,
    )
    AuditEvent.objects.bulk_create([told])


def event(
    action: str,
    *,
    by: Any,
    now: datetime,
    clinic_id: int | None,
    patient_id: int | None = None,
    subject_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Return the event that ``record`` adds, for whoever inserts it with other rows."""
    came_from = origin.current.get()
    return AuditEvent(
        at=now,
        actor_id=by.pk if by else None,
        clinic_id=clinic_id,
        patient_id=patient_id,
        action=action,
        subject=action.partition(".")[0],
        subject_id=subject_id,
        detail=detail or {},
        address=came_from.address,
        door=came_from.door,
    )


def note_look(*, by: Any, patient: Any, now: datetime) -> None:
    """Note that somebody else looked at a patient, once a quarter of an hour."""
    if patient.user_id == by.pk:
        return
    came_from = origin.current.get()
    quarter = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                at=now,
                actor_id=by.pk,
                clinic_id=patient.clinic_id,
                patient_id=patient.pk,
                action=LOOK,
                subject="patient",
                subject_id=patient.public_id,
                address=came_from.address,
                door=came_from.door,
                quarter_hour=quarter,
            )
        ],
        ignore_conflicts=True,
    )


def note_list_look(
    *, by: Any, what: str, filters: dict[str, Any], clinic_ids: list[int], now: datetime
) -> None:
    """Note that a list over patients was read, with its filter."""
    came_from = origin.current.get()
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=now,
            actor_id=by.pk,
            clinic_id=clinic_id,
            action="list",
            subject=what,
            detail=filters,
            address=came_from.address,
            door=came_from.door,
        )
        for clinic_id in clinic_ids
    )
