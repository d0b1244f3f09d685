"""Corrections and undo on a phone: with a signal, without, and after somebody else."""

import time

import httpx
import pytest

from .phone import WAIT_S, Phone, wait_until
from .test_patient_pages import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.requirement("C4")]
ENTER = """
from datetime import timedelta
from django.db import transaction
from apps.accounts.models import User
from apps.clinics.models import Patient
from apps.common import clock, tenancy
from apps.exercises.models import Exercise
from apps.logbook import services as logbook
from apps.logbook.entry import CheckInEntry, SessionEntry
with transaction.atomic():
    anna = User.objects.get(email="{email}")
    tenancy.enter_clinics_of(anna.pk)
    patient = Patient.objects.select_related("clinic").get(user=anna)
    press = Exercise.objects.get(clinic=patient.clinic, slug="leg_press")
    now = clock.now()
    a_set = dict(reps=15, load=dict(value="32.5", unit="kg"))
    done = dict(exercise=str(press.public_id), sets=[a_set, a_set])
    body = dict(
        patient=str(patient.public_id),
        setting="home",
        started_at=(now - timedelta(hours=26)).isoformat(),
        ended_at=(now - timedelta(hours=25)).isoformat(),
        exercises=[done],
    )
    session, _ = logbook.record_session(
        entry=SessionEntry.parse(body), by=anna, now=now
    )
    felt = dict(
        patient=str(patient.public_id),
        session=str(session.public_id),
        moment="h24",
        answered_at=(now - timedelta(minutes=5)).isoformat(),
        pain_mm=51,
        sleep=3,
    )
    check_in, _ = logbook.record_check_in(
        entry=CheckInEntry.parse(felt), by=anna, now=now
    )
"""


@pytest.fixture
def phone(live_stack, chromium):
    made = Phone(live_stack, chromium)
    made.stack.manage(
        "shell", "--no-imports", "-c", ENTER.format(email=made.person["email"])
    )
    yield made
    made.close()
    assert made.said == []


def check_in_of(phone):
    [check_in] = phone.answers("/check-ins/")
    return check_in


def wait_for_pain(phone, page, value):
    deadline = time.monotonic() + WAIT_S
    while check_in_of(phone)["pain_mm"] != value:
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)


def change_elsewhere(phone, check_in, **fields):
    """Correct it from another device of the same person."""
    answer = httpx.patch(
        f"{phone.stack.base_url}/api/v1/check-ins/{check_in['id']}/",
        headers={
            "Authorization": f"Bearer {phone.person['token']}",
            "If-Match": f'"{check_in["version"]}"',
        },
        json={"correction_reason": "On my tablet"} | fields,
        timeout=WAIT_S,
    )
    assert answer.status_code == 200, answer.text


def open_correction(phone, page):
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="The day after").first.click()
    page.get_by_role("link", name="Correct this").click()
    page.get_by_role("heading", name="Correct: The day after").wait_for()


def correct(page, *, pain):
    page.locator("#id_pain_mm").fill(pain)
    page.get_by_label("I made a slip").check()
    page.get_by_role("button", name="Save the correction").click()


@pytest.mark.long
def test_value_is_corrected_and_what_it_said_before_is_kept(phone):
    phone.sign_in()
    page = phone.page
    open_correction(phone, page)
    assert page.locator("#id_pain_mm").input_value() == "51"
    assert_sound(page, "correct", size="phone", theme="light")

    correct(page, pain="15")

    page.wait_for_url("**/history/check-in/?id=*")
    assert_sound(page, "record", size="phone", theme="light")
    page.get_by_text("15 (from 0 to 100)").wait_for()
    page.get_by_text("corrected by you").click()
    page.get_by_text("Reason: I made a slip").wait_for()
    page.get_by_text("51 (from 0 to 100)").wait_for()
    check_in = check_in_of(phone)
    assert (check_in["pain_mm"], check_in["sleep"], check_in["version"]) == (15, 3, 2)


def test_correction_without_a_signal_arrives_once_after_the_tab_was_closed(phone):
    phone.sign_in()
    page = phone.page
    phone.wait_until_kept("/waiting/")
    open_correction(phone, page)
    phone.stack.kill("web")
    try:
        correct(page, pain="15")
        page.wait_for_url("**/waiting/")
        page.get_by_text("Saved on this phone, will be sent: 1").wait_for()
        page.close()
    finally:
        phone.stack.restart("web")

    later = phone.new_page()
    later.goto("/")
    wait_for_pain(phone, later, 15)
    later.get_by_text("Saved on this phone").wait_for(state="hidden")

    assert check_in_of(phone)["version"] == 2


def test_stale_correction_shows_both_and_the_person_chooses(phone):
    phone.sign_in()
    page = phone.page
    open_correction(phone, page)
    change_elsewhere(phone, check_in_of(phone), pain_mm=55, sleep=8)
    page.get_by_label("In your own words").fill("My thumb")

    correct(page, pain="15")

    page.get_by_text("Somebody has changed this entry meanwhile.").wait_for()
    page.get_by_text("Recorded meanwhile: 55").wait_for()
    assert page.locator(".newer").count() == 1
    assert page.locator("#id_pain_mm").input_value() == "15"
    assert page.get_by_label("In your own words").input_value() == "My thumb"
    assert page.get_by_label("I made a slip").is_checked()
    # What was not touched takes the newer value.
    assert page.locator("#id_sleep").input_value() == "8"
    assert check_in_of(phone)["pain_mm"] == 55
    page.get_by_role("button", name="Take this").click()
    assert page.locator("#id_pain_mm").input_value() == "55"
    page.locator("#id_pain_mm").fill("20")
    page.get_by_role("button", name="Save the correction").click()

    page.wait_for_url("**/history/check-in/?id=*")
    check_in = check_in_of(phone)
    assert (check_in["pain_mm"], check_in["sleep"], check_in["version"]) == (20, 8, 3)
    page.get_by_text("Needs your help").wait_for(state="hidden")


@pytest.mark.long
def test_session_is_corrected_and_taken_out_by_thumb(phone):
    phone.sign_in()
    page = phone.page
    page.get_by_role("link", name="History").click()
    page.locator("a[href*='/history/session/']").click()
    page.get_by_role("link", name="Correct this").click()
    page.get_by_text("It went differently").first.click()
    page.locator("[name=exercises-0-sets-0-reps]").fill("12")
    page.get_by_label("Set 2 done").first.uncheck()
    # Unticked, no number is left.
    assert page.locator("[name=exercises-0-sets-1-reps]").input_value() == ""
    page.get_by_label("I mixed something up").check()
    page.get_by_role("button", name="Save the correction").click()
    page.wait_for_url("**/history/session/?id=*")

    [session] = phone.answers("/sessions/")
    [done] = session["exercises"]
    assert [(one["reps"], one["load"]["kg"]) for one in done["sets"]] == [(12, "32.50")]
    assert session["version"] == 2

    page.get_by_role("link", name="This did not happen").click()
    page.get_by_label("I entered it twice").check()
    page.get_by_role("button", name="Take it out").click()
    page.wait_for_url("**/history/session/?id=*")
    page.get_by_text("I entered it twice").wait_for()

    [session] = phone.answers("/sessions/")
    assert session["void_reason"] == "I entered it twice"


@pytest.mark.requirement("I1")
def test_undo_takes_an_entry_back_before_it_is_sent(phone):
    phone.sign_in()
    page = phone.page
    for path in ("/", "/check-in/rest-day/"):
        phone.wait_until_kept(path)
    phone.stack.kill("web")
    try:
        page.goto("/check-in/rest-day/")
        page.locator("#id_pain_mm").fill("40")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("will be sent: 1").wait_for()
        page.get_by_role("button", name="Undo").click()

        page.wait_for_url("**/check-in/rest-day/")
        wait_until(page, "() => document.getElementById('id_pain_mm').value === '40'")
        page.get_by_text("Saved on this phone").wait_for(state="hidden")
        page.locator("#id_pain_mm").fill("42")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("will be sent: 1").wait_for()
    finally:
        phone.stack.restart("web")
    page.evaluate("dispatchEvent(new Event('online'))")

    told = phone.wait_for("/check-ins/", count=2)
    assert sorted(each["pain_mm"] for each in told) == [42, 51]
    page.get_by_role("link", name="Correct", exact=True).click()
    page.get_by_role("heading", name="Correct: An ordinary day").wait_for()
    assert page.locator("#id_pain_mm").input_value() == "42"


@pytest.mark.long
@pytest.mark.requirement("I2")
def test_set_that_is_unticked_leaves_no_number_behind(phone):
    phone.sign_in()
    page = phone.page
    page.goto("/session/")
    box, reps = page.get_by_label("Set 1 done").first, "[name=exercises-0-sets-0-reps]"
    page.get_by_text("It went differently").first.click()

    page.locator(reps).fill("12")
    assert box.is_checked()
    page.locator(reps).fill("")
    assert not box.is_checked()
    page.locator(reps).fill("12")
    box.uncheck()

    assert page.locator(reps).input_value() == ""
    box.check()
    page.locator(reps).fill("11")
    page.locator(reps).fill("")
    # It was tapped, so it stays: as planned.
    assert box.is_checked()


@pytest.mark.long
@pytest.mark.requirement("I1")
def test_progress_opens_without_a_signal_and_says_of_when_it_is(phone):
    phone.sign_in()
    page = phone.page
    phone.wait_until_kept("/progress/")
    phone.stack.kill("web")
    try:
        page.goto("/progress/")
        page.get_by_role("heading", name="Progress", exact=True).wait_for()
        page.get_by_text("As of ").wait_for()
    finally:
        phone.stack.restart("web")


@pytest.mark.long
def test_correction_goes_in_without_script(live_stack, chromium):
    phone = Phone(live_stack, chromium, java_script_enabled=False)
    phone.stack.manage(
        "shell", "--no-imports", "-c", ENTER.format(email=phone.person["email"])
    )
    phone.sign_in()
    page = phone.page
    open_correction(phone, page)
    change_elsewhere(phone, check_in_of(phone), pain_mm=55, sleep=8)
    correct(page, pain="15")
    page.get_by_text("Recorded meanwhile: 55").wait_for()
    assert page.locator("#id_sleep").input_value() == "8"
    page.get_by_role("button", name="Save the correction").click()
    page.get_by_text("What stood there before is kept with it.").wait_for()

    check_in = check_in_of(phone)
    assert (check_in["pain_mm"], check_in["sleep"], check_in["version"]) == (15, 8, 3)
    phone.close()
