"""A phone of a patient in real Chromium, against the whole running product."""

import json
import re
import time
from typing import Any
from uuid import uuid4

import httpx
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from apps.patient_app.device import KEPT_PAGES

WAIT_S = 60
SIZE = {"width": 390, "height": 844}
PEOPLE = """
import json
from django.db import transaction
from apps.common import clock
from apps.flares.policies import sign_policy
from tests.factories import gym, people
with transaction.atomic():
    clinic = people.make_clinic(name="Clinic {name}")
    tove = people.make_therapist(clinic, email="tove-{name}@test.example")
    user = people.make_user(email="anna-{name}@test.example")
    anna = people.make_patient(clinic, therapist=tove, user=user, given_name="Anna")
    gym.let_train(anna, by=tove, now=clock.now())
    sign_policy(clinic=clinic, by=tove, now=clock.now())
    print(json.dumps(dict(email=user.email, token=people.bearer(user))))
"""
CODE = re.compile(r"^\s*([0-9A-Z]{3,4}-?[0-9A-Z]{3,4})\s*$", re.M)

KEPT = "path => caches.open('pages').then(c => c.match(path)).then(Boolean)"


def wait_until(page: Page, condition: str, *arguments: Any) -> None:
    """Ask a page again and again; its own policy forbids it to do so by itself."""
    deadline = time.monotonic() + WAIT_S
    while not page.evaluate(condition, *arguments):
        assert time.monotonic() < deadline, f"not in {WAIT_S} s: {condition}"
        time.sleep(0.1)


class Phone:
    """One person's phone: pages, and what the server holds of them."""

    def __init__(
        self, stack, browser: Browser, *, people: str = PEOPLE, **options
    ) -> None:
        self.stack = stack
        made = stack.manage(
            "shell", "--no-imports", "-c", people.format(name=uuid4().hex)
        )
        self.person = json.loads(made.strip().splitlines()[-1])
        self.context: BrowserContext = browser.new_context(
            **({"viewport": SIZE, "base_url": stack.base_url} | options)
        )
        self.said: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Open a tab; the console must stay silent while the server answers."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("console", self._note)
        return page

    def _note(self, message) -> None:
        # A server that is away is told by the browser itself.
        if "Failed to load resource" not in message.text:
            self.said.append(f"{message.type}: {message.text}")

    def sign_in(self) -> None:
        """Sign in by the code that comes by mail."""
        page = self.page
        page.goto("/")
        known = len(self._codes())
        page.get_by_label("Your e-mail address").fill(self.person["email"])
        page.get_by_role("button", name="Send me a code").click()
        page.get_by_label("Code").fill(self._code(known))
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Hello Anna").wait_for()

    def wait_until_kept(self, *paths: str) -> None:
        """Wait until every page of the app is kept on the phone, and these too.

        All of them: without a signal one also walks over pages that no test names.
        """
        for path in (*map(reverse, KEPT_PAGES), *paths):
            wait_until(self.page, KEPT, path)

    def answers(self, path: str) -> list[dict]:
        """Return what the API lists for this person."""
        answer = httpx.get(
            f"{self.stack.base_url}/api/v1{path}",
            headers={"Authorization": f"Bearer {self.person['token']}"},
            timeout=WAIT_S,
        )
        return answer.json()["results"]

    def wait_for(self, path: str, *, count: int) -> list[dict]:
        """Return what the API lists as soon as there are ``count``."""
        deadline = time.monotonic() + WAIT_S
        while len(found := self.answers(path)) < count:
            assert time.monotonic() < deadline, f"{path}: {found}"
            time.sleep(0.2)
        return found

    def close(self) -> None:
        """Close all tabs."""
        self.context.close()

    def _code(self, known: int) -> str:
        """Return the newest code as soon as there are more than were known."""
        deadline = time.monotonic() + WAIT_S
        while len(codes := self._codes()) <= known:
            assert time.monotonic() < deadline, "no code came"
            time.sleep(0.1)
        return codes[-1]

    def _codes(self) -> list[str]:
        mails = [
            each.get_body(("plain",)).get_content()
            for each in self.stack.mails()
            if each["To"] == self.person["email"]
        ]
        return [found.group(1) for text in mails if (found := CODE.search(text))]
