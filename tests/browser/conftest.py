"""Real Chromium, at three sizes, in light and in dark."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from .phone import Phone
from .road import Road

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build" / "screenshots"
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "laptop": (1440, 900)}
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
INSTALL = "apt-get install chromium"


# Not for the session: while it is open, this thread counts as inside an event loop, in
# which Django refuses the database to whatever test comes next.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return a running Chromium; skip, or fail in CI, where there is none."""
    if CHROMIUM is None:
        reason = f"Chromium is not installed here: {INSTALL}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            # Root has no sandbox of its own to step into.
            args=["--no-sandbox", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def road(live_stack) -> Iterator[Road]:
    """Return the road to the server, with everything that can go wrong on it."""
    made = Road(live_stack.base_url)
    yield made
    made.close()


@pytest.fixture
def phone(live_stack, chromium: Browser, road: Road) -> Iterator[Phone]:
    """Return the phone of a patient at the end of that road; nothing may go wrong."""
    made = Phone(live_stack, chromium, base_url=road.base_url)
    yield made
    made.close()
    assert made.said == []


@pytest.fixture(
    params=[
        "phone",
        pytest.param("tablet", marks=pytest.mark.long),
        pytest.param("laptop", marks=pytest.mark.long),
    ]
)
def size(request: pytest.FixtureRequest) -> str:
    """Return phone, tablet or laptop, one after the other."""
    return request.param


@pytest.fixture(params=["light", pytest.param("dark", marks=pytest.mark.long)])
def theme(request: pytest.FixtureRequest) -> str:
    """Return light and dark."""
    return request.param


@pytest.fixture
def page(chromium: Browser, size: str, theme: str) -> Iterator[Page]:
    """Return a page of this size and theme; the console must stay silent."""
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    yield page
    context.close()
    assert said == []


def photograph(page: Page, name: str, *, size: str, theme: str) -> None:
    """Keep a picture of the whole page as build output."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{size}-{theme}.png", full_page=True)


def assert_nothing_sticks_out(page: Page) -> None:
    """Fail if the page can be scrolled sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"The page is {wide} px wider than the window."
