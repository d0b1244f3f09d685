"""The patient app on a phone: with a signal, without one, and without script."""

import pytest

from .phone import Phone, wait_until
from .steps import train

pytestmark = [pytest.mark.browser, pytest.mark.requirement("I1")]


@pytest.fixture
def phone(live_stack, chromium):
    made = Phone(live_stack, chromium)
    yield made
    made.close()
    assert made.said == []


@pytest.fixture
def road_away(phone):
    """Let the server be away, after all that the phone keeps is on it."""
    phone.sign_in()
    phone.wait_until_kept()
    phone.stack.kill("web")
    yield
    phone.stack.restart("web")


def test_session_goes_in_by_thumb(phone):
    phone.sign_in()
    page = phone.page
    page.get_by_role("link", name="Start the session").click()
    page.locator("#id_pain_mm").fill("51")
    page.get_by_label("None of these").check()
    page.get_by_role("button", name="Save").click()

    page.wait_for_url("**/session/")
    train(page)
    page.get_by_role("button", name="Finish the session").click()
    page.wait_for_url("**/check-in/after/**")
    page.locator("#id_pain_mm").fill("55")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Hello Anna").wait_for()

    [session] = phone.wait_for("/sessions/", count=1)
    after, before = phone.wait_for("/check-ins/", count=2)
    [done] = session["exercises"]
    assert [(one["reps"], one["load"]["kg"]) for one in done["sets"]] == [
        (15, "32.50"),
        (15, "32.50"),
    ]
    assert (before["moment"], before["pain_mm"], before["red_flags"]) == ("pre", 51, [])
    assert (after["moment"], after["pain_mm"]) == ("post", 55)
    assert {before["session"], after["session"]} == {session["id"]}


def test_session_without_a_signal_arrives_once_after_the_tab_was_closed(phone):
    phone.sign_in()
    page = phone.page
    phone.wait_until_kept()
    phone.stack.kill("web")
    try:
        page.goto("/")
        page.get_by_role("link", name="Start the session").click()
        page.locator("#id_pain_mm").fill("51")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/session/")
        train(page)
        page.get_by_role("button", name="Finish the session").click()
        page.wait_for_url("**/check-in/after/**")
        page.locator("#id_pain_mm").fill("55")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved on this phone, will be sent: 3").wait_for()
        page.close()
    finally:
        phone.stack.restart("web")

    later = phone.new_page()
    later.goto("/")
    [session] = phone.wait_for("/sessions/", count=1)
    after, before = phone.wait_for("/check-ins/", count=2)
    later.get_by_text("Saved on this phone").wait_for(state="hidden")

    assert (before["pain_mm"], after["pain_mm"]) == (51, 55)
    assert {before["session"], after["session"]} == {session["id"]}


@pytest.mark.long
def test_decimal_comma_is_never_swallowed(phone):
    phone.sign_in()
    page = phone.page
    page.goto("/session/")
    page.get_by_text("It went differently, or it hurt").first.click()
    load = page.get_by_label("Load in kg").first
    load.press_sequentially("32,5")

    assert load.input_value() == "32.5"


@pytest.mark.long
def test_two_tabs_send_what_waits_once(phone):
    phone.sign_in()
    phone.wait_until_kept()
    phone.stack.kill("web")
    try:
        phone.page.goto("/check-in/rest-day/")
        phone.page.locator("#id_pain_mm").fill("40")
        phone.page.get_by_role("button", name="Save").click()
        phone.page.get_by_text("will be sent: 1").wait_for()
        others = [phone.new_page(), phone.new_page()]
        for tab in others:
            tab.goto("/")
    finally:
        phone.stack.restart("web")

    for tab in (phone.page, *others):
        tab.evaluate("dispatchEvent(new Event('online'))")
    [check_in] = phone.wait_for("/check-ins/", count=1)
    for tab in (phone.page, *others):
        tab.get_by_text("Saved on this phone").wait_for(state="hidden")

    assert check_in["pain_mm"] == 40
    assert len(phone.answers("/check-ins/")) == 1


def test_refused_entry_is_kept_shown_and_mended(phone):
    phone.sign_in()
    page = phone.page
    page.goto("/check-in/rest-day/")
    # Past what the control allows, as a wrong clock or another version would be.
    page.locator("form.entry").evaluate("form => form.noValidate = true")
    page.locator("#id_pain_mm").evaluate("box => { box.max = 999; box.value = 400 }")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Needs your help before it can be sent: 1").click()
    page.get_by_text("less than or equal to 100").wait_for()
    assert phone.answers("/check-ins/") == []

    page.get_by_role("link", name="Look at it").click()
    page.get_by_role("alert").get_by_text("less than or equal to 100").wait_for()
    assert page.locator("#id_pain_mm").input_value() == "400"
    page.locator("#id_pain_mm").fill("40")
    page.get_by_role("button", name="Save").click()

    [check_in] = phone.wait_for("/check-ins/", count=1)
    page.get_by_text("Needs your help").wait_for(state="hidden")
    assert check_in["pain_mm"] == 40


def test_danger_sign_shows_the_clinics_words_at_once_also_without_a_signal(phone):
    phone.sign_in()
    page = phone.page
    phone.wait_until_kept()
    phone.stack.kill("web")
    try:
        page.goto("/check-in/before/")
        page.get_by_label("Chest pain").check()
        page.get_by_role("button", name="Save").click()

        page.get_by_text("Call 112.").wait_for()
    finally:
        phone.stack.restart("web")
    page.evaluate("dispatchEvent(new Event('online'))")
    [check_in] = phone.wait_for("/check-ins/", count=1)
    assert check_in["red_flags"] == ["chest_pain"]


def test_words_for_a_crisis_come_first_also_without_a_signal(phone, road_away):
    page = phone.page
    page.goto("/check-in/before/")
    page.get_by_label("Thoughts of harming myself").check()
    page.get_by_role("button", name="Save").click()

    page.get_by_text("Call 112.").wait_for()
    wait_until(page, FIRST_WORDS, "Call 90101.")


@pytest.mark.long
def test_half_filled_form_is_there_again(phone):
    phone.sign_in()
    page = phone.page
    page.goto("/session/")
    page.get_by_label("Set 1 done").first.check()
    wait_until(page, DRAFTS)
    page.close()

    again = phone.new_page()
    again.goto("/session/")

    wait_until(again, "() => document.querySelector('[data-done]').checked")


@pytest.mark.long
def test_line_is_empty_until_it_is_touched(phone):
    phone.sign_in()
    page = phone.page
    page.goto("/check-in/rest-day/")
    line = page.locator("[data-line] input")
    assert line.get_attribute("aria-valuetext") == "not answered"
    assert page.locator("#id_pain_mm").input_value() == ""

    # The middle, where a line that nobody touched stands for the browser.
    line.click()
    assert page.locator("#id_pain_mm").input_value() == "50"
    line.press("ArrowRight")
    assert page.locator("#id_pain_mm").input_value() == "51"
    page.get_by_role("button", name="Clear").click()

    assert page.locator("#id_pain_mm").input_value() == ""
    assert line.get_attribute("aria-valuetext") == "not answered"


def test_everything_goes_in_without_script(live_stack, chromium):
    phone = Phone(live_stack, chromium, java_script_enabled=False)
    phone.sign_in()
    page = phone.page
    page.get_by_role("link", name="Start the session").click()
    page.locator("#id_pain_mm").fill("51")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Set 1 done").first.check()
    page.get_by_label("On my own").check()
    now = phone.stack.manage("shell", "--no-imports", "-c", CLOCK).strip().split()
    page.get_by_label("Started").fill(now[0])
    page.get_by_label("Ended").fill(now[1])
    page.get_by_role("button", name="Finish the session").click()
    page.locator("#id_pain_mm").fill("55")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Hello Anna").wait_for()

    [session] = phone.answers("/sessions/")
    after, before = phone.answers("/check-ins/")
    assert (before["pain_mm"], after["pain_mm"]) == (51, 55)
    assert after["session"] == session["id"]
    phone.close()


FIRST_WORDS = """words =>
    document.querySelector(".danger p").textContent.trim() === words"""
CLOCK = """
from datetime import timedelta
from zoneinfo import ZoneInfo
from apps.common import clock
now = clock.now().astimezone(ZoneInfo("Europe/Stockholm"))
for back in (60, 1):
    print((now - timedelta(minutes=back)).strftime("%Y-%m-%dT%H:%M"))
"""
DRAFTS = """async () => {
    const db = await new Promise((done) => {
        const asked = indexedDB.open("eihtrack");
        asked.onsuccess = () => done(asked.result);
    });
    return new Promise((done) => {
        const asked = db.transaction("drafts").objectStore("drafts").count();
        asked.onsuccess = () => done(asked.result === 1);
    });
}"""


@pytest.mark.long
def test_check_in_without_an_answer_is_asked_for_one_and_goes_nowhere(phone):
    phone.sign_in()
    page = phone.page
    page.goto("/check-in/before/")
    page.get_by_role("button", name="Save").click()

    page.get_by_role("alert").get_by_text("Nothing is answered yet.").wait_for()
    assert page.url.endswith("/check-in/before/")
    page.locator("#id_pain_mm").fill("40")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/session/")


@pytest.mark.long
def test_set_that_needs_a_level_asks_for_it_before_the_session_is_sent(phone):
    phone.sign_in()
    page = phone.page
    page.goto("/session/")
    page.locator("[data-done]").first.wait_for()
    needed = page.locator(".set:has([data-needed] input)").first
    while needed.is_hidden():
        page.get_by_role("button", name="Next").click()
    needed.locator("[data-done]").check()
    while page.get_by_role("button", name="Next").is_visible():
        page.get_by_role("button", name="Next").click()
    page.get_by_label("On my own").check()
    page.get_by_role("button", name="Finish the session").click()

    number = needed.locator("[data-needed] input[type=number]")
    number.wait_for()
    assert number.evaluate("box => box.validity.valueMissing")
    assert phone.answers("/sessions/") == []
