"""Bounds of the rating scales."""

from decimal import Decimal

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.scales import (
    PainScale,
    pain_mm_from_nrs11,
    require_cr10,
    require_pain_mm,
    require_rpe,
    require_ten_point,
)

pytestmark = pytest.mark.requirement("E1")


@pytest.mark.parametrize("value_mm", [0, 1, 99, 100])
def test_require_pain_mm_accepts_the_whole_line(value_mm):
    assert require_pain_mm(value_mm, scale=PainScale.VAS) == value_mm


@pytest.mark.parametrize("value_mm", [-1, 101, 50.0, "50", None, True])
def test_require_pain_mm_refuses_what_is_not_on_the_line(value_mm):
    with pytest.raises(ClinicalInputError, match="pain_mm must be a whole number"):
        require_pain_mm(value_mm, scale=PainScale.VAS)


def test_require_pain_mm_takes_tens_on_the_nrs11():
    assert require_pain_mm(70, scale=PainScale.NRS11) == 70


def test_require_pain_mm_refuses_a_value_between_two_points():
    with pytest.raises(ClinicalInputError, match=r"multiple of 10.*got 55"):
        require_pain_mm(55, scale=PainScale.NRS11)


@pytest.mark.parametrize(("points", "value_mm"), [(0, 0), (7, 70), (10, 100)])
def test_pain_mm_from_nrs11_is_ten_times_the_points(points, value_mm):
    assert pain_mm_from_nrs11(points) == value_mm


@pytest.mark.parametrize("points", [-1, 11])
def test_pain_mm_from_nrs11_refuses_points_off_the_scale(points):
    with pytest.raises(
        ClinicalInputError, match=rf"^points must be .* from 0 to 10, got {points}\.$"
    ):
        pain_mm_from_nrs11(points)


@pytest.mark.parametrize("value", [6, 20])
def test_require_rpe_accepts_its_ends(value):
    assert require_rpe(value) == value


@pytest.mark.parametrize("value", [5, 21])
def test_require_rpe_refuses_beyond_its_ends(value):
    with pytest.raises(ClinicalInputError, match=r"^rpe must be .* from 6 to 20, got"):
        require_rpe(value)


@pytest.mark.parametrize("value", ["0", "0.3", "10", "11.5", "999.9"])
def test_require_cr10_accepts_steps_and_more_than_ten(value):
    assert require_cr10(Decimal(value)) == Decimal(value)


@pytest.mark.parametrize("value", ["-0.1", "1000", "NaN", "Infinity", "2.55"])
def test_require_cr10_refuses_what_cannot_be_stored(value):
    with pytest.raises(ClinicalInputError, match="cr10"):
        require_cr10(Decimal(value))


@pytest.mark.parametrize("value", [0, 10])
def test_require_ten_point_accepts_its_ends(value):
    assert require_ten_point(value, name="sleep") == value


@pytest.mark.parametrize("value", [-1, 11])
def test_require_ten_point_names_what_is_wrong(value):
    with pytest.raises(ClinicalInputError, match=rf"sleep must.*got {value}"):
        require_ten_point(value, name="sleep")
