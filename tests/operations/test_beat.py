"""Beat sends what is due, whatever the broker does meanwhile."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from django.conf import settings

from apps.common.stack.processes import Process
from apps.common.stack.services import ROOT, python
from tests.faults.ground import wait_until

QUEUES = ("urgent", "default", "bulk")


@pytest.fixture
def beat(tmp_path, redis_server):
    """Return Beat, not started yet, with a broker of its own."""
    process = Process(
        name="beat",
        command=[
            *python("-m", "celery", "-A", "eihtrack.beat", "beat", "--pidfile", ""),
            *("--schedule", str(tmp_path / "schedule")),
        ],
        log=tmp_path / "beat.log",
        env=os.environ | {"REDIS_URL": redis_server.broker_url},
        folder=ROOT,
    )
    yield process
    process.stop()


def waiting(redis_server) -> int:
    with redis.Redis.from_url(redis_server.client_url) as broker:
        return sum(broker.llen(name) for name in QUEUES)


@pytest.mark.requirement("N3")
def test_beat_sends_every_sweep_at_its_start_however_late_the_broker_comes(
    beat, redis_server
):
    redis_server.stop()
    beat.start()
    wait_until(lambda: "Starting" in beat.log_tail(), what="Beat has begun")
    # Longer than the retries that Celery makes by itself.
    with pytest.raises(subprocess.TimeoutExpired):
        beat._popen.wait(3)

    redis_server.start()

    wait_until(
        lambda: waiting(redis_server) >= len(settings.SWEEPS),
        what="every sweep lies in the broker",
    )


def test_beat_refuses_the_app_that_has_no_timer(tmp_path, redis_server):
    command = [
        *(sys.executable, "-m", "celery", "-A", "eihtrack", "beat", "--pidfile", ""),
        *("--schedule", str(tmp_path / "schedule")),
    ]
    done = subprocess.run(
        command,
        cwd=Path(ROOT),
        env=os.environ | {"REDIS_URL": redis_server.broker_url},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode != 0
    assert "eihtrack.beat" in done.stderr
