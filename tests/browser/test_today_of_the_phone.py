"""What of the first page only the phone knows, and the rest between two sets."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from .phone import Phone, wait_until
from .steps import pains, signal_is_back, train

pytestmark = [pytest.mark.browser, pytest.mark.requirement("I1")]


def train_without_a_signal(page, *, hours_ago: float) -> None:
    """Log a session that ended some hours ago."""
    page.goto("/session/")
    train(page)
    local = page.evaluate(LOCAL, 3600 * hours_ago)
    page.get_by_label("Started").fill(page.evaluate(LOCAL, 3600 * (hours_ago + 1)))
    page.get_by_label("Ended").fill(local)
    page.get_by_role("button", name="Finish the session").click()
    page.wait_for_url("**/check-in/after/**")


# The clock of the wall where the phone is, some seconds ago.
LOCAL = """ago => {
    const then = new Date(Date.now() - 1000 * ago);
    const shifted = new Date(then - 60_000 * then.getTimezoneOffset());
    return shifted.toISOString().slice(0, 16);
}"""


@pytest.mark.long
def test_check_ins_after_a_session_that_still_waits_stand_on_the_first_page(
    phone, road
):
    phone.sign_in()
    phone.wait_until_kept()
    page = phone.page
    road.is_open = False
    train_without_a_signal(page, hours_ago=25)

    page.goto("/")
    unsent = page.locator("#unsent")
    unsent.get_by_text("Session").wait_for()
    # 24 hours: open from 18 to 36 after; 48 hours: from 40 on.
    next_day = page.locator("[data-page='/check-in/next-day/']")
    second_day = page.locator("[data-page='/check-in/second-day/']")
    next_day.get_by_text("Open until").wait_for()
    second_day.get_by_text("Check-in from").wait_for()
    assert second_day.get_by_role("link").is_hidden()
    assert page.locator("[data-page='/check-in/after/']").is_hidden()

    next_day.get_by_role("link", name="Answer now").click()
    page.locator("#id_pain_mm").fill("44")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Hello Anna").wait_for()
    unsent.get_by_text("The day after").wait_for()
    assert page.locator("[data-page='/check-in/next-day/']").is_hidden()

    road.is_open = True
    signal_is_back(page)
    [session] = phone.wait_for("/sessions/", count=1)
    assert pains(phone, count=1) == [44]
    [check_in] = phone.answers("/check-ins/")
    assert (check_in["session"], check_in["moment"]) == (session["id"], "h24")
    assert check_in["in_window"] is True
    unsent.wait_for(state="hidden")


@pytest.mark.long
@pytest.mark.parametrize(
    ("hours_ago", "page_name", "opens"),
    [
        (17.9, "next-day", "coming"),
        (18.1, "next-day", "open"),
        (35.9, "next-day", "open"),
        (36.1, "next-day", None),
        (39.9, "second-day", "coming"),
        (40.1, "second-day", "open"),
        (59.9, "second-day", "open"),
        (60.1, "second-day", None),
    ],
)
def test_window_of_a_check_in_is_that_of_the_server(
    phone, road, hours_ago, page_name, opens
):
    phone.sign_in()
    phone.wait_until_kept()
    page = phone.page
    road.is_open = False
    train_without_a_signal(page, hours_ago=hours_ago)

    page.goto("/")

    page.locator("#unsent").get_by_text("Session").wait_for()
    card = page.locator(f"[data-page='/check-in/{page_name}/']")
    assert card.is_visible() == (opens is not None)
    assert card.get_by_role("link").is_visible() == (opens == "open")


REST_ENDS = "ms => localStorage.setItem('rest-until', Date.now() + ms)"
VIBRATES = "navigator.vibrate = (ms) => (window.vibrated = ms)"


@pytest.mark.long
def test_rest_goes_on_when_the_page_is_opened_again_and_its_end_is_told(phone):
    phone.context.add_init_script(VIBRATES)
    phone.sign_in()
    page = phone.page
    page.goto("/session/")
    page.get_by_label("Set 1 done").first.check()
    counting = page.get_by_role("timer")
    counting.get_by_text("Rest").wait_for()
    page.close()

    page = phone.new_page()
    page.goto("/session/")
    counting = page.get_by_role("timer")
    counting.wait_for()
    assert 0 < int(counting.locator("strong").inner_text()) <= 45
    # As it would be some 40 s later.
    page.evaluate(REST_ENDS, 1500)

    page.get_by_role("status").get_by_text("The rest is over").wait_for()
    assert counting.is_hidden()
    assert page.evaluate("window.vibrated") == 300
    page.get_by_role("button", name="Close").click()
    assert page.locator("#rest").is_hidden()
    # What is long over is no news.
    page.evaluate(REST_ENDS, -120_000)
    page.reload()
    wait_until(page, "() => localStorage.getItem('rest-until') === null")
    assert page.locator("#rest").is_hidden()


@pytest.mark.long
def test_end_of_the_rest_is_told_by_a_notification_where_it_is_allowed(phone, road):
    phone.context.grant_permissions(["notifications"], origin=road.base_url)
    phone.sign_in()
    phone.wait_until_kept()
    page = phone.page
    page.goto("/session/")
    page.evaluate(REST_ENDS, 4000)
    page.reload()
    page.get_by_role("timer").wait_for()
    assert page.get_by_role("button", name="Tell me").is_hidden()

    # Nobody looks at it any more.
    page.goto("about:blank")
    page.wait_for_timeout(6000)
    page.goto("/help-now/")

    wait_until(page, TOLD)


TOLD = """async () => {
    const { getNotifications } = ServiceWorkerRegistration.prototype;
    const told = await getNotifications.call(await navigator.serviceWorker.ready);
    return told.map(({ title }) => title).join() === "The rest is over";
}"""


@pytest.mark.long
def test_leave_to_notify_is_asked_for_only_on_a_tap(phone):
    phone.context.add_init_script(ASKED)
    phone.sign_in()
    page = phone.page
    page.goto("/session/")
    page.get_by_label("Set 1 done").first.check()
    page.get_by_role("timer").wait_for()
    assert page.evaluate("window.asked") == 0

    page.get_by_role("button", name="Tell me when the rest is over").click()

    assert page.evaluate("window.asked") == 1
    assert page.get_by_role("button", name="Tell me").is_hidden()


ASKED = """window.asked = 0;
Object.defineProperty(Notification, "permission", { get: () => "default" });
Notification.requestPermission = async () => (window.asked += 1);"""


@pytest.mark.long
def test_app_is_put_on_the_home_screen_when_the_person_wants_it(phone):
    phone.sign_in()
    page = phone.page
    page.wait_for_load_state()
    button = page.get_by_role("button", name="Put EIHtrack on your home screen")
    assert button.is_hidden()

    page.evaluate(OFFER)
    button.click()

    assert page.evaluate("window.prompted") == 1
    assert button.is_hidden()


OFFER = """() => {
    const offer = new Event("beforeinstallprompt", { cancelable: true });
    offer.prompt = async () => { window.prompted = (window.prompted ?? 0) + 1; };
    dispatchEvent(offer);
}"""


@pytest.mark.long
def test_phone_whose_browser_offers_nothing_is_told_how(phone):
    phone.context.add_init_script("navigator.standalone = false")
    phone.sign_in()
    phone.page.get_by_text("tap Share, then").wait_for()

    phone.context.add_init_script("navigator.standalone = true")
    phone.page.reload()
    phone.page.get_by_role("heading", name="Hello Anna").wait_for()
    assert phone.page.locator("#install").is_hidden()


@pytest.mark.long
@pytest.mark.requirement("C6")
def test_check_ins_of_a_phone_on_a_journey_are_told_by_the_clock_of_the_person(
    live_stack, chromium, road
):
    away = {"base_url": road.base_url, "timezone_id": "America/New_York"}
    phone = Phone(live_stack, chromium, **away)
    phone.sign_in()
    phone.wait_until_kept()
    page = phone.page
    road.is_open = False
    train_without_a_signal(page, hours_ago=25)
    page.goto("/")
    words = page.locator("[data-page='/check-in/second-day/'] p")
    words.get_by_text("Check-in from").wait_for()
    told = words.inner_text()

    road.is_open = True
    signal_is_back(page)
    [session] = phone.wait_for("/sessions/", count=1)
    ended = datetime.fromisoformat(session["ended_at"])
    opens = (ended + timedelta(hours=40)).astimezone(ZoneInfo("Europe/Stockholm"))
    assert f"{opens:%H:%M}" in told
    phone.close()
    assert phone.said == []
