"""Sweeps stamp a heartbeat, and run at any time of day by command."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from celery import current_app
from django.core.management import CommandError, call_command

from apps.common import clock
from apps.common.heartbeat import run_sweep
from apps.common.models import Heartbeat
from apps.messaging.services import SEND_OUTBOX

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("N3")]

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Report:
    found: int


@pytest.fixture(autouse=True)
def right_clock(time_machine, monkeypatch):
    time_machine.move_to(NOW, tick=False)
    monkeypatch.setattr(clock, "_shift", timedelta(0))


def test_run_sweep_gives_the_time_and_stamps_the_report():
    times = []

    def sweep(*, now):
        times.append(now)
        return Report(found=3)

    assert run_sweep("rooms.tidy", sweep) == {"found": 3}

    beat = Heartbeat.objects.get(name="rooms.tidy")
    assert (times, beat.beat_at, beat.report) == ([NOW], NOW, {"found": 3})


def one_found(*, now):
    return Report(found=1)


def none_found(*, now):
    return Report(found=0)


def test_run_sweep_again_moves_the_one_heartbeat(time_machine):
    run_sweep("rooms.tidy", one_found)
    time_machine.move_to(NOW + timedelta(minutes=1), tick=False)

    run_sweep("rooms.tidy", none_found)

    beat = Heartbeat.objects.get(name="rooms.tidy")
    assert (beat.beat_at, beat.report) == (NOW + timedelta(minutes=1), {"found": 0})


def test_run_sweep_that_raises_stamps_nothing():
    def sweep(*, now):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_sweep("rooms.tidy", sweep)

    assert not Heartbeat.objects.filter(name="rooms.tidy").exists()


def command(*arguments):
    out = StringIO()
    call_command("run_sweep", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_command_runs_a_sweep_here_and_now(mail_server):
    assert command(SEND_OUTBOX)["sent"] == 0
    assert Heartbeat.objects.get(name=SEND_OUTBOX).beat_at == NOW


def test_command_runs_a_sweep_at_another_time(settings):
    @current_app.task(name="rooms.tell_time")
    def tell_time():
        return clock.now().isoformat()

    settings.SWEEPS = {tell_time.name: 60}
    try:
        assert command(tell_time.name) == NOW.isoformat()
        told = command(tell_time.name, "--now", "2026-03-29T03:00+02:00")
    finally:
        current_app.tasks.unregister(tell_time.name)

    assert told == "2026-03-29T01:00:00+00:00"
    # The rest of the process goes by its own time.
    assert clock.now() == NOW


def test_command_at_another_time_leaves_the_heartbeat_alone(mail_server):
    command(SEND_OUTBOX)
    command(SEND_OUTBOX, "--now", "2027-03-29T03:00+02:00")

    assert Heartbeat.objects.get(name=SEND_OUTBOX).beat_at == NOW


@pytest.mark.parametrize(
    ("now", "message"),
    [
        ("2026-03-29T03:00", "needs an offset"),
        ("tomorrow", "must be ISO 8601"),
    ],
)
def test_command_refuses_a_time_that_is_none(now, message):
    with pytest.raises(CommandError, match=message):
        command(SEND_OUTBOX, "--now", now)


def test_command_refuses_a_sweep_that_is_none():
    with pytest.raises(CommandError, match="invalid choice"):
        command("rooms.tidy")
