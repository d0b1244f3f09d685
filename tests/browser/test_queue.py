"""The queue of a phone: what waits goes out once, whatever happens on the road."""

import json
import re
import threading

import pytest

from .conftest import CHROMIUM
from .phone import WAIT_S, Phone, wait_until
from .steps import REST_DAY, WAITING, pains, say_pain, signal_is_back, to_the_end, train

pytestmark = [pytest.mark.browser, pytest.mark.requirement("I1")]


def test_entry_whose_answer_was_lost_is_sent_again_and_is_one_record(phone, road):
    phone.sign_in()
    phone.wait_until_kept()
    road.loses.add(REST_DAY)
    say_pain(phone.page, 40)
    phone.page.get_by_text("Saved on this phone, will be sent: 1").wait_for()
    assert pains(phone, count=1) == [40]

    road.loses.clear()
    signal_is_back(phone.page)

    phone.page.get_by_text("Saved on this phone").wait_for(state="hidden")
    assert pains(phone, count=1) == [40]
    assert road.posts(REST_DAY) > 1


def test_page_that_is_not_kept_says_that_there_is_no_signal(phone, road):
    phone.sign_in()
    phone.wait_until_kept()
    road.is_open = False

    phone.page.goto("/history/")

    phone.page.get_by_role("heading", name="No signal").wait_for()
    phone.page.get_by_role("link", name="Help now").click()
    phone.page.get_by_text("Call 112.").wait_for()
    phone.page.goto("/history/")
    phone.page.get_by_role("link", name="Today").click()
    phone.page.get_by_role("heading", name="Hello Anna").wait_for()


@pytest.mark.long
def test_phone_without_anybody_signed_in_says_that_there_is_no_signal(phone, road):
    phone.sign_in()
    phone.wait_until_kept()
    phone.page.get_by_role("button", name="Sign out").click()
    phone.page.get_by_label("Your e-mail address").wait_for()
    road.is_open = False

    phone.page.goto("/")
    phone.page.get_by_role("heading", name="No signal").wait_for()
    assert "Anna" not in phone.page.content()


@pytest.mark.long
def test_double_tap_and_the_back_button_make_one_record(phone):
    phone.sign_in()
    page = phone.page
    page.goto(REST_DAY)
    page.locator("#id_pain_mm").fill("40")
    page.get_by_role("button", name="Save").dblclick()
    page.get_by_role("heading", name="Hello Anna").wait_for()
    assert pains(phone, count=1) == [40]

    page.go_back()

    page.get_by_text("Fill it in again only if you mean another one.").wait_for()
    assert page.locator("#id_pain_mm").input_value() == ""
    page.go_forward()
    page.get_by_role("heading", name="Hello Anna").wait_for()
    assert pains(phone, count=1) == [40]


@pytest.mark.long
def test_session_goes_on_after_a_reload_also_when_something_else_is_prescribed(
    phone, road
):
    phone.sign_in()
    page = phone.page
    page.goto("/session/")
    page.get_by_label("Set 1 done").first.check()
    # No quiet moment in between.
    page.reload()
    wait_until(page, "() => document.querySelector('[data-done]').checked")

    # Another load is prescribed meanwhile.
    road.rewrites["/session/"] = lambda text: text.replace(
        b'planned_load" value="32.500"', b'planned_load" value="99.000"'
    ).replace(b"32.5 kg", b"99 kg")
    page.reload()
    page.get_by_text("32.5 kg").first.wait_for()
    train(page)
    page.get_by_role("button", name="Finish the session").click()
    page.wait_for_url("**/check-in/after/**")

    [session] = phone.wait_for("/sessions/", count=1)
    loads = [one["load"]["kg"] for one in session["exercises"][0]["sets"]]
    assert loads == ["32.50", "32.50"]


@pytest.mark.long
def test_refused_entry_in_the_middle_holds_up_only_what_depends_on_it(phone, road):
    phone.sign_in()
    phone.wait_until_kept()
    page = phone.page
    road.is_open = False
    say_pain(page, 40)
    page.get_by_text("will be sent: 1").wait_for()
    page.goto("/session/")
    page.get_by_label("Set 1 done").first.check()
    # More than one can do, as another release may allow.
    reps = page.locator("[name=exercises-0-sets-0-reps]")
    reps.evaluate("box => { box.form.noValidate = true; box.max = ''; }")
    reps.evaluate("box => { box.value = 999; }")
    to_the_end(page)
    page.get_by_label("On my own").check()
    page.get_by_role("button", name="Finish the session").click()
    page.wait_for_url("**/check-in/after/**")
    page.locator("#id_pain_mm").fill("55")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Hello Anna").wait_for()
    say_pain(page, 41)
    page.get_by_text("will be sent: 4").wait_for()
    road.is_open = True

    signal_is_back(page)
    page.get_by_role("link", name="Needs your help").click()
    assert pains(phone, count=2) == [40, 41]
    assert phone.answers("/sessions/") == []
    page.get_by_role("link", name="Look at it").click()
    page.get_by_role("alert").get_by_text("less than or equal to 200").wait_for()
    reps = page.locator("[name=exercises-0-sets-0-reps]")
    assert reps.input_value() == "999"
    reps.fill("14")
    to_the_end(page)
    page.get_by_role("button", name="Finish the session").click()

    [session] = phone.wait_for("/sessions/", count=1)
    assert session["exercises"][0]["sets"][0]["reps"] == 14
    assert sorted(pains(phone, count=3)) == [40, 41, 55]
    after = next(x for x in phone.answers("/check-ins/") if x["pain_mm"] == 55)
    assert after["session"] == session["id"]


@pytest.mark.long
def test_page_of_a_network_that_says_yes_to_all_is_not_taken_for_the_server(
    phone, road
):
    phone.sign_in()
    phone.wait_until_kept()
    road.says[REST_DAY] = (200, "<title>Welcome to the Grand Hotel</title>")
    say_pain(phone.page, 40)
    phone.page.get_by_text("Saved on this phone, will be sent: 1").wait_for()
    road.says.clear()

    signal_is_back(phone.page)

    assert pains(phone, count=1) == [40]


@pytest.mark.long
def test_release_in_between_leaves_kept_pages_whole_and_sends_what_waits(phone, road):
    phone.sign_in()
    phone.wait_until_kept()
    page = phone.page
    road.is_open = False
    say_pain(page, 40)
    page.get_by_text("will be sent: 1").wait_for()
    # The new worker comes, the new pages do not: the signal is gone again.
    road.rewrites["/service-worker.js"] = lambda text: re.sub(
        rb'"build": "\w+"', b'"build": "another"', text
    )
    for path in ("/", "/session/", "/waiting/", "/help-now/", REST_DAY):
        road.rewrites[path] = lambda _: b""
        road.loses.add(path)
    road.is_open = True
    page.evaluate("navigator.serviceWorker.ready.then(each => each.update())")
    wait_until(page, "() => caches.has('files-another')")
    names = page.evaluate("caches.keys()")
    assert len([name for name in names if name.startswith("files-")]) == 2
    road.is_open = False
    page.goto("/waiting/")
    page.get_by_text("will be sent: 1").wait_for()

    road.loses.clear()
    road.rewrites.clear()
    road.rewrites["/service-worker.js"] = lambda text: re.sub(
        rb'"build": "\w+"', b'"build": "another"', text
    )
    road.is_open = True
    page.goto("/waiting/")
    assert pains(phone, count=1) == [40]
    page.evaluate("sessionStorage.removeItem('kept')")
    page.reload()
    wait_until(
        page,
        "() => caches.keys().then(all => all.filter("
        "each => each.startsWith('files-')).join() === 'files-another')",
    )


NEWER = """new Promise((done) => {
    const asked = indexedDB.open("eihtrack", 9);
    asked.onupgradeneeded = () => asked.result.createObjectStore("of-a-later-release");
    asked.onsuccess = () => { asked.result.close(); done(true); };
})"""


@pytest.mark.long
def test_page_of_before_goes_on_with_the_database_of_a_later_release(phone, road):
    phone.sign_in()
    page = phone.page
    page.goto(REST_DAY)
    page.locator("#id_pain_mm").fill("40")
    wait_until(page, f"async () => await ({WAITING})('drafts') === 1")

    # A tab of a later release comes and is not held up by this one.
    other = phone.new_page()
    other.goto("/help-now/")
    assert other.evaluate(NEWER)
    page.get_by_role("button", name="Save").click()

    assert pains(phone, count=1) == [40]
    page.get_by_role("heading", name="Hello Anna").wait_for()
    assert page.locator("#no-storage").is_hidden()


@pytest.mark.long
def test_day_in_flight_mode_and_a_restart_of_the_browser_lose_nothing(
    live_stack, chromium, road, tmp_path
):
    phone = Phone(live_stack, chromium, base_url=road.base_url)
    phone.close()
    options = {
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-background-networking"],
        "base_url": road.base_url,
        "viewport": {"width": 390, "height": 844},
    }
    phone.context = start_again(chromium, tmp_path, options)
    phone.page = phone.new_page()
    phone.sign_in()
    phone.wait_until_kept()
    road.is_open = False
    say_pain(phone.page, 40)
    phone.page.get_by_text("will be sent: 1").wait_for()
    phone.context.close()

    phone.context = start_again(chromium, tmp_path, options)
    phone.page = phone.new_page()
    say_pain(phone.page, 41)
    phone.page.get_by_text("will be sent: 2").wait_for()
    phone.context.close()
    road.is_open = True
    phone.context = start_again(chromium, tmp_path, options)
    phone.page = phone.new_page()
    phone.page.goto("/")

    assert pains(phone, count=2) == [40, 41]
    phone.page.get_by_text("Saved on this phone").wait_for(state="hidden")
    phone.context.close()
    assert phone.said == []


def start_again(chromium, folder, options):
    """Return the browser of the same phone, started anew."""
    return chromium.browser_type.launch_persistent_context(folder, **options)


@pytest.mark.long
def test_what_cannot_be_sent_is_saved_as_a_file_or_deleted_after_a_question(
    phone, road, tmp_path
):
    phone.sign_in()
    phone.wait_until_kept()
    page = phone.page
    told = {"errors": {"": ["The clinic has closed your record."]}}
    road.says[REST_DAY] = (409, json.dumps(told))
    say_pain(page, 40)
    page.get_by_role("link", name="Needs your help").click()
    page.get_by_text("The clinic has closed your record.").wait_for()

    with page.expect_download(timeout=1000 * WAIT_S) as download:
        page.get_by_role("button", name="Save as a file").click()
    download.value.save_as(tmp_path / "file.json")
    file = json.loads((tmp_path / "file.json").read_text())
    [entry] = file["entries"]
    assert ["pain_mm", "40"] in entry["fields"]
    assert (entry["address"], entry["refused"]) == (REST_DAY, told["errors"])
    assert "csrfmiddlewaretoken" not in dict(entry["fields"])

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    assert page.evaluate(WAITING, "entries") == 1
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_text("Nothing waits.").wait_for()
    assert page.evaluate(WAITING, "entries") == 0


def test_entry_that_is_deleted_while_another_is_on_its_way_is_not_sent(phone, road):
    phone.sign_in()
    phone.wait_until_kept()
    page = phone.page
    road.is_open = False
    say_pain(page, 40)
    page.get_by_text("will be sent: 1").wait_for()
    say_pain(page, 41)
    page.get_by_text("will be sent: 2").wait_for()
    page.goto("/waiting/")
    arrived, may_go = threading.Event(), threading.Event()

    def hold(text):
        arrived.set()
        may_go.wait(20)
        return text

    road.rewrites[REST_DAY] = hold
    road.is_open = True
    signal_is_back(page)
    assert arrived.wait(20)
    page.get_by_role("button", name="Delete").nth(1).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    wait_until(page, f"async () => await ({WAITING})('entries') === 1")

    may_go.set()

    page.get_by_text("Nothing waits.").wait_for()
    assert pains(phone, count=1) == [40]
