"""A patient who trains one exercise on Mondays and Thursdays at 10 in Stockholm.

Everything is logged by the services themselves, from 2 March 2026 on. The plan is 2
sets of 15, or of 10 from the day on which a test says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from apps.accounts.models import User
from apps.adherence import services
from apps.adherence.details import details_of
from apps.adherence.models import AdherenceSnapshot, CourseOutcome, Window
from apps.adherence.snapshot_rows import COUNTS
from apps.clinical.adherence.figures import Figures, figures_of
from apps.clinics.models import Clinic, Patient
from apps.common.tenancy import across_clinics
from apps.exercises.models import Exercise
from apps.inbox.models import Alert
from apps.logbook import services as logbook
from apps.logbook.entry import CheckInEntry, SessionEntry, VoidRequest
from apps.programmes import services as programmes
from apps.programmes.entry import (
    CancelRequest,
    EndRequest,
    ExcuseRequest,
    PauseRequest,
    ResumeRequest,
)
from apps.programmes.models import (
    AdherenceDue,
    LoadInForce,
    PhaseInForce,
    PlannedSession,
    Prescription,
    Programme,
    ProgrammeTemplate,
)
from tests.factories.ledgers import six_decimals
from tests.factories.people import make_clinic, make_patient, make_therapist

ZONE = ZoneInfo("Europe/Stockholm")
FIRST_DAY = date(2026, 3, 2)
BEFORE = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def start_of(number: int) -> datetime:
    """Return when the session of this number was planned at first, from 1."""
    week, second = divmod(number - 1, 2)
    day = FIRST_DAY + timedelta(weeks=week, days=3 * second)
    return datetime.combine(day, time(10), tzinfo=ZONE)


def due_of(number: int) -> datetime:
    """Return when it comes due: 24 h after its end."""
    return (start_of(number) + 25 * HOUR).astimezone(UTC)


def work(*reps: int, kg: str = "80") -> list[dict]:
    """Return sets as a client sends them."""
    return [{"reps": each, "load": {"value": kg, "unit": "kg"}} for each in reps]


@dataclass(frozen=True, kw_only=True)
class Training:
    """One patient in a programme, and short words for what happens."""

    clinic: Clinic
    tove: User
    anna: Patient
    exercise: Exercise
    programme: Programme
    prescription: Prescription

    def slot(self, number: int) -> PlannedSession:
        return PlannedSession.objects.get(programme=self.programme, number=number)

    def load(self, kg: str, *, at: datetime) -> None:
        LoadInForce.objects.create(
            clinic=self.clinic,
            prescription=self.prescription,
            load_kg=Decimal(kg),
            load_value=Decimal(kg),
            load_unit="kg",
            in_force_from=at,
            reason="ready",
            decided_by=self.tove,
            decided_at=at,
        )

    def phase(self, position: int, *, on: date) -> None:
        PhaseInForce.objects.create(
            clinic=self.clinic,
            programme=self.programme,
            position=position,
            in_force_from=on,
            reason="planned",
            decided_by=self.tove,
            decided_at=BEFORE,
        )

    def attend(self, number=None, sets=None, *, at=None, now=None, check_ins=()):
        """Record a session of an hour; with a number in that slot, else unplanned."""
        start = at or start_of(number)
        body = {
            "patient": str(self.anna.public_id),
            "setting": "supervised",
            "started_at": start.isoformat(),
            "ended_at": (start + HOUR).isoformat(),
            "exercises": [
                {
                    "exercise": str(self.exercise.public_id),
                    "sets": work(15, 15) if sets is None else sets,
                }
            ],
            "check_ins": [
                {
                    "moment": moment,
                    "answered_at": (start + back).isoformat(),
                    "pain_mm": 30,
                }
                for moment, back in check_ins
            ],
        }
        if number is not None:
            body["planned_session"] = str(self.slot(number).public_id)
        session, _ = logbook.record_session(
            entry=SessionEntry.parse(body), by=self.tove, now=now or start + HOUR
        )
        return session

    def rate(self, session, moment, *, at):
        body = {
            "id": str(uuid4()),
            "session": str(session.public_id),
            "moment": moment,
            "answered_at": at.isoformat(),
            "pain_mm": 30,
        }
        entry = CheckInEntry.parse(body)
        logbook.record_check_in(entry=entry, by=self.anna.user, now=at)

    def void(self, session, *, now):
        request = VoidRequest.parse({"reason": "typo"})
        logbook.void_session(
            session_id=session.public_id, request=request, by=self.tove, now=now
        )

    def excuse(self, number, reason="pain_flare", *, now=None):
        programmes.excuse(
            planned_session_id=self.slot(number).public_id,
            entry=ExcuseRequest.parse({"reason": reason}),
            by=self.tove,
            now=now or start_of(number) - HOUR,
        )

    def cancel(self, number, *, now=None):
        programmes.cancel(
            planned_session_id=self.slot(number).public_id,
            entry=CancelRequest.parse({"reason": "Therapist ill"}),
            by=self.tove,
            now=now or start_of(number) - HOUR,
        )

    def pause(self, day: date, *, now):
        programmes.pause(
            programme_id=self.programme.public_id,
            entry=PauseRequest.parse({"from": day.isoformat(), "reason": "away"}),
            by=self.tove,
            now=now,
        )

    def resume(self, day: date, *, now):
        programmes.resume(
            programme_id=self.programme.public_id,
            entry=ResumeRequest.parse({"on": day.isoformat()}),
            by=self.tove,
            now=now,
        )

    def end(self, day: date, outcome="completed", *, now):
        body = {"on": day.isoformat(), "outcome": outcome, "reason": "over"}
        programmes.end(
            programme_id=self.programme.public_id,
            entry=EndRequest.parse(body),
            by=self.tove,
            now=now,
        )

    def row(self, window="4w") -> AdherenceSnapshot:
        return AdherenceSnapshot.objects.get(programme=self.programme, window=window)

    def alerts(self, **filters) -> list[Alert]:
        rows = Alert.objects.filter(patient=self.anna, **filters)
        return list(rows.order_by("pk"))

    def due_at(self) -> datetime | None:
        """Return when a change is computed, or time moves a figure next."""
        due = AdherenceDue.objects.filter(patient=self.anna).values_list("due_at")
        moves = CourseOutcome.objects.filter(programme=self.programme).values_list(
            "changes_at"
        )
        return min((at for (at,) in [*due, *moves] if at is not None), default=None)


def make_training(clinic=None, *, sessions=30, kg="80", tove=None) -> Training:
    """Return a patient whose programme is about to start."""
    place = clinic or make_clinic()
    therapist = tove or make_therapist(place)
    anna = make_patient(place, therapist=therapist)
    programmes.load_templates()
    template = ProgrammeTemplate.objects.shipped().get(key="resistance_fm_15w")
    exercise, _ = Exercise.objects.get_or_create(
        clinic=place,
        slug="leg_press",
        defaults={
            "name": "Leg press",
            "region": "legs",
            "modality": "resistance",
            "load_kind": "external",
            "increment_value": Decimal("2.5"),
            "minimum_value": Decimal("2.5"),
        },
    )
    programme = Programme.objects.create(
        clinic=place,
        patient=anna,
        template=template,
        starts_on=FIRST_DAY,
        weekdays=[0, 3],
        time=time(10),
        enrolled_by=therapist,
        enrolled_at=BEFORE,
    )
    PlannedSession.objects.bulk_create(
        PlannedSession(
            clinic=place,
            patient=anna,
            programme=programme,
            number=number,
            starts_at=start_of(number),
            original_starts_at=start_of(number),
        )
        for number in range(1, sessions + 1)
    )
    training = Training(
        clinic=place,
        tove=therapist,
        anna=anna,
        exercise=exercise,
        programme=programme,
        prescription=Prescription.objects.create(
            clinic=place,
            programme=programme,
            slot="leg_press",
            exercise=exercise,
            position=1,
        ),
    )
    training.phase(1, on=FIRST_DAY)
    if kg:
        training.load(kg, at=BEFORE)
    return training


def worked_example() -> Training:
    """Return the eight sessions of the worked example of the clinical rules."""
    one = make_training()
    one.phase(3, on=date(2026, 3, 16))
    one.load("130", at=datetime(2026, 3, 15, tzinfo=UTC))
    one.attend(1)
    one.attend(2, work(15, 12))
    one.excuse(3)
    one.attend(4)
    one.attend(6, work(10, 5, kg="130"))
    one.cancel(7)
    one.attend(8, work(10, 10, kg="130"))
    return one


def refresh(now: datetime) -> services.RefreshReport:
    return services.refresh(now=now)


def seen(training: Training) -> list[dict]:
    """Return everything that was computed, but for when."""
    with across_clinics():
        rows = AdherenceSnapshot.objects.filter(programme=training.programme)
        return [
            {name: value for name, value in row.items() if name != "computed_at"}
            for row in rows.order_by("window").values()
        ]


def told_beside(training: Training) -> tuple[dict, dict, dict]:
    """Return moments of windows, periods in columns, and moments of periods."""
    rows = list(AdherenceSnapshot.objects.filter(programme=training.programme))
    details = details_of(rows)
    [whole] = [row for row in rows if row.window == Window.PROGRAMME]
    periods = details[whole.pk].periods
    names = columns_of(figures_of([]))
    return (
        {row.window: details[row.pk].diary for row in rows},
        {
            period: {name: getattr(row, name) for name in names}
            for period, (row, _) in periods.items()
        },
        {period: diary for period, (_, diary) in periods.items()},
    )


def told_by_the_rules(
    windows: Mapping[str, Figures], periods: Mapping[str, Figures]
) -> tuple[dict, dict, dict]:
    """Return the same from figures of the clinical core."""
    return (
        {window: each.diary_by_moment for window, each in windows.items()},
        {period: columns_of(each) for period, each in periods.items()},
        {period: each.diary_by_moment for period, each in periods.items()},
    )


def columns_of(figures: Figures) -> dict:
    """Return the figures of the clinical core as the columns of a row."""
    shares = {
        "sets_on_plan sets_judged": figures.intensity,
        "seconds_done seconds_planned": figures.time,
        "exercises_done exercises_planned": figures.kinds,
        "check_ins_in_window check_ins_expected": figures.diary,
        "dose_done dose_prescribed": figures.dose,
        "attended_dose_done attended_dose_prescribed": figures.dose_when_attended,
    }
    columns = {name: getattr(figures, name) for name in COUNTS}
    for names, share in shares.items():
        part, whole = names.split()
        columns |= {part: six_decimals(share.part), whole: six_decimals(share.whole)}
    return columns | {
        "dose_weight": figures.dose_weight.value if figures.dose_weight else "",
        "dose": figures.dose.rounded,
        "dose_when_attended": figures.dose_when_attended.rounded,
    }
