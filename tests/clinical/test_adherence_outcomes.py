"""What became of each planned session and each check-in."""

from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal
from fractions import Fraction

import pytest

from apps.clinical.adherence.inputs import (
    ExcuseReason,
    ExpectedCheckIn,
    Measure,
    Pause,
    SessionStatus,
)
from apps.clinical.adherence.outcomes import (
    ATTENDED,
    DUE,
    CheckInOutcome,
    Result,
    SlotOutcome,
    check_in_outcomes,
    slot_outcomes,
)
from apps.clinical.check_in_windows import Moment
from apps.clinical.errors import ClinicalInputError

from .adherence_builders import (
    FIRST,
    HOUR,
    LATER,
    at,
    course,
    done,
    excuse,
    leg_press,
    outcome,
    session,
    slot,
    slots,
)

pytestmark = pytest.mark.requirement("G1")


def outcomes(slots_, sessions=(), *, now=LATER, **fields):
    one = course(slots=tuple(slots_), sessions=tuple(sessions), **fields)
    return slot_outcomes(one, now=now)


def the_result(slot_, sessions=(), *, now=LATER, **fields):
    return outcomes([slot_], sessions, now=now, **fields)[0].result


def test_words_are_what_is_stored():
    assert " ".join(Result) == "held partial excused missed cancelled paused open"
    assert {"held", "partial"} == ATTENDED
    assert {"held", "partial", "excused", "missed"} == DUE


@pytest.mark.parametrize(
    ("now", "result"),
    [
        pytest.param(at(1, 10, 59), Result.OPEN, id="a minute before"),
        pytest.param(at(1, 11), Result.MISSED, id="24 h after the planned end"),
        pytest.param(at(1, 11, 1), Result.MISSED, id="a minute after"),
    ],
)
def test_a_slot_is_due_24_hours_after_its_planned_end(now, result):
    assert the_result(slot(1), now=now) == result
    held = the_result(slot(1), [session(1, of=1)], now=now)
    assert held == (Result.HELD if result == Result.MISSED else Result.OPEN)


def test_a_moved_slot_is_due_where_it_stands_now():
    moved = slot(1, starts_at=at(2))

    assert the_result(moved, now=at(3, 10, 59)) == Result.OPEN
    assert the_result(moved, now=at(3, 11)) == Result.MISSED


def test_a_session_in_part_is_partial():
    part = session(1, of=1, status=SessionStatus.PARTIAL)

    assert the_result(slot(1), [part]) == Result.PARTIAL


def test_an_excuse_counts_from_when_it_was_told():
    told = slot(1, excuse=excuse(told_at=at(3), late=True))

    assert the_result(told, now=at(2)) == Result.MISSED
    assert the_result(told, now=at(3)) == Result.EXCUSED


def test_an_excused_slot_keeps_its_reason_and_whether_it_came_late():
    late = slot(1, excuse=excuse(ExcuseReason.PAIN_FLARE, late=True))
    early = slot(2, excuse=excuse(ExcuseReason.TRAVEL))

    first, second = outcomes([late, early])

    assert (first.excuse_reason, first.excused_late) == ("pain_flare", True)
    assert (second.excuse_reason, second.excused_late) == ("travel", False)


@pytest.mark.parametrize(
    ("slot_", "pauses", "result"),
    [
        (slot(1, cancelled=True), (), Result.CANCELLED),
        (slot(1), (Pause(paused_from=date(2026, 3, 1)),), Result.PAUSED),
        (slot(1, excuse=excuse()), (Pause(paused_from=date(2026, 3, 1)),), "paused"),
        (slot(1, cancelled=True, excuse=excuse()), (), Result.CANCELLED),
        (
            slot(1, cancelled=True),
            (Pause(paused_from=date(2026, 3, 1)),),
            Result.CANCELLED,
        ),
    ],
)
def test_a_slot_in_which_nobody_waits_asks_for_no_excuse(slot_, pauses, result):
    assert the_result(slot_, pauses=pauses) == result


@pytest.mark.parametrize(
    "slot_", [slot(1), slot(1, cancelled=True), slot(1, excuse=excuse(late=True))]
)
def test_a_slot_that_was_held_is_held_whatever_it_was_before(slot_):
    found = outcomes([slot_], [session(1, of=1)])[0]

    assert found.result == Result.HELD
    assert (found.excuse_reason, found.excused_late) == (None, False)


def test_a_void_session_and_one_to_come_hold_nothing():
    assert the_result(slot(1), [session(1, of=1, void=True)]) == Result.MISSED
    made_up = session(1, day=5)
    assert the_result(slot(1), [made_up], now=at(4)) == Result.MISSED
    assert the_result(slot(1), [made_up], now=at(5)) == Result.HELD


def test_the_week_is_that_where_a_slot_stood_at_first():
    moved = slot(8, starts_at=at(28))

    found = outcomes([slot(1), slot(7), moved, slot(9)])

    assert [(one.key, one.week) for one in found] == [
        ("1", 1),
        ("7", 4),
        ("8", 4),
        ("9", 5),
    ]


def test_outcomes_come_in_order_of_time_then_key():
    same = slot(2, key="0")

    found = outcomes([slot(3), slot(2), same, slot(1)])

    assert [one.key for one in found] == ["1", "0", "2", "3"]


def test_a_row_holds_all_that_the_figures_need():
    row = leg_press(exercise="row", sets=1)
    plank = leg_press(exercise="plank", measure=Measure.SECONDS, load_kg=None)
    half = session(
        1,
        of=1,
        ended_at=FIRST + HOUR / 2,
        status=SessionStatus.PARTIAL,
        exercises=(done((10, 30), (10, 20)), done((3, 30), exercise="squat")),
    )

    found = outcomes([slot(1, plan=(leg_press(), row, plank))], [half])

    assert found == (
        SlotOutcome(
            key="1",
            starts_at=FIRST,
            due_at=at(1, 11),
            week=1,
            result=Result.PARTIAL,
            dose=Fraction(1, 3),
            planned_kg=Decimal(900),
            planned_sets=5,
            sets_on_plan=1,
            sets_judged=2,
            seconds_planned=3600,
            seconds_done=1800,
            exercises_planned=3,
            exercises_done=1,
        ),
    )


def test_a_missed_row_has_the_plan_and_nothing_done():
    (found,) = outcomes([slot(1)])

    assert found == SlotOutcome(
        key="1",
        starts_at=FIRST,
        due_at=at(1, 11),
        week=1,
        result=Result.MISSED,
        dose=Fraction(0),
        planned_kg=Decimal(600),
        planned_sets=2,
        seconds_planned=3600,
        exercises_planned=1,
    )


def test_a_row_counts_no_more_than_the_planned_time():
    long = session(1, of=1, ended_at=FIRST + 2 * HOUR)

    assert outcomes([slot(1)], [long])[0].seconds_done == 3600


def test_a_session_s_own_plan_comes_before_that_of_its_slot():
    lower = session(1, of=1, plan=(leg_press(load_kg=Decimal(60)),))
    nothing = session(1, of=1, plan=())

    found = outcomes([slot(1)], [lower])[0]
    assert (found.dose, found.planned_kg) == (Fraction(1, 2), Decimal(1200))
    assert outcomes([slot(1)], [nothing])[0].dose is None


def test_a_dose_is_not_known_without_a_plan_or_a_load():
    unknown = slot(2, plan=(leg_press(load_kg=None),))

    found = outcomes([slot(1, plan=()), unknown])

    assert [(one.dose, one.planned_kg, one.planned_sets) for one in found] == [
        (None, None, 0),
        (None, None, 2),
    ]


def test_slot_outcomes_refuse_a_naive_now():
    naive = FIRST.replace(tzinfo=None)

    for read in (slot_outcomes, check_in_outcomes):
        with pytest.raises(ClinicalInputError, match=r"^now must be a timezone-aware"):
            read(course(), now=naive)


# check-ins


def expected(moment=Moment.H24, **fields):
    usual = {"moment": moment, "closes_at": at(1, 22), "in_window": True}
    return ExpectedCheckIn(**usual | fields)


def entries(*check_ins, now=LATER, **fields):
    held = session(1, of=1, check_ins=check_ins, **fields)
    one = course(slots=slots(1), sessions=(held,))
    return check_in_outcomes(one, now=now)


def test_check_in_outcomes_tell_what_came_in_its_window():
    found = entries(expected(), expected(Moment.H48, in_window=False))

    assert found == (
        CheckInOutcome(moment=Moment.H24, closed_at=at(1, 22), week=1, in_window=True),
        CheckInOutcome(moment=Moment.H48, closed_at=at(1, 22), week=1, in_window=False),
    )
    assert found[0].closed_at.tzinfo is UTC


def test_check_in_outcomes_wait_until_the_window_has_closed():
    assert entries(expected(), now=at(1, 21, 59)) == ()
    assert len(entries(expected(), now=at(1, 22))) == 1


def test_check_in_outcomes_leave_out_what_the_next_session_cut_short():
    assert entries(expected(expected=False)) == ()


def test_check_in_outcomes_leave_out_void_sessions_and_take_unplanned_ones():
    assert entries(expected(), void=True) == ()
    extra = session(2, day=17, check_ins=(expected(),))
    found = check_in_outcomes(course(sessions=(extra,)), now=LATER)
    assert [one.week for one in found] == [3]


# rows from elsewhere


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"dose": Fraction(-1, 9)}, "dose of slot 1 must lie from 0 to 1, got -1/9."),
        ({"dose": Fraction(10, 9)}, "dose of slot 1 must lie from 0 to 1, got 10/9."),
        (
            {"dose": Fraction(1), "planned_sets": 0},
            "Slot 1 has a dose and so at least 1 planned set, got 0.",
        ),
        (
            {"planned_kg": Decimal(0)},
            "planned_kg of slot 1 must be above 0 or unknown, got 0.",
        ),
        (
            {"sets_on_plan": 2, "sets_judged": 1},
            "sets_on_plan of slot 1 must lie from 0 to sets_judged = 1, got 2.",
        ),
        (
            {"seconds_done": 61, "seconds_planned": 60},
            "seconds_done of slot 1 must lie from 0 to seconds_planned = 60, got 61.",
        ),
        (
            {"exercises_done": -1},
            (
                "exercises_done of slot 1 must lie from 0 to exercises_planned = 0, "
                "got -1."
            ),
        ),
        (
            {"excuse_reason": ExcuseReason.WORK},
            (
                "Slot 1 has an excuse_reason if and only if it is excused, "
                "got work on held."
            ),
        ),
    ],
)
def test_a_row_that_cannot_be_is_refused(fields, words):
    with pytest.raises(ClinicalInputError) as refusal:
        outcome(1, **fields)

    assert str(refusal.value) == words


def test_an_excused_row_needs_its_reason():
    with pytest.raises(ClinicalInputError) as refusal:
        replace(outcome(1), result=Result.EXCUSED)

    assert str(refusal.value) == (
        "Slot 1 has an excuse_reason if and only if it is excused, got None on excused."
    )


@pytest.mark.parametrize("name", ["starts_at", "due_at"])
def test_a_row_with_a_naive_instant_is_refused(name):
    with pytest.raises(ClinicalInputError, match=rf"^{name} must be a timezone-aware"):
        outcome(1, **{name: FIRST.replace(tzinfo=None)})


def test_a_check_in_with_a_naive_instant_is_refused():
    with pytest.raises(
        ClinicalInputError, match=r"^closed_at must be a timezone-aware"
    ):
        CheckInOutcome(
            moment=Moment.PRE,
            closed_at=FIRST.replace(tzinfo=None),
            week=1,
            in_window=True,
        )


def test_a_row_may_hold_the_ends_of_what_can_be():
    assert outcome(1, dose=Fraction(0), planned_sets=1).dose == 0
    assert outcome(1, dose=Fraction(1), planned_sets=1, planned_kg=Decimal("0.01"))
    assert outcome(1, sets_on_plan=2, sets_judged=2).sets_on_plan == 2
