"""Progress on a phone, in light and in dark, by keyboard."""

import pytest

from .conftest import assert_nothing_sticks_out, photograph
from .phone import Phone

pytestmark = [pytest.mark.browser, pytest.mark.requirement("F7")]
TRAINED = """
from datetime import timedelta
from django.db import transaction
from apps.clinics.models import Patient
from apps.common import clock
from apps.common.tenancy import across_clinics
from apps.logbook import services as logbook
from apps.logbook.entry import SessionEntry
with transaction.atomic(), across_clinics():
    anna = Patient.objects.select_related("user").get(user__email="{email}")
    press = anna.programmes.get().prescriptions.get(exercise__slug="leg_press").exercise
    now = clock.now()
    for back, before, after in ((9, 50, 38), (5, 52, 40), (2, 100, 0)):
        start = now - timedelta(days=back, hours=2)
        end = start + timedelta(hours=1)
        body = dict(
            patient=str(anna.public_id), setting="home",
            started_at=start.isoformat(), ended_at=end.isoformat(),
            exercises=[dict(exercise=str(press.public_id), sets=[
                dict(reps=10, load=dict(value="32.5", unit="kg"))])],
            check_ins=[
                dict(moment="pre", answered_at=start.isoformat(), pain_mm=before),
                dict(moment="post", answered_at=end.isoformat(), pain_mm=after)],
        )
        logbook.record_session(entry=SessionEntry.parse(body), by=anna.user, now=now)
"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll("svg text")].map(
    (text) => parseFloat(getComputedStyle(text).fontSize)
        * text.ownerSVGElement.getScreenCTM().a))"""
OUTSIDE = """() => [...document.querySelectorAll("svg text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.left < 0 || box.right > innerWidth;
}).map((text) => text.textContent)"""


@pytest.fixture
def phone(live_stack, chromium, theme):
    made = Phone(live_stack, chromium, color_scheme=theme)
    code = TRAINED.format(email=made.person["email"])
    made.stack.manage("shell", "--no-imports", "-c", code)
    yield made
    made.close()
    assert made.said == []


def test_pictures_fit_the_phone_and_their_tables_open_by_keyboard(phone, theme):
    phone.sign_in()
    page = phone.page
    page.get_by_role("link", name="Progress").click()
    page.get_by_role("img", name="Pain around your sessions").wait_for()

    assert page.get_by_role("img").count() == 3
    for place in (0, 1, 2):
        summary = page.locator("summary").nth(place)
        summary.focus()
        page.keyboard.press("Enter")
        page.locator("details").nth(place).get_by_role("table").wait_for()

    assert page.get_by_role("row", name="100 0").count() == 1
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(SMALLEST) >= 12
    assert_nothing_sticks_out(page)
    tabs = page.get_by_role("navigation", name="Main")
    assert tabs.get_by_role("link").count() == 5
    photograph(page, "progress", size="phone", theme=theme)
