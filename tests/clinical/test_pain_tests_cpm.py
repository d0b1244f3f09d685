"""CPM: difference, percentage and the sign for thresholds and for ratings."""

import math

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.pain_tests.cpm import (
    Conditioning,
    ConditioningKind,
    CpmTest,
    StimulusKind,
    Timing,
    cpm_result,
)
from apps.clinical.pain_tests.ppt import Region, Side

pytestmark = pytest.mark.requirement("K1")

COLD = Conditioning(
    kind=ConditioningKind.COLD_WATER, temperature_c=6, duration_s=60, pain_nrs=7
)


def a_test(**changes):
    fields = {
        "stimulus_kind": StimulusKind.THRESHOLD,
        "region": Region.SUPRASPINATUS,
        "side": Side.LEFT,
        "conditioning": COLD,
        "timing": Timing.DURING,
        "before": 210,
        "conditioned": 240,
    }
    return CpmTest(**{**fields, **changes})


def rated(before, conditioned):
    return a_test(stimulus_kind="rating", before=before, conditioned=conditioned)


def test_a_threshold_that_rises_is_inhibition():
    result = cpm_result(a_test())

    assert result.difference == 30
    assert result.percent == pytest.approx(14.285714)
    assert result.stimulus_kind == StimulusKind.THRESHOLD
    assert result.sign_convention == (
        "Threshold: conditioned minus before. Above 0 is inhibition."
    )
    assert (result.refusals, result.deviations) == ((), ())


def test_a_threshold_that_falls_is_facilitation():
    result = cpm_result(a_test(before=240, conditioned=210))

    assert (result.difference, result.percent) == (-30, -12.5)


def test_the_sign_flips_for_ratings():
    result = cpm_result(rated(60, 45))

    assert (result.difference, result.percent) == (15, 25)
    assert result.stimulus_kind == "rating"
    assert result.sign_convention == (
        "Rating: before minus conditioned. Above 0 is inhibition."
    )


def test_a_rating_that_rises_is_facilitation():
    assert cpm_result(rated(40, 60)).percent == -50


@pytest.mark.parametrize(
    ("changes", "where", "which"),
    [
        ({"before": None}, "cpm.before", "before"),
        ({"conditioned": None}, "cpm.conditioned", "during"),
        ({"conditioned": None, "timing": Timing.AFTER}, "cpm.conditioned", "after"),
    ],
)
def test_a_missing_value_gives_no_result_and_says_why(changes, where, which):
    result = cpm_result(a_test(**changes))

    assert (result.difference, result.percent) == (None, None)
    (refusal,) = result.refusals
    assert (refusal.measure, refusal.where) == ("cpm_percent", where)
    assert refusal.key == "cpm_percent.value_missing"
    assert refusal.reason == (
        f"The value {which} the conditioning is missing. CPM compares both. Repeat the "
        f"test on another day, or keep the record without a result."
    )


def test_both_missing_values_are_told():
    result = cpm_result(a_test(before=None, conditioned=None))

    assert [one.where for one in result.refusals] == ["cpm.before", "cpm.conditioned"]


def test_a_rating_of_zero_before_has_a_difference_but_no_percentage():
    result = cpm_result(rated(0, 20))

    assert (result.difference, result.percent) == (-20, None)
    (refusal,) = result.refusals
    assert (refusal.measure, refusal.where) == ("cpm_percent", "cpm.before")
    assert refusal.key == "cpm_percent.nothing_to_share"
    assert refusal.params == {}
    assert refusal.reason == (
        "The rating before the conditioning is 0. A percentage of nothing cannot be "
        "told; the difference is. Choose a stronger test stimulus next time."
    )


def test_a_rating_of_zero_during_is_a_value():
    assert cpm_result(rated(20, 0)).percent == 100


def test_a_conditioning_of_unknown_intensity_is_marked():
    bare = Conditioning(kind=ConditioningKind.OTHER)

    result = cpm_result(a_test(conditioning=bare))

    assert result.difference == 30
    (mark,) = result.deviations
    assert (mark.measure, mark.where) == ("cpm_percent", "cpm.conditioning")
    assert mark.key == "cpm_percent.intensity_unknown"
    assert mark.params == {}
    assert mark.reason == (
        "Neither temperature nor pressure of the conditioning is told. Visits compare "
        "only at the same intensity. Enter it."
    )


@pytest.mark.parametrize("known", [{"temperature_c": 0}, {"pressure_kpa": 30}])
def test_a_temperature_or_a_pressure_tells_the_intensity(known):
    conditioning = Conditioning(kind=ConditioningKind.CUFF, **known)

    assert cpm_result(a_test(conditioning=conditioning)).deviations == ()


@pytest.mark.parametrize(
    "values",
    [
        {"temperature_c": 0, "pressure_kpa": 1, "duration_s": 1, "pain_nrs": 0},
        {"temperature_c": 55, "pressure_kpa": 200, "duration_s": 1800, "pain_nrs": 10},
    ],
)
def test_a_conditioning_on_the_bounds_is_taken(values):
    conditioning = Conditioning(kind="hot_water", **values)

    assert conditioning.pain_nrs == values["pain_nrs"]


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("temperature_c", -0.1, "a number from 0 to 55 degrees Celsius"),
        ("temperature_c", 55.1, "a number from 0 to 55 degrees Celsius"),
        ("pressure_kpa", 0.9, "a number from 1 to 200 kPa"),
        ("pressure_kpa", 200.1, "a number from 1 to 200 kPa"),
        ("duration_s", 0.9, "a number from 1 to 1800 s"),
        ("duration_s", 1800.1, "a number from 1 to 1800 s"),
        ("pain_nrs", -1, "a whole number from 0 to 10"),
        ("pain_nrs", 11, "a whole number from 0 to 10"),
        ("pain_nrs", 7.5, "a whole number from 0 to 10"),
        ("kind", "bee", "one of cold_water, hot_water, cuff, other"),
    ],
)
def test_a_conditioning_that_cannot_be_is_refused(name, value, rule):
    fields = {"kind": "cuff", name: value}

    with pytest.raises(ClinicalInputError) as refused:
        Conditioning(**fields)

    assert str(refused.value).startswith(f"{name} must be {rule}, got {value!r}.")


@pytest.mark.parametrize(
    ("name", "value", "known"),
    [
        ("stimulus_kind", "colour", "threshold, rating"),
        (
            "region",
            "elbow",
            "supraspinatus, lateral_epicondyle, gluteal, inner_knee",
        ),
        ("side", "middle", "left, right"),
        ("timing", "never", "during, after"),
    ],
)
def test_an_unknown_choice_is_refused(name, value, known):
    with pytest.raises(ClinicalInputError) as refused:
        a_test(**{name: value})

    assert str(refused.value) == f"{name} must be one of {known}, got {value!r}."


def test_where_it_was_tested_may_be_unknown_and_how_may_not():
    assert cpm_result(a_test(region=None, side=None)).difference == 30
    for name in ("stimulus_kind", "timing"):
        with pytest.raises(ClinicalInputError, match=f"{name} must be one of"):
            a_test(**{name: None})


@pytest.mark.parametrize("name", ["before", "conditioned"])
@pytest.mark.parametrize(
    ("kind", "value", "rule"),
    [
        ("threshold", 0, "1 to 2000 kPa"),
        ("threshold", 2001, "1 to 2000 kPa"),
        ("rating", -1, "0 to 100 points"),
        ("rating", 101, "0 to 100 points"),
        ("rating", math.nan, "0 to 100 points"),
    ],
)
def test_an_impossible_value_is_refused(name, kind, value, rule):
    values = {"before": 50, "conditioned": 50, name: value}

    with pytest.raises(ClinicalInputError) as refused:
        a_test(stimulus_kind=kind, **values)

    assert str(refused.value).startswith(
        f"{name} must be a number from {rule}, got {value!r}."
    )


def test_a_missing_value_hides_no_impossible_one():
    with pytest.raises(ClinicalInputError, match=r"^conditioned must be a number"):
        a_test(before=None, conditioned=2001)


def test_values_on_the_bounds_are_taken():
    assert cpm_result(a_test(before=1, conditioned=2000)).difference == 1999
    assert cpm_result(rated(100, 0)).difference == 100
