"""Tests of function: unit, side, trials, the best one, and two visits."""

import math
from dataclasses import replace

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.pain_tests.function_tests import (
    TESTS,
    FunctionTest,
    FunctionTestKind,
    function_change,
    function_result,
)

pytestmark = pytest.mark.requirement("L4")

# Kind, words, unit, sides, trials, best, range, whole numbers alone, movement.
TABLE = [
    ("six_minute_walk", "6-minute walk", "m", "never", 1, "highest", 1, 1200, 0, 0),
    ("grip_force", "hand-grip force", "N", "always", 3, "highest", 1, 1000, 0, 0),
    (
        "chair_stand_30_s",
        "chair stand in 30 s",
        "stands",
        "never",
        1,
        "highest",
        0,
        60,
        1,
        0,
    ),
    (
        "chair_stand_5_times",
        "chair stand five times",
        "s",
        "never",
        1,
        "lowest",
        2,
        300,
        0,
        0,
    ),
    (
        "knee_extension_force",
        "isometric knee-extension force",
        "N",
        "always",
        3,
        "highest",
        1,
        2000,
        0,
        0,
    ),
    (
        "elbow_flexion_force",
        "isometric elbow-flexion force",
        "N",
        "always",
        3,
        "highest",
        1,
        1000,
        0,
        0,
    ),
    (
        "range_of_motion",
        "range of motion",
        "degrees",
        "if_any",
        3,
        "highest",
        -90,
        210,
        0,
        1,
    ),
]
KINDS = [row[0] for row in TABLE]


def a_test(kind, *trials, **changes):
    needs = TESTS[kind]
    fields = {
        "unit": needs.unit,
        "side": "left" if needs.sides == "always" else None,
        "movement": "shoulder flexion" if needs.needs_movement else None,
    }
    return FunctionTest(kind=kind, trials=trials, **{**fields, **changes})


def test_the_table_of_tests():
    assert list(TESTS) == KINDS == list(FunctionTestKind)
    assert [
        (
            kind,
            needs.words,
            needs.unit,
            needs.sides,
            needs.trials,
            needs.best,
            needs.minimum,
            needs.maximum,
            needs.counted,
            needs.needs_movement,
        )
        for kind, needs in TESTS.items()
    ] == TABLE


@pytest.mark.parametrize(
    ("kind", "trials", "best"),
    [
        ("six_minute_walk", (512.5,), 512.5),
        ("grip_force", (210, 245.5, 230), 245.5),
        ("chair_stand_30_s", (12,), 12),
        ("chair_stand_5_times", (14.2,), 14.2),
        ("knee_extension_force", (312, 298, 320), 320),
        ("elbow_flexion_force", (150, 160, 140), 160),
        ("range_of_motion", (150, 145, 155), 155),
        ("range_of_motion", (-10, -5, -20), -5),
    ],
)
def test_the_result_is_the_best_of_the_trials(kind, trials, best):
    result = function_result(a_test(kind, *trials))

    assert (result.best, result.unit) == (best, TESTS[kind].unit)
    assert (result.refusals, result.deviations) == ((), ())


@pytest.mark.parametrize("trials", [(210, None, 245), (210, 245), (245, None, None)])
def test_missing_trials_are_left_out_and_marked(trials):
    result = function_result(a_test("grip_force", *trials))

    assert result.best == 245
    assert result.refusals == ()
    (mark,) = result.deviations
    assert (mark.measure, mark.where) == ("function_test", "trials")
    assert mark.key == "function_test.trials_missing"
    present = sum(one is not None for one in trials)
    assert mark.reason == (
        f"{present} of 3 trials of hand-grip force have a value. The result is the "
        f"best of 3, so it may be too poor here. Say so when visits are compared."
    )


@pytest.mark.parametrize("trials", [(), (None,)])
def test_without_a_trial_there_is_no_result(trials):
    result = function_result(a_test("six_minute_walk", *trials))

    assert (result.best, result.unit) == (None, "m")
    assert result.deviations == ()
    (refusal,) = result.refusals
    assert (refusal.measure, refusal.where) == ("function_test", "trials")
    assert refusal.key == "function_test.no_trial"
    assert refusal.params["present"] == 0
    assert refusal.reason == (
        "No trial of 6-minute walk has a value. The result is the best of 1. Test "
        "again, or record why it was not done."
    )


def test_the_best_may_be_the_lowest(monkeypatch):
    twice = replace(TESTS["chair_stand_5_times"], trials=2)
    monkeypatch.setitem(TESTS, "chair_stand_5_times", twice)

    assert function_result(a_test("chair_stand_5_times", 14, 12)).best == 12


def test_not_to_rise_once_is_a_result():
    assert function_result(a_test("chair_stand_30_s", 0)).best == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_on_the_range_is_taken(kind):
    for value in (TESTS[kind].minimum, TESTS[kind].maximum):
        assert function_result(a_test(kind, value)).best == value


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_outside_of_the_range_is_refused(kind):
    needs = TESTS[kind]
    for value in (needs.minimum - 0.1, needs.maximum + 0.1, math.nan):
        with pytest.raises(ClinicalInputError) as refused:
            a_test(kind, value)

        assert str(refused.value) == (
            f"trials[0] must be a number from {needs.minimum} to {needs.maximum} "
            f"{needs.unit}, got {value!r}. Check the entry; leave out what was not "
            f"measured."
        )


def test_the_trial_that_is_refused_is_named():
    with pytest.raises(ClinicalInputError, match=r"^trials\[2\] must be a number"):
        a_test("grip_force", 200, None, -1)


def test_half_a_stand_is_refused():
    with pytest.raises(ClinicalInputError) as refused:
        a_test("chair_stand_30_s", 12.5)

    assert str(refused.value) == (
        "trials[0] must be a whole number of stands, got 12.5."
    )


def test_a_whole_number_of_stands_may_be_written_with_a_point():
    assert function_result(a_test("chair_stand_30_s", 12.0)).best == 12


@pytest.mark.parametrize("kind", KINDS)
def test_a_trial_too_many_is_refused(kind):
    needs = TESTS[kind]

    with pytest.raises(ClinicalInputError) as refused:
        a_test(kind, *[None] * (needs.trials + 1))

    assert str(refused.value) == (
        f"The {needs.words} must have at most {needs.trials} trials, "
        f"got {needs.trials + 1}."
    )


def test_another_unit_is_refused_not_converted():
    with pytest.raises(ClinicalInputError) as refused:
        a_test("grip_force", 25, unit="kg")

    assert str(refused.value) == (
        "The hand-grip force must be entered in N, got 'kg'. Convert it, and note the "
        "instrument."
    )


@pytest.mark.parametrize(
    "kind", ["grip_force", "knee_extension_force", "elbow_flexion_force"]
)
def test_a_test_of_one_side_needs_the_side(kind):
    with pytest.raises(ClinicalInputError) as refused:
        a_test(kind, 200, side=None)

    assert str(refused.value) == (
        f"The {TESTS[kind].words} must have a side. Enter left or right."
    )


@pytest.mark.parametrize(
    "kind", ["six_minute_walk", "chair_stand_30_s", "chair_stand_5_times"]
)
def test_a_test_of_the_whole_body_has_no_side(kind):
    with pytest.raises(ClinicalInputError) as refused:
        a_test(kind, 20, side="left")

    assert str(refused.value) == f"The {TESTS[kind].words} has no side, got 'left'."


@pytest.mark.parametrize("side", [None, "left", "right"])
def test_a_range_of_motion_may_have_a_side(side):
    assert a_test("range_of_motion", 30, side=side).side == side


@pytest.mark.parametrize("kind", ["grip_force", "range_of_motion"])
def test_an_unknown_side_is_refused(kind):
    with pytest.raises(ClinicalInputError) as refused:
        a_test(kind, 20, side="both")

    assert str(refused.value) == "side must be left or right, got 'both'."


def test_a_range_of_motion_names_its_movement():
    with pytest.raises(ClinicalInputError) as refused:
        a_test("range_of_motion", 20, movement=None)

    assert str(refused.value) == (
        "The range of motion must name joint and movement, such as shoulder flexion."
    )


def test_another_test_names_none():
    with pytest.raises(ClinicalInputError) as refused:
        a_test("grip_force", 200, movement="fist")

    assert str(refused.value) == "The hand-grip force has no movement, got 'fist'."


@pytest.mark.parametrize("movement", ["", "  ", "x" * 81])
def test_a_blank_or_endless_movement_is_refused(movement):
    with pytest.raises(ClinicalInputError) as refused:
        a_test("range_of_motion", 20, movement=movement)

    assert str(refused.value) == (
        f"movement must have 1 to 80 characters, got {movement!r}."
    )


@pytest.mark.parametrize("movement", ["x", "x" * 80])
def test_a_movement_on_the_bounds_is_taken(movement):
    assert a_test("range_of_motion", 20, movement=movement).movement == movement


def test_an_unknown_kind_is_refused():
    with pytest.raises(ClinicalInputError) as refused:
        FunctionTest(kind="juggling", unit="balls", trials=(3,))

    assert str(refused.value) == (
        f"kind must be one of {', '.join(KINDS)}, got 'juggling'."
    )


@pytest.mark.parametrize(
    ("kind", "before", "after", "difference", "is_better"),
    [
        ("six_minute_walk", 500, 530, 30, True),
        ("six_minute_walk", 530, 500, -30, False),
        ("six_minute_walk", 500, 500, 0, None),
        ("chair_stand_5_times", 15, 12, -3, True),
        ("chair_stand_5_times", 12, 15, 3, False),
        ("chair_stand_5_times", 12, 12, 0, None),
    ],
)
def test_a_change_says_whether_it_is_better(kind, before, after, difference, is_better):
    change = function_change(earlier=a_test(kind, before), later=a_test(kind, after))

    assert (change.difference, change.is_better) == (difference, is_better)


def test_a_change_needs_both_values():
    done, missed = a_test("six_minute_walk", 500), a_test("six_minute_walk")

    assert function_change(earlier=missed, later=done) is None
    assert function_change(earlier=done, later=missed) is None


@pytest.mark.parametrize(
    ("earlier", "later", "message"),
    [
        (
            a_test("grip_force", 200, side="left"),
            a_test("grip_force", 200, side="right"),
            "Only tests of the same side compare, got 'left' and 'right'.",
        ),
        (
            a_test("grip_force", 200),
            a_test("elbow_flexion_force", 200),
            (
                "Only tests of the same kind compare, got 'grip_force' and "
                "'elbow_flexion_force'."
            ),
        ),
        (
            a_test("range_of_motion", 20),
            a_test("range_of_motion", 20, movement="hip flexion"),
            (
                "Only tests of the same movement compare, got 'shoulder flexion' and "
                "'hip flexion'."
            ),
        ),
    ],
)
def test_different_tests_do_not_compare(earlier, later, message):
    with pytest.raises(ClinicalInputError) as refused:
        function_change(earlier=earlier, later=later)

    assert str(refused.value) == message
