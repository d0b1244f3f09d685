"""When a form is due, by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.errors import ClinicalInputError
from apps.clinical.questionnaires.schedule import (
    Anchor,
    Break,
    Course,
    Moment,
    Window,
    window_of,
)

pytestmark = pytest.mark.requirement("E3")

MONDAY = date(2026, 3, 2)
BEFORE = date(2026, 2, 1)


def moment(weeks, anchor="start", *, before=3, after=14):
    return Moment(
        anchor=Anchor(anchor),
        weeks=weeks,
        opens_days_before=before,
        closes_days_after=after,
    )


def due(one, *, today=BEFORE, **course):
    window = window_of(
        one, course=Course(starts_on=MONDAY, weeks=15, **course), today=today
    )
    return window and window.due_on


def test_a_window_lies_around_the_day_and_both_ends_are_inside():
    window = window_of(
        moment(7), course=Course(starts_on=MONDAY, weeks=15), today=BEFORE
    )

    assert window == Window(
        opens_on=date(2026, 4, 17),
        due_on=date(2026, 4, 20),
        closes_on=date(2026, 5, 4),
    )
    inside = [date(2026, 4, 17), date(2026, 5, 4)]
    outside = [date(2026, 4, 16), date(2026, 5, 5)]
    assert [window.holds(day) for day in inside + outside] == [True, True, False, False]


@pytest.mark.parametrize(
    ("one", "day"),
    [
        (moment(0), date(2026, 3, 2)),
        (moment(15), date(2026, 6, 15)),
        (moment(0, "end"), date(2026, 6, 15)),
        (moment(26, "end"), date(2026, 12, 14)),
    ],
)
def test_weeks_are_counted_from_the_start_or_the_end(one, day):
    assert due(one) == day


def test_a_break_moves_what_lies_behind_its_first_day():
    ten_days = [Break(from_=date(2026, 4, 20), until=date(2026, 4, 30))]

    # The 20th itself lies in the break, the 13th before it.
    assert due(moment(7), breaks=ten_days) == date(2026, 4, 30)
    assert due(moment(6), breaks=ten_days) == date(2026, 4, 13)
    assert due(moment(0, "end"), breaks=ten_days) == date(2026, 6, 25)


def test_breaks_add_up_in_order_of_their_days():
    two = [
        Break(from_=date(2026, 4, 22), until=date(2026, 4, 25)),
        Break(from_=date(2026, 4, 6), until=date(2026, 4, 9)),
    ]

    # 20 April, and 3 days more: the 23rd, which lies in the second break: 3 days more.
    assert due(moment(7), breaks=two) == date(2026, 4, 26)


def test_an_open_break_moves_it_day_by_day_from_its_first_day_on():
    without_end = [Break(from_=date(2026, 4, 6), until=None)]

    days = [date(2026, 4, 1), date(2026, 4, 6), date(2026, 4, 16)]
    found = [due(moment(7), breaks=without_end, today=today) for today in days]
    assert found == [date(2026, 4, 20), date(2026, 4, 20), date(2026, 4, 30)]
    # The end of 15 weeks, 15 June, moves by the same ten days.
    end = due(moment(0, "end"), breaks=without_end, today=days[-1])
    assert end == date(2026, 6, 25)


def test_after_an_early_end_the_end_counts_and_what_lay_behind_it_is_dropped():
    ended = date(2026, 4, 20)

    assert due(moment(7), ended_on=ended) == ended
    assert due(moment(8), ended_on=ended) is None
    assert due(moment(0, "end"), ended_on=ended) == ended
    assert due(moment(1, "end"), ended_on=ended) == date(2026, 4, 27)


@pytest.mark.parametrize("one", [moment(0), moment(0, "end")])
def test_nothing_is_asked_of_who_withdrew(one):
    assert due(one, ended_on=date(2026, 4, 20), is_withdrawn=True) is None


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"weeks": -1}, "weeks"),
        ({"weeks": 261}, "weeks"),
        ({"weeks": 0, "before": 91}, "opens_days_before"),
        ({"weeks": 0, "before": -1}, "opens_days_before"),
        ({"weeks": 0, "after": 366}, "closes_days_after"),
    ],
)
def test_a_moment_that_cannot_be_is_refused(fields, name):
    with pytest.raises(ClinicalInputError, match=f"^{name} must be from 0 to"):
        moment(**fields)


def test_a_moment_on_the_bounds_is_taken():
    assert moment(260, before=90, after=365).weeks == 260
    assert moment(0, before=0, after=0).closes_days_after == 0


@given(
    weeks=st.integers(0, 260),
    pauses=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=4),
)
def test_breaks_never_bring_a_form_forward(weeks, pauses):
    breaks, start = [], MONDAY
    for gap, length in pauses:
        from_ = start + timedelta(days=gap)
        start = from_ + timedelta(days=length)
        breaks.append(Break(from_=from_, until=start))
    total = sum(length for _, length in pauses)

    moved = due(moment(weeks), breaks=breaks) - due(moment(weeks))

    assert timedelta(0) <= moved <= timedelta(days=total)
