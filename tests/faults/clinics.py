"""Clinics of their own in a running stack, each with one patient in training."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from tests.operations.live import LiveStack

WAIT_S = 60
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ZONE = ZoneInfo("Europe/Stockholm")
TAKEN = (200, 201)
MADE_AT_ONCE = 20
PEOPLE = """
import json
from datetime import datetime
from django.db import transaction
from apps.common import clock
from apps.flares.policies import sign_policy
from tests.factories import people
if {now!r}:
    clock.start_at(datetime.fromisoformat({now!r}))
for name in {names!r}:
    with transaction.atomic():
        clinic = people.make_clinic(name="Clinic " + name)
        tove = people.make_therapist(clinic, email="tove-" + name + "@test.example")
        user = people.make_user(email="anna-" + name + "@test.example")
        anna = people.make_patient(clinic, therapist=tove, user=user)
        press = clinic.exercises.create(
            slug="press", name="Press", region="legs", modality="resistance",
            increment_value="2.5", minimum_value="2.5", load_kind="external",
        )
        sign_policy(clinic=clinic, by=tove, now=clock.now())
        print("made", json.dumps(dict(
            clinic_id=clinic.pk,
            patient_id=anna.pk,
            token=people.bearer(tove),
            therapist=tove.email,
            patient=str(anna.public_id),
            exercise=str(press.public_id),
        )))
"""


@dataclass(frozen=True)
class People:
    """Who is in one clinic; the ids with ``_id`` are those of the database."""

    clinic_id: int
    patient_id: int
    token: str
    therapist: str
    patient: str
    exercise: str


def make_people(stack: LiveStack, *, count: int, now: str = "") -> Iterator[People]:
    """Return the people of fresh clinics, made as if it were ``now``."""
    script = PEOPLE.format(now=now, names=[uuid4().hex for _ in range(count)])
    said = stack.manage("shell", "--no-imports", "-c", script)
    for line in said.splitlines():
        if line.startswith("made "):
            yield People(**json.loads(line.removeprefix("made ")))


@dataclass
class Device:
    """A therapist's tablet: what it has sent waits until the server has taken it."""

    people: People
    base_url: str
    # When the session ended of which the trigger is the morning after.
    ended_at: datetime
    # What the server must hold in the end: ids of sessions and of check-ins.
    entries: set[str] = field(default_factory=set)
    sets: int = 0

    def __post_init__(self) -> None:
        # No connection is kept: a server that was killed leaves broken ones.
        self.http = httpx.Client(
            headers={
                "Authorization": f"Bearer {self.people.token}",
                "Connection": "close",
            },
            timeout=WAIT_S,
        )
        self._threads = ThreadPoolExecutor(max_workers=4)

    def close(self) -> None:
        """Forget the connections."""
        self._threads.shutdown(cancel_futures=True)
        self.http.close()

    def prepare(self) -> None:
        """Record six quiet mornings."""
        for back in range(6, 0, -1):
            felt = self.ended_at - HOUR - back * DAY
            self.deliver(self.check_in("run_in", felt, pain_mm=50))

    def session(self, *red_flags: str) -> tuple[str, dict[str, Any]]:
        """Return a session of two sets with a check-in before it."""
        started_at = self.ended_at - HOUR
        self.session_id = str(uuid4())
        a_set = {"reps": 15, "load": {"value": "32.5", "unit": "kg"}}
        before = self._check_in("pre", started_at, pain_mm=50, red_flags=red_flags)
        body = {
            "id": self.session_id,
            "patient": self.people.patient,
            "setting": "supervised",
            "started_at": self._told(started_at),
            "ended_at": self._told(self.ended_at),
            "exercises": [{"exercise": self.people.exercise, "sets": [a_set, a_set]}],
            "check_ins": [before],
        }
        self.entries |= {self.session_id, before["id"]}
        self.sets += 2
        return "/sessions/", body

    def morning_after(self) -> tuple[str, dict[str, Any]]:
        """Return the check-in that makes a flare of the session."""
        felt = self.ended_at + DAY
        return self.check_in("h24", felt, pain_mm=95, session=self.session_id)

    def red_flag(self) -> tuple[str, dict[str, Any]]:
        """Return a check-in that must be told at once, whatever came before it."""
        felt = self.ended_at + DAY
        return self.check_in("pre", felt, pain_mm=50, red_flags=["chest_pain"])

    def check_in(
        self, moment: str, felt: datetime, **more: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return a check-in that comes alone."""
        body = self._check_in(moment, felt, **more)
        body["patient"] = self.people.patient
        self.entries.add(body["id"])
        return "/check-ins/", body

    def send(
        self, entry: tuple[str, dict[str, Any]], *, patience_s: float = WAIT_S
    ) -> int:
        """Send an entry once and return the status; 0 if no answer came."""
        path, body = entry
        try:
            answer = self.http.post(
                f"{self.base_url}/api/v1{path}", json=body, timeout=patience_s
            )
        except httpx.TransportError:
            return 0
        assert answer.status_code in TAKEN or answer.is_server_error, answer.text
        return answer.status_code

    def send_aside(
        self, entry: tuple[str, dict[str, Any]], *, patience_s: float = WAIT_S
    ) -> "Future[int]":
        """Send an entry once from another thread."""
        return self._threads.submit(self.send, entry, patience_s=patience_s)

    def deliver(self, entry: tuple[str, dict[str, Any]]) -> int:
        """Send an entry until the server says that it has it; return that status."""
        deadline = time.monotonic() + WAIT_S
        while (status := self.send(entry)) not in TAKEN:
            assert time.monotonic() < deadline, f"the server says {status} for long"
            time.sleep(0.2)
        return status

    def _told(self, instant: datetime) -> str:
        return instant.astimezone(ZONE).isoformat()

    def _check_in(self, moment: str, felt: datetime, **more: Any) -> dict[str, Any]:
        return {
            "id": str(uuid4()),
            "moment": moment,
            "answered_at": self._told(felt),
        } | more


def a_day_ago() -> datetime:
    """Return an end of a session whose next morning has just come."""
    return datetime.now(UTC) - DAY - timedelta(minutes=5)
