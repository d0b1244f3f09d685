"""For how many days nothing was heard of a patient."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.adherence.inputs import Pause
from apps.clinical.errors import ClinicalInputError
from apps.clinical.silence import is_silent, silent_days

pytestmark = pytest.mark.requirement("F8")
START = date(2026, 3, 2)


def day(number):
    """Return a day by its distance from the start."""
    return START + timedelta(days=number)


def days(today, *, last=None, pauses=()):
    return silent_days(
        starts_on=START,
        last_entry_on=None if last is None else day(last),
        today=day(today),
        pauses=[
            Pause(paused_from=day(a), paused_until=None if b is None else day(b))
            for a, b in pauses
        ],
    )


@pytest.mark.parametrize(
    ("today", "last", "expected"),
    [
        pytest.param(9, None, 9, id="never, nine days after the start"),
        pytest.param(10, None, 10, id="never, ten days after the start"),
        pytest.param(30, 20, 10, id="since the last entry"),
        pytest.param(30, 30, 0, id="an entry today"),
        pytest.param(5, -20, 5, id="an entry before the start does not count"),
        pytest.param(-3, None, 0, id="before the start"),
    ],
)
def test_silent_days_counts_from_the_last_entry_or_the_start(today, last, expected):
    assert days(today, last=last) == expected


@pytest.mark.parametrize(
    ("pause", "expected"),
    [
        pytest.param((5, 8), 17, id="three days inside"),
        pytest.param((0, 3), 18, id="the day after the end counts"),
        pytest.param((-9, 1), 20, id="before the first counted day"),
        pytest.param((18, None), 17, id="open: days 18, 19 and 20"),
        pytest.param((21, None), 20, id="to come"),
    ],
)
def test_silent_days_leaves_pauses_out(pause, expected):
    assert days(20, pauses=[pause]) == expected


def test_silent_days_counts_a_day_in_two_pauses_once():
    assert days(20, pauses=[(5, 8), (6, 10)]) == 15


def test_silent_days_refuses_an_entry_of_tomorrow():
    with pytest.raises(ClinicalInputError, match="last_entry_on"):
        days(5, last=6)


@pytest.mark.parametrize(("count", "expected"), [(9, False), (10, True), (11, True)])
def test_is_silent_from_ten_days_on(count, expected):
    assert is_silent(days=count, is_paused_today=False) is expected


def test_is_silent_never_during_a_pause():
    assert not is_silent(days=30, is_paused_today=True)


@given(
    today=st.integers(0, 60),
    last=st.none() | st.integers(-10, 60),
    pause=st.tuples(st.integers(-5, 60), st.integers(0, 20)),
)
def test_a_pause_and_an_entry_only_lower_the_count(today, last, pause):
    last = None if last is None else min(last, today)
    start, length = pause

    found = days(today, last=last, pauses=[(start, start + length)])

    assert 0 <= found <= days(today, last=last) <= days(today) == today
