"""How much of one session's plan was done."""

from decimal import Decimal
from fractions import Fraction

import pytest

from apps.clinical.adherence.dose import (
    SetCount,
    exercise_dose,
    planned_kg,
    session_dose,
    sets_on_plan,
    status_of_session,
    worked_exercises,
)
from apps.clinical.adherence.inputs import DoneExercise, DoneSet, Measure

from .adherence_builders import WHOLE, done, leg_press

pytestmark = pytest.mark.requirement("G1")

PLANK = leg_press(
    exercise="plank",
    measure=Measure.SECONDS,
    sets=3,
    amount=Decimal(20),
    load_kg=None,
)
CYCLING = leg_press(
    exercise="cycling",
    measure=Measure.MINUTES,
    sets=1,
    amount=Decimal(20),
    load_kg=None,
)
ROW = leg_press(exercise="row", sets=1, load_kg=Decimal(20))


def bout(minutes, in_zone):
    return DoneExercise(
        exercise="cycling",
        sets=(
            DoneSet(
                amount=None if minutes is None else Decimal(minutes),
                minutes_in_zone=None if in_zone is None else Decimal(in_zone),
            ),
        ),
    )


# held or partial


@pytest.mark.parametrize(
    ("worked", "status"),
    [
        pytest.param("", "partial", id="none"),
        pytest.param("a", "partial", id="fewer than half"),
        pytest.param("ab", "held", id="exactly half"),
        pytest.param("abc", "held", id="more than half"),
        pytest.param("axyz", "partial", id="other exercises add nothing"),
    ],
)
def test_status_of_session_is_held_from_half_of_the_plan(worked, status):
    assert status_of_session(planned="abcd", worked=worked) == status


def test_status_of_session_rounds_nothing():
    assert status_of_session(planned="abc", worked="a") == "partial"
    assert status_of_session(planned="abc", worked="ab") == "held"


def test_status_of_session_counts_an_exercise_once():
    assert status_of_session(planned=["a", "a", "b"], worked=["b", "b"]) == "held"


def test_status_of_session_without_a_plan_takes_any_work():
    assert status_of_session(planned=(), worked=("a",)) == "held"
    assert status_of_session(planned=(), worked=()) == "partial"


def test_worked_exercises_had_a_set_that_was_done():
    sessions = [
        WHOLE,
        done((0, 30), exercise="only tried"),
        done((0, 30), (1, 30), exercise="tried and done"),
        done((None, 30), exercise="of unknown length"),
        done(exercise="left out"),
    ]

    assert worked_exercises(sessions) == {
        "leg-press",
        "tried and done",
        "of unknown length",
    }


# dose


@pytest.mark.parametrize(
    ("sets", "dose"),
    [
        pytest.param([(10, 30), (10, 30)], Fraction(1), id="all"),
        pytest.param([(10, 30), (5, 30)], Fraction(3, 4), id="fewer repetitions"),
        pytest.param([(10, 30), (10, 15)], Fraction(3, 4), id="a lower load"),
        pytest.param([(10, 30)], Fraction(1, 2), id="a set less"),
        pytest.param([], Fraction(0), id="left out"),
        pytest.param([(15, 30), (15, 30)], Fraction(1), id="more is not more"),
        pytest.param([(0, None), (10, 30)], Fraction(1, 2), id="tried in vain"),
        pytest.param([(10, 30), (None, 30)], None, id="unknown repetitions"),
        pytest.param([(10, 30), (10, None)], None, id="unknown load"),
    ],
)
def test_exercise_dose_is_done_by_prescribed_kg(sets, dose):
    assert exercise_dose(leg_press(), sets=done(*sets).sets) == dose


def test_exercise_dose_without_a_load_in_the_plan_is_not_known():
    assert exercise_dose(leg_press(load_kg=None), sets=WHOLE.sets) is None


@pytest.mark.parametrize(
    ("seconds", "dose"), [([20, 20, 20], 1), ([20, 10], Fraction(1, 2)), ([None], None)]
)
def test_exercise_dose_of_holds_is_in_seconds(seconds, dose):
    held = done(*((each, None) for each in seconds), exercise="plank")

    assert exercise_dose(PLANK, sets=held.sets) == dose


def test_exercise_dose_of_repetitions_takes_no_load():
    planned = leg_press(measure=Measure.REPETITIONS, load_kg=None)

    assert exercise_dose(planned, sets=done((5, 80)).sets) == Fraction(1, 4)


def test_session_dose_is_weighted_by_prescribed_sets():
    # Leg press 2 sets, all of it; plank 3 sets, a third; row 1 set, nothing: 3 of 6.
    found = session_dose(
        (leg_press(), PLANK, ROW), done=(WHOLE, done((20, None), exercise="plank"))
    )

    assert found == Fraction(1, 2)


def test_session_dose_does_not_let_one_exercise_make_up_for_another():
    # Four times the leg press and no row: 2 of 3 sets.
    found = session_dose((leg_press(), ROW), done=(WHOLE, WHOLE, WHOLE, WHOLE))

    assert found == Fraction(2, 3)


def test_session_dose_adds_up_the_entries_of_one_exercise():
    halves = (done((10, 30)), done((10, 30)))

    assert session_dose((leg_press(),), done=halves) == 1


def test_session_dose_takes_no_work_outside_of_the_plan():
    other = done((10, 30), (10, 30), exercise="squat")

    assert session_dose((leg_press(),), done=(other,)) == 0


def test_session_dose_leaves_out_what_is_not_known():
    unknown = done((None, 20), exercise="row")
    half = done((10, 30))

    assert session_dose((leg_press(), ROW), done=(half, unknown)) == Fraction(1, 2)
    assert session_dose((ROW,), done=(unknown,)) is None
    assert session_dose((), done=(half,)) is None


def test_planned_kg_adds_up_what_is_counted_in_kg():
    assert planned_kg((leg_press(), PLANK, ROW)) == Decimal(800)
    assert planned_kg((PLANK, CYCLING)) is None
    assert planned_kg(()) is None
    assert planned_kg((leg_press(load_kg=None), ROW)) is None


# intensity


@pytest.mark.parametrize(
    ("load_kg", "on_plan"),
    [
        ("28.49", 0),
        ("28.50", 1),
        ("30", 1),
        ("31.50", 1),
        ("31.51", 0),
    ],
)
def test_sets_on_plan_are_within_5_percent_of_the_load(load_kg, on_plan):
    found = sets_on_plan((leg_press(),), done=(done((10, load_kg)),))

    assert found == SetCount(on_plan=on_plan, judged=1)


@pytest.mark.parametrize(
    ("in_zone", "on_plan"), [("15.99", 0), ("16", 1), ("16.01", 1)]
)
def test_sets_on_plan_count_a_bout_with_80_percent_of_its_time_in_zone(
    in_zone, on_plan
):
    found = sets_on_plan((CYCLING,), done=(bout(20, in_zone),))

    assert found == SetCount(on_plan=on_plan, judged=1)


def test_sets_on_plan_judge_each_set_by_its_own_exercise():
    row = done((10, 20), (10, 30), exercise="row")

    found = sets_on_plan((leg_press(), ROW), done=(WHOLE, row))

    assert found == SetCount(on_plan=3, judged=4)


@pytest.mark.parametrize(
    ("planned", "entry"),
    [
        pytest.param(leg_press(), done((10, None)), id="unknown load"),
        pytest.param(leg_press(), done((0, 30)), id="only tried"),
        pytest.param(leg_press(load_kg=None), WHOLE, id="no load in the plan"),
        pytest.param(PLANK, done((20, None), exercise="plank"), id="no load at all"),
        pytest.param(CYCLING, bout(20, None), id="unknown heart rate"),
        pytest.param(CYCLING, bout(None, 16), id="unknown length"),
        pytest.param(CYCLING, bout(0, 0), id="no length"),
        pytest.param(leg_press(), done((10, 30), exercise="squat"), id="unplanned"),
    ],
)
def test_sets_on_plan_do_not_judge_what_cannot_be_compared(planned, entry):
    found = sets_on_plan((planned,), done=(entry,))

    assert found == SetCount(on_plan=0, judged=0)


def test_sets_on_plan_judge_a_load_even_if_repetitions_are_not_known():
    found = sets_on_plan((leg_press(),), done=(done((None, 30)),))

    assert found == SetCount(on_plan=1, judged=1)
