"""People in the running stack, spoken to over HTTP, and the rows that they leave."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg

WAIT_S = 60
HOUR = timedelta(hours=1)
PEOPLE = """
import json
from django.db import transaction
from apps.common import clock
from apps.flares.policies import sign_policy
from tests.factories import people
with transaction.atomic():
    clinic = people.make_clinic(name="Gym {name}")
    tove = people.make_therapist(clinic, email="tove-{name}@test.example")
    tom = people.make_therapist(clinic, email="tom-{name}@test.example")
    steps = dict(increment_value="2.5", minimum_value="2.5", load_kind="external")
    press = clinic.exercises.create(
        slug="press", name="Press", region="legs", modality="resistance", **steps
    )
    sign_policy(clinic=clinic, by=tove, now=clock.now())
    patients = []
    for number in range({patients}):
        patient = people.make_patient(clinic, therapist=tove)
        people.give_care(tom, patient)
        patients.append(
            dict(id=str(patient.public_id), token=people.bearer(patient.user))
        )
    print(json.dumps(dict(
        token=people.bearer(tove),
        other_token=people.bearer(tom),
        exercise=str(press.public_id),
        patients=patients,
    )))
"""


@dataclass(frozen=True)
class Person:
    """A patient of the gym."""

    id: str
    token: str


class Gym:
    """A clinic of the running stack with two therapists and some patients."""

    def __init__(self, stack: Any, *, patients: int) -> None:
        """Make the people by one command of the stack."""
        self.stack = stack
        script = PEOPLE.format(name=uuid4().hex, patients=patients)
        made = stack.manage("shell", "--no-imports", "-c", script)
        people = json.loads(made.strip().splitlines()[-1])
        self.token = people["token"]
        self.other_token = people["other_token"]
        self.exercise = people["exercise"]
        self._fresh = [Person(**each) for each in people["patients"]]
        # On a full minute: what is compared below is text.
        self.now = datetime.now(UTC).replace(second=0, microsecond=0)

    def patient(self) -> Person:
        """Return a patient whom no other test knows."""
        return self._fresh.pop()

    def client(self, token: str, *, base_url: str | None = None) -> httpx.Client:
        """Return a client with a connection of its own."""
        return httpx.Client(
            base_url=f"{base_url or self.stack.base_url}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=WAIT_S,
            trust_env=False,
            # Nothing to verify over HTTP, and loading certificates takes its time.
            verify=False,
        )

    def send(
        self, path: str, body: Any, *, method: str = "POST", **options: Any
    ) -> httpx.Response:
        """Send one request as the therapist."""
        with self.client(options.pop("token", self.token)) as client:
            return client.request(method, path, json=body, **options)

    def session(self, person: Person, *, hours_ago: float = 3, **fields: Any) -> Any:
        """Return an hour of two sets of presses, as a client sends it."""
        started_at = self.now - hours_ago * HOUR
        a_set = {"reps": 15, "load": {"value": "30", "unit": "kg"}, "rpe": 12}
        return {
            "id": str(uuid4()),
            "patient": person.id,
            "setting": "supervised",
            "started_at": started_at.isoformat(),
            "ended_at": (started_at + HOUR).isoformat(),
            "exercises": [{"exercise": self.exercise, "sets": [a_set, a_set]}],
            "check_ins": [
                {
                    "id": str(uuid4()),
                    "moment": "pre",
                    "answered_at": started_at.isoformat(),
                    "pain_mm": 50,
                    "red_flags": [],
                }
            ],
        } | fields

    def run_in(self, person: Person, **fields: Any) -> Any:
        """Return a daily check-in before the programme, as a client sends it."""
        return {
            "id": str(uuid4()),
            "patient": person.id,
            "moment": "run_in",
            "answered_at": (self.now - HOUR).isoformat(),
            "pain_mm": 50,
            "red_flags": [],
        } | fields

    def test(self, person: Person, **fields: Any) -> Any:
        """Return a direct 1RM test, as a client sends it."""
        trial = {"load": {"value": "83", "unit": "kg"}, "reps": 1, "success": True}
        return {
            "id": str(uuid4()),
            "patient": person.id,
            "exercise": self.exercise,
            "tested_at": (self.now - HOUR).isoformat(),
            "method": "direct",
            "trials": [trial],
        } | fields

    def alerts(self, person: Person) -> list[Any]:
        """Return the alerts of a patient, newest first."""
        answer = self.send(
            "/alerts/", None, method="GET", params={"patient": person.id}
        )
        return answer.json()["results"]

    def wait_for_alert(self, person: Person) -> Any:
        """Return the alert of a patient as soon as a worker has opened it."""
        deadline = time.monotonic() + WAIT_S
        while not (found := self.alerts(person)):
            assert time.monotonic() < deadline, (
                f"no alert came in {WAIT_S} s; the worker says:\n"
                f"{self.stack.process('worker').log_tail()}"
            )
            time.sleep(0.3)
        return found[0]

    def count(self, table: str, **equal: Any) -> int:
        """Return how many rows the table has, whoever's they are."""
        where = " AND ".join(f"{name} = %s" for name in equal)
        [[count]] = self.rows(
            f"SELECT count(*) FROM {table} WHERE {where}", *equal.values()
        )
        return count

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Return what the database says, asked by its owner, whom no wall stops."""
        with psycopg.connect(self.stack.database.owner_url) as connection:
            return connection.execute(query, values).fetchall()


def at_once(sends: Sequence[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    """Return what every call gives, all begun at the same moment."""
    gate = threading.Barrier(len(sends), timeout=WAIT_S)

    def run(send: Callable[[], httpx.Response]) -> httpx.Response:
        gate.wait()
        return send()

    with ThreadPoolExecutor(len(sends)) as pool:
        return list(pool.map(run, sends))


def statuses(answers: Sequence[httpx.Response]) -> dict[int, int]:
    """Return how often each status came."""
    found = [answer.status_code for answer in answers]
    return {status: found.count(status) for status in sorted(set(found))}
