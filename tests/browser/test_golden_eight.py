"""The worked example of eight sessions, logged by thumb; the third without a signal."""

import sys
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from apps.common.stack.processes import Process
from tests.flares.course import DAY, GOLDEN, GOLDEN_RUN_IN, HOUR, end_of, start_of

from .phone import WAIT_S, Phone, new_person
from .test_patient_app import train

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.requirement("F2"),
    pytest.mark.requirement("I1"),
]
PEOPLE = """
import json
from datetime import datetime
from django.db import transaction
from apps.common import clock
from apps.flares.policies import sign_policy
from tests.factories import people
clock.start_at(datetime.fromisoformat("{now}"))
with transaction.atomic():
    clinic = people.make_clinic(name="Clinic {name}")
    tove = people.make_therapist(clinic, email="tove-{name}@test.example")
    user = people.make_user(email="anna-{name}@test.example")
    people.make_patient(clinic, therapist=tove, user=user, given_name="{given_name}")
    sign_policy(clinic=clinic, by=tove, now=clock.now())
    print(json.dumps(dict(
        email=user.email,
        name="{given_name}",
        token=people.bearer(user, days=60),
        therapist=tove.email,
        therapist_token=people.bearer(tove, days=60),
    )))
"""
# Apart from them, because the real clock's worker would say that all of it was missed.
PROGRAMME = """
from datetime import datetime
from django.db import transaction
from apps.accounts.models import User
from apps.clinics.models import Patient
from apps.common import clock, tenancy
from tests.factories import gym
clock.start_at(datetime.fromisoformat("{now}"))
with transaction.atomic():
    user = User.objects.get(email="{email}")
    tenancy.enter_clinics_of(user.pk)
    patient = Patient.objects.select_related("clinic").get(user=user)
    tove = patient.care_team.get().membership.user
    gym.let_train(patient, by=tove, now=clock.now())
"""
ENROLLED_AT = start_of(1) - 7 * DAY
# Of the specification's table: ref, sig and R by hand, and the rules that fire.
VERDICTS = [
    (51.0, 9.42, 5.20, set()),
    (52.5, 9.15, 16.80, {"T1", "T2"}),
    (50.25, 8.91, 16.80, {"T1", "T4_WATCH"}),
    (53.25, 8.70, 22.50, {"T1", "T2", "T4_WATCH", "T4_ALERT"}),
    (52.25, 8.51, 11.17, {"T4_WATCH", "T4_ALERT"}),
    (50.75, 8.09, 20.60, {"T1", "T2", "T4_WATCH", "T4_ALERT"}),
    (51.75, 7.71, 17.25, {"T1", "T2", "T4_WATCH", "T4_ALERT"}),
    (53.25, 7.77, 20.00, {"T1", "T2", "T4_WATCH", "T4_ALERT"}),
]
ROOT = Path(__file__).resolve().parents[2]
FORMS = ("/", "/check-in/before/", "/session/", "/check-in/after/")


class Course(Phone):
    """A phone and a server that go through March 2026 together."""

    def __init__(self, stack, browser, *, folder: Path) -> None:
        now = ENROLLED_AT.isoformat()
        anna = new_person(stack, given_name="Anna", script=PEOPLE, now=now)
        super().__init__(stack, browser, person=anna, timezone_id="Europe/Stockholm")
        self.clock = folder / "now"
        self.check_ins = 0

    def go_to(self, instant: datetime) -> None:
        """Let it be another time, for the phone and for the server."""
        self.clock.write_text(instant.isoformat())
        self.context.clock.set_fixed_time(instant)

    def serve(self) -> None:
        """Start the web server at the phone's address, on the time of the file."""
        self.stack.process("web").stop()
        self.stack.restart("web", start=self._start_web)

    def enrol(self) -> None:
        """Let Anna begin a programme in the week before."""
        values = {"now": ENROLLED_AT.isoformat(), "email": self.person["email"]}
        script = PROGRAMME.format(**values)
        self.stack.manage("shell", "--no-imports", "-c", script)

    def _start_web(self) -> Process:
        port = self.stack.base_url.rpartition(":")[2]
        process = Process(
            name="clocked_web",
            command=[
                *(sys.executable, "-m", "granian", "--interface", "asginl", "--no-ws"),
                *("--host", "127.0.0.1", "--port", port, "--workers", "1"),
                "tests.browser.clocked_web:application",
            ],
            log=self.stack.log_folder / "clocked_web.log",
            env=self.stack.env | {"CLOCK_FILE": str(self.clock)},
            folder=ROOT,
        )
        process.start()
        return process

    def sweep(self, name: str, instant: datetime) -> None:
        """Run one sweep as if it were then."""
        self.stack.manage("run_sweep", name, "--now", instant.isoformat())

    def say(self, pain_mm: int) -> None:
        """Fill in the line of pain and save."""
        self.page.locator("#id_pain_mm").fill(str(pain_mm))
        self.page.get_by_role("button", name="Save").click()
        self.check_ins += 1

    def open_today(self) -> None:
        """Open the first page, as one does who picks up the phone."""
        self.page.goto("/")
        self.page.get_by_role("heading", name="Hello Anna").wait_for()

    def rest(self, back: int, pain_mm: int) -> None:
        """Say how an ordinary day is, so many days before the first session."""
        self.go_to(start_of(1) - back * DAY)
        self.open_today()
        self.page.get_by_role("link", name="Answer now").click()
        self.say(pain_mm)
        self.wait_until_sent()

    def train(self, number: int, before: int, after: int | None) -> None:
        """Log a session from its first answer to its last."""
        page = self.page
        self.go_to(start_of(number))
        self.open_today()
        page.get_by_role("link", name="Start the session").click()
        page.get_by_label("None of these").check()
        self.say(before)
        page.wait_for_url("**/session/")
        page.get_by_label("Set 1 done").first.wait_for()
        # It is on the screen from the first set to the last.
        self.go_to(end_of(number))
        train(page)
        page.get_by_role("button", name="Finish the session").click()
        page.wait_for_url("**/check-in/after/**")
        if after is not None:
            self.say(after)

    def follow_up(self, instant: datetime, pain_mm: int | None) -> None:
        """Answer what the first page asks for, unless it is left out."""
        if pain_mm is None:
            return
        self.go_to(instant)
        self.open_today()
        self.page.get_by_role("link", name="Answer now").first.click()
        self.say(pain_mm)
        self.wait_until_sent()

    def wait_until_sent(self) -> None:
        """Wait until the server has every check-in."""
        self.wait_for("/check-ins/", count=self.check_ins)

    def asked(self, path: str) -> dict:
        """Return what the API answers Tove."""
        answer = httpx.get(
            f"{self.stack.base_url}/api/v1{path}",
            headers={"Authorization": f"Bearer {self.person['therapist_token']}"},
            timeout=WAIT_S,
        )
        return answer.json()

    def verdicts(self) -> list[dict]:
        """Return what the therapist is told of each session, the first first."""
        sessions = reversed(self.answers("/sessions/"))
        return [self.asked(f"/sessions/{each['id']}/verdict/") for each in sessions]

    def letters(self) -> list[str]:
        """Return which mails Tove got."""
        to = self.person["therapist"]
        mails = [mail for mail in self.stack.mails() if mail["To"] == to]
        return [str(mail["Message-ID"]) for mail in mails]


@pytest.fixture
def course(live_stack, chromium, tmp_path):
    made = Course(live_stack, chromium, folder=tmp_path)
    made.sign_in()
    for name in ("worker", "beat"):
        live_stack.process(name).stop()
    made.enrol()
    made.go_to(ENROLLED_AT)
    made.serve()
    yield made
    live_stack.process("web").stop()
    live_stack.restart("web", start=live_stack.services.start_web)
    for name in ("worker", "beat"):
        live_stack.restart(name)
    made.close()
    assert made.said == []


def without_a_signal(course, number, before, after):
    """Log a session while the server is away, and close the tab."""
    for path in FORMS:
        course.wait_until_kept(path)
    course.stack.process("web").kill()
    course.train(number, before, after)
    course.page.get_by_text("Saved on this phone, will be sent: 3").wait_for()
    course.page.close()
    course.go_to(end_of(number) + 2 * HOUR)
    course.serve()
    course.page = course.new_page()
    course.open_today()


def test_golden_eight_go_in_by_thumb_and_the_alert_reaches_tove_once(course):
    for back, pain_mm in zip(range(6, 0, -1), GOLDEN_RUN_IN, strict=True):
        course.rest(back, pain_mm)
    told = []
    for number, (before, after, next_day, second_day) in enumerate(GOLDEN, start=1):
        if number == 3:
            without_a_signal(course, number, before, after)
        else:
            course.train(number, before, after)
        course.wait_for("/sessions/", count=number)
        course.wait_until_sent()
        course.follow_up(end_of(number) + 24 * HOUR, next_day)
        course.follow_up(end_of(number) + 48 * HOUR, second_day)
        course.sweep("flares.judge_due", end_of(number) + 60 * HOUR)
        # In the morning, when Tove is not to be left in peace any more.
        course.sweep("messaging.send_outbox", end_of(number) + 70 * HOUR)
        told.append(course.letters())

    for verdict, (ref_mm, sig_mm, response_mm, tiers) in zip(
        course.verdicts(), VERDICTS, strict=True
    ):
        assert verdict["ref_mm"] == ref_mm
        assert verdict["sig_mm"] == pytest.approx(sig_mm, abs=0.005)
        assert verdict["response_mm"] == pytest.approx(response_mm, abs=0.005)
        assert set(verdict["tiers"]) == tiers
    # Two flares and the pattern: each is told once, and nothing again.
    kinds = [alert["kind"] for alert in course.asked("/alerts/")["results"]]
    assert kinds == ["acute_flare", "hyperalgesia", "acute_flare"]
    assert [len(letters) for letters in told] == [0, 1, 1, 2, 3, 3, 3, 3]
    assert len(set(told[-1])) == 3
