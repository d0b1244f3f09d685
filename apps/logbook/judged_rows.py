"""Reads for judging: only what the detector asks, of many patients at once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet

from apps.clinics.models import Patient

from .models import CheckIn, DiaryRating, ExerciseEntry, HeldSession


class JudgedSession(NamedTuple):
    """What judging asks about a session."""

    pk: int
    patient_id: int
    public_id: UUID
    programme_id: int | None
    started_at: datetime
    ended_at: datetime
    time_zone: str
    confounders: list[str]
    volume_kg: Decimal
    voided_at: datetime | None


class JudgedCheckIn(NamedTuple):
    """What judging asks about a check-in."""

    patient_id: int
    session_id: int | None
    session_public_id: UUID | None
    public_id: UUID
    version: int
    moment: str
    answered_at: datetime
    received_at: datetime
    recorded_at: datetime
    day: date
    scale: str
    pain_mm: int | None
    location: str
    flare: str
    analgesic: str
    sleep: int | None
    red_flags: list[str] | None
    voided_at: datetime | None


def sessions_of(patients: Sequence[Patient]) -> list[JudgedSession]:
    """Return all sessions of patients of one clinic, void ones too, oldest first."""
    rows = HeldSession.objects.filter(**_theirs(patients)).order_by("started_at", "pk")
    return [JudgedSession(*row) for row in rows.values_list(*JudgedSession._fields)]


def check_ins_of(patients: Sequence[Patient]) -> list[JudgedCheckIn]:
    """Return all check-ins of patients of one clinic, void ones too, oldest first."""
    rows = CheckIn.objects.filter(**_theirs(patients)).order_by("answered_at", "pk")
    named = rows.annotate(session_public_id=F("session__public_id"))
    return [JudgedCheckIn(*row) for row in named.values_list(*JudgedCheckIn._fields)]


class Work(NamedTuple):
    """What judging asks about an exercise that was done."""

    patient_id: int
    session_id: int
    exercise_id: int
    explosive: bool
    novel: bool | None


def work_of(patients: Sequence[Patient]) -> list[Work]:
    """Return what patients of one clinic did in sessions that are not void."""
    rows = ExerciseEntry.objects.filter(
        **_theirs(patients, through="session__"),
        session__voided_at__isnull=True,
        skipped_reason="",
    ).order_by("session", "position")
    columns = ("session__patient_id", *Work._fields[1:])
    return [Work(*row) for row in rows.values_list(*columns)]


def _theirs(patients: Sequence[Patient], *, through: str = "") -> dict[str, Any]:
    # The clinic is the first column of the indexes.
    clinic_ids = {patient.clinic_id for patient in patients}
    return {f"{through}clinic__in": clinic_ids, f"{through}patient__in": patients}


def diary_ratings_within(
    days: Mapping[int, tuple[date, date]],
) -> QuerySet[DiaryRating]:
    """Return ratings by the key of their patient, first and last day; oldest first."""
    # Without a patient there is no row; an empty Q would mean all of them.
    wanted = Q(pk__in=[])
    for patient_id, both in days.items():
        wanted |= Q(patient=patient_id, day__range=both)
    stamp = F("stamped_at").asc(nulls_first=True)
    rows = DiaryRating.objects.filter(wanted)
    return rows.order_by("day", stamp, "imported_at", "line")
