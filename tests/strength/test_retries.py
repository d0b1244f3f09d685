"""The same 1RM test sent many times at once, over real connections."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from apps.common.tenancy import in_clinic
from apps.strength.models import OneRepMaxTest, Trial
from tests.factories.people import (
    api_client,
    bearer,
    make_clinic,
    make_patient,
    make_therapist,
)
from tests.factories.training import one_rep_max_body, trial, with_catalogue

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.requirement("C3"),
]

PATH = "/api/v1/one-rep-max-tests/"
AT_ONCE = 32


def send_at_once(bodies, *, token):
    """Send every body by a thread and a connection of its own; return the answers."""
    gate = threading.Barrier(len(bodies), timeout=30)

    def send(body):
        client = api_client()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        try:
            gate.wait()
            return client.post(PATH, body, format="json")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(bodies)) as pool:
        return list(pool.map(send, bodies))


@pytest.fixture
def gym():
    with transaction.atomic():
        clinic = make_clinic()
        therapist = make_therapist(clinic)
        patient = make_patient(clinic, therapist=therapist)
        leg_press = with_catalogue(clinic)["leg_press"]
        return clinic, bearer(therapist), one_rep_max_body(patient, leg_press)


def test_thirty_two_at_once_make_one_record(gym):
    clinic, token, body = gym
    body["id"] = str(uuid.uuid4())

    answers = send_at_once([body] * AT_ONCE, token=token)

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * (AT_ONCE - 1) + [201]
    assert {answer.json()["id"] for answer in answers} == {body["id"]}
    assert {len(answer.json()["trials"]) for answer in answers} == {3}
    with in_clinic(clinic.pk):
        assert OneRepMaxTest.objects.count() == 1
        assert Trial.objects.count() == 3


def test_two_contents_with_one_id_at_once_make_one_record(gym):
    clinic, token, body = gym
    body["id"] = str(uuid.uuid4())
    other = body | {"trials": [trial("90")]}

    answers = send_at_once([body, other], token=token)

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    with in_clinic(clinic.pk):
        assert OneRepMaxTest.objects.count() == 1
