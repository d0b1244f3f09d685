"""Every page in every language: nothing is cut, and kept pages follow."""

import pytest
from django.utils import translation
from django.utils.translation import gettext

from tests.languages.scene import ACCEPTED

from .conftest import assert_nothing_sticks_out
from .phone import Phone, wait_until
from .test_patient_pages import PAGES, assert_sound
from .test_progress import OUTSIDE, TRAINED

pytestmark = [pytest.mark.browser, pytest.mark.requirement("I4")]
READS = """
from django.db import transaction
from apps.clinics.models import Patient
from apps.common.tenancy import across_clinics
with transaction.atomic(), across_clinics():
    Patient.objects.filter(user__email="{email}").update(language="{language}")
"""
FORMS_BEGUN = {"sv": "Före passet", "de": "Vor der Einheit", "zh-hans": "训练之前"}
# Text wider than its own box, which scrolling of the page does not tell.
CUT = """() => [...document.querySelectorAll("body *")].filter((each) =>
    each.scrollWidth > each.clientWidth + 1
    && ["hidden", "clip"].includes(getComputedStyle(each).overflowX)
    && each.clientWidth > 1).map((each) => each.outerHTML.slice(0, 80))"""
WIDTHS = """(words) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = "13px system-ui, sans-serif";
    return words.map((each) => pen.measureText(each).width);
}"""
KEY_OF_THE_CALENDAR = (
    *("done", "done in part", "done, not planned", "excused", "missed"),
    *("cancelled by clinic", "planned"),
)
KEY_OF_PAIN = ("before", "right after", "24 hours after", "48 hours after")
IS_GERMAN = """async (path) => {
    const kept = await (await caches.open("pages")).match(path);
    // While all are fetched anew there is none.
    return Boolean(kept) && (await kept.text()).includes('<html lang="de"');
}"""


def read_in(phone: Phone, language: str) -> None:
    do(phone, READS, language=language)


def do(phone: Phone, code: str, **fields: str) -> None:
    given = code.format(email=phone.person["email"], **fields)
    phone.stack.manage("shell", "--no-imports", "-c", given)


@pytest.mark.long
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", FORMS_BEGUN)
def test_pages_are_sound_in_every_language_and_theme(
    live_stack, chromium, language, theme
):
    stranger = chromium.new_page(
        base_url=live_stack.base_url,
        locale=ACCEPTED[language],
        color_scheme=theme,
        viewport={"width": 390, "height": 844},
    )
    stranger.goto("/sign-in/")
    assert_sound(stranger, f"sign-in-{language}", size="phone", theme=theme)
    stranger.close()
    phone = Phone(live_stack, chromium, color_scheme=theme)
    phone.sign_in()
    do(phone, TRAINED)
    read_in(phone, language)
    page = phone.page
    for name, path in PAGES.items():
        page.goto(path)
        page.get_by_role("heading", level=1).wait_for()
        assert page.evaluate("document.documentElement.lang") == language
        assert_sound(page, f"{name}-{language}", size="phone", theme=theme)
        assert (name, page.evaluate(CUT)) == (name, [])
        assert (name, page.evaluate(OUTSIDE)) == (name, [])
    assert phone.said == []
    phone.close()


@pytest.mark.long
def test_kept_pages_are_fetched_anew_in_another_language(live_stack, chromium):
    phone = Phone(live_stack, chromium)
    phone.sign_in()
    page = phone.page
    for path in ("/check-in/before/", "/help-now/"):
        phone.wait_until_kept(path)
        assert not page.evaluate(IS_GERMAN, path)

    read_in(phone, "de")
    page.goto("/")
    page.get_by_role("heading", name="Guten Tag, Anna").wait_for()

    for path in ("/check-in/before/", "/help-now/"):
        wait_until(page, IS_GERMAN, path)
    page.goto("/check-in/before/")
    page.get_by_role("heading", name=FORMS_BEGUN["de"]).wait_for()
    assert_nothing_sticks_out(page)
    assert phone.said == []
    phone.close()


@pytest.mark.long
@pytest.mark.parametrize("language", ACCEPTED)
def test_words_of_a_key_end_before_the_next_column(chromium, language):
    # Half of 350 less what stands before the words.
    room = dict.fromkeys(KEY_OF_THE_CALENDAR, 175 - 34)
    room |= dict.fromkeys(KEY_OF_PAIN, 175 - 26)
    with translation.override(language):
        words = [gettext(each) for each in room]
    page = chromium.new_page()

    widths = page.evaluate(WIDTHS, words)

    page.close()
    assert [
        (each, width)
        for each, width, most in zip(words, widths, room.values(), strict=True)
        if width > most
    ] == []
