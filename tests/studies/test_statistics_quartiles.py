"""Medians, quartiles and means of an outcome table."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.errors import ClinicalInputError
from apps.studies.statistics.quartiles import mean_with_error, quartiles

pytestmark = pytest.mark.requirement("L2")

measurements = st.integers(-1000, 1000).map(lambda tenths: tenths / 10)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([0, 1, 1, 2, 3, 4, 4, 5, 7, 9], (1.0, 3.5, 5.5), id="ten"),
        pytest.param(
            [12, 30, 33, 41, 54, 55, 60, 71], (30.75, 47.5, 58.75), id="eight"
        ),
        pytest.param([9, 0, 5, 1, 7, 4, 1, 4, 3, 2], (1.0, 3.5, 5.5), id="any order"),
        pytest.param([3, 1], (1.0, 2.0, 3.0), id="two: never beyond what was measured"),
    ],
)
def test_quartiles_are_those_of_spss(values, expected):
    assert quartiles(values).values == expected


@pytest.mark.parametrize(
    ("values", "linear"),
    [
        ([0, 1, 1, 2, 3, 4, 4, 5, 7, 9], [1.25, 3.5, 4.75]),
        ([12, 30, 33, 41, 54, 55, 60, 71], [32.25, 47.5, 56.25]),
    ],
)
def test_quartiles_are_not_the_linear_ones_of_numpy(values, linear):
    assert np.percentile(values, [25, 50, 75]).tolist() == linear

    low, median, high = quartiles(values).values
    assert low < linear[0]
    assert median == linear[1]
    assert high > linear[2]


@pytest.mark.parametrize(
    ("n", "below", "upper"),
    [
        # (58 + 1) * 0.75 = 44.25: a fraction, so whole scores end in .25.
        pytest.param(58, 44, 8.25, id="58 forms: between the 44th and the 45th"),
        # (59 + 1) * 0.75 = 45: a whole place, so whole scores stay whole.
        pytest.param(59, 44, 9.0, id="59 forms: the 45th"),
        # (38 + 1) * 0.75 = 29.25
        pytest.param(38, 29, 8.25, id="38 forms: between the 29th and the 30th"),
        pytest.param(39, 29, 9.0, id="39 forms: the 30th"),
        pytest.param(19, 14, 9.0, id="19 forms: the 15th"),
    ],
)
def test_quartiles_tell_how_many_forms_the_trial_had(n, below, upper):
    scores = [8] * below + [9] * (n - below)

    assert quartiles(scores).values[2] == upper


def test_quartiles_count_what_is_missing():
    cell = quartiles([None, 12, 30, 33, None, 41, 54, 55, 60, 71, None])

    assert (cell.n, cell.missing) == (8, 3)
    assert cell.values == (30.75, 47.5, 58.75)
    assert cell.text == "47.5 (30.8-58.8)"


@pytest.mark.parametrize(
    ("values", "n", "missing"),
    [
        pytest.param([], 0, 0, id="nobody"),
        pytest.param([None, None], 0, 2, id="nobody measured"),
        pytest.param([54, None], 1, 1, id="one"),
    ],
)
def test_quartiles_of_fewer_than_two_are_not_shown(values, n, missing):
    cell = quartiles(values)

    assert (cell.n, cell.missing) == (n, missing)
    assert cell.values is None
    assert cell.text is None


def test_quartiles_take_exact_decimals():
    assert quartiles([Decimal("1.5"), Decimal("2.5")]).values == (1.5, 2.0, 2.5)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), float("-inf"), 1_000_000.5, -1_000_001]
)
@pytest.mark.parametrize("function", [quartiles, mean_with_error])
def test_quartiles_and_means_refuse_what_is_no_measurement(function, value):
    with pytest.raises(ClinicalInputError) as refusal:
        function([None, 3, value])

    assert str(refusal.value) == (
        "values[2] must be a finite number from -1000000 to 1000000, "
        f"got {value!r}. A missing value is None."
    )


def test_quartiles_accept_the_largest_measurement():
    assert quartiles([-1_000_000, 1_000_000]).values == (-1_000_000, 0, 1_000_000)


def test_mean_with_error_divides_the_spread_by_the_root_of_n():
    # 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares 32, SD sqrt(32/7) = 2.13809,
    # SEM = 2.13809 / sqrt(8) = 0.755929.
    point = mean_with_error([2, 4, None, 4, 4, 5, 5, 7, 9])

    assert (point.n, point.missing, point.mean) == (8, 1, 5.0)
    assert point.sem == pytest.approx(0.7559289, abs=1e-7)


@pytest.mark.parametrize(
    ("values", "n", "mean"),
    [
        pytest.param([], 0, None, id="nobody"),
        pytest.param([7.5], 1, 7.5, id="one"),
    ],
)
def test_mean_with_error_has_no_error_below_two(values, n, mean):
    point = mean_with_error(values)

    assert (point.n, point.missing, point.mean, point.sem) == (n, 0, mean, None)


def test_mean_with_error_of_two_has_an_error():
    assert mean_with_error([1, 3]).sem == pytest.approx(1.0)


@given(st.lists(measurements, min_size=2, max_size=40), st.randoms())
def test_quartiles_lie_in_order_within_the_data_whatever_the_order(values, chance):
    shuffled = list(values)
    chance.shuffle(shuffled)

    low, median, high = quartiles(values).values

    assert min(values) <= low <= median <= high <= max(values)
    assert quartiles(shuffled).values == (low, median, high)


@given(st.lists(measurements, min_size=2, max_size=40), st.integers(0, 5))
def test_quartiles_of_the_mirrored_values_are_mirrored(values, missing):
    low, median, high = quartiles(values + [None] * missing).values

    assert quartiles([-value for value in values]).values == pytest.approx(
        (-high, -median, -low), abs=1e-9
    )
