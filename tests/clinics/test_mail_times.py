"""When a mail that can wait may go out."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from apps.clinics.mail_times import QuietHours, polite_moment

NIGHT = QuietHours(
    zone=ZoneInfo("Europe/Stockholm"), quiet_from=time(20), quiet_until=time(7)
)


def at(text):
    """Return an instant by the wall clock of Stockholm."""
    return datetime.fromisoformat(text).replace(tzinfo=NIGHT.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        pytest.param("19:59:59", False, id="just before the quiet hours"),
        pytest.param("20:00:00", True, id="as they begin"),
        pytest.param("00:00:00", True, id="midnight"),
        pytest.param("06:59:59", True, id="just before they end"),
        pytest.param("07:00:00", False, id="as they end"),
        pytest.param("12:00:00", False, id="noon"),
    ],
)
def test_quiet_hours_across_midnight(clock, expected):
    assert NIGHT.include(at(f"2026-03-02 {clock}")) is expected


@pytest.mark.parametrize(("clock", "expected"), [("12:59", False), ("13:00", True)])
def test_quiet_hours_within_a_day(clock, expected):
    rest = QuietHours(zone=NIGHT.zone, quiet_from=time(13), quiet_until=time(14))

    assert rest.include(at(f"2026-03-02 {clock}")) is expected


def test_quiet_hours_with_equal_ends_are_none():
    never = QuietHours(zone=NIGHT.zone, quiet_from=time(7), quiet_until=time(7))

    assert not never.include(at("2026-03-02 07:00"))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2026-03-02 12:00", "2026-03-02 12:00", id="by day at once"),
        pytest.param("2026-03-02 22:00", "2026-03-03 07:00", id="evening"),
        pytest.param("2026-03-03 02:00", "2026-03-03 07:00", id="after midnight"),
        pytest.param("2026-03-28 22:00", "2026-03-29 07:00", id="clocks go forward"),
        pytest.param("2026-10-24 22:00", "2026-10-25 07:00", id="clocks go back"),
    ],
)
def test_polite_moment_is_outside_the_quiet_hours(now, expected):
    assert polite_moment(at(now), hours=NIGHT, taken=()) == at(expected)


def test_polite_moment_is_on_a_free_day():
    taken = {date(2026, 3, 2), date(2026, 3, 3)}

    moment = polite_moment(at("2026-03-02 12:00"), hours=NIGHT, taken=taken)

    assert moment == at("2026-03-04 07:00")


def test_polite_moment_counts_days_in_the_zone_of_the_clinic():
    # 23:30 UTC on the second is the third in Stockholm, and quiet.
    now = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)

    moment = polite_moment(now, hours=NIGHT, taken={date(2026, 3, 2)})

    assert moment == at("2026-03-03 07:00")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2026-10-24T22:00Z", "2026-10-25T00:30Z", id="before the first"),
        pytest.param("2026-10-25T00:30Z", "2026-10-25T00:30Z", id="at the first"),
        pytest.param("2026-10-25T01:10Z", "2026-10-25T01:30Z", id="quiet once more"),
        pytest.param("2026-10-25T01:30Z", "2026-10-25T01:30Z", id="at the second"),
        pytest.param("2026-03-28T22:00Z", "2026-03-29T01:30Z", id="left out"),
    ],
)
def test_an_end_that_comes_twice_ends_the_quiet_twice(now, expected):
    night = QuietHours(zone=NIGHT.zone, quiet_from=time(20), quiet_until=time(2, 30))

    moment = polite_moment(datetime.fromisoformat(now), hours=night, taken=())

    assert moment == datetime.fromisoformat(expected)


def test_a_mail_does_not_go_out_at_an_end_that_lies_in_the_next_quiet():
    # In spring half past two is half past three, when it is quiet again.
    hours = QuietHours(zone=NIGHT.zone, quiet_from=time(3), quiet_until=time(2, 30))

    moment = polite_moment(at("2026-03-28 12:00"), hours=hours, taken=())

    assert moment == at("2026-03-30 02:30")
