"""MVC: the highest of three trials and 30 % of it."""

import math

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.pain_tests import mvc
from apps.clinical.pain_tests.mvc import mvc_result

pytestmark = pytest.mark.requirement("K1")


def test_the_procedure_is_told_in_numbers():
    assert (mvc.TRIALS, mvc.TRIAL_S, mvc.REST_BETWEEN_TRIALS_S) == (3, 5, 60)
    assert (mvc.REST_AFTER_S, mvc.TARGET_SHARE) == (600, 0.30)


def test_mvc_and_target_of_the_vector():
    result = mvc_result([312.4, 298.0, 320.6])

    assert result.mvc_n == 320.6
    assert result.target_n == pytest.approx(96.18)
    assert result.refusals == ()
    assert result.deviations == ()


@pytest.mark.parametrize("trials", [[300, None, 290], [300, 290], [290, 300, None]])
def test_two_trials_give_a_result_that_is_marked(trials):
    result = mvc_result(trials)

    assert (result.mvc_n, result.target_n) == (300, 90)
    assert result.refusals == ()
    (mark,) = result.deviations
    assert (mark.measure, mark.where) == ("mvc_n", "mvc_n")
    assert mark.key == "mvc_n.trials_missing"
    assert mark.reason == (
        "2 of 3 trials have a force. The MVC is the highest of 3, so it may be too "
        "low here. Say so when visits are compared."
    )


@pytest.mark.parametrize("trials", [[], [None, None, None]])
def test_no_trial_gives_no_result_and_says_why(trials):
    result = mvc_result(trials)

    assert (result.mvc_n, result.target_n) == (None, None)
    assert result.deviations == ()
    (refusal,) = result.refusals
    assert (refusal.measure, refusal.where) == ("mvc_n", "mvc_n")
    assert refusal.key == "mvc_n.no_trial"
    assert refusal.reason == (
        "No trial has a force. The MVC is the highest of 3 trials of 5 s with 60 s of "
        "rest between. Test again, or leave out the EIH test."
    )


def test_a_fourth_trial_is_refused():
    with pytest.raises(ClinicalInputError) as refused:
        mvc_result([1, 2, 3, None])

    assert str(refused.value) == (
        "mvc_n must have at most 3 trials, got 4. Enter the three of the protocol."
    )


@pytest.mark.parametrize("force", [1, 2000])
def test_a_force_on_the_range_is_taken(force):
    assert mvc_result([force]).mvc_n == force


@pytest.mark.parametrize("force", [0, 0.99, 2000.5, -1, math.nan, math.inf])
def test_a_force_outside_of_the_range_is_refused(force):
    with pytest.raises(ClinicalInputError) as refused:
        mvc_result([300, None, force])

    assert str(refused.value) == (
        f"mvc_n[2] must be a number from 1 to 2000 N, got {force!r}. Check the entry; "
        f"leave out what was not measured."
    )
