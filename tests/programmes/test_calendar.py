"""Days, wall times and gaps, without a database."""

import json
from datetime import UTC, date, datetime, time

import pytest

from apps.common.zones import day_in, end_of_day, start_of_day, wall_time
from apps.programmes.calendar import (
    number_of_sessions,
    session_days,
    shortest_gap_hours,
    week_of_number,
)
from apps.programmes.plan import TemplatePlan
from apps.programmes.services.templates import FOLDER

pytestmark = pytest.mark.requirement("B3")

STOCKHOLM = "Europe/Stockholm"
MONDAY = date(2026, 3, 2)


def plan(key="resistance_fm_15w"):
    path = FOLDER / f"{key}.v1.json"
    return TemplatePlan.parse(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        pytest.param("2026-03-28 10:00", "2026-03-28T09:00Z", id="winter time"),
        pytest.param("2026-03-30 10:00", "2026-03-30T08:00Z", id="summer time"),
        pytest.param("2026-03-29 02:30", "2026-03-29T01:30Z", id="leapt over"),
        pytest.param("2026-03-29 03:30", "2026-03-29T01:30Z", id="after the leap"),
        pytest.param("2026-10-25 02:30", "2026-10-25T00:30Z", id="shown twice"),
        pytest.param("2026-10-25 03:00", "2026-10-25T02:00Z", id="after autumn"),
        pytest.param("2028-02-29 10:00", "2028-02-29T09:00Z", id="leap day"),
    ],
)
def test_wall_time_in_stockholm(local, utc):
    day, at = local.split()

    found = wall_time(date.fromisoformat(day), time.fromisoformat(at), zone=STOCKHOLM)

    assert found == datetime.fromisoformat(utc)


def test_a_day_of_the_change_has_23_or_25_hours():
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)

    hours = [
        (end_of_day(day, zone=STOCKHOLM) - start_of_day(day, zone=STOCKHOLM)).seconds
        // 3600
        for day in (spring, autumn)
    ]

    # 25 hours are one day and one hour.
    assert hours == [23, 1]


def test_day_in_is_the_day_of_the_place():
    late = datetime(2026, 2, 20, 23, 30, tzinfo=UTC)

    assert day_in(STOCKHOLM, late) == date(2026, 2, 21)
    assert day_in("America/New_York", late) == date(2026, 2, 20)


def test_thirty_sessions_on_mondays_and_thursdays():
    days = session_days(plan(), weekdays=[0, 3], start=MONDAY, numbers=range(1, 31))

    assert list(days) == list(range(1, 31))
    assert [days[1], days[2], days[3]] == [MONDAY, date(2026, 3, 5), date(2026, 3, 9)]
    assert days[30] == date(2026, 6, 11)
    assert {day.weekday() for day in days.values()} == {0, 3}


def test_a_start_between_the_weekdays_begins_with_the_next_one():
    tuesday = date(2026, 3, 3)

    days = session_days(plan(), weekdays=[0, 3], start=tuesday, numbers=range(1, 31))

    assert [days[1], days[2]] == [date(2026, 3, 5), date(2026, 3, 9)]
    assert len(days) == 30


def test_the_leap_day_is_a_day_like_others():
    days = session_days(
        plan(), weekdays=[1, 4], start=date(2028, 2, 22), numbers=[1, 2, 3, 4]
    )

    assert list(days.values()) == [
        date(2028, 2, 22),
        date(2028, 2, 25),
        date(2028, 2, 29),
        date(2028, 3, 3),
    ]


def test_a_rising_frequency_uses_the_first_weekdays_first():
    aerobic = plan("aerobic_start")
    numbers = range(1, number_of_sessions(aerobic) + 1)

    days = session_days(aerobic, weekdays=[0, 3, 5, 1], start=MONDAY, numbers=numbers)

    assert len(days) == 36
    assert {days[number].weekday() for number in range(1, 9)} == {0, 3}
    assert {days[number].weekday() for number in range(9, 21)} == {0, 3, 5}
    assert {days[number].weekday() for number in range(21, 37)} == {0, 1, 3, 5}
    assert days[36] == date(2026, 5, 23)


@pytest.mark.parametrize(
    ("number", "week"), [(1, 1), (8, 4), (9, 5), (20, 8), (21, 9), (36, 12)]
)
def test_a_number_belongs_to_a_week(number, week):
    assert week_of_number(plan("aerobic_start"), number) == week


def test_remaining_numbers_go_on_from_another_day():
    days = session_days(
        plan(), weekdays=[0, 3], start=date(2026, 4, 8), numbers=[6, 7, 9]
    )

    assert days == {
        6: date(2026, 4, 9),
        7: date(2026, 4, 13),
        9: date(2026, 4, 16),
    }


@pytest.mark.parametrize(
    ("days", "hours"),
    [
        ([date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 9)], 48),
        ([date(2026, 3, 8), date(2026, 3, 2), date(2026, 3, 9)], 24),
        ([date(2026, 3, 2)], None),
        ([], None),
    ],
)
def test_shortest_gap(days, hours):
    assert shortest_gap_hours(days) == hours
