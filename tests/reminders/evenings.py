"""A patient who has trained, at a time of one's own choice."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

from apps.common import clock
from apps.exercises.models import Exercise
from apps.logbook import services as logbook
from apps.logbook.entry import CheckInEntry, SessionEntry
from apps.logbook.models import HeldSession
from apps.messaging.models import OutboxMail
from tests.factories import people, training

ADDRESS = re.compile(r"/l/([\w-]+)/")


def at(text: str) -> datetime:
    """Return the instant of an ISO text."""
    return datetime.fromisoformat(text)


def make_anna(*, clinic=None, **fields):
    """Return a patient in Stockholm with a therapist and a catalogue."""
    clinic = clinic or people.make_clinic()
    training.with_catalogue(clinic)
    therapist = people.make_therapist(clinic, email=f"{uuid4().hex}@test.example")
    return people.make_patient(clinic, therapist=therapist, **fields)


def train(patient, *, until: datetime, now: datetime | None = None) -> HeldSession:
    """Return a session of an hour that ended then and was recorded at once."""
    press = Exercise.objects.get(clinic=patient.clinic, slug="leg_press")
    sets = [{"reps": 15, "load": {"value": "32.5", "unit": "kg"}}]
    entry = {
        "patient": str(patient.public_id),
        "setting": "home",
        "started_at": (until - timedelta(hours=1)).isoformat(),
        "ended_at": until.isoformat(),
        "exercises": [{"exercise": str(press.public_id), "sets": sets}],
    }
    session, _ = logbook.record_session(
        entry=SessionEntry.parse(entry), by=patient.user, now=now or until
    )
    return session


def answer(session: HeldSession, *, moment: str, now: datetime, **fields):
    """Return a check-in of the session that the patient gives in the app."""
    entry = {
        "patient": str(session.patient.public_id),
        "session": str(session.public_id),
        "moment": moment,
        "answered_at": now.isoformat(),
        "pain_mm": 40,
    }
    check_in, _ = logbook.record_check_in(
        entry=CheckInEntry.parse(entry | fields), by=session.patient.user, now=now
    )
    return check_in


def asked() -> list[str]:
    """Return why mails were written, oldest first, without the session."""
    rows = OutboxMail.objects.filter(kind="check_in_due").order_by("created_at", "pk")
    return [row.reason_key.rpartition(":")[2] for row in rows]


def letter() -> OutboxMail:
    """Return the newest mail that asks for a check-in."""
    return OutboxMail.objects.filter(kind="check_in_due").latest("pk")


def token_in(mail: OutboxMail) -> str:
    """Return the secret of the link in a mail."""
    return ADDRESS.search(mail.body_text).group(1)


def freeze(monkeypatch, instant: datetime) -> None:
    """Stop the clock of this process."""
    monkeypatch.setattr(clock, "now", lambda: instant)
