"""What the server does for the device: whose an entry is, and what opens offline."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from apps.clinical.check_in_windows import SPANS, Moment
from apps.common import clock
from apps.logbook.models import CheckIn
from tests.factories import gym, people

from .test_pages import fields_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("I1")]
QUEUE = {"Accept": "application/json"}


@pytest.fixture
def anna():
    clinic = people.make_clinic()
    therapist = people.make_therapist(clinic)
    patient = people.make_patient(clinic, therapist=therapist, given_name="Anna")
    gym.let_train(patient, by=therapist, now=clock.now())
    return patient


@pytest.fixture
def phone(anna):
    return signed_in(anna)


def send(phone, *, of, **fields):
    sent = fields_of(phone.get(reverse("rest-day"))) | {"pain_mm": "40"} | fields
    headers = QUEUE | {"Entry-Of": str(of)}
    return phone.post(reverse("rest-day"), sent, headers=headers)


def test_entry_of_whoever_is_signed_in_is_taken(phone, anna):
    answer = send(phone, of=anna.user.public_id)

    assert answer.status_code == 201
    assert CheckIn.objects.filter(patient=anna).count() == 1


@pytest.mark.requirement("A2")
@pytest.mark.parametrize("whose", ["another", "nobody", "nonsense"])
def test_entry_of_another_person_waits_for_their_sign_in(phone, anna, whose):
    bea = people.make_patient(anna.clinic)
    of = {"another": bea.user.public_id, "nobody": "", "nonsense": "x\u00e4"}[whose]

    answer = send(phone, of=of)

    assert answer.status_code == 401
    assert answer.json() == {}
    assert not CheckIn.objects.exists()


def test_clock_that_is_far_off_is_told_by_a_code(phone, anna):
    answer = send(phone, of=anna.user.public_id, sent_at="2020-01-01T10:00:00Z")

    assert answer.status_code == 400
    assert answer.json()["code"] == "clock_off"
    assert not CheckIn.objects.exists()


def test_fault_of_a_form_has_no_code(phone, anna):
    answer = send(phone, of=anna.user.public_id, pain_mm="400")

    assert answer.json() == {
        "errors": {"pain_mm": ["Ensure this value is less than or equal to 100."]}
    }


def test_page_for_no_signal_is_nobodys(phone):
    for client in (phone, Client()):
        answer = client.get(reverse("no-signal"))

        html = answer.content.decode()
        assert answer.status_code == 200
        assert "Anna" not in html
        assert 'data-user=""' in html
        for name in ("today", "help-now", "waiting"):
            assert f'href="{reverse(name)}"' in html


def test_worker_knows_what_to_keep_and_what_to_show_instead():
    script = Client().get(reverse("service-worker")).content.decode()

    kept = json.loads(re.search(r"const KEPT = (\{.*\});", script).group(1))
    assert kept["noSignal"] == "/no-signal/"
    assert {"/", "/session/", "/waiting/", "/help-now/"} <= set(kept["pages"])
    assert all(name.startswith(kept["static"]) for name in kept["files"])


def test_first_page_tells_the_windows_after_a_session_as_the_rules_have_them(phone):
    html = phone.get("/").content.decode()

    told = re.findall(
        r'data-page="([^"]+)" data-opens-s="(-?\d+)" data-closes-s="(\d+)"', html
    )
    assert told == [
        ("/check-in/after/", "-300", "3600"),
        ("/check-in/next-day/", "64800", "129600"),
        ("/check-in/second-day/", "144000", "216000"),
    ]
    # What stands there hangs on the end of the session.
    assert all(
        SPANS[each].hangs_on_end for each in (Moment.POST, Moment.H24, Moment.H48)
    )
