"""Every page of the patient app, looked at: sizes, themes, accessibility."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from .conftest import SIZES, assert_nothing_sticks_out, photograph
from .phone import Phone

pytestmark = [pytest.mark.browser, pytest.mark.requirement("I4")]
PAGES = {
    "today": "/",
    "before": "/check-in/before/",
    "session": "/session/",
    "session-end": "/session/#13",
    "after": "/check-in/after/",
    "next-day": "/check-in/next-day/",
    "rest-day": "/check-in/rest-day/",
    "waiting": "/waiting/",
    "progress": "/progress/",
    "history": "/history/",
    "help-now": "/help-now/",
    "me": "/me/",
    "settings": "/me/settings/",
    "devices": "/me/devices/",
    "passkeys": "/me/passkeys/",
    "clinic": "/me/clinic/",
    "consent": "/me/consent/",
    "data": "/me/data/",
}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize(
    ("size", "theme"),
    [
        pytest.param(
            size,
            theme,
            # One of each in the short run.
            marks=[] if (size, theme) == ("phone", "dark") else [pytest.mark.long],
        )
        for size in SIZES
        for theme in ("light", "dark")
    ],
)
def test_pages_are_sound_at_every_size_in_light_and_dark(
    live_stack, chromium, size, theme
):
    width, height = SIZES[size]
    phone = Phone(
        live_stack,
        chromium,
        viewport={"width": width, "height": height},
        color_scheme=theme,
    )
    page = phone.page
    page.goto("/sign-in/")
    assert_sound(page, "sign-in", size=size, theme=theme)
    phone.sign_in()
    for name, path in PAGES.items():
        page.goto(path)
        page.get_by_role("heading", level=1).wait_for()
        assert_sound(page, name, size=size, theme=theme)
    assert phone.said == []
    phone.close()


def assert_sound(page, name: str, *, size: str, theme: str) -> None:
    photograph(page, f"app-{name}", size=size, theme=theme)
    assert_nothing_sticks_out(page)
    found = (
        Axe()
        .run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
        .response["violations"]
    )
    assert [(name, each["id"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.long
def test_page_can_be_read_at_twice_the_size_of_its_text(live_stack, chromium):
    phone = Phone(live_stack, chromium)
    phone.sign_in()
    page = phone.page
    for name, path in PAGES.items():
        page.goto(path)
        page.get_by_role("heading", level=1).wait_for()
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        photograph(page, f"app-{name}", size="phone", theme="200-percent")
        assert_nothing_sticks_out(page)
    phone.close()
