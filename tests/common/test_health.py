"""Alive, ready, healthy: for balancers and monitors."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.utils import InterfaceError, OperationalError
from django.test import Client
from kombu.exceptions import OperationalError as BrokerError

from apps.common import health, heartbeat
from apps.common.models import Heartbeat

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("N3")]

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def two_sweeps(settings, time_machine):
    """Know two sweeps, both of which ran just now."""
    time_machine.move_to(NOW, tick=False)
    settings.SWEEPS = {"rooms.each_minute": 60, "rooms.each_hour": 3600}
    for name in settings.SWEEPS:
        Heartbeat.objects.create(name=name, beat_at=NOW)


@pytest.fixture(autouse=True)
def broker(monkeypatch):
    """Let the broker answer unless a test takes it away."""
    monkeypatch.setattr(health, "_ask_broker", lambda: None)


def ago(seconds: float):
    return NOW - timedelta(seconds=seconds)


def set_beat(name, at):
    Heartbeat.objects.filter(name=name).update(beat_at=at)


def raising(error):
    def ask(*args, **kwargs):
        raise error

    return ask


def test_all_well():
    for path in ("/livez", "/readyz", "/healthz"):
        response = Client().get(path)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]

    assert response.json() == {"status": "healthy", "problems": []}


@pytest.mark.parametrize(
    ("name", "seconds", "is_late"),
    [
        # One and a half intervals and 15 seconds: 105 s and 5415 s.
        ("rooms.each_minute", 104, False),
        ("rooms.each_minute", 105, False),
        ("rooms.each_minute", 105.001, True),
        ("rooms.each_hour", 5414, False),
        ("rooms.each_hour", 5415, False),
        ("rooms.each_hour", 5416, True),
    ],
)
def test_late_sweeps_at_the_threshold(name, seconds, is_late):
    set_beat(name, ago(seconds))

    assert heartbeat.late_sweeps(now=NOW) == ([name] if is_late else [])


def test_what_a_sweep_could_not_do_is_named():
    Heartbeat.objects.filter(name="rooms.each_hour").update(report={"held_up": 2})

    response = Client().get("/healthz")

    assert response.status_code == 503
    assert response.json()["problems"] == ["rooms.each_hour has 2 held up"]


def test_nothing_held_up_is_no_problem():
    Heartbeat.objects.update(report={"held_up": 0})

    assert Client().get("/healthz").status_code == 200


def test_a_sweep_that_never_ran_is_late():
    Heartbeat.objects.filter(name="rooms.each_hour").delete()

    assert heartbeat.late_sweeps(now=NOW) == ["rooms.each_hour"]


def test_heartbeats_of_sweeps_that_are_no_more_do_not_count():
    Heartbeat.objects.create(name="rooms.gone", beat_at=ago(1_000_000))

    assert heartbeat.late_sweeps(now=NOW) == []


def test_healthz_names_the_late_sweeps_in_the_order_of_settings():
    set_beat("rooms.each_minute", ago(200))
    set_beat("rooms.each_hour", ago(6000))

    response = Client().get("/healthz")

    assert response.status_code == 503
    assert response.json() == {
        "status": "unhealthy",
        "problems": ["rooms.each_minute is late", "rooms.each_hour is late"],
    }


def test_readyz_and_livez_do_not_mind_late_sweeps():
    set_beat("rooms.each_minute", ago(200))

    assert Client().get("/readyz").status_code == 200
    assert Client().get("/livez").status_code == 200


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_without_the_database_it_lives_but_is_not_ready(monkeypatch, error):
    monkeypatch.setattr(connection, "cursor", raising(error))

    answers = {path: Client().get(path) for path in ("/livez", "/readyz", "/healthz")}

    assert {path: each.status_code for path, each in answers.items()} == {
        "/livez": 200,
        "/readyz": 503,
        "/healthz": 503,
    }
    assert answers["/readyz"].json()["problems"] == ["database is down"]
    assert answers["/healthz"].json()["problems"] == ["database is down"]


def test_livez_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        Client().get("/livez")


@pytest.mark.parametrize(
    "error", [BrokerError("refused"), OSError("unreachable"), TimeoutError("silent")]
)
def test_without_the_broker_it_is_ready_but_not_healthy(monkeypatch, error):
    monkeypatch.setattr(health, "_ask_broker", raising(error))

    assert Client().get("/readyz").status_code == 200
    response = Client().get("/healthz")
    assert response.status_code == 503
    assert response.json()["problems"] == ["broker is down"]


def test_the_errors_of_what_is_down_are_not_told(monkeypatch):
    secret = "redis://:password@broker.example"
    monkeypatch.setattr(health, "_ask_broker", raising(OSError(secret)))

    assert "password" not in Client().get("/healthz").content.decode()


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_they_can_only_be_read(path):
    assert Client().post(path).status_code == 405
