"""The calendar: planned sessions and closures."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from apps.clinics.models import Patient
from apps.common.errors import NotThereError
from apps.common.zones import day_in, end_of_day, start_of_day, within_days
from apps.programmes.entry import ClosureQuery, PlannedSessionQuery
from apps.programmes.models import Closure, Pause, PlannedSession, PlannedStatus

OPEN_STATUSES = (PlannedStatus.PLANNED, PlannedStatus.MISSED)


def only_slot_of_day(
    *, patient: Patient, started_at: datetime
) -> PlannedSession | None:
    """Return the open planned session of that day, if there is exactly one.

    The day is that of the clinic's zone. Open are planned ones and missed ones: a
    session that is logged late still fills its place. A pause takes its days out.
    """
    zone = patient.clinic.time_zone
    day = day_in(zone, started_at)
    rows = PlannedSession.objects.filter(
        clinic=patient.clinic_id,
        patient=patient,
        starts_at__gte=start_of_day(day, zone=zone),
        starts_at__lt=end_of_day(day, zone=zone),
        status__in=OPEN_STATUSES,
    )
    found = list(outside_pauses(rows, zone=zone)[:2])
    return found[0] if len(found) == 1 else None


def visible_planned_session(user: Any, planned_session_id: UUID) -> PlannedSession:
    """Return a planned session of a patient whom the user may read.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    rows = _with_details(PlannedSession.objects.visible_to(user))
    planned: PlannedSession | None = rows.filter(public_id=planned_session_id).first()
    if planned is None:
        raise NotThereError("There is no such session, or you may not see it.")
    return planned


def found_planned_sessions(
    user: Any, query: PlannedSessionQuery
) -> QuerySet[PlannedSession]:
    """Return the planned sessions that the user may read and asked for."""
    rows = _with_details(PlannedSession.objects.visible_to(user))
    if query.patient is not None:
        rows = rows.filter(patient__public_id=query.patient)
    if query.programme is not None:
        rows = rows.filter(programme__public_id=query.programme)
    if query.status is not None:
        rows = rows.filter(status=query.status)
    return within_days(
        rows, column="starts_at", zone_column="clinic__time_zone", days=query
    )


def closures_between(clinic_id: int, first: date, last: date) -> list[Closure]:
    """Return the closures of a clinic that touch the days from first to last."""
    return list(
        Closure.objects.filter(
            clinic=clinic_id, first_day__lte=last, last_day__gte=first
        ).order_by("first_day", "id")
    )


def found_closures(user: Any, query: ClosureQuery) -> QuerySet[Closure]:
    """Return the closures of the user's clinics that touch the days asked for."""
    rows: QuerySet[Closure] = Closure.objects.readable_by(user)
    if query.from_ is not None:
        rows = rows.filter(last_day__gte=query.from_)
    if query.to is not None:
        rows = rows.filter(first_day__lte=query.to)
    return rows


def outside_pauses(
    rows: QuerySet[PlannedSession], *, zone: str
) -> QuerySet[PlannedSession]:
    """Limit to the sessions that no open pause has taken out of the calendar.

    ``rows`` are of clinics in ``zone``.
    """
    pause = Pause.objects.filter(
        programme=OuterRef("programme"),
        paused_until__isnull=True,
        paused_from__lte=OuterRef("planned_on"),
    )
    planned_on = TruncDate("starts_at", tzinfo=ZoneInfo(zone))
    return rows.annotate(planned_on=planned_on).filter(~Exists(pause))


def is_paused(patient: Patient, *, at: datetime) -> bool:
    """Tell whether a programme of the patient rests that day, in the clinic's zone."""
    day = day_in(patient.clinic.time_zone, at)
    pauses: QuerySet[Pause] = Pause.objects.filter(
        Q(paused_until__isnull=True) | Q(paused_until__gt=day),
        clinic=patient.clinic_id,
        programme__patient=patient,
        paused_from__lte=day,
    )
    return pauses.exists()


def _with_details(rows: QuerySet[PlannedSession]) -> QuerySet[PlannedSession]:
    return rows.select_related("patient", "programme", "clinic").prefetch_related(
        "programme__pauses"
    )
