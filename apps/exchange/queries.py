"""Reads owned by exchange: what is kept of imported diaries."""

from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet

from apps.clinics.models import Patient
from apps.common.zones import day_in
from apps.logbook.models import DiaryRating, HeldSession

from .diary.rows import region_key


def kept_spelling(patient: Patient, *, region: str) -> str:
    """Return how the patient's earlier ratings spell the region, else as given."""
    known = (
        DiaryRating.objects.filter(clinic=patient.clinic_id, patient=patient)
        .values_list("region", flat=True)
        .distinct()
    )
    spellings = {region_key(name): name for name in known}
    return spellings.get(region_key(region), region)


def mm_by_day(patient: Patient, *, region: str) -> dict[date, int]:
    """Return the latest rating of each day, in mm.

    On a day with both, a stamped rating is later than one without a time; ratings
    without a time stand in the order of their file.
    """
    in_order = DiaryRating.objects.filter(
        clinic=patient.clinic_id, patient=patient, region=region
    ).order_by("day", F("stamped_at").asc(nulls_first=True), "imported_at", "line")
    return dict(in_order.values_list("day", "pain_mm").iterator())


def first_session(patient: Patient) -> HeldSession | None:
    """Return the patient's first session that is not void."""
    living = HeldSession.objects.filter(
        clinic=patient.clinic_id, patient=patient, voided_at__isnull=True
    )
    first: HeldSession | None = living.order_by("started_at", "pk").first()
    return first


def ratings_before(
    session: HeldSession, *, reach: timedelta, imported_at: datetime
) -> QuerySet[DiaryRating]:
    """Return what was imported then about the time before a session.

    A stamp counts from ``reach`` before the start, itself inside, until the start. A
    rating without a stamp counts if any of its day does.
    """
    opens_at = session.started_at - reach
    first, last = (
        day_in(session.time_zone, instant) for instant in (opens_at, session.started_at)
    )
    return DiaryRating.objects.filter(
        Q(stamped_at__gte=opens_at, stamped_at__lt=session.started_at)
        | Q(stamped_at__isnull=True, day__range=(first, last)),
        clinic=session.clinic_id,
        patient=session.patient_id,
        imported_at=imported_at,
    )
