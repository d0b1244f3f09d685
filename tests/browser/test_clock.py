"""A phone whose clock is wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from .phone import wait_until
from .steps import REST_DAY, WAITING, pains, say_pain, signal_is_back

pytestmark = [pytest.mark.browser, pytest.mark.requirement("C6")]
# The clock of the phone is off by what stands in its own memory.
WRONG_CLOCK = """(() => {
    const Right = Date;
    const offMs = () => 60_000 * Number(localStorage.getItem("off-min") ?? 0);
    globalThis.Date = class extends Right {
        constructor(...given) {
            if (given.length) super(...given); else super(Right.now() + offMs());
        }
        static now() { return Right.now() + offMs(); }
    };
})()"""
TOLERANCE = timedelta(minutes=5)


@pytest.fixture
def phone(phone):
    phone.context.add_init_script(WRONG_CLOCK)
    return phone


def put_clock(page, *, off: timedelta) -> None:
    minutes = off.total_seconds() / 60
    page.evaluate("minutes => localStorage.setItem('off-min', minutes)", minutes)


def is_about_now(instant: str) -> bool:
    return abs(datetime.fromisoformat(instant) - datetime.now(UTC)) < TOLERANCE


@pytest.mark.long
@pytest.mark.parametrize("minutes", [-10, 10])
def test_time_of_a_clock_that_is_ten_minutes_off_is_put_right(phone, minutes):
    phone.sign_in()
    put_clock(phone.page, off=timedelta(minutes=minutes))

    say_pain(phone.page, 40)

    [check_in] = phone.wait_for("/check-ins/", count=1)
    assert is_about_now(check_in["answered_at"])
    assert is_about_now(check_in["recorded_at"])


@pytest.mark.parametrize(
    "hours", [pytest.param(-49, marks=pytest.mark.long), 49], ids=["slow", "fast"]
)
def test_clock_that_is_two_days_off_is_told_and_the_entry_goes_out_when_it_is_right(
    phone, road, hours
):
    phone.sign_in()
    page = phone.page
    put_clock(page, off=timedelta(hours=hours))
    say_pain(page, 40)
    page.get_by_role("link", name="Please set date and time").click()
    page.get_by_text("Not taken, because the clock of this phone").wait_for()
    assert phone.answers("/check-ins/") == []

    # Tried again in vain: what was put right once is not moved again.
    tries = road.posts(REST_DAY)
    signal_is_back(page)
    wait_until(page, f"async () => await ({WAITING})('entries') === 1")
    page.get_by_text("Not taken, because the clock of this phone").wait_for()
    while road.posts(REST_DAY) == tries:
        page.wait_for_timeout(50)
    put_clock(page, off=timedelta())
    page.reload()

    assert pains(phone, count=1) == [40]
    [check_in] = phone.answers("/check-ins/")
    assert is_about_now(check_in["answered_at"])
    page.get_by_text("Nothing waits.").wait_for()
    assert page.get_by_text("Please set date and time").is_hidden()
