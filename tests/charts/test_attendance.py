"""The calendar of sessions."""

from datetime import date, timedelta

import pytest

from apps.charts.attendance import AttendanceWords, Attended, attendance_calendar

from .reading import assert_nothing_sticks_out, marks, read, texts

MONDAY = date(2026, 3, 2)
LETTERS = dict(zip(Attended, "D½+EMCP", strict=True))
WORDS = AttendanceWords(
    title="Your sessions",
    about="Two weeks.",
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    letters=LETTERS,
    names={each: f"is {each}" for each in Attended},
    day=lambda day: f"{day.day}.{day.month}.",
)


def drawn(days, *, first_day=MONDAY, weeks=2, today=MONDAY):
    return read(
        attendance_calendar(
            days, first_day=first_day, weeks=weeks, words=WORDS, today=today
        )
    )


def test_session_lies_on_its_weekday_and_week():
    frame = drawn({MONDAY: [Attended.HELD], date(2026, 3, 12): [Attended.MISSED]})

    # Cells of 50 by 46 from 24 down; the sign 31 below the top of its cell.
    assert marks(frame, "chart-sign held")[0] == (25, 55)
    assert marks(frame, "chart-sign missed")[0] == (175, 101)


def test_weeks_begin_with_monday_whatever_day_is_given():
    days = {MONDAY: [Attended.HELD]}
    frame = drawn(days, first_day=MONDAY + timedelta(days=6))

    assert marks(frame, "chart-sign held")[0] == (25, 55)


@pytest.mark.parametrize("what", Attended)
def test_each_outcome_has_a_letter_and_a_line_in_the_key(what):
    frame = drawn({MONDAY: [what]})

    assert texts(frame, f"chart-letter {what}") == [LETTERS[what]] * 2
    assert f"is {what}" in texts(frame)


def test_letters_are_not_used_twice():
    assert len(set(LETTERS.values())) == len(Attended)


def test_two_sessions_of_a_day_stand_beside_each_other():
    frame = drawn({MONDAY: [Attended.MISSED, Attended.EXTRA]})

    assert marks(frame, "chart-sign missed")[0] == (12.5, 55)
    assert marks(frame, "chart-sign extra")[0] == (37.5, 55)


def test_day_without_a_session_is_empty():
    frame = drawn({})

    assert texts(frame)[7:] == [
        *("2.3.", "3", "4", "5", "6", "7", "8"),
        *("9", "10", "11", "12", "13", "14", "15"),
    ]


def test_what_lies_outside_of_the_weeks_is_neither_drawn_nor_in_the_key():
    frame = drawn({date(2026, 3, 16): [Attended.HELD]})

    assert marks(frame, "chart-sign held") == []
    assert "is held" not in texts(frame)


def test_first_of_a_month_is_named():
    assert "1.4." in texts(drawn({}, first_day=date(2026, 3, 30)))


def test_today_is_framed_once():
    frame = drawn({}, today=date(2026, 3, 4))

    [today] = [each for each in frame.iter() if each.get("class") == "chart-cell today"]
    assert (today.get("x"), today.get("y")) == ("101", "25")


def test_a_hundred_days_fit():
    days = {MONDAY + timedelta(days=each): [Attended.HELD] for each in range(100)}
    frame = drawn(days, weeks=15)

    assert len(marks(frame, "chart-sign held")) == 101
    assert_nothing_sticks_out(frame)
