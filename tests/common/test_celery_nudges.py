"""A nudge is handed to a thread; the request never waits for the broker."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
import redis
from celery import Celery, current_app
from django.db import transaction
from django.test import Client
from kombu import Connection

from apps.common import celery
from apps.common.celery import Nudger, nudge_on_commit

pytestmark = pytest.mark.requirement("N3")

WAIT_S = 20


class Broker:
    """Stands in for ``send_task``; withholds its answer until ``answers`` is set."""

    def __init__(self):
        self.asked = []
        self.was_asked = threading.Event()
        self.answers = threading.Event()

    def ask(self, name):
        self.asked.append(name)
        self.was_asked.set()
        assert self.answers.wait(WAIT_S)


@pytest.fixture
def broker(monkeypatch):
    """Let every nudge reach a broker that hangs until the test lets it answer."""
    made = Broker()

    def send_task(app, name, **options):
        made.ask(name)

    monkeypatch.setattr("celery.Celery.send_task", send_task)
    yield made
    made.answers.set()


@pytest.fixture
def nudger(monkeypatch, broker):
    """Return the nudger of this test, with a thread of its own."""
    made = Nudger(most_waiting=3)
    monkeypatch.setattr(celery, "_nudger", made)
    yield made
    broker.answers.set()
    assert made.finish(WAIT_S)


@pytest.mark.django_db(transaction=True)
def test_request_goes_on_while_the_broker_withholds_its_answer(nudger, broker):
    with transaction.atomic():
        nudge_on_commit("rooms.tidy")
        nudge_on_commit("rooms.tidy")
        asked_before_commit = list(broker.asked)

    # Here the request has returned, and nobody has let the broker answer yet.
    assert broker.was_asked.wait(WAIT_S)
    assert not broker.answers.is_set()
    assert not nudger.finish(0)
    broker.answers.set()
    assert nudger.finish(WAIT_S)
    assert (asked_before_commit, broker.asked) == ([], ["rooms.tidy"])


@pytest.mark.django_db(transaction=True)
def test_request_goes_on_while_a_real_socket_never_answers(monkeypatch, settings):
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | {"socket_timeout": None}
    nudger = Nudger()
    monkeypatch.setattr(celery, "_nudger", nudger)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(WAIT_S)
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        app = Celery("silent", broker=url, set_as_current=False, fixups=[])
        app.conf.broker_transport_options = options
        monkeypatch.setattr(celery, "current_app", app)

        nudge_on_commit("rooms.tidy")

        # Returned, although the broker was asked and has said nothing.
        conversation, _ = server.accept()
        with conversation:
            conversation.settimeout(WAIT_S)
            question = conversation.recv(1)
            is_waiting = not nudger.finish(0)

    assert question
    assert is_waiting
    assert nudger.finish(WAIT_S)


def test_nudge_that_waits_already_is_not_queued_twice(nudger, broker):
    nudger.hand_over("first")
    assert broker.was_asked.wait(WAIT_S)

    for name in ("first", "second", "first", "second"):
        nudger.hand_over(name)
    broker.answers.set()
    nudger.finish(WAIT_S)

    # The one on its way may have been too early for what asks now.
    assert broker.asked == ["first", "first", "second"]


@pytest.mark.parametrize(("waiting", "is_dropped"), [(2, False), (3, False), (4, True)])
def test_nudges_beyond_the_bound_are_dropped_and_logged(
    nudger, broker, caplog, waiting, is_dropped
):
    nudger.hand_over("first")
    assert broker.was_asked.wait(WAIT_S)

    names = [f"more{number}" for number in range(waiting)]
    for name in names:
        nudger.hand_over(name)
    broker.answers.set()
    nudger.finish(WAIT_S)

    assert broker.asked == ["first", *names[:3]]
    assert ("more3" in caplog.text) == is_dropped


def test_error_of_one_nudge_is_logged_and_the_next_one_goes(
    monkeypatch, nudger, caplog
):
    asked = []

    def send_task(app, name, **options):
        asked.append(name)
        if name == "bad":
            raise OSError("redis://:password@broker.example")

    monkeypatch.setattr("celery.Celery.send_task", send_task)

    nudger.hand_over("bad")
    nudger.hand_over("good")
    nudger.finish(WAIT_S)

    assert asked == ["bad", "good"]
    assert "bad" in caplog.text
    assert "password" not in caplog.text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_child_of_a_fork_has_a_thread_of_its_own(nudger, broker):
    nudger.hand_over("parent")
    assert broker.was_asked.wait(WAIT_S)
    nudger.hand_over("left to the parent")

    child = os.fork()
    if child == 0:
        broker.asked.clear()
        broker.answers.set()
        nudger.hand_over("child")
        is_done = nudger.finish(WAIT_S)
        os._exit(0 if is_done and broker.asked == ["child"] else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.fixture
def silent_broker(monkeypatch, settings):
    """Point Celery at a server that takes connections and never answers.

    Everybody but the check has the patience to wait for it, in seconds, that is
    returned.
    """
    patience_s = 30
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    options = options | {"socket_timeout": patience_s}
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        monkeypatch.setattr(
            current_app,
            "connection_for_write",
            lambda: Connection(url, transport_options=options),
        )
        yield patience_s


@pytest.mark.django_db
def test_broker_that_hangs_is_down_before_anybody_lost_patience(silent_broker):
    begun_s = time.monotonic()
    problems = Client().get("/healthz").json()["problems"]

    assert "broker is down" in problems
    assert time.monotonic() - begun_s < silent_broker


COMMAND = """
import django; django.setup()
from apps.common.celery import _nudger
_nudger.hand_over("messaging.send_outbox")
print("returned", flush=True)
"""


def run_command(broker_url):
    return subprocess.run(
        [sys.executable, "-c", COMMAND],
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "eihtrack.settings.test", "REDIS_URL": broker_url},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_command_gets_its_nudge_out_before_it_ends(redis_server):
    result = run_command(redis_server.broker_url)

    with redis.Redis.from_url(redis_server.client_url) as client:
        waiting = client.llen("urgent")
    assert (result.returncode, result.stdout, waiting) == (0, "returned\n", 1)


@pytest.mark.fault
def test_command_ends_although_the_broker_was_frozen(redis_server):
    pid = redis_server.process.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        result = run_command(redis_server.broker_url)
    finally:
        os.kill(pid, signal.SIGCONT)

    # Its broker was frozen from beginning to end.
    assert (result.returncode, result.stdout) == (0, "returned\n")
