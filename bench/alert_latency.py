"""From the answer to a check-in to its mail at the mail server, against an empty task.

A patient tells a red flag over HTTP. The clock starts when the API has answered, so the
check-in is committed; it stops when the therapist's mail lies at the mail server. In
between: a nudge through the broker, a worker that judges, a second nudge, a worker that
hands the mail over. The yardstick goes through the same broker to a worker of its own,
with a task that does nothing.

    .venv/bin/python bench/alert_latency.py [--patients 60]
"""

import argparse
import http.client
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from apps.common.stack.processes import Process
from apps.common.stack.services import python
from bench.common import (
    ROOT,
    RunningStack,
    count,
    running_stack,
    say_figure,
    say_ratio,
    set_up_django,
)

PATIENTS = 60
P95_S = 2.0
PATIENCE_S = 60
PAUSE_S = 0.002
EMPTY_QUEUE = "bench"


@dataclass(frozen=True)
class Teller:
    """A patient with a token, who has something to tell."""

    public_id: str
    token: str


def main() -> None:
    """Measure both in turns, so that a busy machine slows both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=count, default=PATIENTS)
    options = parser.parse_args()
    with running_stack(workers=True) as running, _empty_worker(running):
        set_up_django(running.stack.env)
        tellers = _tellers(options.patients + 1)
        # The first of each pays for connections and imports.
        _alert_s(running, tellers.pop())
        _empty_s(running)
        both = [(_alert_s(running, one), _empty_s(running)) for one in tellers]
    alerts, empties = (sorted(each) for each in zip(*both, strict=True))
    print(f"{len(alerts)} red flags, one after the other")
    say_figure("alert_median", statistics.median(alerts), "s")
    say_figure("alert_p95", _p95(alerts), "s", at_most=P95_S)
    say_figure("empty_task_median", statistics.median(empties), "s")
    say_figure("empty_task_p95", _p95(empties), "s")
    say_ratio(
        "alert_of_empty_task", statistics.median(alerts) / statistics.median(empties)
    )


@contextmanager
def _empty_worker(running: RunningStack) -> Iterator[None]:
    """Run a worker of the same kind that knows the empty task and takes only that."""
    worker = Process(
        name="empty_worker",
        command=[
            *python("-m", "celery", "-A", "eihtrack", "worker"),
            *("--include", "bench.empty_task", "--queues", EMPTY_QUEUE),
            *("--loglevel", "INFO", "--concurrency", "1"),
            *("--without-gossip", "--without-mingle"),
        ],
        log=running.folder.log("empty_worker"),
        env=running.stack.env,
        folder=ROOT,
    )
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def _tellers(count: int) -> list[Teller]:
    """Return patients of one clinic, each with a token of their own."""
    from django.db import transaction  # noqa: PLC0415

    from apps.accounts.services import issue_token  # noqa: PLC0415
    from apps.common import clock  # noqa: PLC0415
    from tests.factories import people  # noqa: PLC0415

    now = clock.now()
    with transaction.atomic():
        clinic = people.make_clinic()
        therapist = people.make_therapist(clinic)
        patients = [
            people.make_patient(clinic, therapist=therapist, user=people.make_user())
            for _ in range(count)
        ]
        return [
            Teller(
                public_id=str(patient.public_id),
                token=issue_token(
                    user=patient.user,
                    name="bench",
                    scope="full",
                    expires_at=now + timedelta(hours=1),
                    now=now,
                )[1],
            )
            for patient in patients
        ]


def _alert_s(running: RunningStack, teller: Teller) -> float:
    before = _mails(running)
    _tell(running, teller)
    start = time.perf_counter()
    _wait(lambda: _mails(running) > before, "The mail did not come")
    return time.perf_counter() - start


def _tell(running: RunningStack, teller: Teller) -> None:
    from apps.common import clock  # noqa: PLC0415

    check_in = {
        "id": str(uuid4()),
        "patient": teller.public_id,
        "moment": "run_in",
        "answered_at": clock.now().isoformat(),
        "pain_mm": 50,
        "red_flags": ["chest_pain"],
    }
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    connection.request(
        "POST",
        "/api/v1/check-ins/",
        body=json.dumps(check_in),
        headers={
            "Authorization": f"Bearer {teller.token}",
            "Content-Type": "application/json",
            "X-Forwarded-Proto": "https",
        },
    )
    response = connection.getresponse()
    if response.status != http.client.CREATED:
        raise RuntimeError(f"{response.status}: {response.read().decode()}")
    connection.close()


def _mails(running: RunningStack) -> int:
    return sum(1 for _ in running.folder.mail.glob("*.eml"))


def _empty_s(running: RunningStack) -> float:
    from celery import current_app  # noqa: PLC0415

    ran = running.folder.root / f"empty-{uuid4()}"
    start = time.perf_counter()
    current_app.send_task("bench.empty", args=[str(ran)], queue=EMPTY_QUEUE)
    _wait(ran.exists, "The empty task did not run")
    return time.perf_counter() - start


def _wait(is_done: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_done():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{complaint} in {PATIENCE_S} s.")
        time.sleep(PAUSE_S)


def _p95(sorted_s: list[float]) -> float:
    return sorted_s[int(0.95 * len(sorted_s))]


if __name__ == "__main__":
    main()
