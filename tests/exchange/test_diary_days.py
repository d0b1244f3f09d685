"""Days that end after midnight, and clocks that change."""

from datetime import UTC, date, datetime, time

import pytest

from apps.exchange.diary import days
from apps.exchange.diary.errors import UnreadableDiaryError

pytestmark = pytest.mark.requirement("M4")

STOCKHOLM = days.zone_named("Europe/Stockholm")


def wall(*parts):
    """Return a wall time."""
    return datetime(*parts)  # noqa: DTZ001 - wall time


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        (wall(2020, 3, 7, 0, 0, 0), date(2020, 3, 6)),
        (wall(2020, 3, 7, 7, 59, 59), date(2020, 3, 6)),
        (wall(2020, 3, 7, 8, 0, 0), date(2020, 3, 7)),
        (wall(2020, 3, 7, 23, 59, 59), date(2020, 3, 7)),
        (wall(2020, 3, 1, 1, 0, 0), date(2020, 2, 29)),
        (wall(2020, 1, 1, 1, 0, 0), date(2019, 12, 31)),
    ],
)
def test_day_of_a_stamp_before_the_end_of_the_day_is_the_day_before(stamp, day):
    assert days.day_of(written_day=None, stamp=stamp, day_ends_at=time(8)) == day


def test_day_of_an_entry_is_the_written_one_whatever_its_stamp():
    written = date(2020, 3, 1)

    day = days.day_of(
        written_day=written, stamp=wall(2020, 3, 7, 3, 0), day_ends_at=time(8)
    )

    assert day == written


def test_day_of_refuses_an_entry_without_any_time():
    with pytest.raises(ValueError, match="written day or a stamp"):
        days.day_of(written_day=None, stamp=None, day_ends_at=time(8))


@pytest.mark.parametrize(
    ("day", "apart"),
    [
        (date(2020, 3, 5), True),
        (date(2020, 3, 6), False),
        (date(2020, 3, 7), False),
        (date(2020, 3, 8), False),
        (date(2020, 3, 9), True),
        (None, False),
    ],
)
def test_are_days_apart_beyond_one_day(day, apart):
    assert days.are_days_apart(written_day=day, stamp=wall(2020, 3, 7, 3, 0)) is apart


def by_hour(**entries):
    """Return 24 counts, from h7=16 and the like."""
    return [entries.get(f"h{hour}", 0) for hour in range(24)]


@pytest.mark.parametrize(
    ("day_before", "same_day", "expected"),
    [
        pytest.param({}, {}, time(0), id="nothing tells"),
        pytest.param({}, {"h1": 1, "h17": 9}, time(0), id="never after midnight"),
        pytest.param({"h0": 9, "h7": 16}, {"h8": 2}, time(8), id="until eight"),
        pytest.param({"h0": 9, "h4": 1}, {"h10": 2}, time(5), id="just past the last"),
        pytest.param({"h0": 9, "h4": 1}, {"h3": 2}, time(1), id="most of them"),
        pytest.param({"h0": 1, "h20": 5}, {}, time(1), id="noon at the latest"),
    ],
)
def test_inferred_day_end_explains_most_entries(day_before, same_day, expected):
    inferred = days.inferred_day_end(
        day_before=by_hour(**day_before), same_day=by_hour(**same_day)
    )

    assert inferred == expected


@pytest.mark.parametrize(
    ("stamp", "instant", "skipped", "twice"),
    [
        pytest.param(
            wall(2020, 3, 29, 1, 59, 59),
            datetime(2020, 3, 29, 0, 59, 59, tzinfo=UTC),
            False,
            False,
            id="before the leap",
        ),
        pytest.param(
            wall(2020, 3, 29, 2, 30),
            datetime(2020, 3, 29, 1, 30, tzinfo=UTC),
            True,
            False,
            id="skipped",
        ),
        pytest.param(
            wall(2020, 3, 29, 3, 0),
            datetime(2020, 3, 29, 1, 0, tzinfo=UTC),
            False,
            False,
            id="after the leap",
        ),
        pytest.param(
            wall(2020, 10, 25, 1, 59, 59),
            datetime(2020, 10, 24, 23, 59, 59, tzinfo=UTC),
            False,
            False,
            id="before the hour that comes twice",
        ),
        pytest.param(
            wall(2020, 10, 25, 2, 0),
            datetime(2020, 10, 25, 0, 0, tzinfo=UTC),
            False,
            True,
            id="twice",
        ),
        pytest.param(
            wall(2020, 10, 25, 3, 0),
            datetime(2020, 10, 25, 2, 0, tzinfo=UTC),
            False,
            False,
            id="after the hour that comes twice",
        ),
    ],
)
def test_instant_of_wall_times_when_clocks_change(stamp, instant, skipped, twice):
    assert days.instant_of(stamp, zone=STOCKHOLM) == instant
    assert days.was_skipped(stamp, zone=STOCKHOLM) is skipped
    assert days.came_twice(stamp, zone=STOCKHOLM) is twice


@pytest.mark.parametrize(
    "name", ["", "Europe/Atlantis", "../etc/passwd", "/etc", "a\0b"]
)
def test_zone_named_refuses_what_is_no_zone(name):
    with pytest.raises(UnreadableDiaryError, match="no time zone"):
        days.zone_named(name)


@pytest.mark.parametrize("text", ["", "8", "08:60", "25:00", "12:01", "08:00:00"])
def test_day_end_written_refuses_other_than_a_time_until_noon(text):
    with pytest.raises(UnreadableDiaryError):
        days.day_end_written(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("00:00", time(0)), ("08:30", time(8, 30)), ("12:00", time(12))],
)
def test_day_end_written_takes_a_time_until_noon(text, expected):
    assert days.day_end_written(text) == expected
