"""The audit trail as a manager reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.clinics import queries as clinics
from apps.clinics.models import Membership, Patient, Role
from apps.common.errors import NotAllowedError

from .entry import AuditQuery


@dataclass(frozen=True, slots=True)
class TracedEvent:
    """An event with the people it speaks of, as far as they can still be found."""

    event: AuditEvent
    actor: User | None
    patient: Patient | None

    actor_name: str | None
    """Who acted, if they work or worked in a clinic: a patient is told by id alone."""


def found_events(
    user: Any, *, query: AuditQuery, now: datetime
) -> QuerySet[AuditEvent]:
    """Return the events of the clinics that the user manages.

    Raises:
        NotAllowedError: They manage none.
    """
    managed = list(
        clinics.working_clinics(user, now=now)
        .filter(role=Role.MANAGER)
        .values_list("clinic", flat=True)
    )
    if not managed:
        raise NotAllowedError("Only managers read the audit trail.")
    events = AuditEvent.objects.filter(clinic_id__in=managed)
    if query.patient is not None:
        patients = Patient.objects.filter(public_id=query.patient)
        events = events.filter(patient_id__in=patients.values("pk"))
    if query.actor is not None:
        actors = User.objects.filter(public_id=query.actor)
        events = events.filter(actor_id__in=actors.values("pk"))
    if query.action:
        events = events.filter(action=query.action)
    if query.from_ is not None:
        events = events.filter(at__gte=datetime.combine(query.from_, time(), UTC))
    if query.to is not None:
        end = datetime.combine(query.to + timedelta(days=1), time(), UTC)
        events = events.filter(at__lt=end)
    return events


def traced(events: Iterable[AuditEvent]) -> list[TracedEvent]:
    """Return events with their people, in three queries."""
    events = list(events)
    staff = set(
        Membership.objects.filter(
            user__in={each.actor_id for each in events} - {None}
        ).values_list("user", flat=True)
    )
    actors = User.objects.in_bulk({each.actor_id for each in events} - {None})
    patients = Patient.objects.in_bulk({each.patient_id for each in events} - {None})
    return [
        TracedEvent(
            event=each,
            actor=actors.get(each.actor_id),
            patient=patients.get(each.patient_id),
            actor_name=actors[each.actor_id].name if each.actor_id in staff else None,
        )
        for each in events
    ]
