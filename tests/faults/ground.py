"""A running EIHtrack to be broken: its parts, its truth, and how it is put right."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import redis
from celery import Celery
from psycopg.rows import dict_row

from apps.common.stack.errors import StackError
from apps.common.stack.postgres import EmbeddedPostgres
from apps.common.stack.processes import Process
from apps.flares.services import JUDGE_DUE
from apps.messaging.services import SEND_OUTBOX
from tests.operations.live import LiveStack

from .clinics import DAY, MADE_AT_ONCE, Device, People, a_day_ago, make_people
from .gates import Place, closed
from .smtp import UnreliableMailServer

WAIT_S = 60
# Within this /healthz must have told the truth.
HEALTH_S = 240
SECOND = timedelta(seconds=1)


def wait_until(
    condition: Callable[[], Any], *, what: str, wait_s: float = WAIT_S
) -> Any:
    """Return the first true value of the condition."""
    deadline = time.monotonic() + wait_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not in {wait_s} s: {what}"
        time.sleep(0.05)
    return value


@dataclass(frozen=True)
class Outcome:
    """What is left of a patient's entries after a fault, as it was found."""

    entries_lost: int
    entries_doubled: int
    alerts: int
    alerts_doubled: int
    mails: int
    repeats: int
    message_ids: int
    mails_of_outbox: int


class OwnPostgres:
    """A PostgreSQL server that only one stack uses, so that it may be broken."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedPostgres(
            folder=folder / "postgres", log=folder / "postgres.log"
        )
        self.process = self._server.start()
        self.admin_url = self._server.admin_url

    def start(self) -> None:
        """Start it again; after a crash its last children need a moment to leave."""
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                self.process = self._server.start()
            except StackError:
                assert time.monotonic() < deadline
                time.sleep(0.2)
            else:
                return

    def stop(self) -> None:
        """Stop it for good."""
        self.process.stop()


class Ground:
    """One running stack with a mail server that obeys, and an eye on its database."""

    def __init__(
        self,
        stack: LiveStack,
        *,
        admin_url: str,
        postgres: "OwnPostgres | None" = None,
    ) -> None:
        self.stack = stack
        self._postgres = postgres
        self.admin_url = admin_url
        self.health: list[str] = []
        self._clinics: list[People] = []
        self._broker = Celery(
            "faults", broker=stack.env["REDIS_URL"], set_as_current=False
        )
        stack.process("mail").stop()
        self.mail = UnreliableMailServer(port=int(stack.env["EMAIL_PORT"]))
        self.mail.start()

    def end(self) -> None:
        """Give the stack its own mail server back."""
        self.mail.end()
        self._broker.close()
        self.stack.restart("mail")

    # A patient in a clinic of their own.

    def take_device(self, ended_at: datetime | None) -> Device:
        """Return the tablet of a fresh clinic, at another time if one is given."""
        if ended_at is not None:
            return self._device_at(ended_at.astimezone(UTC))
        if not self._clinics:
            self._clinics = list(make_people(self.stack, count=MADE_AT_ONCE))
        return Device(
            people=self._clinics.pop(),
            base_url=self.stack.base_url,
            ended_at=a_day_ago(),
        )

    def _device_at(self, ended_at: datetime) -> Device:
        """Return the tablet of a clinic that lives at another time."""
        now = ended_at + DAY + timedelta(minutes=5)
        [people] = make_people(self.stack, count=1, now=now.isoformat())
        return Device(people=people, base_url="", ended_at=ended_at)

    def close_gate(self, place: Place, device: Device) -> Any:
        """Close a place to all work for the device's patient, as a context."""
        patient_id = device.people.patient_id
        return closed(place, admin_url=self.admin_url, patient_id=patient_id)

    # Breaking and mending processes.

    def kill_worker(self) -> None:
        """Kill the worker and its children with -9."""
        self.stack.kill("worker")

    def kill_worker_children(self) -> None:
        """Kill what does the worker's tasks with -9, not the worker itself."""
        parent = psutil.Process(self.stack.process("worker").pid)
        children = parent.children()
        assert children, "the worker has no children"
        for child in children:
            child.kill()
        psutil.wait_procs(children, timeout=WAIT_S)

    def put_right(self) -> None:
        """Undo what a scenario that failed half way may have left."""
        self.mail.obey()
        if self._postgres is not None and not self._postgres.process.is_running:
            self._postgres.start()
        self.revive()

    def revive(self) -> None:
        """Start again whatever of the product does not run."""
        for name in ("valkey", "web", "worker", "beat"):
            if not self.stack.process(name).is_running:
                self.stack.restart(name)

    # What Beat does each minute.

    def tick(self, name: str, *, task_id: str | None = None) -> None:
        """Have a worker run a sweep, by the message that Beat would send."""
        self._broker.send_task(name, task_id=task_id, queue="urgent", expires=60)

    def sweep(self, name: str, *, now: datetime | None = None) -> str:
        """Run a sweep in a process of its own, at another time if one is given."""
        at = ("--now", now.isoformat()) if now else ()
        return self.stack.manage("run_sweep", name, *at)

    def settle(self, device: Device) -> None:
        """Let the minutes go by until all that is due about a patient is done."""
        wait_until(
            partial(self._is_settled, device),
            what=f"nothing is due any more\n{self.stack.process('worker').log_tail()}",
        )
        for name in (JUDGE_DUE, SEND_OUTBOX):
            self.tick(name)

    def _is_settled(self, device: Device) -> bool:
        # As a supervisor does: a worker at work may end with its broker.
        self.revive()
        now = datetime.now(UTC)
        due = self.due(device)
        if due is not None and due["attempts"] and due["due_at"] > now:
            # It failed and waits for its next attempt: the time is moved on.
            self.sweep(JUDGE_DUE, now=due["due_at"] + SECOND)
            return False
        if due is not None and due["due_at"] <= now:
            self.tick(JUDGE_DUE)
            time.sleep(0.2)
            return False
        return self._is_mailed(device, now=now)

    def _is_mailed(self, device: Device, *, now: datetime) -> bool:
        unsent = [mail for mail in self.outbox(device) if mail["state"] != "sent"]
        for mail in unsent:
            if mail["next_attempt_at"] > now:
                self.sweep(SEND_OUTBOX, now=mail["next_attempt_at"] + SECOND)
            else:
                self.tick(SEND_OUTBOX)
                time.sleep(0.2)
        return not unsent

    def wait_until_sent(self, device: Device) -> None:
        """Return once a mail to the patient's therapist is marked as sent."""
        wait_until(
            lambda: [m for m in self.outbox(device) if m["state"] == "sent"],
            what="the mail is marked as sent",
        )

    def wait_until_held(self, device: Device) -> None:
        """Return once the server holds all that the device ever sent."""
        wait_until(
            lambda: device.entries <= set(self._entries(device)),
            what="the entries are there",
        )

    # PostgreSQL, where it is the stack's own.

    @property
    def postgres(self) -> Process:
        """The process of the stack's own PostgreSQL."""
        assert self._postgres is not None, "this stack shares its PostgreSQL"
        return self._postgres.process

    def start_postgres(self) -> None:
        """Start it again on the data that it left."""
        assert self._postgres is not None
        self._postgres.start()

    # What is true.

    def beat_of(self, name: str) -> datetime:
        """Return when a sweep ran last."""
        [row] = self.rows("SELECT beat_at FROM common_heartbeat WHERE name = %s", name)
        return row["beat_at"]

    def let_heartbeats_age(self, by: timedelta) -> None:
        """Make every sweep's last run as old as if so much time had passed."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(
                "UPDATE common_heartbeat SET beat_at = beat_at - %s", [by]
            )
        self.health.append(f"beats {by.total_seconds():.0f} s older")

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Return what the database holds, across all walls."""
        with psycopg.connect(
            self.admin_url, autocommit=True, row_factory=dict_row
        ) as connection:
            return connection.execute(query, values).fetchall()

    def due(self, device: Device) -> dict[str, Any] | None:
        """Return when the patient is to be judged, if they are."""
        found = self.rows(
            "SELECT * FROM logbook_judgementdue WHERE patient_id = %s",
            device.people.patient_id,
        )
        return found[0] if found else None

    def outbox(self, device: Device) -> list[dict[str, Any]]:
        """Return the mails to the patient's therapist, sent or not."""
        return self.rows(
            "SELECT * FROM messaging_outboxmail WHERE to_address = %s",
            device.people.therapist,
        )

    def mails(self, device: Device) -> list[Any]:
        """Return the mails that the mail server took for the patient's therapist."""
        therapist = device.people.therapist
        return [mail for mail in self.mail.taken if mail["To"] == therapist]

    def measure(self, device: Device, *, alerts: int = 1) -> Outcome:
        """Count what there is against what there must be."""
        held = self._entries(device)
        found, sets = set(held), self._sets(device)
        opened = len(
            self.rows(
                "SELECT id FROM inbox_alert WHERE patient_id = %s",
                device.people.patient_id,
            )
        )
        ids = [mail["Message-ID"] for mail in self.mails(device)]
        return Outcome(
            entries_lost=len(device.entries - found) + max(0, device.sets - sets),
            entries_doubled=len(held)
            - len(device.entries & found)
            + max(0, sets - device.sets),
            alerts=opened,
            alerts_doubled=max(0, opened - alerts),
            mails=len(ids),
            repeats=len(ids) - len(set(ids)),
            message_ids=len(set(ids)),
            mails_of_outbox=len(self.outbox(device)),
        )

    def _entries(self, device: Device) -> list[str]:
        patient_id = device.people.patient_id
        found = self.rows(
            "SELECT public_id FROM logbook_heldsession WHERE patient_id = %s"
            " UNION ALL SELECT public_id FROM logbook_checkin WHERE patient_id = %s",
            patient_id,
            patient_id,
        )
        return [str(row["public_id"]) for row in found]

    def _sets(self, device: Device) -> int:
        [row] = self.rows(
            "SELECT count(*) AS sets FROM logbook_setentry a_set"
            " JOIN logbook_exerciseentry entry ON entry.id = a_set.exercise_entry_id"
            " JOIN logbook_heldsession session ON session.id = entry.session_id"
            " WHERE session.patient_id = %s",
            device.people.patient_id,
        )
        return int(row["sets"])

    # What /healthz says.

    def problems(self) -> list[str] | None:
        """Return what /healthz complains of; None if it does not answer at all."""
        try:
            answer = httpx.get(f"{self.stack.base_url}/healthz", timeout=WAIT_S)
        except httpx.TransportError:
            return None
        told: list[str] = answer.json()["problems"]
        assert answer.status_code == (503 if told else 200)
        return told

    def wait_for_red(self, word: str) -> None:
        """Return once /healthz complains of this; note how long that took."""
        begun_s = time.monotonic()
        wait_until(
            lambda: any(word in problem for problem in self.problems() or ()),
            what=f"/healthz says {word!r}",
            wait_s=HEALTH_S,
        )
        self.health.append(f"red {time.monotonic() - begun_s:.1f} s")

    def wait_for_green(self) -> None:
        """Return once /healthz complains of nothing; note how long that took."""
        begun_s = time.monotonic()
        said: list[list[str] | None] = []

        def is_green() -> bool:
            said.append(self.problems())
            return said[-1] == []

        try:
            wait_until(is_green, what="/healthz is green", wait_s=HEALTH_S)
        except AssertionError as error:
            raise AssertionError(f"{error}; it said last: {said[-1:]}") from error
        self.health.append(f"green {time.monotonic() - begun_s:.1f} s")

    def broker(self) -> redis.Redis:
        """Return a connection to the broker itself."""
        return redis.Redis.from_url(
            self.stack.env["REDIS_URL"].replace("redis+socket://", "unix://")
        )
