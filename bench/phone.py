"""What the patient app costs a slow phone with a slow network, in bytes and time.

Chromium as slow 4G and with a quarter of the CPU opens Today for the first time, again
with what the phone has kept by then, and presses a button. The yardstick is a page of
bare HTML from the same server under the same brake.

    .venv/bin/python bench/phone.py [--times 5]
"""

import argparse
import shutil
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.common import (
    RunningStack,
    count,
    running_stack,
    say_figure,
    say_ratio,
    set_up_django,
)

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
BARE = "/invitation/"
TAP = """() => new Promise((done) => {
    const box = document.querySelector("[name=red_flags]");
    const start = performance.now();
    box.click();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
})"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=count, default=5)
    times = parser.parse_args().times
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is not installed here: apt-get install chromium")
    with running_stack(for_browser=True) as stack:
        # Before the browser: beside it this thread may not ask a database.
        cookie = signed_in(stack)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium,
                # The certificate was made a moment ago; workers ask for a right one.
                args=["--no-sandbox", "--ignore-certificate-errors"],
            )
            rounds = [measure(browser, stack, cookie) for _ in range(times)]
            browser.close()
    first, again, bare, tap = (
        statistics.median(each[name] for each in rounds)
        for name in ("first_s", "again_s", "bare_s", "tap_ms")
    )
    size_kb = rounds[0]["bytes"] / 1024
    say_figure("first_load", size_kb, "KB", at_most=FIRST_LOAD_KB)
    say_figure("today_first", first, "s", at_most=TODAY_S)
    say_figure("today_again", again, "s", at_most=TODAY_S)
    say_figure("bare_page", bare, "s")
    say_figure("tap", tap, "ms", at_most=TAP_MS)
    say_ratio("today_first_to_bare", first / bare)
    say_ratio("today_again_to_bare", again / bare)


def signed_in(stack: RunningStack) -> dict[str, Any]:
    """Make a patient in training; return the cookie of their session."""
    set_up_django(stack.stack.env)
    from django.conf import settings  # noqa: PLC0415
    from django.contrib import auth  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    from apps.common import clock  # noqa: PLC0415
    from tests.factories import gym, people  # noqa: PLC0415

    with transaction.atomic():
        clinic = people.make_clinic(name="Bench")
        therapist = people.make_therapist(clinic)
        patient = people.make_patient(clinic, therapist=therapist)
        gym.let_train(patient, by=therapist, now=clock.now())
        session = SessionStore()
        session[auth.SESSION_KEY] = str(patient.user.pk)
        session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[auth.HASH_SESSION_KEY] = patient.user.get_session_auth_hash()
        session.create()
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": session.session_key,
        "url": f"https://localhost:{stack.port}",
        "secure": True,
    }


def measure(
    browser: Browser, stack: RunningStack, cookie: dict[str, Any]
) -> dict[str, float]:
    """Return bytes and times of one new phone."""
    context = browser.new_context(
        viewport=SIZE,
        base_url=f"https://localhost:{stack.port}",
    )
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    brake = context.new_cdp_session(page)
    received = slowed(brake)
    found = {"first_s": opened(page, "/")}
    page.wait_for_load_state("networkidle")
    found["bytes"] = sum(received)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    found["again_s"] = opened(page, "/")
    opened(page, "/check-in/before/")
    page.locator("[name=red_flags]").first.wait_for(state="attached")
    found["tap_ms"] = page.evaluate(TAP)
    bare = context.new_page()
    slowed(context.new_cdp_session(bare))
    found["bare_s"] = opened(bare, BARE)
    context.close()
    return found


def slowed(brake: CDPSession) -> list[float]:
    """Slow a page down; return where the bytes that it receives are noted."""
    received: list[float] = []
    brake.send("Network.enable")
    brake.send("Network.emulateNetworkConditions", NETWORK)
    brake.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    brake.on(
        "Network.loadingFinished",
        lambda event: received.append(event["encodedDataLength"]),
    )
    return received


def opened(page: Page, path: str) -> float:
    """Open a page; return the seconds until its heading stands there."""
    start = time.monotonic()
    page.goto(path, wait_until="commit")
    page.locator("h1").wait_for()
    return time.monotonic() - start


if __name__ == "__main__":
    main()
