"""A line that breaks: the client cannot know what was saved, and sends again."""

from functools import partial
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from .gym import at_once, statuses
from .proxy import BrokenLine
from .test_at_once import ACTIONS, ENTRIES, by_kind, options_of, trail

pytestmark = [pytest.mark.fault, pytest.mark.requirement("C3")]

LOST = ("answer_lost", "answer_cut")
CUT = ("request_cut", "request_reset", "request_hangs")


@pytest.fixture
def line(gym):
    """Return the maker of a line to the web process that breaks in one way."""
    return partial(BrokenLine, port=urlsplit(gym.stack.base_url).port)


def send_over(line, gym, path, body, *, method="POST", timeout=60, **options):
    """Send one request over a line that breaks before its answer is there."""
    with (
        gym.client(gym.token, base_url=line.base_url) as client,
        pytest.raises(httpx.TransportError),
    ):
        client.request(method, path, json=body, timeout=timeout, **options)


@by_kind
@pytest.mark.parametrize("breaks", LOST)
def test_entry_whose_answer_was_lost_is_there_once(gym, line, kind, breaks):
    path, table, action = ENTRIES[kind]
    body = getattr(gym, kind)(gym.patient())

    with line(breaks=breaks) as broken:
        for _ in range(2):
            send_over(broken, gym, path, body)
    kept = gym.count(table, public_id=body["id"])
    again = gym.send(path, body)

    assert (kept, again.status_code) == (1, 200)
    assert again.json()["id"] == body["id"]
    assert gym.count(table, public_id=body["id"]) == 1
    assert trail(gym, action, body["id"]) == 1


@by_kind
@pytest.mark.parametrize("breaks", CUT)
def test_entry_that_came_by_half_is_not_there_and_may_come_again(
    gym, line, kind, breaks
):
    path, table, action = ENTRIES[kind]
    body = getattr(gym, kind)(gym.patient())

    with line(breaks=breaks) as broken:
        send_over(broken, gym, path, body, timeout=2)
        kept = gym.count(table, public_id=body["id"])
        answers = [gym.send(path, body) for _ in range(2)]

    assert kept == 0
    assert [answer.status_code for answer in answers] == [201, 200]
    assert trail(gym, action, body["id"]) == 1


@pytest.mark.parametrize("name", ACTIONS)
def test_change_whose_answer_was_lost_is_made_once(gym, line, name):
    body = gym.session(gym.patient())
    gym.send("/sessions/", body)
    place, change, action = ACTIONS[name]
    path = f"/sessions/{body['id']}/{place}"
    change = change | {"change_id": str(uuid4())}

    with line(breaks="answer_lost") as broken:
        send_over(broken, gym, path, change, **options_of(name))
    made = trail(gym, action, body["id"])
    again = gym.send(path, change, **options_of(name))

    assert (made, again.status_code) == (1, 200)
    assert trail(gym, action, body["id"]) == 1


def test_correction_without_change_id_whose_answer_was_lost_is_stale(gym, line):
    body = gym.session(gym.patient())
    gym.send("/sessions/", body)
    path = f"/sessions/{body['id']}/"
    _, change, action = ACTIONS["PATCH"]

    with line(breaks="answer_lost") as broken:
        send_over(broken, gym, path, change, **options_of("PATCH"))
    again = gym.send(path, change, **options_of("PATCH"))

    assert again.status_code == 412
    assert trail(gym, action, body["id"]) == 1


@pytest.mark.long
def test_requests_that_hang_by_half_hold_up_nobody(gym, line):
    person, other = gym.patient(), gym.patient()
    bodies = [gym.run_in(person) for _ in range(8)]

    with line(breaks="request_hangs") as broken:
        # Given up by its client, each is still open between the line and the server.
        at_once(
            [
                partial(send_over, broken, gym, "/check-ins/", body, timeout=2)
                for body in bodies
            ]
        )
        broken.wait_until_hanging(8)
        others = [gym.send("/check-ins/", gym.run_in(other)) for _ in range(4)]
    retried = at_once([partial(gym.send, "/check-ins/", body) for body in bodies])

    assert statuses(others) == {201: 4}
    assert statuses(retried) == {201: 8}
