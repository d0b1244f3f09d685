"""Patients in a programme of whom nothing was heard for a while."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from apps.clinical.adherence import inputs
from apps.clinical.silence import SILENT_FROM_DAYS, is_silent, silent_days
from apps.clinics.models import PatientStatus
from apps.common.zones import FURTHEST_FROM_UTC, day_in
from apps.logbook.models import CheckIn, HeldSession
from apps.programmes.models import (
    PlannedSession,
    PlannedStatus,
    Programme,
    ProgrammeStatus,
)
from apps.questionnaires.models import QuestionnaireResponse

from .queries import caseload

ENTRIES: Final = (HeldSession, CheckIn, QuestionnaireResponse)


def days_silent(user: Any, *, now: datetime) -> dict[int, int]:
    """Return how long silent patients have been so, by the key of their programme.

    Those for whom the user answers. Days and pauses are the patient's own, so the
    rule itself decides; the query only leaves out who cannot be silent.
    """
    heard_lately = now - timedelta(days=SILENT_FROM_DAYS - 1)
    too_new = (now + FURTHEST_FROM_UTC).date() - timedelta(days=SILENT_FROM_DAYS)
    programmes = (
        _running(user, now=now)
        .filter(Q(last_entry_at__isnull=True) | Q(last_entry_at__lt=heard_lately))
        .filter(starts_on__lte=too_new)
        .prefetch_related("pauses")
    )
    days = {each.pk: _days(each, now=now) for each in programmes}
    return {key: count for key, count in days.items() if count is not None}


def silent_programmes(
    user: Any, *, days: dict[int, int], now: datetime
) -> QuerySet[Programme]:
    """Return the programmes of silent patients with ``last_entry_at``.

    And ``silent_since`` for their order, and ``next_planned_at``.
    """
    planned = PlannedSession.objects.filter(
        programme=OuterRef("pk"), status=PlannedStatus.PLANNED, starts_at__gt=now
    )
    earliest = planned.order_by().values("programme").annotate(at=Min("starts_at"))
    return (
        _running(user, now=now)
        .filter(pk__in=days)
        .annotate(
            silent_since=Coalesce("last_entry_at", "enrolled_at"),
            next_planned_at=Subquery(earliest.values("at")),
        )
    )


def _running(user: Any, *, now: datetime) -> QuerySet[Programme]:
    rows: QuerySet[Programme] = Programme.objects.filter(
        patient__in=caseload(user, now=now).values("pk"),
        patient__status=PatientStatus.ACTIVE,
        status__in=(ProgrammeStatus.ACTIVE, ProgrammeStatus.PAUSED),
    )
    # An entry that was taken out again is no word of the patient's.
    newest = [
        Subquery(
            model.objects.filter(patient=OuterRef("patient"), voided_at__isnull=True)
            .order_by()
            .values("patient")
            .annotate(at=Max("recorded_at"))
            .values("at")
        )
        for model in ENTRIES
    ]
    return rows.select_related("patient__clinic").annotate(
        last_entry_at=Greatest(*newest)
    )


def _days(programme: Any, *, now: datetime) -> int | None:
    zone, heard_at = programme.patient.time_zone, programme.last_entry_at
    today = day_in(zone, now)
    pauses = [
        inputs.Pause(paused_from=each.paused_from, paused_until=each.paused_until)
        for each in programme.pauses.all()
    ]
    days = silent_days(
        starts_on=programme.starts_on,
        last_entry_on=None if heard_at is None else day_in(zone, heard_at),
        today=today,
        pauses=pauses,
    )
    is_paused_today = any(pause.covers(today) for pause in pauses)
    return days if is_silent(days=days, is_paused_today=is_paused_today) else None
