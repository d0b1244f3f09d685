"""From a session to the link in a mail, five taps, and a check-in on the server."""

import json
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from tests.reminders.evenings import ADDRESS

from .conftest import photograph
from .phone import SIZE, WAIT_S

pytestmark = [pytest.mark.browser, pytest.mark.requirement("H4")]

SESSION = """
import json
from datetime import datetime
from django.db import transaction
from tests.factories import people
from tests.reminders.evenings import make_anna, train
with transaction.atomic():
    user = people.make_user(email="anna-{name}@test.example")
    anna = make_anna(
        clinic=people.make_clinic(name="Clinic {name}"),
        user=user,
        given_name="Anna",
        time_zone="{zone}",
    )
    train(anna, until=datetime.fromisoformat("{ended_at}"))
    print(json.dumps(dict(email=user.email, token=people.bearer(user))))
"""


def zone_of_noon(now):
    """Return a zone in which it is about noon, when nobody sleeps."""
    ahead = 12 - now.hour
    # The names of these zones count the other way round.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


class Letter:
    """What comes by mail 22 hours after a session, opened by nobody signed in."""

    def __init__(self, stack, browser) -> None:
        self.stack = stack
        now = datetime.now(UTC)
        script = SESSION.format(
            name=uuid4().hex,
            zone=zone_of_noon(now),
            ended_at=(now - timedelta(hours=21)).isoformat(),
        )
        made = stack.manage("shell", "--no-imports", "-c", script)
        self.person = json.loads(made.strip().splitlines()[-1])
        self.it_is = now + timedelta(hours=1, minutes=1)
        self._run("reminders.remind_of_check_ins")
        self.context = browser.new_context(viewport=SIZE, base_url=stack.base_url)
        self.context.set_default_timeout(WAIT_S * 1000)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message) -> None:
        # A server that is away is told by the browser itself.
        if "Failed to load resource" not in message.text:
            self.said.append(message.text)

    def _run(self, sweep: str) -> None:
        self.stack.manage("run_sweep", sweep, "--now", self.it_is.isoformat())

    def open(self):
        self.page.goto(f"/l/{self._token()}/")
        self.page.get_by_role("heading", name="A short check-in").wait_for()
        return self.page

    def _token(self) -> str:
        deadline = time.monotonic() + WAIT_S
        while True:
            # A mail server that was slow is asked again a little later.
            self._run("messaging.send_outbox")
            self.it_is += timedelta(minutes=2)
            for mail in self.stack.mails():
                text = mail.get_body(("plain",)).get_content()
                if mail["To"] == self.person["email"]:
                    return ADDRESS.search(text).group(1)
            assert time.monotonic() < deadline, "no mail came"

    def check_ins(self, *, count) -> list[dict]:
        deadline = time.monotonic() + WAIT_S
        while True:
            answer = httpx.get(
                f"{self.stack.base_url}/api/v1/check-ins/",
                headers={"Authorization": f"Bearer {self.person['token']}"},
                timeout=WAIT_S,
            )
            found = answer.json()["results"]
            if len(found) >= count:
                return found
            assert time.monotonic() < deadline, "nothing arrived"
            time.sleep(0.2)


@pytest.fixture
def mail(live_stack, chromium):
    made = Letter(live_stack, chromium)
    yield made
    made.context.close()
    assert made.said == []


@pytest.mark.requirement("H1")
@pytest.mark.requirement("E1")
def test_link_in_the_mail_takes_five_taps_signed_out(mail):
    page = mail.open()
    photograph(page, "check-in-link", size="phone", theme="light")

    page.locator("[data-line] input").first.click()
    page.get_by_label("Both", exact=True).check()
    page.get_by_label("No", exact=True).check()
    page.get_by_label("None of these").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved and sent. There is nothing more to do.").wait_for()

    [check_in] = mail.check_ins(count=1)
    assert check_in["moment"] == "h24"
    # The middle of the line.
    assert 40 <= check_in["pain_mm"] <= 60
    assert (check_in["location"], check_in["flare"]) == ("both", "no")
    assert (check_in["red_flags"], check_in["in_window"]) == ([], True)

    page.reload()
    page.get_by_role("heading", name="Already answered, thank you").wait_for()
    page.get_by_role("link", name="Open the app").click()
    page.get_by_label("Your e-mail address").wait_for()


@pytest.mark.requirement("I1")
def test_danger_sign_without_a_signal_shows_the_words_and_goes_out_later(mail):
    page = mail.open()
    mail.stack.kill("web")
    try:
        page.locator("#id_pain_mm").fill("70")
        page.get_by_label("Thoughts of harming myself").check()
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Call 90101.").wait_for()
        page.get_by_text("Saved on this phone, will be sent.").wait_for()
        first = page.locator("#help .danger p").first
        assert first.inner_text() == "Call 90101."
    finally:
        mail.stack.restart("web")

    page.evaluate("dispatchEvent(new Event('online'))")
    [check_in] = mail.check_ins(count=1)
    page.get_by_text("Saved and sent.").wait_for()
    assert (check_in["pain_mm"], check_in["red_flags"]) == (70, ["self_harm"])


@pytest.mark.long
def test_entry_of_a_closed_page_goes_out_when_the_link_is_opened_again(mail):
    page = mail.open()
    address = page.url
    mail.stack.kill("web")
    try:
        page.locator("#id_pain_mm").fill("30")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved on this phone, will be sent.").wait_for()
        page.close()
    finally:
        mail.stack.restart("web")

    later = mail.context.new_page()
    later.goto(address)
    [check_in] = mail.check_ins(count=1)
    later.get_by_text("Saved and sent.").wait_for()
    assert check_in["pain_mm"] == 30


@pytest.mark.long
def test_refused_entry_is_shown_and_mended(mail):
    page = mail.open()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Nothing is answered yet. One answer is enough.").wait_for()
    page.get_by_role("link", name="Look at it").click()
    page.get_by_role("alert").get_by_text("Nothing is answered yet.").wait_for()
    page.locator("#id_pain_mm").fill("20")
    page.get_by_role("button", name="Save").click()

    page.get_by_text("Saved and sent.").wait_for()
    [check_in] = mail.check_ins(count=1)
    assert check_in["pain_mm"] == 20
