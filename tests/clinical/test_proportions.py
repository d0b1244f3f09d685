"""The uncertainty of a share."""

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.proportions import Proportion, wilson_limits

pytestmark = pytest.mark.requirement("L2")


@pytest.mark.parametrize(
    ("successes", "n", "share", "low", "high"),
    [
        pytest.param(59, 78, "75.6", "65.1", "83.8", id="people with pain"),
        pytest.param(39, 44, "88.6", "76.0", "95.0", id="controls"),
    ],
)
def test_wilson_limits_are_those_of_the_trial_s_completion(
    successes, n, share, low, high
):
    found = wilson_limits(successes=successes, n=n)

    shown = [f"{100 * value:.1f}" for value in (found.share, found.low, found.high)]
    assert shown == [share, low, high]


@pytest.mark.parametrize(("gone", "n", "share"), [(19, 78, "24.4"), (5, 44, "11.4")])
def test_wilson_limits_give_the_trial_s_drop_out(gone, n, share):
    assert f"{100 * wilson_limits(successes=gone, n=n).share:.1f}" == share


def test_wilson_limits_of_one_in_two():
    # z = 1.959964: 0.5 -+ z / (1 + z^2 / 2) * sqrt(0.125 + z^2 / 16)
    found = wilson_limits(successes=1, n=2)

    assert found.share == 0.5
    assert found.low == pytest.approx(0.094531, abs=1e-6)
    assert found.high == pytest.approx(0.905469, abs=1e-6)


def test_wilson_limits_follow_the_confidence():
    found = wilson_limits(successes=59, n=78, confidence=0.90)

    assert found.low == pytest.approx(0.668753, abs=1e-6)
    assert found.high == pytest.approx(0.826876, abs=1e-6)


def test_wilson_limits_end_at_nobody_and_at_everybody():
    nobody = wilson_limits(successes=0, n=10)
    everybody = wilson_limits(successes=10, n=10)

    assert (nobody.share, nobody.low) == (0.0, 0.0)
    assert nobody.high == pytest.approx(0.277533, abs=1e-6)
    assert (everybody.share, everybody.high) == (1.0, 1.0)
    assert everybody.low == pytest.approx(0.722467, abs=1e-6)


@pytest.mark.parametrize("n", [2, 6, 9, 13, 15, 52])
def test_wilson_limits_end_exactly_at_nobody_and_everybody(n):
    # For these numbers the formula in floats misses one of the ends by a hair.
    assert wilson_limits(successes=0, n=n).low == 0.0
    assert wilson_limits(successes=n, n=n).high == 1.0


def test_wilson_limits_of_one_person():
    assert wilson_limits(successes=1, n=1) == Proportion(
        share=1.0, low=pytest.approx(0.206549, abs=1e-6), high=1.0
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"successes": 0, "n": 0}, "n must be at least 1, got 0."),
        ({"successes": -1, "n": 3}, "successes must lie from 0 to n = 3, got -1."),
        ({"successes": 4, "n": 3}, "successes must lie from 0 to n = 3, got 4."),
        ({"successes": 1.0, "n": 3}, "successes must be a whole number, got 1.0."),
        ({"successes": True, "n": 3}, "successes must be a whole number, got True."),
        ({"successes": 1, "n": 3.5}, "n must be a whole number, got 3.5."),
        (
            {"successes": 1, "n": 3, "confidence": 0.0},
            "confidence must lie above 0 and below 1, got 0.0.",
        ),
        (
            {"successes": 1, "n": 3, "confidence": 1.0},
            "confidence must lie above 0 and below 1, got 1.0.",
        ),
    ],
)
def test_wilson_limits_refuse_what_cannot_be(fields, words):
    with pytest.raises(ClinicalInputError) as refusal:
        wilson_limits(**fields)

    assert str(refusal.value) == words
