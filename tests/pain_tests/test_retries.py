"""The same visit sent many times at once, over real connections."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from apps.common.tenancy import in_clinic
from apps.pain_tests.models import PainTest
from tests.factories.measuring import p50_body, pain_test_body
from tests.factories.people import api_client, bearer

from .conftest import PAIN, Laboratory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.requirement("C3"),
]

AT_ONCE = 16


def send_at_once(bodies, *, token):
    """Send every body by a thread and a connection of its own; return the answers."""
    gate = threading.Barrier(len(bodies), timeout=60)

    def send(body):
        client = api_client()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        try:
            gate.wait()
            return client.post(PAIN, body, format="json")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(bodies)) as pool:
        return list(pool.map(send, bodies))


@pytest.fixture
def busy():
    with transaction.atomic():
        lab = Laboratory()
        return lab, bearer(lab.assessor), lab.order()


def test_many_at_once_make_one_record(busy):
    lab, token, order = busy
    body = pain_test_body(lab.patient, order=order, id=str(uuid.uuid4()))

    answers = send_at_once([body] * AT_ONCE, token=token)

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * (AT_ONCE - 1) + [201]
    assert len({answer.content for answer in answers}) == 1
    with in_clinic(lab.clinic.pk):
        assert PainTest.objects.count() == 1


def test_two_visits_at_once_do_not_share_an_order(busy):
    lab, token, order = busy
    bodies = [lab.visit(p50=p50_body(order), id=str(uuid.uuid4())) for _ in range(2)]

    answers = send_at_once(bodies, token=token)

    assert sorted(answer.status_code for answer in answers) == [201, 400]
    with in_clinic(lab.clinic.pk):
        assert PainTest.objects.count() == 1
