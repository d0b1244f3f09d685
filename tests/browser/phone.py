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
NAME = "{given_name}"
with transaction.atomic():
    clinic = people.make_clinic(name="Clinic {name}")
    tove = people.make_therapist(clinic, email="tove-{name}@test.example")
    user = people.make_user(email=f"{{NAME.lower()}}-{name}@test.example")
    anna = people.make_patient(clinic, therapist=tove, user=user, given_name=NAME)
    gym.let_train(anna, by=tove, now=clock.now())
    sign_policy(clinic=clinic, by=tove, now=clock.now())
    made = dict(email=user.email, token=people.bearer(user), name=NAME)
    print(json.dumps(made))
"""
CODE = re.compile(r"^\s*([0-9A-Z]{3,4}-?[0-9A-Z]{3,4})\s*$", re.M)

KEPT = "path => caches.open('pages').then(c => c.match(path)).then(Boolean)"

# A server that is away, and an offer to install that the app keeps for later.
OF_THE_BROWSER = ("Failed to load resource", "Banner not shown")


def wait_until(page: Page, condition: str, *arguments: Any) -> None:
    """Ask a page again and again; its own policy forbids it to do so by itself."""
    deadline = time.monotonic() + WAIT_S
    while not page.evaluate(condition, *arguments):
        assert time.monotonic() < deadline, f"not in {WAIT_S} s: {condition}"
        time.sleep(0.1)


def new_person(
    stack, *, given_name: str, script: str = PEOPLE, **values: str
) -> dict[str, str]:
    """Return a patient in a clinic of their own, with a programme unless told so."""
    code = script.format(name=uuid4().hex, given_name=given_name, **values)
    made = stack.manage("shell", "--no-imports", "-c", code)
    return json.loads(made.strip().splitlines()[-1])


class Phone:
    """One person's phone: pages, and what the server holds of them."""

    def __init__(
        self, stack, browser: Browser, *, person: dict | None = None, **options
    ) -> None:
        self.stack = stack
        self.person = person or new_person(stack, given_name="Anna")
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
        if not any(words in message.text for words in OF_THE_BROWSER):
            self.said.append(f"{message.type}: {message.text}")

    def sign_in(self, page: Page | None = None) -> None:
        """Sign in by the code that comes by mail."""
        page = page or self.page
        page.goto("/")
        page.get_by_label("Your e-mail address").fill(self.person["email"])
        before = len(self.stack.mails())
        page.get_by_role("button", name="Send me a code").click()
        page.get_by_label("Code").fill(self._code(after=before))
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name=f"Hello {self.person['name']}").wait_for()

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

    def _code(self, *, after: int) -> str:
        deadline = time.monotonic() + WAIT_S
        while True:
            for mail in reversed(self.stack.mails()[after:]):
                text = mail.get_body(("plain",)).get_content()
                if mail["To"] == self.person["email"] and (found := CODE.search(text)):
                    return found.group(1)
            assert time.monotonic() < deadline, "no code came"
            time.sleep(0.1)
