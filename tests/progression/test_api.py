"""Load proposals over HTTP."""

import pytest
import time_machine

from tests.factories.people import api_client

from .gym import closed, make_gym

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D4")]
NOW = closed(5)


@pytest.fixture
def gym():
    one = make_gym()
    for number in range(1, 6):
        one.hold(number, 22, 22)
    one.think(NOW)
    with time_machine.travel(NOW, tick=False):
        yield one


def post(gym, verb, body=None, *, by=None):
    url = f"/api/v1/load-proposals/{gym.proposal().public_id}/{verb}/"
    return api_client(by or gym.tove).post(url, body or {}, format="json")


def listed(gym, **query):
    query = {"patient": str(gym.anna.public_id)} | query
    answer = api_client(gym.tove).get("/api/v1/load-proposals/", query)
    assert answer.status_code == 200
    return answer.json()["results"]


def test_an_open_proposal_says_what_and_why(gym):
    [found] = [each for each in listed(gym, status="open") if each["rule"] == 13]

    assert found["exercise"] == str(gym.legs.exercise.public_id)
    assert (found["action"], found["status"]) == ("raise", "open")
    assert found["from"] == {"value": "40.0", "unit": "kg", "kg": "40.00"}
    assert found["to"] == {"value": "42.5", "unit": "kg", "kg": "42.50"}
    assert found["reason"].endswith("pain stayed green: from 40 to 42.5 kg.")
    assert found["inputs"]["situation"]["plan"]["load_kg"] == "40"
    assert found["table"] == "load_table-1"


def test_accepting_shapes_the_next_prescription(gym):
    answer = post(gym, "accept")

    assert answer.status_code == 200
    assert answer.json()["status"] == "accepted"
    assert answer.json()["decided_load"]["kg"] == "42.50"
    url = f"/api/v1/programmes/{gym.programme.public_id}/prescription/"
    on = NOW.date().isoformat()
    first = api_client(gym.tove).get(url, {"on": on}).json()["exercises"][0]
    assert first["load"]["kg"] == "42.50"
    assert first["reason"].startswith("Rule 13: ")
    assert gym.tove.name in first["reason"]


def test_a_change_needs_a_load_and_a_reason(gym):
    refused = post(gym, "change", {"load": {"value": "45", "unit": "kg"}})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/reason"

    body = {"load": {"value": "45", "unit": "kg"}, "reason": "Ready"}
    assert post(gym, "change", body).json()["status"] == "changed"
    assert gym.kg() == "45.00"


def test_a_dismissal_may_leave_the_reason_out(gym):
    assert post(gym, "dismiss").json()["status"] == "dismissed"
    assert gym.kg() == "40.00"


def test_a_decided_proposal_is_a_conflict(gym):
    url = f"/api/v1/load-proposals/{gym.proposal().public_id}/accept/"
    client = api_client(gym.tove)
    client.post(url, {}, format="json")

    again = client.post(url, {}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


def test_the_patient_reads_no_proposals(gym):
    client = api_client(gym.anna.user)
    query = {"patient": str(gym.anna.public_id)}

    assert client.get("/api/v1/load-proposals/", query).status_code == 403
    assert client.get("/api/v1/load-proposals/").json()["results"] == []
    assert post(gym, "accept", by=gym.anna.user).status_code == 403
    assert gym.kg() == "40.00"


def test_a_list_costs_the_same_for_one_and_for_many(gym, django_assert_max_num_queries):
    client = api_client(gym.tove)
    query = {"patient": str(gym.anna.public_id)}
    client.get("/api/v1/load-proposals/", query)
    with django_assert_max_num_queries(16) as few:
        assert len(client.get("/api/v1/load-proposals/", query).json()["results"]) == 2
    gym.load("42.5", at=NOW)
    gym.think(NOW)
    with django_assert_max_num_queries(16) as many:
        assert len(client.get("/api/v1/load-proposals/", query).json()["results"]) > 2
    assert len(few) == len(many)
