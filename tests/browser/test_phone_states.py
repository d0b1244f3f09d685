"""States of the patient app that no address has, looked at: sizes, themes, access."""

import json
import re

import pytest

from .conftest import SIZES
from .phone import Phone
from .steps import REST_DAY, say_pain, train
from .test_patient_pages import assert_sound

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requirement("I4"),
    pytest.mark.requirement("I1"),
]
OFFER = "dispatchEvent(new Event('beforeinstallprompt', { cancelable: true }))"
REFUSED = {"errors": {"": ["The clinic has closed your record."]}}
CLOCK_OFF = REFUSED | {"code": "clock_off"}


@pytest.mark.long
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_what_only_the_phone_knows_is_sound(live_stack, chromium, road, size, theme):
    width, height = SIZES[size]
    options = {"viewport": {"width": width, "height": height}, "color_scheme": theme}
    phone = Phone(live_stack, chromium, base_url=road.base_url, **options)
    phone.sign_in()
    phone.wait_until_kept()
    page = phone.page

    def look(name: str) -> None:
        assert_sound(page, name, size=size, theme=theme)

    page.goto("/session/")
    page.get_by_label("Set 1 done").first.check()
    page.get_by_role("timer").wait_for()
    look("rest")
    page.evaluate("localStorage.setItem('rest-until', Date.now())")
    page.get_by_role("status").get_by_text("The rest is over").wait_for()
    look("rest-over")

    road.says = {
        REST_DAY: (409, json.dumps(REFUSED)),
        "/check-in/before/": (400, json.dumps(CLOCK_OFF)),
        "/session/": (503, "{}"),
    }
    say_pain(page, 40)
    page.get_by_role("heading", name="Hello Anna").wait_for()
    say_pain(page, 40, path="/check-in/before/")
    page.wait_for_url("**/session/")
    train(page)
    page.get_by_role("button", name="Finish the session").click()
    page.wait_for_url("**/check-in/after/**")
    page.goto("/")
    page.locator("#unsent").get_by_text(re.compile("^Session,")).wait_for()
    page.get_by_role("link", name="Please set date and time").wait_for()
    page.evaluate(OFFER)
    look("today-unsent")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("dialog").wait_for()
    look("sign-out")
    page.get_by_role("button", name="Stay signed in").click()
    page.goto("/waiting/")
    page.get_by_role("link", name="Look at it").wait_for()
    look("waiting-refused")

    road.is_open = False
    page.goto("/history/")
    page.get_by_role("heading", name="No signal").wait_for()
    look("no-signal")
    assert phone.said == []
    phone.close()
