"""Who is there in each test: a patient in training, or a ward that asks things."""

import pytest

from apps.common import clock
from tests.factories import gym, people

from .test_pages import signed_in
from .ward import Ward


@pytest.fixture
def anna(db):
    clinic = people.make_clinic()
    therapist = people.make_therapist(clinic)
    patient = people.make_patient(clinic, therapist=therapist, given_name="Anna")
    gym.let_train(patient, by=therapist, now=clock.now())
    return patient


@pytest.fixture
def phone(anna):
    return signed_in(anna)


@pytest.fixture
def ward(db):
    return Ward()
