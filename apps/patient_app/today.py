"""What a patient is to do now: the next session, and the check-ins that are due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from apps.clinical.check_in_windows import SPANS, Moment, window_of
from apps.clinics.models import Patient
from apps.common.zones import day_in, start_of_day
from apps.logbook.entry import SessionsQuery
from apps.logbook.models import HeldSession
from apps.logbook.queries import found_sessions
from apps.programmes.entry import PlannedSessionQuery
from apps.programmes.models import PlannedSession
from apps.programmes.queries import (
    PrescriptionOfDay,
    found_planned_sessions,
    outside_pauses,
    prescription_on,
    programme_at,
)

from .questionnaires import DueQuestionnaire, questionnaires_due

# The windows of an older session are closed, even those of the day after the next.
NEWEST = timedelta(days=4)
PAGES = {Moment.POST: "after", Moment.H24: "next-day", Moment.H48: "second-day"}


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A check-in after a session that is not there yet."""

    moment: Moment
    session: HeldSession
    opens_at: datetime
    closes_at: datetime

    @property
    def page(self) -> str:
        """The name of its form's address."""
        return PAGES[self.moment]


@dataclass(frozen=True, slots=True)
class Today:
    """What stands on the first page."""

    now: datetime
    due: tuple[FollowUp, ...]
    coming: tuple[FollowUp, ...]
    session: PlannedSession | None
    later: tuple[PlannedSession, ...]
    is_run_in: bool
    questionnaires: tuple[DueQuestionnaire, ...]

    @property
    def after_any(self) -> list[dict[str, str | int]]:
        """When the check-ins after a session open and close, in seconds from its end.

        For a session that only the phone knows yet.
        """
        return [
            {
                "page": page,
                "opens_s": round(SPANS[moment].opens.total_seconds()),
                "closes_s": round(SPANS[moment].closes.total_seconds()),
            }
            for moment, page in PAGES.items()
        ]

    @property
    def trains_today(self) -> bool:
        """Whether the next session is one of today, in the clinic's zone."""
        if self.session is None:
            return False
        zone = self.session.patient.clinic.time_zone
        return day_in(zone, self.session.starts_at) == day_in(zone, self.now)


def today_of(patient: Patient, *, now: datetime) -> Today:
    """Return what the patient is to do, in a fixed number of queries."""
    windows = list(_missing_follow_ups(patient, now=now))
    slots = list(_next_slots(patient, now=now))
    programme = programme_at(patient=patient, at=now + timedelta(days=14))
    has_trained = HeldSession.objects.filter(
        clinic=patient.clinic_id, patient=patient, voided_at__isnull=True
    ).exists()
    return Today(
        now=now,
        due=tuple(each for each in windows if each.opens_at <= now),
        coming=tuple(each for each in windows if each.opens_at > now),
        session=slots[0] if slots else None,
        later=tuple(slots[1:]),
        is_run_in=programme is not None and not has_trained,
        questionnaires=questionnaires_due(patient, now=now),
    )


def next_prescription(patient: Patient, *, now: datetime) -> PrescriptionOfDay | None:
    """Return what is prescribed for today; ``None`` without a programme."""
    programme = programme_at(patient=patient, at=now)
    if programme is None:
        return None
    programme.patient = patient
    return prescription_on(
        programme=programme, on=day_in(patient.clinic.time_zone, now)
    )


def _missing_follow_ups(patient: Patient, *, now: datetime) -> Iterator[FollowUp]:
    sessions = found_sessions(
        patient.user, SessionsQuery(patient=patient.public_id)
    ).filter(voided_at__isnull=True, ended_at__gt=now - NEWEST)
    for session in sessions.order_by("started_at", "pk"):
        told = {
            each.moment
            for each in session.check_ins.all()
            if each.in_window and each.voided_at is None
        }
        for moment in PAGES:
            window = window_of(
                moment,
                started_at=session.started_at,
                ended_at=session.ended_at,
                next_started_at=session.next_started_at,
            )
            is_open = window.opens_at < window.closes_at and window.closes_at > now
            if moment not in told and is_open:
                yield FollowUp(moment, session, window.opens_at, window.closes_at)


def _next_slots(patient: Patient, *, now: datetime) -> QuerySet[PlannedSession]:
    zone = patient.clinic.time_zone
    rows = found_planned_sessions(
        patient.user, PlannedSessionQuery(patient=patient.public_id, status="planned")
    ).filter(starts_at__gte=start_of_day(day_in(zone, now), zone=zone))
    return outside_pauses(rows, zone=zone).order_by("starts_at", "pk")[:4]
