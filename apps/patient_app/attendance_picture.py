"""The calendar of a patient's sessions around today."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.charts.attendance import AttendanceWords, Attended, attendance_calendar
from apps.clinics.models import Patient
from apps.common.zones import day_in
from apps.logbook.models import HeldSession
from apps.programmes.entry import PlannedSessionQuery
from apps.programmes.models import PlannedSession, PlannedStatus
from apps.programmes.queries import found_planned_sessions

from .days import calendar_day

WEEKS_BACK = 5
WEEKS = 8


@dataclass(frozen=True, slots=True)
class AttendedOn:
    """One row of the table."""

    day: date
    words: str


@dataclass(frozen=True, slots=True)
class AttendancePicture:
    """The calendar and its table."""

    svg: str
    rows: Sequence[AttendedOn]
    done: int
    due: int


def attendance_picture(
    patient: Patient, *, sessions: Mapping[UUID, HeldSession], now: datetime
) -> AttendancePicture:
    """Return five weeks back and two ahead, with this one between them."""
    today = day_in(patient.time_zone, now)
    monday = today - timedelta(days=today.weekday(), weeks=WEEKS_BACK)
    sunday = monday + timedelta(weeks=WEEKS, days=-1)
    days = _planned(patient, first=monday, last=sunday)
    for session in sessions.values():
        day = day_in(session.time_zone, session.started_at)
        if session.planned_session_id is None and monday <= day <= sunday:
            days[day].append(Attended.EXTRA)
    words = _words()
    svg = attendance_calendar(
        days, first_day=monday, weeks=WEEKS, words=words, today=today
    )
    rows = [
        AttendedOn(day, words.names[each]) for day in sorted(days) for each in days[day]
    ]
    given = [each for found in days.values() for each in found]
    done = sum(each in (Attended.HELD, Attended.PARTIAL) for each in given)
    due = done + sum(each in (Attended.MISSED, Attended.EXCUSED) for each in given)
    return AttendancePicture(svg=svg, rows=rows, done=done, due=due)


def _planned(
    patient: Patient, *, first: date, last: date
) -> defaultdict[date, list[Attended]]:
    query = PlannedSessionQuery.parse(
        {"patient": str(patient.public_id), "from": str(first), "to": str(last)}
    )
    days: defaultdict[date, list[Attended]] = defaultdict(list)
    rows = found_planned_sessions(patient.user, query)
    for row in rows.order_by("starts_at", "pk"):
        day = day_in(patient.clinic.time_zone, row.starts_at)
        if not _is_paused(row, day=day):
            days[day].append(Attended(row.status))
    return days


def _is_paused(row: PlannedSession, *, day: date) -> bool:
    """Tell whether an open pause takes a session out that nobody came to."""
    if row.status not in (PlannedStatus.PLANNED, PlannedStatus.MISSED):
        return False
    return any(
        pause.paused_until is None and pause.paused_from <= day
        for pause in row.programme.pauses.all()
    )


def _words() -> AttendanceWords:
    return AttendanceWords(
        title=_("Your sessions"),
        about=_(
            "A calendar of your sessions, five weeks back and two ahead. The same "
            "stands in the table below."
        ),
        weekdays=[str(WEEKDAYS_ABBR[number]) for number in range(7)],
        letters={
            Attended.HELD: pgettext("sign in the calendar: done", "D"),
            Attended.PARTIAL: pgettext("sign in the calendar: done in part", "½"),
            Attended.EXTRA: pgettext("sign in the calendar: done, not planned", "+"),
            Attended.EXCUSED: pgettext("sign in the calendar: excused", "E"),
            Attended.MISSED: pgettext("sign in the calendar: missed", "M"),
            Attended.CANCELLED: pgettext("sign in the calendar: cancelled", "C"),
            Attended.PLANNED: pgettext("sign in the calendar: planned", "P"),
        },
        names={
            Attended.HELD: _("done"),
            Attended.PARTIAL: _("done in part"),
            Attended.EXTRA: _("done, not planned"),
            Attended.EXCUSED: _("excused"),
            Attended.MISSED: _("missed"),
            Attended.CANCELLED: _("cancelled by clinic"),
            Attended.PLANNED: _("planned"),
        },
        day=calendar_day,
    )
