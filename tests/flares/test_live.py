"""From a request over HTTP to a mail at the SMTP server, through real processes."""

import json
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

pytestmark = [pytest.mark.fault, pytest.mark.requirement("F2")]

WAIT_S = 60
HOUR = timedelta(hours=1)
PEOPLE = """
import json
from django.db import transaction
from apps.common import clock
from apps.flares.policies import sign_policy
from tests.factories import people
with transaction.atomic():
    clinic = people.make_clinic(name="Clinic {name}")
    tove = people.make_therapist(clinic, email="tove-{name}@test.example")
    user = people.make_user(email="anna-{name}@test.example")
    anna = people.make_patient(clinic, therapist=tove, user=user)
    steps = dict(increment_value="2.5", minimum_value="2.5", load_kind="external")
    press = clinic.exercises.create(
        slug="press", name="Press", region="legs", modality="resistance", **steps
    )
    sign_policy(clinic=clinic, by=tove, now=clock.now())
    print(json.dumps(dict(
        token=people.bearer(tove),
        therapist=tove.email,
        patient=str(anna.public_id),
        exercise=str(press.public_id),
    )))
"""


class Clinic:
    """A clinic in the running stack, spoken to over HTTP as its therapist."""

    def __init__(self, stack):
        self.stack = stack
        script = PEOPLE.format(name=uuid4().hex)
        made = stack.manage("shell", "--no-imports", "-c", script)
        self.people = json.loads(made.strip().splitlines()[-1])
        self.http = httpx.Client(
            base_url=f"{stack.base_url}/api/v1",
            headers={"Authorization": f"Bearer {self.people['token']}"},
            timeout=WAIT_S,
        )
        self.ended_at = datetime.now(UTC) - 25 * HOUR

    def post(self, path, **body):
        """Send one entry of the patient, which must be new."""
        answer = self.http.post(path, json={"patient": self.people["patient"]} | body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def hold_session(self):
        """Record a quiet fortnight of mornings and one session yesterday."""
        started_at = self.ended_at - HOUR
        for back in range(1, 7):
            felt = started_at - back * 24 * HOUR
            self.rate("run_in", 50, felt)
        a_set = {"reps": 15, "load": {"value": "32.5", "unit": "kg"}}
        return self.post(
            "/sessions/",
            id=str(uuid4()),
            setting="supervised",
            started_at=started_at.isoformat(),
            ended_at=self.ended_at.isoformat(),
            exercises=[{"exercise": self.people["exercise"], "sets": [a_set]}],
            check_ins=[
                {
                    "moment": "pre",
                    "answered_at": started_at.isoformat(),
                    "pain_mm": 50,
                    "red_flags": [],
                }
            ],
        )

    def rate(self, moment, pain_mm, felt, **more):
        """Record one check-in."""
        self.post(
            "/check-ins/",
            id=str(uuid4()),
            moment=moment,
            answered_at=felt.isoformat(),
            pain_mm=pain_mm,
            **more,
        )

    def rate_morning_after(self, session, pain_mm=95):
        """Record the value of the next day."""
        felt = self.ended_at + 24 * HOUR
        self.rate("h24", pain_mm, felt, session=session["id"])

    def mails(self):
        """Return the mails to the therapist of this clinic."""
        therapist = self.people["therapist"]
        return [mail for mail in self.stack.mails() if mail["To"] == therapist]

    def wait_for_mail(self):
        """Return the first mail to the therapist."""
        deadline = time.monotonic() + WAIT_S
        while not (mails := self.mails()):
            assert time.monotonic() < deadline, (
                f"no mail came in {WAIT_S} s; the worker says:\n"
                f"{self.stack.process('worker').log_tail()}"
            )
            time.sleep(0.1)
        return mails[0]


@pytest.fixture
def clinic(live_stack):
    """Return a clinic of its own in the running stack."""
    made = Clinic(live_stack)
    yield made
    made.http.close()


def test_morning_after_over_http_becomes_verdict_alert_and_mail(clinic):
    session = clinic.hold_session()
    clinic.rate_morning_after(session)
    mail = clinic.wait_for_mail()

    verdict = clinic.http.get(f"/sessions/{session['id']}/verdict/").json()
    [alert] = clinic.http.get("/alerts/", params={"status": "open"}).json()["results"]
    assert verdict["tiers"] == ["T1", "T2"]
    assert verdict["alert_status"] in ("opened", "raised")
    assert (alert["kind"], alert["severity"]) == ("acute_flare", "high")
    assert alert["patient"] == clinic.people["patient"]
    assert "please open the portal" in mail["Subject"]
    assert len(clinic.mails()) == 1


def test_alert_survives_a_worker_that_was_killed(clinic, live_stack):
    session = clinic.hold_session()

    live_stack.kill("worker")
    clinic.rate_morning_after(session)
    mails_while_dead = clinic.mails()
    live_stack.restart("worker")
    clinic.wait_for_mail()

    [alert] = clinic.http.get("/alerts/", params={"status": "open"}).json()["results"]
    assert mails_while_dead == []
    assert alert["kind"] == "acute_flare"


def test_mail_that_was_refused_comes_when_the_server_takes_it_again(clinic, live_stack):
    session = clinic.hold_session()

    live_stack.restart_mail("--refuse-with=451 Later")
    try:
        clinic.rate_morning_after(session)
        wait_until(lambda: clinic.http.get("/alerts/").json()["results"])
        refused = clinic.mails()
    finally:
        live_stack.restart_mail()
    later = (datetime.now(UTC) + 2 * timedelta(minutes=1)).isoformat()
    wait_until(lambda: sent_by_hand(live_stack, now=later) and clinic.mails())

    assert refused == []
    assert len(clinic.mails()) == 1


def sent_by_hand(stack, *, now):
    """Run the sender as if some minutes had passed."""
    return stack.manage("run_sweep", "messaging.send_outbox", "--now", now)


def wait_until(condition):
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen in {WAIT_S} s"
        time.sleep(0.1)
