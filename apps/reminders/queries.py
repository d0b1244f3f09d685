"""Reads owned by reminders."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.clinical.check_in_windows import SPANS, Window, window_of
from apps.clinical.check_in_windows import Moment as WindowMoment
from apps.clinics.mail_times import QuietHours
from apps.clinics.models import Patient, PatientStatus
from apps.logbook.models import CheckIn, HeldSession
from apps.logbook.queries import sessions_to_follow_up

from .models import AskedMoment, CheckInLink

# How long after the end of a session people are asked.
ASKED_AFTER: Final = {
    AskedMoment.H24: timedelta(hours=22),
    AskedMoment.H48: timedelta(hours=44),
}
QUIET_FROM, QUIET_UNTIL = time(21), time(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A check-in that a session asks for, and when."""

    session: HeldSession
    moment: AskedMoment
    window: Window

    @property
    def is_answered(self) -> bool:
        """Whether one that counts is there."""
        return any(
            each.moment == self.moment and each.in_window and each.voided_at is None
            for each in self.session.check_ins.all()
        )


def follow_up_of(session: HeldSession, moment: AskedMoment) -> FollowUp:
    """Return one check-in of a session that was loaded with its neighbours."""
    window = window_of(
        WindowMoment(moment),
        started_at=session.started_at,
        ended_at=session.ended_at,
        next_started_at=session.next_started_at,
    )
    return FollowUp(session=session, moment=moment, window=window)


def follow_ups_to_ask_for(patient: Patient, *, now: datetime) -> Iterator[FollowUp]:
    """Yield the check-ins of a patient that it is time to ask for, once each."""
    sessions = list(sessions_to_follow_up(patient, since=now - _longest()))
    asked = set(
        CheckInLink.objects.filter(
            session_id__in=[session.public_id for session in sessions]
        ).values_list("session_id", "moment")
    )
    for session in sessions:
        for moment, wait in ASKED_AFTER.items():
            found = follow_up_of(session, moment)
            is_time = session.ended_at + wait <= now < found.window.closes_at
            is_new = (session.public_id, moment) not in asked
            if is_time and is_new and not found.is_answered:
                yield found


def patients_to_ask(*, now: datetime) -> list[tuple[int, int, str]]:
    """Return clinic, key and zone of whoever may have to be asked, over all clinics."""
    wanted = Q()
    for moment, wait in ASKED_AFTER.items():
        closes = SPANS[WindowMoment(moment)].closes
        wanted |= (
            Q(ended_at__gt=now - closes, ended_at__lte=now - wait)
            & ~Q(Exists(_asked(moment)))
            & ~Q(Exists(_answered(moment)))
        )
    rows = HeldSession.objects.filter(
        wanted, voided_at__isnull=True, patient__status=PatientStatus.ACTIVE
    )
    found = rows.values_list("clinic", "patient", "patient__time_zone").distinct()
    return list(found.order_by("clinic", "patient"))


def quiet_hours_in(zone: str) -> QuietHours:
    """Return the hours in which no patient of this zone is written to."""
    return QuietHours(
        zone=ZoneInfo(zone), quiet_from=QUIET_FROM, quiet_until=QUIET_UNTIL
    )


def _asked(moment: AskedMoment) -> QuerySet[CheckInLink]:
    return CheckInLink.objects.filter(session_id=OuterRef("public_id"), moment=moment)


def _answered(moment: AskedMoment) -> QuerySet[CheckIn]:
    rows: QuerySet[CheckIn] = CheckIn.objects.filter(
        session=OuterRef("pk"), moment=moment, in_window=True, voided_at__isnull=True
    )
    return rows


def _longest() -> timedelta:
    return max(SPANS[WindowMoment(moment)].closes for moment in ASKED_AFTER)
