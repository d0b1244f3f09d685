"""Entries as clients send them, and the rows they need."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from apps.accounts.models import User
from apps.clinics.models import Clinic, Patient
from apps.common import clock
from apps.exercises.models import Exercise, LoadKind
from apps.logbook import services
from apps.logbook.entry import CheckInEntry, SessionEntry
from apps.logbook.models import CheckIn, HeldSession
from apps.programmes.models import (
    PlannedSession,
    Prescription,
    Programme,
    ProgrammeTemplate,
)
from tests.factories.people import make_clinic, make_patient, make_therapist

SESSIONS = "/api/v1/sessions/"
CHECK_INS = "/api/v1/check-ins/"


@dataclass(frozen=True)
class Ward:
    """A clinic with its people and one exercise of each kind."""

    clinic: Clinic
    tove: User
    anna: Patient
    leg_press: Exercise
    plank: Exercise
    bridge: Exercise
    cycling: Exercise
    walking: Exercise
    arm_curl: Exercise

    def body(self, *exercises: Any, **fields: Any) -> dict[str, Any]:
        """Return a session of Anna: two sets of leg press unless told otherwise."""
        return session_body(self.anna, *(exercises or [done(self.leg_press)]), **fields)

    def check_in(self, session: HeldSession | None, **fields: Any) -> dict[str, Any]:
        """Return the check-in of the morning after, hung on a session."""
        hung_on = str(session.public_id) if session else None
        links = {"patient": str(self.anna.public_id), "session": hung_on}
        return h24(**fields) | links


def make_ward() -> Ward:
    """Return Tove's clinic, where Anna trains."""
    clinic = make_clinic()
    tove = make_therapist(clinic)
    return Ward(
        clinic=clinic,
        tove=tove,
        anna=make_patient(clinic, therapist=tove),
        leg_press=make_exercise(clinic, slug="leg_press"),
        plank=make_exercise(clinic, slug="plank", load_kind=LoadKind.HOLD),
        bridge=make_exercise(clinic, slug="bridge", load_kind=LoadKind.LEVER),
        cycling=make_exercise(clinic, slug="cycling", load_kind=LoadKind.HEART_RATE),
        walking=make_exercise(clinic, slug="walking", load_kind=LoadKind.EFFORT),
        arm_curl=make_exercise(clinic, slug="arm_curl", unilateral=True),
    )


def at(text: str) -> datetime:
    """Return the instant of an ISO text."""
    return datetime.fromisoformat(text)


def make_exercise(clinic: Clinic, *, slug: str, **fields: Any) -> Exercise:
    """Return a new exercise of the clinic, done with a weight unless told otherwise."""
    kind = fields.pop("load_kind", LoadKind.EXTERNAL)
    steps = {}
    if kind == LoadKind.EXTERNAL:
        steps = {"increment_value": Decimal("2.5"), "minimum_value": Decimal("2.5")}
    values = {
        "name": slug.replace("_", " ").capitalize(),
        "region": "legs",
        "modality": "resistance",
        **steps,
    }
    return Exercise.objects.create(
        clinic=clinic, slug=slug, load_kind=kind, **(values | fields)
    )


def make_programme(
    patient: Patient, *, exercises: list[Exercise] | None = None, **fields: Any
) -> Programme:
    """Return a new programme of the patient from 2 March 2026 on."""
    template, _ = ProgrammeTemplate.objects.get_or_create(
        clinic=patient.clinic,
        key="test_template",
        version=1,
        defaults={
            "name": "Test",
            "weeks": 15,
            "sessions_per_week": 2,
            "source": "none",
            "content": {},
            "digest": "0" * 64,
        },
    )
    therapist = patient.care_team.get().membership.user
    values = {
        "clinic": patient.clinic,
        "patient": patient,
        "template": template,
        "starts_on": at("2026-03-02T00:00+01:00").date(),
        "weekdays": [0, 3],
        "time": time(10, 0),
        "enrolled_by": therapist,
        "enrolled_at": at("2026-02-20T10:00+01:00"),
    }
    programme = Programme.objects.create(**(values | fields))
    for position, exercise in enumerate(exercises or [], start=1):
        Prescription.objects.create(
            clinic=patient.clinic,
            programme=programme,
            exercise=exercise,
            position=position,
        )
    return programme


def make_slot(programme: Programme, starts_at: str, **fields: Any) -> PlannedSession:
    """Return a new planned session of the programme."""
    start = at(starts_at)
    values = {
        "clinic": programme.clinic,
        "patient": programme.patient,
        "programme": programme,
        "number": programme.planned_sessions.count() + 1,
        "starts_at": start,
        "original_starts_at": start,
    }
    return PlannedSession.objects.create(**(values | fields))


def kg(value: str) -> dict[str, str]:
    """Return a load in kilograms as a client types it."""
    return {"value": value, "unit": "kg"}


def a_set(**fields: Any) -> dict[str, Any]:
    """Return 15 repetitions of 32.5 kg."""
    return {"reps": 15, "load": kg("32.5"), "rpe": 12, "pain_mm": 48} | fields


def done(exercise: Exercise, *sets: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return two sets of an exercise, or those given."""
    return {
        "exercise": str(exercise.public_id),
        "sets": list(sets) or [a_set(), a_set(rpe=13, pain_mm=52)],
    } | fields


def skipped(exercise: Exercise, reason: str = "pain") -> dict[str, Any]:
    """Return an exercise that was left out."""
    return {
        "exercise": str(exercise.public_id),
        "skipped": True,
        "skipped_reason": reason,
    }


def pre(**fields: Any) -> dict[str, Any]:
    """Return a check-in four minutes before the session of ``session_body``."""
    return {
        "id": str(uuid4()),
        "moment": "pre",
        "answered_at": "2026-03-02T09:58:00+01:00",
        "pain_mm": 51,
        "fatigue_mm": 40,
        "sleep": 5,
        "confidence": 7,
        "analgesic": "usual",
        "red_flags": [],
    } | fields


def post(**fields: Any) -> dict[str, Any]:
    """Return a check-in half a minute after the session of ``session_body``."""
    return {
        "id": str(uuid4()),
        "moment": "post",
        "answered_at": "2026-03-02T11:00:30+01:00",
        "pain_mm": 55,
        "session_rpe": 13,
    } | fields


def h24(**fields: Any) -> dict[str, Any]:
    """Return the check-in of the next morning."""
    return {
        "id": str(uuid4()),
        "moment": "h24",
        "answered_at": "2026-03-03T09:00:00+01:00",
        "pain_mm": 60,
    } | fields


def session_body(patient: Patient, *exercises: Any, **fields: Any) -> dict[str, Any]:
    """Return a session from 10:02 to 11:00 in Stockholm on Monday, 2 March 2026."""
    return {
        "id": str(uuid4()),
        "patient": str(patient.public_id),
        "setting": "supervised",
        "started_at": "2026-03-02T10:02:00+01:00",
        "ended_at": "2026-03-02T11:00:00+01:00",
        "recorded_at": "2026-03-02T11:01:10+01:00",
        "exercises": list(exercises),
    } | fields


def moved(body: dict[str, Any], **by: int) -> dict[str, Any]:
    """Return a session under a new id, so much later and without its check-ins."""
    shift = timedelta(**by)
    times = {
        name: (at(body[name]) + shift).isoformat()
        for name in ("started_at", "ended_at", "recorded_at")
    }
    return body | times | {"id": str(uuid4()), "check_ins": []}


def record(
    body: dict[str, Any], *, by: Any, now: datetime | None = None
) -> HeldSession:
    """Record a session through the service."""
    session, _ = services.record_session(
        entry=SessionEntry.parse(body), by=by, now=now or clock.now()
    )
    return session


def check_in(body: dict[str, Any], *, by: Any, now: datetime | None = None) -> CheckIn:
    """Record a check-in through the service."""
    row, _ = services.record_check_in(
        entry=CheckInEntry.parse(body), by=by, now=now or clock.now()
    )
    return row
