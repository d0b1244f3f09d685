"""The form of a session: what it refuses, and when the session was."""

from datetime import UTC, datetime, timedelta

import pytest

from .phone import wait_until
from .steps import to_the_end, train
from .test_clock import WRONG_CLOCK, put_clock

pytestmark = [pytest.mark.browser, pytest.mark.requirement("C1")]


def test_load_between_two_holes_of_the_machine_goes_in(phone):
    phone.sign_in()
    page = phone.page
    page.goto("/session/")
    page.get_by_text("It went differently").first.click()
    page.locator("[name=exercises-0-sets-0-load]").fill("33")
    to_the_end(page)
    page.get_by_label("On my own").check()

    page.get_by_role("button", name="Finish the session").click()

    page.wait_for_url("**/check-in/after/**")
    [session] = phone.wait_for("/sessions/", count=1)
    [done] = session["exercises"][0]["sets"]
    assert done["load"]["kg"] == "33.00"


def test_number_that_cannot_be_is_shown_where_it_stands(phone):
    phone.sign_in()
    page = phone.page
    page.goto("/session/")
    page.get_by_label("Set 1 done").first.check()
    details = page.get_by_text("It went differently").first
    details.click()
    pain = page.locator("[name=exercises-0-sets-0-pain_mm]")
    pain.fill("140")
    details.click()
    assert pain.is_hidden()
    to_the_end(page)
    page.get_by_label("On my own").check()

    page.get_by_role("button", name="Finish the session").click()

    pain.wait_for()
    wait_until(page, "() => document.activeElement.name?.endsWith('pain_mm')")
    pain.fill("40")
    to_the_end(page)
    page.get_by_role("button", name="Finish the session").click()
    page.wait_for_url("**/check-in/after/**")
    [session] = phone.wait_for("/sessions/", count=1)
    assert session["exercises"][0]["sets"][0]["pain_mm"] == 40


@pytest.mark.requirement("C6")
def test_session_that_was_left_and_taken_up_again_ends_when_it_ends(phone):
    phone.context.add_init_script(WRONG_CLOCK)
    phone.sign_in()
    page = phone.page
    put_clock(page, off=timedelta(minutes=-70))
    page.goto("/session/")
    page.get_by_label("Set 1 done").first.check()

    # The phone lay in the pocket for an hour and more; the page was closed meanwhile.
    page.reload()
    wait_until(page, "() => document.querySelector('[data-done]').checked")
    put_clock(page, off=timedelta())
    train(page)
    page.get_by_role("button", name="Finish the session").click()

    page.wait_for_url("**/check-in/after/**")
    [session] = phone.wait_for("/sessions/", count=1)
    started, ended = (
        datetime.fromisoformat(session[name]) for name in ("started_at", "ended_at")
    )
    assert ended - started > timedelta(minutes=60)
    assert abs(datetime.now(UTC) - ended) < timedelta(minutes=3)


@pytest.mark.requirement("I2")
def test_session_that_was_left_is_one_tap_away_from_the_first_page(phone):
    phone.sign_in()
    page = phone.page
    assert page.get_by_role("link", name="Go on with the session").is_hidden()
    page.goto("/session/")
    page.get_by_label("Set 1 done").first.check()

    page.goto("/")
    page.get_by_role("link", name="Go on with the session").click()

    page.wait_for_url("**/session/")
    wait_until(page, "() => document.querySelector('[data-done]').checked")


@pytest.mark.requirement("I4")
def test_what_is_chosen_is_seen_where_the_system_chooses_the_colours(phone):
    phone.sign_in()
    page = phone.page
    page.emulate_media(forced_colors="active")
    page.goto("/session/")
    box = page.get_by_label("Set 1 done").first
    place = box.bounding_box()
    # The inside of the sign alone: the words beside it also change.
    sign = {"x": place["x"] + 22, "y": place["y"] + place["height"] / 2 - 4}
    inside = sign | {"width": 8, "height": 8}
    before = page.screenshot(clip=inside)

    box.check()
    page.mouse.move(0, 0)

    assert page.screenshot(clip=inside) != before


TICKED = (
    """() => [...document.querySelectorAll("input:checked")].map(({ name }) => name)"""
)


@pytest.mark.requirement("E1")
def test_form_that_one_comes_back_to_has_no_answer_of_before(phone):
    phone.sign_in()
    phone.wait_until_kept()
    page = phone.page
    page.goto("/check-in/before/")
    page.get_by_label("Chest pain").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Call 112.").wait_for()

    page.go_back()
    page.get_by_text("You saved this").wait_for()

    assert page.evaluate(TICKED) == []
