"""A patient's course through the logbook's own services: sessions and mornings after.

Sessions are held on Mondays and Thursdays, 10:00-11:00 in Stockholm, from 2 March 2026
on. Each value comes to the server when it was felt, unless a test says otherwise.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.accounts.models import User
from apps.clinics.models import Clinic, Patient
from apps.common.tenancy import across_clinics
from apps.exercises.models import Exercise
from apps.flares import policies, services
from apps.flares.models import Verdict
from apps.inbox.models import Alert
from apps.logbook import services as logbook
from apps.logbook.entry import CheckInEntry, Correction, SessionEntry
from apps.logbook.models import CheckIn, HeldSession
from apps.messaging.models import OutboxMail
from tests.factories.people import make_clinic, make_patient, make_therapist

ZONE = ZoneInfo("Europe/Stockholm")
FIRST_DAY = date(2026, 3, 2)
GOLDEN_RUN_IN = (52, 48, 55, 60, 50, 47)
# pre, post, h24, h48
GOLDEN = (
    (51, 55, 58, 55),
    (54, 60, 78, 66),
    (49, 66, 74, 60),
    (56, 70, 80, None),
    (52, 62, None, 64),
    (50, 64, 76, 70),
    (53, None, 72, 66),
    (55, 68, 81, 69),
)
CALM_VALUES = (50, 50, 50, 50)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def start_of(number: int) -> datetime:
    """Return when the session of this number starts, counted from 1."""
    week, second = divmod(number - 1, 2)
    day = FIRST_DAY + timedelta(weeks=week, days=3 * second)
    return datetime(day.year, day.month, day.day, 10, tzinfo=ZONE)


def end_of(number: int) -> datetime:
    """Return when the session of this number ends."""
    return start_of(number) + HOUR


@dataclass(frozen=True, kw_only=True)
class Course:
    """One patient in training, their therapist, and short words for what happens."""

    clinic: Clinic
    tove: User
    anna: Patient
    exercise: Exercise

    def run_in(self, values=GOLDEN_RUN_IN):
        """Record a rating a day, the last on the day before session 1."""
        for back, value in enumerate(reversed(values), start=1):
            self.rate(None, "run_in", value, at=start_of(1) - back * DAY)

    def hold(self, number, *, pre=None, post=None, now=None, at=None, **fields):
        """Record a session with its check-ins before and after."""
        start = at or start_of(number)
        end = start + HOUR
        ratings = (("pre", pre, start), ("post", post, end))
        body = {
            "patient": str(self.anna.public_id),
            "setting": "supervised",
            "started_at": start.isoformat(),
            "ended_at": end.isoformat(),
            "exercises": [self.done()],
            "check_ins": [
                {"moment": moment, "answered_at": felt.isoformat(), "pain_mm": value}
                for moment, value, felt in ratings
                if value is not None
            ],
        }
        session, _ = logbook.record_session(
            entry=SessionEntry.parse(body | fields), by=self.tove, now=now or end
        )
        return session

    def done(self, **fields):
        """Return two sets as a client sends them."""
        a_set = {"reps": 15, "load": {"value": "32.5", "unit": "kg"}}
        return {
            "exercise": str(self.exercise.public_id),
            "sets": [a_set, a_set],
        } | fields

    def rate(self, session, moment, pain_mm=None, *, at=None, now=None, **fields):
        """Record one check-in; h24 and h48 at their time unless told otherwise."""
        felt = at or session.ended_at + {"h24": 24, "h48": 48}[moment] * HOUR
        body = {
            "patient": str(self.anna.public_id),
            "session": None if session is None else str(session.public_id),
            "moment": moment,
            "answered_at": felt.isoformat(),
            "pain_mm": pain_mm,
        }
        check_in, _ = logbook.record_check_in(
            entry=CheckInEntry.parse(body | fields), by=self.tove, now=now or felt
        )
        return check_in

    def correct(self, check_in: CheckIn, *, now, **fields):
        """Correct a check-in."""
        current = CheckIn.objects.get(pk=check_in.pk)
        return logbook.correct_check_in(
            check_in_id=current.public_id,
            correction=Correction.parse({"correction_reason": "Typo"} | fields),
            expected_version=current.version,
            by=self.tove,
            now=now,
        )

    def visit(self, number, values, *, now=None):
        """Record a session with up to four values; return it."""
        pre, post, h24, h48 = values
        session = self.hold(number, pre=pre, post=post, now=now)
        for moment, value in (("h24", h24), ("h48", h48)):
            if value is not None:
                self.rate(session, moment, value, now=now)
        return session

    def golden(self, *, upto=8, now=None, judged=False):
        """Record the worked example; judged at once after each session, if asked."""
        self.run_in()
        sessions = []
        for number, values in enumerate(GOLDEN[:upto], start=1):
            sessions.append(self.visit(number, values, now=now))
            if judged:
                self.judge(now=now or end_of(number) + 60 * HOUR)
        return sessions

    def judge(self, *, now):
        """Judge the patient."""
        return services.judge_patient(patient=self.anna, now=now)

    def alerts(self, **filters):
        """Return the patient's alerts in the order of opening."""
        rows = Alert.objects.filter(patient=self.anna, **filters)
        return list(rows.order_by("id"))

    def verdict(self, session) -> Verdict:
        """Return the current verdict on a session."""
        return Verdict.objects.get(session=session, superseded_at=None)

    def verdicts(self):
        """Return the current verdicts in the order of the sessions."""
        rows = Verdict.objects.filter(patient=self.anna, superseded_at=None)
        return list(rows.order_by("session__started_at"))


def make_course(*, live=True, **clinic) -> Course:
    """Return a patient whose clinic has signed its policy, unless told otherwise."""
    place = make_clinic(**clinic)
    tove = make_therapist(place)
    course = Course(
        clinic=place,
        tove=tove,
        anna=make_patient(place, therapist=tove),
        exercise=Exercise.objects.create(
            clinic=place,
            slug="leg_press",
            name="Leg press",
            region="legs",
            modality="resistance",
            load_kind="external",
            increment_value="2.5",
            minimum_value="2.5",
        ),
    )
    if live:
        policies.sign_policy(clinic=place, by=tove, now=start_of(1) - DAY)
    return course


def mails(**filters):
    """Return the mails about alerts, in the order in which they may go."""
    with across_clinics():
        rows = OutboxMail.objects.filter(kind="alert", **filters)
        return list(rows.order_by("next_attempt_at", "id"))


def sessions_of(course: Course) -> list[HeldSession]:
    """Return the sessions in order."""
    rows = HeldSession.objects.filter(patient=course.anna)
    return list(rows.order_by("started_at"))
