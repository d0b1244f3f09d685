"""One invented patient's course, from the invitation to today.

Every step goes through the services that the API uses, with the time of the day on
which it would have happened.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from apps.accounts.models import User
from apps.clinics.entry import PatientInvitation
from apps.clinics.models import Clinic, Patient
from apps.clinics.services import invite_patient
from apps.flares.services import judge_patient
from apps.inbox.entry import Resolution
from apps.inbox.models import Alert, AlertKind, AlertStatus
from apps.inbox.services import resolve
from apps.logbook.entry import CheckInEntry, SessionEntry
from apps.logbook.services import record_check_in, record_session
from apps.programmes import queries as programmes
from apps.programmes.entry import (
    EndRequest,
    EnrolmentEntry,
    ExcuseRequest,
    LoadRequest,
    PhaseRequest,
)
from apps.programmes.models import PlannedSession, PlannedStatus, Programme
from apps.programmes.plan import plan_of
from apps.programmes.services import (
    end,
    enrol,
    excuse,
    put_load_in_force,
    set_phase,
)
from apps.strength.entry import OneRepMaxTestEntry
from apps.strength.services import record_one_rep_max_test

from .casebook import Case, Story
from .content import check_ins_around, exercise_done, trials_up_to
from .pain import Around, Pain

FIRST_1RM_KG = {
    "leg_press": 83,
    "knee_extension": 37,
    "knee_flexion": 32,
    "heel_raise": 60,
    "rowing": 36,
    "lat_pull": 34,
    "biceps_curl": 14,
    "chest_press": 26,
    "hand_grip": 22,
}
# What a busy clinic tests again.
RETESTED = {"leg_press", "knee_extension", "rowing", "chest_press"}
GAIN_A_RETEST = Decimal("1.08")
OLD_ALERT = timedelta(days=12)
# Real workers judge after each entry; for the demo's past every third session will do.
JUDGED_EVERY = 3
HARD_STORIES = (Story.HYPERALGESIC, Story.LATE)


class Course:
    """Plays one case from its invitation to ``now``."""

    def __init__(
        self, case: Case, *, clinic: Clinic, therapist: User, seed: int, now: datetime
    ) -> None:
        """Prepare; ``run`` plays."""
        self._case = case
        self._clinic = clinic
        self._therapist = therapist
        self._now = now
        self._pain = Pain(case, seed=seed)
        self._zone = ZoneInfo(clinic.time_zone)
        self._patient: Patient
        self._retests = 0
        self._prescribed: tuple[programmes.PrescribedExercise, ...] | None = None

    def run(self) -> Patient:
        """Play the course and return the patient."""
        starts_on = self._starts_on()
        self._patient = self._invite(self._at(starts_on - timedelta(days=12), 9))
        programme = self._enrol(starts_on)
        if self._case.weeks_ago < 0:
            return self._patient
        self._run_in(starts_on)
        for slot in programme.planned_sessions.order_by("number"):
            if slot.starts_at + timedelta(hours=2) > self._now:
                break
            if slot.status == PlannedStatus.PLANNED:
                self._live_through(slot, programme)
        self._finish(programme)
        judge_patient(patient=self._patient, now=self._now)
        self._resolve_old_alerts()
        return self._patient

    def _starts_on(self) -> date:
        today = self._now.astimezone(self._zone).date()
        monday = today - timedelta(days=today.weekday())
        return monday - timedelta(weeks=self._case.weeks_ago)

    def _at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), tzinfo=self._zone)

    def _invite(self, now: datetime) -> Patient:
        case = self._case
        now = min(now, self._now)
        entry = PatientInvitation.parse(
            {
                "email": case.email,
                "given_name": case.given_name,
                "family_name": case.family_name,
                "birth_year": case.birth_year,
                "sex": case.sex,
                "condition": case.condition,
                "time_zone": case.time_zone,
                "language": case.language,
                "pem": False,
            }
        )
        patient = invite_patient(
            entry=entry, clinic=self._clinic, by=self._therapist, now=now
        )
        # As if the letter had been answered: its token is nowhere to be read.
        patient.user = User.objects.filter(
            email=patient.email
        ).first() or User.objects.create_user(
            patient.email,
            name=patient.full_name,
            language=case.language,
            time_zone=case.time_zone,
        )
        patient.save(update_fields=["user"])
        return patient

    def _enrol(self, starts_on: date) -> Programme:
        now = min(self._at(starts_on - timedelta(days=8), 14), self._now)
        programme = enrol(
            entry=EnrolmentEntry.parse(
                {
                    "patient": str(self._patient.public_id),
                    "template": self._case.template,
                    "starts_on": starts_on.isoformat(),
                    "weekdays": list(self._case.weekdays),
                    "time": f"{self._case.hour:02}:00",
                    "goal": "Manage a whole day without having to lie down",
                }
            ),
            by=self._therapist,
            now=now,
        )
        tested_at = min(self._at(starts_on - timedelta(days=5), 13), self._now)
        self._test_strength(programme, tested_at=tested_at)
        self._put_loads_in_force(programme, now=tested_at + timedelta(minutes=40))
        return programme

    def _test_strength(self, programme: Programme, *, tested_at: datetime) -> None:
        for prescription in programme.prescriptions.select_related("exercise"):
            slug = prescription.exercise.slug
            first_kg = FIRST_1RM_KG.get(slug)
            if first_kg is None or (self._retests and slug not in RETESTED):
                continue
            best = Decimal(first_kg) * GAIN_A_RETEST**self._retests
            best += self._pain.between(-2, 2)
            record_one_rep_max_test(
                entry=OneRepMaxTestEntry.parse(
                    {
                        "patient": str(self._patient.public_id),
                        "exercise": str(prescription.exercise.public_id),
                        "side": prescription.side or None,
                        "tested_at": tested_at.isoformat(),
                        "method": "direct",
                        "trials": trials_up_to(round(best)),
                    }
                ),
                by=self._therapist,
                now=tested_at + timedelta(minutes=30),
            )
        self._retests += 1

    def _put_loads_in_force(self, programme: Programme, *, now: datetime) -> None:
        day = now.astimezone(self._zone).date()
        programme = programmes.visible_programme(self._therapist, programme.public_id)
        today = programmes.prescription_on(
            programme=programme, on=max(day, programme.starts_on)
        )
        for each in today.exercises:
            if each.suggested is None:
                continue
            if each.load is not None and each.load.load_kg == each.suggested.kg:
                continue
            put_load_in_force(
                prescription_id=each.prescription.public_id,
                entry=LoadRequest.parse(
                    {
                        "load": {
                            "value": str(each.suggested.value),
                            "unit": each.suggested.unit,
                        },
                        "reason": "Agreed with the patient",
                    }
                ),
                by=self._therapist,
                now=now,
            )

    def _run_in(self, starts_on: date) -> None:
        for days_before in range(7, 0, -1):
            if not self._pain.chance(0.9):
                continue
            self._check_in(
                moment="run_in",
                answered_at=self._at(starts_on - timedelta(days=days_before), 8),
                pain_mm=self._pain.resting_mm(week=0),
            )

    def _live_through(self, slot: PlannedSession, programme: Programme) -> None:
        week = (slot.starts_at.astimezone(self._zone).date() - programme.starts_on).days
        self._advance(programme, week=week // 7 + 1, now=slot.starts_at)
        if slot.number % JUDGED_EVERY == 0:
            judge_patient(patient=self._patient, now=slot.starts_at)
        if self._pain.chance(self._case.attendance):
            self._train(slot, programme, week=week / 7)
        elif self._pain.chance(0.5):
            excuse(
                planned_session_id=slot.public_id,
                entry=ExcuseRequest.parse({"reason": self._case.excused}),
                by=self._patient.user,
                now=slot.starts_at - timedelta(hours=16),
            )

    def _advance(self, programme: Programme, *, week: int, now: datetime) -> None:
        plan = plan_of(programme.template)
        due = max(phase.position for phase in plan.phases if phase.weeks.low <= week)
        current = programmes.phase_history(programme)[-1].position
        before = now - timedelta(minutes=50)
        is_new_phase = due > current and self._case.story is not Story.HYPERALGESIC
        if is_new_phase:
            set_phase(
                programme_id=programme.public_id,
                entry=PhaseRequest.parse(
                    {"position": due, "reason": "The weeks of the phase are done"}
                ),
                by=self._therapist,
                now=before,
            )
        needed = sum(1 for due_week in plan.one_rm_test_weeks if due_week <= week)
        is_retest = self._retests < needed
        if is_retest:
            self._test_strength(programme, tested_at=before)
        if is_retest or is_new_phase:
            self._prescribed = None
            self._put_loads_in_force(programme, now=before + timedelta(minutes=35))

    def _train(
        self, slot: PlannedSession, programme: Programme, *, week: float
    ) -> None:
        starts_at = slot.starts_at + timedelta(minutes=self._pain.between(0, 6))
        ends_at = starts_at + timedelta(minutes=self._pain.between(52, 62))
        felt = self._pain.around_session(
            number=slot.number, week=week, is_new=slot.number in (1, 2, 5, 9, 17)
        )
        day = starts_at.astimezone(self._zone).date()
        content = {
            "patient": str(self._patient.public_id),
            "planned_session": str(slot.public_id),
            "setting": "supervised",
            "supervised_by": str(self._therapist.public_id),
            "started_at": starts_at.isoformat(),
            "ended_at": ends_at.isoformat(),
            "warm_up": {"activity": "cycle_ergometer", "minutes": 10, "rpe": 10},
            "stretched": True,
            "exercises": self._exercises(programme, on=day, felt=felt),
            "check_ins": check_ins_around(
                felt, starts_at=starts_at, ends_at=ends_at, pain=self._pain
            ),
        }
        session, _ = record_session(
            entry=SessionEntry.parse(content),
            by=self._therapist,
            now=ends_at + timedelta(minutes=3),
        )
        for moment, hours, pain_mm in (
            ("h24", 22, felt.h24_mm),
            ("h48", 46, felt.h48_mm),
        ):
            answered_at = ends_at + timedelta(
                hours=hours, minutes=self._pain.between(0, 150)
            )
            if answered_at < self._now and self._pain.chance(self._case.diary):
                self._follow_up(
                    moment,
                    session.public_id,
                    felt,
                    answered_at=answered_at,
                    pain_mm=pain_mm,
                )

    def _follow_up(
        self,
        moment: str,
        session_id: Any,
        felt: Around,
        *,
        answered_at: datetime,
        pain_mm: int,
    ) -> None:
        self._check_in(
            moment=moment,
            session=str(session_id),
            answered_at=answered_at,
            pain_mm=pain_mm,
            soreness_mm=felt.soreness_mm,
            location=felt.location,
            flare=felt.flare if moment == "h24" else "no",
            sleep=self._pain.between(3, 8),
            analgesic="usual",
            red_flags=[],
        )

    def _check_in(self, *, answered_at: datetime, **answers: Any) -> None:
        record_check_in(
            entry=CheckInEntry.parse(
                {
                    "patient": str(self._patient.public_id),
                    "answered_at": answered_at.isoformat(),
                    **answers,
                }
            ),
            by=self._patient.user,
            now=answered_at + timedelta(seconds=20),
        )

    def _exercises(
        self, programme: Programme, *, on: date, felt: Around
    ) -> list[dict[str, Any]]:
        if self._prescribed is None:
            today = programmes.prescription_on(programme=programme, on=on)
            self._prescribed = today.exercises
        done = [
            exercise_done(each, felt=felt, pain=self._pain) for each in self._prescribed
        ]
        if len(done) > 1 and self._pain.chance(0.08):
            last = done[-1]
            done[-1] = {
                "exercise": last["exercise"],
                "side": last["side"],
                "skipped": True,
                "skipped_reason": "time",
            }
        return done

    def _finish(self, programme: Programme) -> None:
        last = programme.planned_sessions.order_by("number").last()
        if last is None or last.starts_at + timedelta(days=4) > self._now:
            return
        ended_at = last.starts_at + timedelta(days=3)
        end(
            programme_id=programme.public_id,
            entry=EndRequest.parse(
                {
                    "on": ended_at.astimezone(self._zone).date().isoformat(),
                    "outcome": "completed",
                    "reason": "All weeks done",
                }
            ),
            by=self._therapist,
            now=ended_at,
        )

    def _resolve_old_alerts(self) -> None:
        # The sustained responder is left for whoever tries the demo.
        if self._case.story is Story.HYPERALGESIC:
            return
        judgement, action = ("other_cause", "talked")
        if self._case.story in HARD_STORIES:
            judgement, action = ("true_flare", "reduced_load")
        if self._case.story is Story.SORENESS:
            judgement, action = ("soreness", "education")
        old = (
            Alert.objects.filter(
                patient=self._patient, opened_at__lt=self._now - OLD_ALERT
            )
            .exclude(status=AlertStatus.RESOLVED)
            .exclude(kind=AlertKind.NOT_JUDGEABLE)
        )
        for alert in old:
            resolve(
                alert_id=alert.public_id,
                request=Resolution.parse({"judgement": judgement, "action": action}),
                by=self._therapist,
                now=alert.opened_at + timedelta(days=2),
            )
