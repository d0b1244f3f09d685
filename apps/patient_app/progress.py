"""What a patient sees of their course: in words first, then in pictures and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from apps.charts.pain import Band, PainAround, PainWords, pain_around_sessions
from apps.clinical.response_profile import MIN_SESSIONS
from apps.clinical.response_words import TEMPLATES, patient_sentences
from apps.clinics.models import Patient
from apps.common.shapes import DayRange
from apps.common.zones import day_in
from apps.logbook.entry import SessionsQuery
from apps.logbook.models import HeldSession
from apps.logbook.queries import found_sessions
from apps.overview.queries import SessionPoint, points_of
from apps.overview.responses import profile_of
from apps.progression.queries import current_verdicts, is_live
from apps.strength.entry import OneRepMaxTestQuery
from apps.strength.models import OneRepMaxTest
from apps.strength.queries import found_tests

from .attendance_picture import AttendancePicture, attendance_picture
from .days import short_day
from .load_picture import LoadPicture, load_picture

SHOWN_BACK = timedelta(weeks=26)
# As many as have room for their numbers on a phone.
SESSIONS_IN_PICTURE = 5
FLARE_TOLD = "yes"


@dataclass(frozen=True, slots=True)
class PainPicture:
    """The picture of pain around sessions, and its table."""

    svg: str
    rows: Sequence[PainAround]
    usual: Band | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What stands on the page."""

    as_of: datetime
    sentences: Sequence[str]
    pain: PainPicture
    load: LoadPicture
    attendance: AttendancePicture


def progress_of(patient: Patient, *, now: datetime, chosen: str) -> Progress:
    """Return words and pictures of half a year, in a fixed number of queries.

    Args:
        chosen: The key of the exercise whose load is shown; any other text shows the
            first there is.
    """
    today = day_in(patient.time_zone, now)
    first = today - SHOWN_BACK
    # Read once: each part of the page takes from them what it shows.
    sessions = _sessions_in_full(patient, first=first, today=today)
    tests = _tests(patient, first=first, today=today)
    return Progress(
        as_of=now,
        sentences=response_in_words(patient),
        pain=_pain_picture(patient, sessions=sessions),
        load=load_picture(
            patient, tests=tests, sessions=sessions, now=now, chosen=chosen
        ),
        attendance=attendance_picture(patient, sessions=sessions, now=now),
    )


def response_in_words(patient: Patient) -> list[str]:
    """Return how the patient's pain answered all their sessions, relief first."""
    profile = profile_of(patient, days=DayRange())
    return [
        _(TEMPLATES[each.key]).format_map(each.params)
        for each in patient_sentences(profile.overall)
    ]


def _sessions_in_full(
    patient: Patient, *, first: date, today: date
) -> Mapping[UUID, HeldSession]:
    query = SessionsQuery.parse(
        {"patient": str(patient.public_id), "from": str(first), "to": str(today)}
    )
    rows = found_sessions(patient.user, query).filter(voided_at__isnull=True)
    return {row.public_id: row for row in rows.order_by("started_at", "pk")}


def _tests(patient: Patient, *, first: date, today: date) -> list[OneRepMaxTest]:
    query = OneRepMaxTestQuery.parse(
        {"patient": str(patient.public_id), "from": str(first), "to": str(today)}
    )
    rows = found_tests(patient.user, query).filter(voided_at__isnull=True)
    # Trials are not shown here.
    return list(rows.prefetch_related(None).order_by("tested_at", "pk"))


def _pain_picture(
    patient: Patient, *, sessions: Mapping[UUID, HeldSession]
) -> PainPicture:
    points = points_of(sessions.values())
    rows = [_around(each) for each in points[-SESSIONS_IN_PICTURE:]]
    usual = _usual(patient, points)
    about = _("No session yet.")
    if rows:
        about = _(
            "Pain around your newest sessions, %(first)s to %(last)s. The numbers "
            "stand in the table below."
        ) % {"first": rows[0].label, "last": rows[-1].label}
    words = PainWords(
        title=_("Pain around your sessions"),
        about=about,
        axis=_("Pain, 0 to 100"),
        before=_("before"),
        after=_("right after"),
        h24=_("24 hours after"),
        h48=_("48 hours after"),
        usual=usual_in_words(usual) if usual else "",
        flare=_("you told of a flare"),
    )
    return PainPicture(
        svg=pain_around_sessions(rows, words=words, usual=usual), rows=rows, usual=usual
    )


def usual_in_words(usual: Band) -> str:
    """Return the person's own range as it stands in the key."""
    return _("usual for you: %(low)d to %(high)d") % {
        "low": usual.low,
        "high": usual.high,
    }


def _around(point: SessionPoint) -> PainAround:
    day = day_in(point.session.time_zone, point.session.started_at)
    return PainAround(
        label=short_day(day),
        before=point.before_mm,
        after=point.after_mm,
        h24=point.h24_mm,
        h48=point.h48_mm,
        has_flare=_told_of_flare(point.session),
    )


def _told_of_flare(session: HeldSession) -> bool:
    """Tell whether the patient said so: a rule of ours is not theirs to read here."""
    return any(
        each.flare == FLARE_TOLD and each.voided_at is None
        for each in session.check_ins.all()
    )


def _usual(patient: Patient, points: Sequence[SessionPoint]) -> Band | None:
    """Return the newest known resting level and its variation; none in shadow mode.

    Of fewer sessions than the words need nothing is called usual.
    """
    sessions = [each.session for each in points[-SESSIONS_IN_PICTURE:]]
    verdicts = current_verdicts(sessions)
    told = sum(each.before_mm is not None for each in points)
    if not is_live(patient.clinic_id) or told < MIN_SESSIONS:
        return None
    for session in reversed(sessions):
        verdict = verdicts.get(session.pk)
        if verdict is None or verdict.med_mm is None or verdict.sig_mm is None:
            continue
        # Not the reference of responses: half of that is the last value itself.
        return Band(
            low=max(0, round(verdict.med_mm - verdict.sig_mm)),
            high=min(100, round(verdict.med_mm + verdict.sig_mm)),
        )
    return None
