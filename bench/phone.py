"""What the patient app costs a slow phone on a slow network, in bytes and in time.

    .venv/bin/python bench/phone.py [--times 5]

Real Chromium, braked to slow 4G and a quarter of this machine's CPU, opens Today for
the first time, again with what the phone has kept by then, and taps an answer. The
yardstick is a page of bare HTML from a server that does nothing else, under the same
brake. A phone of its own each time; the median counts.
"""

import argparse
import email
import email.policy
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Page,
    sync_playwright,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.common import (
    RunningStack,
    count,
    running_stack,
    say_figure,
    say_ratio,
    set_up_django,
)
from tests.browser.phone import CODE, wait_until

SIZE = {"width": 390, "height": 844}
# What Lighthouse calls slow 4G: 1.6 Mbit/s down, 0.75 up, 150 ms there and back.
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4
FIRST_LOAD_KB = 100
TODAY_S = 2
TAP_MS = 100
PATIENT = "anna@bench.example"
BARE = b"<!doctype html><title>Bare</title><h1>Bare</h1>"
MAIL_S = 60
# From the tap to the picture that answers it.
TAP = """() => new Promise((done) => {
    const start = performance.now();
    document.querySelector("[name=red_flags]").click();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
})"""
KEPT = "() => caches.open('pages').then(c => c.match('/session/')).then(Boolean)"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=count, default=5)
    times = parser.parse_args().times
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is not installed here: apt-get install chromium")
    with running_stack(workers=True, for_browser=True) as stack:
        # Before the browser: beside it this thread may not ask a database.
        make_patient(stack)
        with bare_page() as bare_url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium,
                # Nobody knows the certificate; root has no sandbox to step into.
                args=["--no-sandbox", "--ignore-certificate-errors"],
            )
            cookies = sign_in(browser, stack)
            rounds = [
                measure(browser, stack, cookies=cookies, bare_url=bare_url)
                for _ in range(times)
            ]
            browser.close()
    middle = {
        name: statistics.median(each[name] for each in rounds) for name in rounds[0]
    }
    say_figure("first_load", middle["bytes"] / 1024, "KB", at_most=FIRST_LOAD_KB)
    say_figure("first_page", middle["page_bytes"] / 1024, "KB")
    say_figure("today_first", middle["first_s"], "s", at_most=TODAY_S)
    say_figure("today_again", middle["again_s"], "s", at_most=TODAY_S)
    say_figure("bare_page", middle["bare_s"], "s")
    say_figure("tap", middle["tap_ms"], "ms", at_most=TAP_MS)
    say_ratio("today_first_to_bare", middle["first_s"] / middle["bare_s"])
    say_ratio("today_again_to_bare", middle["again_s"] / middle["bare_s"])


def make_patient(stack: RunningStack) -> None:
    """Make a patient who trains today."""
    set_up_django(stack.stack.env)
    from django.db import transaction  # noqa: PLC0415

    from apps.common import clock  # noqa: PLC0415
    from tests.factories import gym, people  # noqa: PLC0415

    with transaction.atomic():
        clinic = people.make_clinic(name="Bench")
        therapist = people.make_therapist(clinic)
        user = people.make_user(email=PATIENT)
        patient = people.make_patient(clinic, therapist=therapist, user=user)
        gym.let_train(patient, by=therapist, now=clock.now())


def sign_in(browser: Browser, stack: RunningStack) -> list:
    """Sign in by the code of the mail; return the cookies of it."""
    context = new_phone(browser, stack, [])
    page = context.new_page()
    page.goto("/")
    page.locator("[name=email]").fill(PATIENT)
    page.locator("main [type=submit]").first.click()
    page.locator("[name=code]").fill(code_of(stack))
    page.locator("main [type=submit]").first.click()
    page.locator("#queue-state").wait_for(state="attached")
    cookies = context.cookies()
    context.close()
    return cookies


def code_of(stack: RunningStack) -> str:
    """Return the code as soon as its mail is there."""
    deadline = time.monotonic() + MAIL_S
    while time.monotonic() < deadline:
        for path in stack.folder.mail.glob("*.eml"):
            mail = email.message_from_bytes(
                path.read_bytes(), policy=email.policy.default
            )
            body = mail.get_body(("plain",))
            if body and (found := CODE.search(body.get_content())):
                return found.group(1)
        time.sleep(0.1)
    sys.exit("No code came by mail.")


def new_phone(browser: Browser, stack: RunningStack, cookies: list) -> BrowserContext:
    """Return a phone that has kept nothing but who is signed in."""
    context = browser.new_context(
        viewport=SIZE, base_url=f"https://localhost:{stack.port}"
    )
    context.add_cookies(cookies)
    return context


def measure(
    browser: Browser, stack: RunningStack, *, cookies: list, bare_url: str
) -> dict[str, float]:
    """Return bytes and times of one new phone."""
    context = new_phone(browser, stack, cookies)
    page = context.new_page()
    received = slowed(context.new_cdp_session(page))
    found = {"first_s": opened(page, "/")}
    page.wait_for_load_state("networkidle")
    found["bytes"] = sum(received.values())
    found["page_bytes"] = received["Document"]
    wait_until(page, KEPT)
    found["again_s"] = opened(page, "/")
    opened(page, "/check-in/before/")
    page.wait_for_load_state("networkidle")
    found["tap_ms"] = page.evaluate(TAP)
    context.close()
    bare = browser.new_context(viewport=SIZE, base_url=bare_url)
    page = bare.new_page()
    slowed(bare.new_cdp_session(page))
    found["bare_s"] = opened(page, "/")
    bare.close()
    return found


@contextmanager
def bare_page() -> Iterator[str]:
    """Serve the yardstick; return its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BarePage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


class BarePage(BaseHTTPRequestHandler):
    """A page with nothing on it but its heading."""

    def do_GET(self) -> None:
        """Answer whatever was asked for."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(BARE)))
        self.end_headers()
        self.wfile.write(BARE)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def slowed(brake: CDPSession) -> dict[str, float]:
    """Slow a page down; return the bytes that it will have received, by kind."""
    kinds: dict[str, str] = {}
    received: dict[str, float] = {}
    brake.send("Network.enable")
    brake.send("Network.emulateNetworkConditions", NETWORK)
    brake.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    def note_kind(event: dict) -> None:
        kinds[event["requestId"]] = event["type"]

    def note_bytes(event: dict) -> None:
        kind = kinds.get(event["requestId"], "Other")
        received[kind] = received.get(kind, 0) + event["encodedDataLength"]

    brake.on("Network.responseReceived", note_kind)
    brake.on("Network.loadingFinished", note_bytes)
    return received


def opened(page: Page, path: str) -> float:
    """Open a page; return the seconds until its heading stands there."""
    start = time.monotonic()
    page.goto(path, wait_until="commit")
    page.locator("h1").wait_for()
    return time.monotonic() - start


if __name__ == "__main__":
    main()
