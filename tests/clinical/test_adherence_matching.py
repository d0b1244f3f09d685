"""Which session fills which planned slot."""

from datetime import UTC, date, datetime

import pytest

from apps.clinical.adherence.inputs import Pause
from apps.clinical.adherence.matching import match_sessions_to_slots
from apps.clinical.errors import ClinicalInputError

from .adherence_builders import at, course, excuse, session, slot, slots

pytestmark = pytest.mark.requirement("G1")


def fills(slots_, sessions, **fields):
    one = course(slots=tuple(slots_), sessions=tuple(sessions), **fields)
    return match_sessions_to_slots(one, sessions=one.sessions)


def test_match_gives_a_session_the_slot_that_it_was_logged_for():
    assert fills(slots(3), [session(1, of=2)]) == {"2": "s1"}


def test_match_of_nothing_is_nothing():
    assert fills((), [session(1, day=0)]) == {}
    assert fills(slots(1), []) == {}


@pytest.mark.parametrize(
    ("day", "filled"),
    [
        pytest.param(-8, {}, id="8 days before"),
        pytest.param(-7, {"1": "s1"}, id="7 days before"),
        pytest.param(7, {"1": "s1"}, id="7 days after"),
        pytest.param(8, {}, id="8 days after"),
    ],
)
def test_match_takes_a_session_logged_for_a_slot_at_most_7_days_off(day, filled):
    assert fills([slot(1)], [session(1, of=1, started_at=at(day))]) == filled


def test_match_takes_a_session_too_late_for_its_slot_as_unplanned():
    late = session(1, of=1, started_at=at(8))

    assert fills(slots(2), [late]) == {"2": "s1"}


@pytest.mark.parametrize(
    ("day", "filled"),
    [
        pytest.param(-1, {}, id="the day before"),
        pytest.param(0, {"1": "s1"}, id="the day itself"),
        pytest.param(7, {"1": "s1"}, id="7 days after"),
        pytest.param(8, {}, id="8 days after"),
    ],
)
def test_match_takes_an_unplanned_session_for_a_slot_of_the_last_7_days(day, filled):
    assert fills([slot(1)], [session(1, day=day)]) == filled


def test_match_takes_an_unplanned_session_of_the_day_before_its_slot_s_time():
    assert fills([slot(1)], [session(1, day=0, started_at=at(0, 0))]) == {"1": "s1"}


def test_match_counts_the_days_of_the_clinic():
    # Both are in Stockholm: 23:30 on Monday, and 00:30 on Tuesday of the week after.
    evening = slot(1, starts_at=datetime(2026, 3, 2, 22, 30, tzinfo=UTC))
    night = session(1, day=0, started_at=datetime(2026, 3, 9, 23, 30, tzinfo=UTC))

    assert fills([evening], [night]) == {}


def test_match_lets_an_unplanned_session_fill_the_oldest_unfilled_slot():
    held = session(1, of=1)

    assert fills(slots(3), [held, session(2, day=7)]) == {"1": "s1", "2": "s2"}


def test_match_keeps_a_slot_for_the_session_that_was_logged_for_it():
    unplanned, logged = session(1, day=0), session(2, of=1, started_at=at(1))

    assert fills(slots(1), [unplanned, logged]) == {"1": "s2"}


def test_match_goes_through_unplanned_sessions_from_the_oldest():
    newer, older = session(1, day=4), session(2, day=3)

    assert fills(slots(2), [newer, older]) == {"1": "s2", "2": "s1"}


def test_match_orders_unplanned_sessions_of_one_instant_by_key():
    assert fills(slots(2), [session(2, day=3), session(1, day=3)]) == {
        "1": "s1",
        "2": "s2",
    }


@pytest.mark.parametrize(
    ("hour", "nearest"), [(9, "morning"), (12, "morning"), (13, "evening")]
)
def test_match_takes_of_several_slots_on_a_day_the_nearest(hour, nearest):
    morning = slot(1, key="morning", starts_at=at(0, 8))
    evening = slot(1, key="evening", starts_at=at(0, 17))
    unplanned = session(1, day=0, started_at=at(0, hour))

    assert fills([evening, morning], [unplanned]) == {nearest: "s1"}


def test_match_takes_of_two_equally_near_slots_the_first_key():
    early, late = slot(1, key="a", starts_at=at(0, 8)), slot(1, key="b")
    middle = session(1, day=0, started_at=at(0, 9))

    assert fills([late, early], [middle]) == {"a": "s1"}


def test_match_fills_a_slot_once_and_lets_the_rest_be_extra():
    sessions = [session(1, day=1), session(2, day=2)]

    assert fills([slot(1)], sessions) == {"1": "s1"}


def test_match_looks_at_where_a_moved_slot_stands_now():
    moved = slot(1, starts_at=at(10))

    assert fills([moved], [session(1, day=1)]) == {}
    assert fills([moved], [session(1, day=11)]) == {"1": "s1"}


def test_match_does_not_ask_whether_a_slot_was_excused():
    excused = slot(1, excuse=excuse())

    assert fills([excused, slot(2)], [session(1, day=4)]) == {"1": "s1"}


def test_match_prefers_a_slot_in_which_somebody_waited():
    cancelled = slot(1, cancelled=True)
    paused = [Pause(paused_from=date(2026, 3, 2), paused_until=date(2026, 3, 3))]

    assert fills([cancelled, slot(2)], [session(1, day=4)]) == {"2": "s1"}
    assert fills(slots(2), [session(1, day=4)], pauses=tuple(paused)) == {"2": "s1"}


def test_match_lets_a_cancelled_session_be_made_up_for():
    cancelled = slot(1, cancelled=True)
    sessions = [session(1, day=4), session(2, of=2)]

    assert fills([cancelled, slot(2)], sessions) == {"1": "s1", "2": "s2"}


def test_match_leaves_a_session_that_was_logged_for_a_cancelled_slot():
    cancelled = slot(1, cancelled=True)
    logged = session(1, of=1, started_at=at(4))

    assert fills([cancelled, slot(2)], [logged]) == {"1": "s1"}


def test_match_gives_the_oldest_cancelled_slot_s_session_the_first_choice():
    lost = [slot(1, cancelled=True), slot(2, cancelled=True)]
    sessions = [session(1, day=7), session(2, day=7, started_at=at(7, 12))]

    assert fills([*reversed(lost), slot(3)], sessions) == {"2": "s2", "3": "s1"}


def test_match_does_not_send_a_session_on_to_a_slot_out_of_its_reach():
    # The cancelled first slot is 7 days back; the fourth lies ahead.
    cancelled = slot(1, cancelled=True)

    assert fills([cancelled, slot(4)], [session(1, day=7)]) == {"1": "s1"}


def test_match_refuses_a_slot_that_is_not_in_the_calendar():
    with pytest.raises(ClinicalInputError) as refusal:
        fills(slots(1), [session(1, of=2)])

    assert str(refusal.value) == (
        "Session s1 names slot 2, which is not in the calendar."
    )


@pytest.mark.parametrize("day", [0, 20])
def test_match_refuses_two_sessions_of_one_slot(day):
    twice = [session(2, of=1, started_at=at(day)), session(1, of=1)]

    with pytest.raises(ClinicalInputError) as refusal:
        fills(slots(1), twice)

    assert str(refusal.value) == (
        "A slot is held once: 1 is named by the sessions s1 and s2."
    )
