"""One patient with everything, and everybody who may knock at the door."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.clinics.models import Patient
from apps.flares import policies
from apps.flares import services as flares
from apps.inbox.models import AlertKind, Severity
from apps.inbox.services import Finding, open_or_update_alert
from apps.logbook import services as logbook
from apps.logbook.entry import CheckInEntry, SessionEntry
from tests.factories import people, training

ENROLLED = datetime(2026, 2, 28, 12, 0, tzinfo=UTC)
SESSION_ENDED = datetime(2026, 3, 2, 10, 5, tzinfo=UTC)
NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)

NAME = "Wilhelmina"
PEOPLE = (
    "owner",
    "therapist",
    "colleague",
    "stranger",
    "manager",
    "assessor",
    "fellow",
    "nobody",
)
"""The patient; who treats them; a therapist of the same clinic who does not; one of
another clinic; the manager; the blinded assessor; another patient of the clinic; a
person who is not signed in."""
OUTSIDERS = ("colleague", "stranger", "assessor", "fellow", "nobody")


@dataclass(frozen=True)
class Scene:
    """The rows that the lines of the table speak of, by the names in the routes."""

    patient: Patient
    users: dict[str, User]
    clients: dict[str, APIClient]
    ids: dict[str, UUID]
    exercise_slug: str


def make_scene() -> Scene:
    """Return a patient in a programme with a test, a session, a verdict, an alert."""
    clinic, elsewhere = people.make_clinic(), people.make_clinic()
    therapist = people.make_therapist(clinic)
    patient = people.make_patient(
        clinic, therapist=therapist, given_name=NAME, user=people.make_user(name=NAME)
    )
    fellow = people.make_patient(clinic, therapist=people.make_therapist(clinic))
    users = {
        "owner": patient.user,
        "therapist": therapist,
        "colleague": people.make_therapist(clinic),
        "stranger": people.make_therapist(elsewhere),
        "manager": people.make_manager(clinic),
        "assessor": people.make_assessor(clinic),
        "fellow": fellow.user,
    }
    people.make_patient(elsewhere, therapist=users["stranger"])
    programme = training.make_programme(patient, by=therapist, now=ENROLLED)
    exercises = training.with_catalogue(clinic)
    exercise = exercises["leg_press"]
    test = training.make_one_rep_max(patient, exercise, by=therapist, now=ENROLLED)
    calendar = training.calendar_of(programme)
    session = record_session(patient, exercise.public_id, by=therapist)
    check_in = record_check_in(patient, session.public_id, by=patient.user)
    policies.load_policies()
    flares.judge_patient(patient=patient, now=NOW)
    alert = open_or_update_alert(
        patient=patient,
        finding=Finding(
            origin_key="scene",
            kind=AlertKind.ACUTE_FLARE,
            severity=Severity.MODERATE,
            sentence="Pain rose after the session.",
        ),
        tells=False,
        now=NOW,
    )
    prescription = programme.prescriptions.filter(exercise=exercise).first()
    ids = {
        "patient_id": patient.public_id,
        "exercise_id": exercise.public_id,
        "template_id": programme.template.public_id,
        "programme_id": programme.public_id,
        "prescription_id": prescription.public_id,
        "planned_session_id": calendar[4].public_id,
        "test_id": test.public_id,
        "session_id": session.public_id,
        "check_in_id": check_in.public_id,
        "alert_id": alert.public_id,
        "token_id": uuid4(),
    }
    clients = {name: people.api_client(user) for name, user in users.items()}
    clients["nobody"] = people.api_client()
    return Scene(
        patient=patient,
        users=users,
        clients=clients,
        ids=ids,
        exercise_slug=exercise.slug,
    )


def session_body(patient_id: UUID, exercise_id: UUID, **fields: object) -> dict:
    """Return a small session as a client sends it."""
    values = {
        "patient": str(patient_id),
        "setting": "supervised",
        "started_at": "2026-03-02T10:02:00+01:00",
        "ended_at": "2026-03-02T11:00:00+01:00",
        "exercises": [
            {
                "exercise": str(exercise_id),
                "sets": [{"reps": 15, "load": {"value": "30", "unit": "kg"}}],
            }
        ],
    }
    return values | fields


def record_session(patient: Patient, exercise_id: UUID, *, by: User):
    """Return the session of 2 March."""
    check_ins = [
        {"moment": "pre", "answered_at": "2026-03-02T09:58:00+01:00", "pain_mm": 51},
        {"moment": "post", "answered_at": "2026-03-02T11:00:30+01:00", "pain_mm": 55},
    ]
    entry = SessionEntry.parse(
        session_body(patient.public_id, exercise_id, check_ins=check_ins)
    )
    session, _ = logbook.record_session(entry=entry, by=by, now=SESSION_ENDED)
    return session


def record_check_in(patient: Patient, session_id: UUID, *, by: User):
    """Return the answer of the morning after."""
    entry = CheckInEntry.parse(
        {
            "session": str(session_id),
            "moment": "h24",
            "answered_at": "2026-03-03T11:00:00+01:00",
            "pain_mm": 40,
        }
    )
    now = datetime(2026, 3, 3, 10, 1, tzinfo=UTC)
    check_in, _ = logbook.record_check_in(entry=entry, by=by, now=now)
    return check_in
