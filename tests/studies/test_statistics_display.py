"""How figures of an outcome table are printed."""

import pytest

from apps.clinical.proportions import wilson_limits
from apps.studies.statistics.display import (
    WORDS,
    Reason,
    ShownP,
    median_and_quartiles,
    one_decimal,
    share_and_limits,
    shown_p,
)

pytestmark = pytest.mark.requirement("L2")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(8.25, "8.3", id="half, up"),
        pytest.param(-8.25, "-8.3", id="half, down"),
        pytest.param(8.35, "8.4", id="a half that no double holds"),
        pytest.param(0.1 + 0.2 - 0.05, "0.3", id="a half with dust"),
        pytest.param(8.2499, "8.2", id="under a half"),
        pytest.param(-0.04, "0.0", id="no minus before zero"),
        pytest.param(-0.05, "-0.1", id="half below zero"),
        pytest.param(54, "54.0", id="whole"),
        pytest.param(123456.75, "123456.8", id="large"),
        pytest.param(1e-12, "0.0", id="next to nothing"),
    ],
)
def test_one_decimal_rounds_half_away_from_zero(value, text):
    assert one_decimal(value) == text


@pytest.mark.parametrize(
    ("quartiles", "text"),
    [
        pytest.param((33.7, 54.0, 70.2), "54.0 (33.7-70.2)", id="pain before"),
        pytest.param((21.5, 31.0, 58.0), "31.0 (21.5-58.0)", id="pain after"),
        pytest.param((50.1, 59.8, 73.6), "59.8 (50.1-73.6)", id="FIQ before"),
        pytest.param((44.3, 56.2, 68.7), "56.2 (44.3-68.7)", id="FIQ after"),
        pytest.param((30.75, 47.5, 58.75), "47.5 (30.8-58.8)", id="halves"),
        pytest.param((-20, -12.25, -5), "-12.3 (-20.0 to -5.0)", id="falls"),
        pytest.param((-20, -2, 5), "-2.0 (-20.0 to 5.0)", id="falls and rises"),
        pytest.param((-0.04, 0, 5), "0.0 (0.0-5.0)", id="no minus before zero"),
        pytest.param(None, None, id="none"),
    ],
)
def test_median_and_quartiles_print_as_the_trial_does(quartiles, text):
    assert median_and_quartiles(quartiles) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        pytest.param(0.0, "<0.001", id="zero"),
        pytest.param(0.000713, "<0.001", id="below"),
        pytest.param(0.00099, "<0.001", id="just below"),
        pytest.param(0.001, "0.001", id="exactly"),
        pytest.param(0.0010384, "0.001", id="above"),
        pytest.param(0.0015, "0.002", id="a half"),
        pytest.param(0.024884, "0.025", id="ordinary"),
        pytest.param(0.5225, "0.523", id="another half"),
        pytest.param(1.0, "1.000", id="one"),
    ],
)
def test_shown_p_has_three_decimals_and_a_floor(p, text):
    assert shown_p(p, smallest_n=59) == ShownP(text=text, reason=None)


@pytest.mark.parametrize(
    ("smallest_n", "shown"),
    [
        pytest.param(0, ShownP(text=None, reason=Reason.TOO_FEW), id="nobody"),
        pytest.param(5, ShownP(text=None, reason=Reason.TOO_FEW), id="five"),
        pytest.param(6, ShownP(text="0.025"), id="six"),
        pytest.param(7, ShownP(text="0.025"), id="seven"),
    ],
)
def test_shown_p_needs_six_persons_in_a_group(smallest_n, shown):
    assert shown_p(0.025, smallest_n=smallest_n) == shown


def test_shown_p_says_too_few_before_any_other_reason():
    assert shown_p(1.0, smallest_n=5, reason=Reason.NO_CHANGE) == ShownP(
        text=None, reason=Reason.TOO_FEW
    )


@pytest.mark.parametrize(
    ("p", "text"), [pytest.param(None, None), pytest.param(1.0, "1.000")]
)
@pytest.mark.parametrize("reason", Reason)
def test_shown_p_keeps_the_reason(p, text, reason):
    shown = shown_p(p, smallest_n=6, reason=reason)

    assert shown == ShownP(text=text, reason=reason)


def test_shown_p_keeps_the_reason_below_the_floor():
    assert shown_p(0.0, smallest_n=6, reason=Reason.NO_CHANGE) == ShownP(
        text="<0.001", reason=Reason.NO_CHANGE
    )


def test_every_reason_has_words():
    assert WORDS == {
        "too_few": "no p-value: fewer than 6 persons in a group",
        "no_change": "no change",
        "no_difference": "no difference",
        "no_spread": "no test: the values within the groups do not differ",
    }


@pytest.mark.parametrize(
    ("completed", "started", "text"),
    [
        pytest.param(59, 78, "75.6 % (65.1-83.8)", id="fibromyalgia"),
        pytest.param(39, 44, "88.6 % (76.0-95.0)", id="healthy"),
        pytest.param(0, 4, "0.0 % (0.0-49.0)", id="nobody"),
    ],
)
def test_share_and_limits_print_the_completion_of_the_trial(completed, started, text):
    limits = wilson_limits(successes=completed, n=started)

    assert share_and_limits(limits) == text


def test_share_and_limits_of_nobody_print_nothing():
    assert share_and_limits(None) is None
