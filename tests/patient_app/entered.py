"""What a patient entered, and the forms that correct it."""

from datetime import timedelta
from decimal import Decimal

from django.urls import reverse

from apps.common import clock
from apps.exercises.models import Exercise
from apps.logbook import services as logbook
from apps.logbook.entry import CheckInEntry, SessionEntry

from .test_pages import fields_of

QUEUE = {"Accept": "application/json"}
CHECK_IN, SESSION = reverse("correct-check-in"), reverse("correct-session")


def tove_of(anna):
    return anna.care_team.get().membership.user


def held(anna, **fields):
    """Record a session of two hours ago by the patient: two sets of 15 with 32.5 kg."""
    press = Exercise.objects.get(clinic=anna.clinic, slug="leg_press")
    a_set = {"reps": 15, "load": {"value": "32.5", "unit": "kg"}}
    start = clock.now().replace(second=17, microsecond=0) - timedelta(hours=2)
    body = {
        "patient": str(anna.public_id),
        "setting": "home",
        "started_at": start.isoformat(),
        "ended_at": (start + timedelta(hours=1)).isoformat(),
        "exercises": [
            {"exercise": str(press.public_id), "sets": [a_set | {"rpe": 13}, a_set]}
        ],
        "note": "Fine",
    }
    entry = SessionEntry.parse(body | fields)
    session, _ = logbook.record_session(entry=entry, by=anna.user, now=clock.now())
    return session


def felt(anna, **fields):
    """Record a check-in of a rest day by the patient."""
    now = clock.now()
    body = {
        "patient": str(anna.public_id),
        "moment": "run_in",
        "answered_at": (now - timedelta(hours=1)).isoformat(),
        "pain_mm": 51,
        "fatigue_mm": 20,
    }
    check_in, _ = logbook.record_check_in(
        entry=CheckInEntry.parse(body | fields), by=anna.user, now=now
    )
    return check_in


def open_form(phone, address, record):
    return phone.get(address, {"id": str(record.public_id)})


def filled(phone, address, record, **typed):
    """Return the form as a browser sends it: ticked sets are ticked, one reason."""
    answer = open_form(phone, address, record)
    ticked = {}
    if address == SESSION:
        for number in (0, 1):
            ticked[f"exercises-0-sets-{number}-done"] = "on"
        ticked["setting"] = "home"
    return fields_of(answer) | ticked | {"reason": "slip", "note": "Fine"} | typed


def sets_of(session):
    entry = session.exercise_entries.order_by("position").first()
    return [
        (one.reps, one.load_value, one.pain_mm, one.rpe)
        for one in entry.sets.order_by("position")
    ]


AS_HELD = [(15, Decimal("32.5"), None, 13), (15, Decimal("32.5"), None, None)]
