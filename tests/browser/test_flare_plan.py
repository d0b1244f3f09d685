"""The plan for bad days, read and written on a phone that has no signal."""

import pytest

from .conftest import assert_nothing_sticks_out, photograph
from .phone import WAIT_S, Phone

pytestmark = [pytest.mark.browser, pytest.mark.requirement("B11")]

AGREE = """
from django.db import transaction
from apps.accounts.models import User
from apps.clinics.models import Patient
from apps.common import clock, tenancy
from apps.context import services
from apps.context.entry import FlarePlanEntry
from tests.factories import surroundings
with transaction.atomic():
    user = User.objects.get(email="{email}")
    tenancy.enter_clinics_of(user.pk)
    anna = Patient.objects.get(user=user)
    body = surroundings.flare_plan_body(anna)
    by = anna.care_team.get().membership.user
    entry = FlarePlanEntry.parse(body)
    services.enter(services.FLARE_PLAN, entry=entry, by=by, now=clock.now())
"""


@pytest.fixture
def phone(live_stack, chromium):
    made = Phone(live_stack, chromium)
    made.context.set_default_timeout(WAIT_S * 1000)
    script = AGREE.format(email=made.person["email"])
    live_stack.manage("shell", "--no-imports", "-c", script)
    yield made
    made.close()
    assert made.said == []


@pytest.mark.long
@pytest.mark.requirement("I1")
def test_plan_opens_without_a_signal_and_new_words_go_out_later(phone):
    phone.sign_in()
    page = phone.page
    phone.wait_until_kept("/")
    phone.wait_until_kept("/flare-plan/")
    phone.stack.kill("web")
    try:
        page.goto("/")
        page.get_by_role("link", name="My plan for bad days").click()
        page.get_by_text("Half the load, more rest.").first.wait_for()
        assert_nothing_sticks_out(page)
        photograph(page, "flare-plan", size="phone", theme="light")
        page.get_by_text("Propose other words").click()
        page.get_by_label("What I do").fill("A walk and a warm bath.")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved on this phone, will be sent: 1").wait_for()
    finally:
        phone.stack.restart("web")

    page.evaluate("dispatchEvent(new Event('online'))")
    proposed, agreed = phone.wait_for("/flare-plans/", count=2)
    assert (proposed["agreed_by"], proposed["steps"]) == (
        ["patient"],
        "A walk and a warm bath.",
    )
    assert agreed["steps"] == "Half the load, more rest."
