"""Two people decide at once, on two connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
import time_machine
from django.db import connections, transaction

from apps.common.tenancy import in_clinic
from apps.programmes.models import LoadInForce
from tests.factories.people import api_client, bearer

from .gym import closed, make_gym

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.requirement("D4"),
]

AT_ONCE = 4
NOW = closed(5)


@pytest.fixture
def gym():
    with time_machine.travel(NOW, tick=False), transaction.atomic():
        one = make_gym()
        for number in range(1, 6):
            one.hold(number, 22, 22)
        one.think(NOW)
        token, proposal = bearer(one.tove), one.proposal()
    with time_machine.travel(NOW, tick=False):
        yield one, token, proposal


def test_of_many_who_accept_at_once_exactly_one_does(gym):
    one, token, proposal = gym
    url = f"/api/v1/load-proposals/{proposal.public_id}/accept/"
    together = Barrier(AT_ONCE, timeout=30)

    def accept(change_id):
        client = api_client()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        try:
            together.wait()
            body = {"change_id": change_id}
            return client.post(url, body, format="json").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        codes = list(pool.map(accept, [str(uuid4()) for _ in range(AT_ONCE)]))

    assert sorted(codes) == [200, *[409] * (AT_ONCE - 1)]
    with in_clinic(one.clinic.pk):
        assert LoadInForce.objects.filter(prescription=one.legs).count() == 2
