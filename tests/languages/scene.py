"""A patient about whom every page has something to say."""

from dataclasses import dataclass
from datetime import timedelta

from django.test import Client

from apps.clinics.models import Patient
from apps.common import clock
from apps.logbook import services as logbook
from apps.logbook.entry import SessionEntry
from tests.factories import forms, gym, people, training

ACCEPTED = {"sv": "sv", "de": "de", "zh-hans": "zh-CN", "en": "en"}
"""What a browser in this language says."""


@dataclass(frozen=True)
class Scene:
    """The patient, a phone that is signed in, and their questionnaire."""

    patient: Patient
    phone: Client
    questionnaire: str


def make_scene(language: str, *, browser: str = "en") -> Scene:
    """Return a patient who reads ``language``, on a phone set to another one."""
    now = clock.now()
    clinic = people.make_clinic()
    tove = people.make_therapist(clinic)
    patient = people.make_patient(
        clinic, therapist=tove, given_name="Anna", language=language
    )
    gym.let_train(patient, by=tove, now=now)
    exercises = training.with_catalogue(clinic)
    training.make_one_rep_max(patient, exercises["leg_press"], by=tove, now=now)
    for back, before, after in ((9, 50, 38), (5, 52, 70), (2, 60, 58), (1, 61, 40)):
        _train(patient, exercises, back=back, before=before, after=after)
    manager = people.make_manager(clinic)
    tag = language.replace("hans", "Hans")
    forms.import_wording(clinic, "peg", by=manager, now=now, language=tag)
    asked = forms.assign(patient, by=tove, now=now, instrument="peg")
    phone = Client(headers={"accept-language": ACCEPTED[browser]})
    phone.force_login(patient.user)
    return Scene(patient, phone, str(asked.public_id))


def _train(patient, exercises, *, back, before, after):
    start = clock.now() - timedelta(days=back, hours=3)
    end = start + timedelta(hours=1)
    a_set = {"reps": 15, "load": {"value": "32.5", "unit": "kg"}, "pain_mm": 20}
    body = {
        "patient": str(patient.public_id),
        "setting": "home",
        "started_at": start.isoformat(),
        "ended_at": end.isoformat(),
        "exercises": [
            {"exercise": str(exercises["leg_press"].public_id), "sets": [a_set]},
            {
                "exercise": str(exercises["rowing"].public_id),
                "skipped": True,
                "skipped_reason": "time",
            },
            {
                "exercise": str(exercises["cycle_ergometer"].public_id),
                "bout": {"minutes": "20.5"},
            },
            {
                "exercise": str(exercises["abdominal_draw"].public_id),
                "sets": [{"seconds": 30}],
            },
        ],
        "check_ins": [
            {"moment": "pre", "answered_at": start.isoformat(), "pain_mm": before},
            {"moment": "post", "answered_at": end.isoformat(), "pain_mm": after},
        ],
    }
    logbook.record_session(entry=SessionEntry.parse(body), by=patient.user, now=end)
