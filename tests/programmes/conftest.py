"""The gym of a test: a clinic with a therapist, their patient and a programme."""

from dataclasses import dataclass
from datetime import datetime

import pytest

from apps.accounts.models import User
from apps.clinics.models import Clinic, Patient
from apps.programmes.models import PlannedSession, Programme
from tests.factories.people import make_clinic, make_patient, make_therapist
from tests.factories.training import NOW, calendar_of, make_programme


@dataclass
class Gym:
    """One clinic of a test."""

    clinic: Clinic
    therapist: User
    patient: Patient

    def enrol(self, *, now: datetime = NOW, **fields) -> Programme:
        """Enrol the patient: Mondays and Thursdays at 10:00 from 2 March 2026.

        Intervals are started on the therapist's word unless ``fields`` say otherwise.
        """
        fields = {"override_reason": "She trained before"} | fields
        return make_programme(self.patient, by=self.therapist, now=now, **fields)

    def session(self, programme: Programme, number: int) -> PlannedSession:
        """Return a planned session by its number."""
        return calendar_of(programme)[number - 1]


def make_gym(**fields) -> Gym:
    """Return a new clinic with a therapist and a patient."""
    clinic = make_clinic(**fields)
    therapist = make_therapist(clinic)
    return Gym(clinic, therapist, make_patient(clinic, therapist=therapist))


@pytest.fixture
def gym(db) -> Gym:
    """Return a clinic in Stockholm with a therapist and a patient."""
    return make_gym()
