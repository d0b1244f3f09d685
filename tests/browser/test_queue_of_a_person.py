"""What waits belongs to a person: signing in, signing out, two people and one phone."""

import re

import pytest

from .phone import KEPT, new_person, wait_until
from .steps import REST_DAY, WAITING, pains, say_pain, signal_is_back

pytestmark = [pytest.mark.browser, pytest.mark.requirement("I1")]


def test_entries_wait_for_who_signs_in_again_and_then_go_out(phone):
    phone.sign_in()
    phone.page.goto(REST_DAY)
    phone.context.clear_cookies(name=re.compile("sessionid|session$"))
    phone.page.locator("#id_pain_mm").fill("40")
    phone.page.get_by_role("button", name="Save").click()
    # The way on leads to the sign-in.
    phone.page.get_by_label("Your e-mail address").wait_for()
    assert phone.answers("/check-ins/") == []

    phone.sign_in()

    assert pains(phone, count=1) == [40]
    phone.page.get_by_text("Saved on this phone").wait_for(state="hidden")


@pytest.mark.long
def test_open_page_asks_to_sign_in_again_and_keeps_what_waits(phone, road):
    phone.sign_in()
    phone.wait_until_kept()
    road.is_open = False
    say_pain(phone.page, 40)
    phone.page.get_by_text("will be sent: 1").wait_for()
    phone.context.clear_cookies(name=re.compile("sessionid|session$"))
    road.is_open = True

    signal_is_back(phone.page)
    phone.page.get_by_role("link", name="Please sign in again").wait_for()
    assert phone.page.evaluate(WAITING, "entries") == 1

    # In another tab: the signs against forgery change with the sign-in.
    phone.sign_in(phone.new_page())
    signal_is_back(phone.page)
    assert pains(phone, count=1) == [40]
    phone.page.get_by_role("link", name="Please sign in again").wait_for(state="hidden")


def sign_out(page, answer: str) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("dialog").get_by_role("button", name=answer).click()


def test_sign_out_with_waiting_entries_is_asked_about_and_keeps_them(phone, road):
    phone.sign_in()
    phone.wait_until_kept()
    road.says[REST_DAY] = (503, '{"code": "newer_client"}')
    say_pain(phone.page, 40)
    page = phone.page
    page.get_by_text("Saved on this phone, will be sent: 1").wait_for()

    sign_out(page, "Stay signed in")
    page.get_by_role("heading", name="Hello Anna").wait_for()
    assert page.evaluate(KEPT, "/")
    page.reload()
    page.get_by_text("Saved on this phone, will be sent: 1").wait_for()

    sign_out(page, "Sign out and keep it for me")
    page.get_by_label("Your e-mail address").wait_for()
    assert not page.evaluate(KEPT, "/")
    assert page.evaluate(WAITING, "entries") == 1
    assert phone.answers("/check-ins/") == []

    road.says.clear()
    phone.sign_in()
    assert pains(phone, count=1) == [40]


@pytest.mark.long
def test_sign_out_deletes_what_waits_if_the_person_says_so(phone, road):
    phone.sign_in()
    phone.wait_until_kept()
    road.says[REST_DAY] = (503, "{}")
    say_pain(phone.page, 40)
    page = phone.page
    page.get_by_text("will be sent: 1").wait_for()
    page.goto("/check-in/before/")
    page.locator("#id_pain_mm").fill("51")
    wait_until(page, f"async () => await ({WAITING})('drafts') === 1")
    page.goto("/")

    sign_out(page, "Sign out and delete it")

    page.get_by_label("Your e-mail address").wait_for()
    assert page.evaluate(WAITING, "entries") == 0
    assert page.evaluate(WAITING, "drafts") == 0
    road.says.clear()
    phone.sign_in()
    assert phone.answers("/check-ins/") == []


@pytest.mark.long
def test_sign_out_without_a_signal_takes_nothing_away(phone, road):
    phone.sign_in()
    phone.wait_until_kept()
    road.is_open = False

    phone.page.get_by_role("button", name="Sign out").click()

    phone.page.get_by_text("you are still signed in").wait_for()
    phone.page.reload()
    phone.page.get_by_role("heading", name="Hello Anna").wait_for()


@pytest.mark.requirement("A2")
def test_another_person_on_the_same_phone_sees_and_sends_nothing_of_the_first(
    phone, road, live_stack
):
    phone.sign_in()
    phone.wait_until_kept()
    anna, page = phone.person, phone.page
    road.is_open = False
    say_pain(page, 40)
    page.get_by_text("will be sent: 1").wait_for()
    # She leaves the page open and her sign-in runs out.
    phone.context.clear_cookies()
    road.is_open = True
    phone.person = new_person(live_stack, given_name="Bea")
    beas = phone.new_page()
    phone.sign_in(beas)
    phone.page = beas
    phone.wait_until_kept()

    # Her page still has a go with the sign-in of the other.
    signal_is_back(page)
    page.get_by_role("link", name="Please sign in again").wait_for()
    beas.goto("/waiting/")
    beas.get_by_text("Nothing waits.").wait_for()
    road.is_open = False
    for path in ("/", "/session/", "/history/", "/waiting/"):
        beas.goto(path)
        beas.get_by_role("heading", level=1).wait_for()
        assert "Anna" not in beas.content()
    road.is_open = True
    assert phone.answers("/check-ins/") == []

    page.close()
    beas.goto("/")
    beas.get_by_role("button", name="Sign out").click()
    phone.person = anna
    assert phone.answers("/check-ins/") == []
    beas.get_by_label("Your e-mail address").wait_for()
    phone.sign_in()
    assert pains(phone, count=1) == [40]
