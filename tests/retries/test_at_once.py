"""The same request 32 times at once, over HTTP, to the real web process."""

from functools import partial
from uuid import uuid4

import pytest

from .gym import HOUR, at_once, statuses

pytestmark = [pytest.mark.fault, pytest.mark.requirement("C3")]

AT_ONCE = 32
# How each kind of entry is made, where it goes, its table and its line in the trail.
ENTRIES = {
    "session": ("/sessions/", "logbook_heldsession", "session.record"),
    "run_in": ("/check-ins/", "logbook_checkin", "check_in.record"),
    "test": (
        "/one-rep-max-tests/",
        "strength_onerepmaxtest",
        "one_rep_max_test.record",
    ),
}
by_kind = pytest.mark.parametrize("kind", ENTRIES)


def same(gym, path, body, *, times=AT_ONCE, **options):
    """Send one body so many times at once."""
    return at_once([partial(gym.send, path, body, **options)] * times)


def trail(gym, action, record_id):
    """Return how many lines the trail has of this action on this record."""
    return gym.count("audit_auditevent", action=action, subject_id=record_id)


@by_kind
def test_one_entry_32_times_at_once_is_one_record(gym, kind):
    path, table, action = ENTRIES[kind]
    body = getattr(gym, kind)(gym.patient())

    answers = same(gym, path, body)

    assert statuses(answers) == {200: AT_ONCE - 1, 201: 1}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["id"] == body["id"]
    assert gym.count(table, public_id=body["id"]) == 1
    assert trail(gym, action, body["id"]) == 1


@by_kind
def test_two_contents_under_one_id_at_once_are_one_record_and_conflicts(gym, kind):
    path, table, action = ENTRIES[kind]
    make, person = getattr(gym, kind), gym.patient()
    one = make(person)
    times = {
        "session": {"started_at": (gym.now - 4 * HOUR).isoformat()},
        "run_in": {"answered_at": (gym.now - 2 * HOUR).isoformat()},
        "test": {"tested_at": (gym.now - 2 * HOUR).isoformat()},
    }
    other = one | times[kind]

    answers = at_once([partial(gym.send, path, each) for each in [one, other] * 16])

    first = statuses(answers[::2])
    second = statuses(answers[1::2])
    won, lost = (first, second) if 201 in first else (second, first)
    assert (won, lost) == ({200: 15, 201: 1}, {409: 16})
    refused = {each.text for each in answers if each.status_code == 409}
    assert {"id_reused" in text for text in refused} == {True}
    assert gym.count(table, public_id=one["id"]) == 1
    assert trail(gym, action, one["id"]) == 1


def test_red_flag_32_times_at_once_is_one_alert_and_one_mail_each(gym):
    person = gym.patient()
    body = gym.run_in(person, red_flags=["chest_pain"])

    answers = same(gym, "/check-ins/", body)
    alert = gym.wait_for_alert(person)
    # Whatever else was to be judged has been judged by then.
    gym.stack.manage("run_sweep", "flares.judge_due")

    assert statuses(answers) == {200: AT_ONCE - 1, 201: 1}
    assert [each["id"] for each in gym.alerts(person)] == [alert["id"]]
    assert trail(gym, "alert.open", alert["id"]) == 1
    mails = gym.rows(
        "SELECT to_address FROM messaging_outboxmail WHERE reason_key LIKE %s",
        f"alert:{alert['id']}:%",
    )
    assert len(mails) == len(set(mails)) == 2


@pytest.fixture
def stored(gym):
    """Return a session that is recorded, and the way to its actions."""
    body = gym.session(gym.patient())
    assert gym.send("/sessions/", body).status_code == 201
    return body["id"]


CORRECTION = {"note": "Left knee taped", "correction_reason": "Forgotten"}
ACTIONS = {
    "PATCH": ("", CORRECTION, "session.correct"),
    "void": ("void/", {"reason": "Entered twice"}, "session.void"),
    "confounders": ("confounders/", {"confounders": ["injury"]}, "session.confounders"),
}


def options_of(name):
    """Return how an action is sent."""
    if name == "PATCH":
        return {"method": "PATCH", "headers": {"If-Match": '"1"'}}
    return {}


@pytest.mark.parametrize("name", ACTIONS)
def test_one_change_32_times_at_once_is_done_once(gym, stored, name):
    place, body, action = ACTIONS[name]
    body = body | {"change_id": str(uuid4())}

    answers = same(gym, f"/sessions/{stored}/{place}", body, **options_of(name))

    assert statuses(answers) == {200: AT_ONCE}
    assert len({answer.text for answer in answers}) == 1
    assert trail(gym, action, stored) == 1
    assert gym.count("common_changereceipt", change_id=body["change_id"]) == 1
    assert gym.count("clinics_snapshot", record_id=stored) == (name != "void")


@pytest.mark.parametrize("name", ACTIONS)
def test_one_change_id_for_two_contents_at_once_is_one_change(gym, stored, name):
    place, body, action = ACTIONS[name]
    one = body | {"change_id": str(uuid4())}
    other = (
        one
        | {
            "PATCH": {"note": "Right knee taped"},
            "void": {"reason": "Another patient's"},
            "confounders": {"confounders": ["infection"]},
        }[name]
    )
    send = partial(gym.send, f"/sessions/{stored}/{place}", **options_of(name))

    answers = at_once([partial(send, each) for each in [one, other] * 16])

    assert sorted([statuses(answers[::2]), statuses(answers[1::2])], key=str) == [
        {200: 16},
        {409: 16},
    ]
    assert trail(gym, action, stored) == 1


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_alert_answered_32_times_at_once_is_answered_once(gym, action):
    person = gym.patient()
    body = gym.run_in(person, red_flags=["fever"])
    assert gym.send("/check-ins/", body).status_code == 201
    alert = gym.wait_for_alert(person)
    words = {
        "acknowledge": {},
        "resolve": {"judgement": "other_cause", "action": "talked"},
    }[action]
    change = words | {"change_id": str(uuid4())}

    answers = same(gym, f"/alerts/{alert['id']}/{action}/", change)

    assert statuses(answers) == {200: AT_ONCE}
    assert len({answer.text for answer in answers}) == 1
    assert trail(gym, f"alert.{action}", alert["id"]) == 1


def test_32_sessions_of_one_patient_at_once_are_all_kept(gym):
    person = gym.patient()
    bodies = [
        gym.session(person, hours_ago=2 + 30 * number) for number in range(AT_ONCE)
    ]

    answers = at_once([partial(gym.send, "/sessions/", each) for each in bodies])

    assert statuses(answers) == {201: AT_ONCE}
    with gym.client(gym.token) as client:
        query = {"patient": person.id, "page_size": 200}
        kept = client.get("/sessions/", params=query).json()["results"]
    # By its window each morning after is cut off by the next session alone.
    assert [each["id"] for each in kept] == [each["id"] for each in bodies]
    assert [each["check_ins"][0]["in_window"] for each in kept] == [True] * AT_ONCE


def test_sessions_of_8_patients_at_once_are_all_kept_apart(gym):
    people = [gym.patient() for _ in range(8)]
    bodies = [
        (person, gym.session(person, hours_ago=2 + 30 * number))
        for number in range(4)
        for person in people
    ]

    answers = at_once(
        [
            partial(gym.send, "/sessions/", body, token=person.token)
            for person, body in bodies
        ]
    )

    assert statuses(answers) == {201: 32}
    for person in people:
        with gym.client(person.token) as client:
            kept = client.get("/sessions/").json()["results"]
        sent = [body["id"] for whose, body in bodies if whose is person]
        assert [each["id"] for each in kept] == sent


def test_changes_of_one_session_from_all_sides_at_once_end_in_order(gym):
    person = gym.patient()
    body = gym.session(person)
    gym.send("/sessions/", body)
    place = f"/sessions/{body['id']}/"
    corrections = [
        partial(
            gym.send,
            place,
            {"note": f"{number}", "correction_reason": "Typo"},
            **options_of("PATCH"),
        )
        for number in range(10)
    ]
    ticks = [
        partial(gym.send, f"{place}confounders/", {"confounders": [name]})
        for name in ("infection", "injury", "new_drug", "dose_change", "other")
    ]
    ratings = [
        partial(gym.send, "/check-ins/", gym.run_in(person), token=person.token)
        for _ in range(10)
    ]
    again = [partial(gym.send, "/sessions/", body) for _ in range(7)]

    answers = at_once([*corrections, *ticks, *ratings, *again])

    found = statuses(answers[:10])
    assert set(found) <= {200, 412}
    assert found.get(200, 0) <= 1
    assert statuses(answers[10:15]) == {200: 5}
    assert statuses(answers[15:25]) == {201: 10}
    assert statuses(answers[25:]) == {200: 7}
    with gym.client(gym.token) as client:
        kept = client.get(place).json()
        versions = client.get(f"{place}versions/").json()
    assert kept["version"] == 1 + 5 + found.get(200, 0)
    assert len(versions) == kept["version"] - 1
    assert len(kept["confounders"]) == 5
