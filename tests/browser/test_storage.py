"""A phone that keeps nothing, or has no room left."""

import pytest

from .phone import wait_until
from .steps import REST_DAY, WAITING, pains, say_pain

pytestmark = [pytest.mark.browser, pytest.mark.requirement("I1")]
STORES = ["indexedDB", "localStorage", "sessionStorage", "caches"]
REFUSED = f"""for (const name of {STORES}) {{
    Object.defineProperty(window, name, {{
        get() {{ throw new DOMException("not here", "SecurityError"); }},
    }});
}}"""


def test_phone_that_keeps_nothing_says_so_first_and_still_sends(phone, road):
    phone.context.add_init_script(REFUSED)
    phone.sign_in()
    page = phone.page
    page.goto(REST_DAY)
    page.get_by_text("This phone keeps nothing for us").wait_for()

    page.locator("#id_pain_mm").fill("40")
    road.is_open = False
    page.get_by_role("button", name="Save").click()
    page.get_by_text("This is not saved yet").wait_for()
    assert page.locator("#id_pain_mm").input_value() == "40"
    road.is_open = True
    page.get_by_role("button", name="Save").click()

    page.get_by_role("heading", name="Hello Anna").wait_for()
    assert pains(phone, count=1) == [40]


@pytest.mark.long
def test_phone_that_keeps_nothing_shows_a_refusal_beside_its_answer(phone):
    phone.context.add_init_script(REFUSED)
    phone.sign_in()
    page = phone.page
    page.goto(REST_DAY)
    page.locator("#id_pain_mm").evaluate("box => { box.max = 999; box.value = 400 }")
    page.get_by_role("button", name="Save").click()

    page.get_by_role("alert").get_by_text("less than or equal to 100").wait_for()
    assert page.locator("#id_pain_mm").input_value() == "400"
    page.locator("#id_pain_mm").fill("40")
    page.get_by_role("button", name="Save").click()

    page.get_by_role("heading", name="Hello Anna").wait_for()
    assert pains(phone, count=1) == [40]


@pytest.mark.long
def test_phone_without_room_says_so_and_what_was_typed_stays_on_the_page(phone, road):
    phone.sign_in()
    phone.wait_until_kept()
    page = phone.page
    page.goto(REST_DAY)
    browser = phone.context.new_cdp_session(page)
    room = {"origin": road.base_url, "quotaSize": 1}
    browser.send("Storage.overrideQuotaForOrigin", room)

    page.locator("#id_pain_mm").fill("40")
    page.get_by_text("This phone is full.").wait_for()
    road.is_open = False
    page.get_by_role("button", name="Save").click()
    page.get_by_text("This is not saved yet").wait_for()
    assert page.locator("#id_pain_mm").input_value() == "40"
    assert page.evaluate(WAITING, "entries") == 0

    # Room again, and still no signal.
    browser.send("Storage.overrideQuotaForOrigin", {"origin": road.base_url})
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved on this phone, will be sent: 1").wait_for()
    road.is_open = True
    page.reload()
    assert pains(phone, count=1) == [40]


@pytest.mark.long
def test_form_that_was_begun_long_ago_says_so_and_can_be_begun_anew(phone):
    phone.sign_in()
    page = phone.page
    page.goto("/check-in/before/")
    page.locator("#id_pain_mm").fill("51")
    wait_until(page, f"async () => await ({WAITING})('drafts') === 1")
    page.evaluate(TWO_DAYS_OLDER)

    page.reload()
    page.get_by_text("You began this").wait_for()
    assert page.locator("#id_pain_mm").input_value() == "51"
    with page.expect_navigation():
        page.get_by_role("button", name="Begin anew").click()

    page.get_by_role("heading", name="Before the session").wait_for()
    assert page.locator("#id_pain_mm").input_value() == ""
    assert page.get_by_text("You began this").is_hidden()
    say_pain(page, 30, path="/check-in/before/")
    assert pains(phone, count=1) == [30]


TWO_DAYS_OLDER = """() => new Promise((done) => {
    const asked = indexedDB.open("eihtrack");
    asked.onsuccess = () => {
        const change = asked.result.transaction("drafts", "readwrite");
        change.objectStore("drafts").openCursor().onsuccess = ({ target }) => {
            const row = target.result.value;
            target.result.update({ ...row, begunAt: row.begunAt - 48 * 3600_000 });
        };
        change.oncomplete = () => { asked.result.close(); done(); };
    };
})"""
