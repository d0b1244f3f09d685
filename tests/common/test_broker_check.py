"""The broker is asked for real."""

import socket

import pytest
from celery import current_app
from django.test import Client
from kombu import Connection

from apps.common import health

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("N3")]


@pytest.fixture
def broker_url(monkeypatch, settings):
    """Return a function that points Celery at another broker."""

    def point(url):
        monkeypatch.setattr(
            current_app,
            "connection_for_write",
            lambda: Connection(
                url, transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS
            ),
        )

    return point


def test_a_broker_that_runs_is_well(redis_server, broker_url):
    broker_url(redis_server.broker_url)

    health._ask_broker()


def test_a_broker_that_was_stopped_is_down(redis_server, broker_url):
    broker_url(redis_server.broker_url)
    redis_server.stop()

    response = Client().get("/healthz")

    assert response.status_code == 503
    assert "broker is down" in response.json()["problems"]


def test_a_port_where_nobody_listens_is_down(broker_url):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    broker_url(f"redis://127.0.0.1:{port}/0")

    assert "broker is down" in Client().get("/healthz").json()["problems"]
