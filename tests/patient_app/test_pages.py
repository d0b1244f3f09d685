"""Pages of a patient, by plain requests: what works without script."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from apps.common import clock
from tests.factories import people, training

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C2")]


@pytest.fixture
def anna():
    clinic = people.make_clinic()
    therapist = people.make_therapist(clinic)
    patient = people.make_patient(clinic, therapist=therapist, given_name="Anna")
    now = clock.now()
    training.make_programme(
        patient,
        by=therapist,
        now=now - timedelta(days=9),
        starts_on=(now - timedelta(days=8)).date().isoformat(),
        weekdays=[now.weekday(), (now.weekday() + 3) % 7],
    )
    return patient


@pytest.fixture
def phone(anna):
    client = Client()
    client.force_login(anna.user)
    return client


def test_today_greets_by_name_and_offers_the_session(phone):
    answer = phone.get("/")
    print(answer.content.decode())
    assert answer.status_code == 200
    assert "Hello Anna" in answer.content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "before",
        "after",
        "next-day",
        "second-day",
        "rest-day",
        "session",
        "waiting",
        "history",
        "help-now",
    ],
)
def test_page_opens(phone, name):
    answer = phone.get(reverse(name))
    assert answer.status_code == 200
