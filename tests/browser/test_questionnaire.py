"""A questionnaire on a phone: one question a screen, and without a signal."""

import pytest

from .phone import Phone

pytestmark = [pytest.mark.browser, pytest.mark.requirement("E3")]
ASK = """
from django.db import transaction
from apps.accounts.models import User
from apps.clinics.models import Patient
from apps.common import clock, tenancy
from tests.factories import forms, people
with transaction.atomic():
    anna = User.objects.get(email="{email}")
    tenancy.enter_clinics_of(anna.pk)
    patient = Patient.objects.select_related("clinic").get(user=anna)
    tove = patient.care_team.get().membership.user
    manager = people.make_manager(patient.clinic, email="m-" + anna.email)
    forms.import_wording(patient.clinic, "peg", by=manager, now=clock.now())
    asked = forms.assign(patient, by=tove, now=clock.now(), label="Baseline")
    print(asked.public_id)
"""


@pytest.fixture
def phone(live_stack, chromium):
    made = Phone(live_stack, chromium)
    yield made
    made.close()
    assert made.said == []


def asked_of(phone) -> str:
    """Ask Anna the PEG; return its address."""
    code = ASK.format(email=phone.person["email"])
    made = phone.stack.manage("shell", "--no-imports", "-c", code)
    return f"/questionnaire/?id={made.strip().splitlines()[-1]}"


def go_on(page):
    page.get_by_role("button", name="Next").click()


def test_questionnaire_without_a_signal_arrives_once(phone):
    address = asked_of(phone)
    phone.sign_in()
    page = phone.page
    phone.wait_until_kept(address)
    phone.stack.kill("web")
    try:
        page.goto("/")
        page.get_by_role("heading", name="Baseline").wait_for()
        page.locator("[data-keep]").click()
        page.get_by_role("heading", name="Question 1").wait_for()
        page.locator("[name=answers-q1]").fill("6")
        go_on(page)
        page.get_by_text("2 of 4").wait_for()
        go_on(page)
        page.locator("[name=answers-q3]").fill("50")
        go_on(page)

        page.get_by_role("button", name="Send").click()
        page.get_by_role("heading", name="Question 3").wait_for()
        page.locator("[name=answers-q3]").fill("5")
        go_on(page)
        page.get_by_role("button", name="Send").click()
        page.get_by_text("Not answered yet:").wait_for()
        assert page.locator("[data-of]:visible").count() == 1
        page.get_by_role("link", name="Question 2").click()
        page.locator("[name=answers-q2]").fill("7")
        go_on(page)
        go_on(page)
        page.get_by_role("button", name="Send").click()
        page.get_by_role("status").filter(has_text="Saved. Thank you.").wait_for()
        page.get_by_text("Saved on this phone, will be sent: 1").wait_for()
        page.close()
    finally:
        phone.stack.restart("web")

    later = phone.new_page()
    later.goto("/")
    [response] = phone.wait_for("/questionnaire-responses/", count=1)
    later.get_by_text("Saved on this phone").wait_for(state="hidden")
    later.goto("/")

    assert response["answers"] == {"q1": 6, "q2": 7, "q3": 5}
    assert response["completed_at"]
    assert later.get_by_role("heading", name="Baseline").count() == 0


def test_questionnaire_goes_in_in_two_sittings_without_script(live_stack, chromium):
    phone = Phone(live_stack, chromium, java_script_enabled=False)
    asked_of(phone)
    phone.sign_in()
    page = phone.page
    page.get_by_role("link", name="Answer now").first.click()
    page.locator("[name=answers-q1]").fill("6")
    page.get_by_role("button", name="Save and go on later").click()
    page.get_by_text("You can go on whenever you like.").wait_for()
    page.get_by_role("link", name="Go on").click()
    page.locator("[name=answers-q2]").fill("7")
    page.locator("[name=answers-q3]").fill("5")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("status").filter(has_text="Saved. Thank you.").wait_for()

    [response] = phone.answers("/questionnaire-responses/")
    assert response["answers"] == {"q1": 6, "q2": 7, "q3": 5}
    phone.close()
