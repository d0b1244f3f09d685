"""Targets on their basis, and conversion on request alone."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.errors import ClinicalInputError
from apps.clinical.intensity.bands import BANDS, Effort, bands_of, effort_of
from apps.clinical.intensity.conversion import (
    EffortAlone,
    converted_effort,
    heart_rate_target,
)
from apps.clinical.intensity.heart_rate import HeartFacts, HeartRateRules
from apps.clinical.intensity.targets import (
    EFFORT_HIGH,
    EFFORT_LOW,
    UNITS,
    WORDS,
    Basis,
    Target,
)

pytestmark = pytest.mark.requirement("B6")

RULES = HeartRateRules()


def target(basis, low, high, unit="%"):
    return Target(basis=Basis(basis), low=Decimal(low), high=Decimal(high), unit=unit)


def facts(**more):
    asked = {"age_years": 51, "beta_blocker": False, "pacemaker": False}
    return HeartFacts(**(asked | more))


@pytest.mark.parametrize(
    ("basis", "low", "high", "unit", "text"),
    [
        ("hrmax", "60", "70", "%", "60-70 % of the highest heart rate"),
        ("hrr", "40", "60", "%", "40-60 % of the heart rate reserve"),
        ("vo2max", "50", "60", "%", "50-60 % of VO2max"),
        ("one_rm", "40", "40", "%", "40 % of the 1RM"),
        ("watts", "55", "65", "%", "55-65 % of the highest power"),
        ("watts", "80", "100", "W", "80-100 W"),
        ("heart_rate", "103", "121", "/min", "103-121 beats per minute"),
        ("rpe", "9", "12", "{score}", "9-12 on the effort scale of 6 to 20"),
        ("cr10", "0.3", "2.5", "{score}", "0.3-2.5 on the CR10 effort scale"),
        ("rpe10", "6", "7", "{score}", "6-7 on the effort scale of 0 to 10"),
        ("rir", "2", "4", "{reps}", "2-4 repetitions in reserve"),
    ],
)
def test_target_tells_its_basis(basis, low, high, unit, text):
    assert target(basis, low, high, unit).text == text


def test_units_and_words_know_every_basis():
    assert set(UNITS) == set(Basis)
    assert set(WORDS) == {(basis, unit) for basis in UNITS for unit in UNITS[basis]}
    assert (EFFORT_LOW, EFFORT_HIGH) == ("no effort", "most possible effort")


@pytest.mark.parametrize(
    ("basis", "unit", "inside", "outside"),
    [
        ("hrmax", "%", ("0.1", "100"), ("0", "100.1")),
        ("watts", "W", ("1", "2000"), ("0.9", "2000.1")),
        ("heart_rate", "/min", ("25", "240"), ("24.9", "240.1")),
    ],
)
def test_target_keeps_to_the_limits_of_its_unit(basis, unit, inside, outside):
    assert target(basis, *inside, unit).high == Decimal(inside[1])

    low, high = inside
    for name, bad, bounds in (
        ("low", outside[0], (outside[0], high)),
        ("high", outside[1], (low, outside[1])),
    ):
        with pytest.raises(ClinicalInputError) as refusal:
            target(basis, *bounds, unit)
        assert str(refusal.value) == (
            f"{name} must lie from {low} to {high} {unit}, got {bad}."
        )


@pytest.mark.parametrize(
    ("basis", "unit", "low", "high", "message"),
    [
        ("rpe", "{score}", "5", "9", "rpe must be a whole number from 6 to 20, got 5."),
        (
            "rpe",
            "{score}",
            "9",
            "21",
            "rpe must be a whole number from 6 to 20, got 21.",
        ),
        ("rpe", "{score}", "9.5", "12", "low must be a whole number, got 9.5."),
        ("rir", "{reps}", "0.5", "2", "low must be a whole number, got 0.5."),
        ("rpe", "{score}", "9", "12.5", "high must be a whole number, got 12.5."),
        (
            "cr10",
            "{score}",
            "0.25",
            "1",
            "cr10 must have at most 1 decimal, got Decimal('0.25').",
        ),
        (
            "rir",
            "{reps}",
            "0",
            "11",
            "rir must be a whole number from 0 to 10, got 11.",
        ),
        (
            "rpe10",
            "{score}",
            "-1",
            "7",
            "rpe10 must be a whole number from 0 to 10, got -1.",
        ),
        ("hrmax", "%", "70", "60", "low must not be above high, got 70 and 60."),
        ("hrmax", "/min", "60", "70", "unit of hrmax must be %, got '/min'."),
        ("watts", "kg", "60", "70", "unit of watts must be % or W, got 'kg'."),
        (
            "hrmax",
            "%",
            "NaN",
            "70",
            "low must be a finite decimal, got Decimal('NaN').",
        ),
    ],
)
def test_target_refuses_what_its_scale_cannot_give(basis, unit, low, high, message):
    with pytest.raises(ClinicalInputError) as refusal:
        target(basis, low, high, unit)

    assert str(refusal.value) == message


@pytest.mark.parametrize("values", [(60, Decimal(70)), (Decimal(60), 70.0)])
def test_target_refuses_other_numbers_than_decimals(values):
    low, high = values

    with pytest.raises(ClinicalInputError, match="must be a finite decimal"):
        Target(basis=Basis.HRMAX, low=low, high=high, unit="%")


def test_target_refuses_an_unknown_basis():
    with pytest.raises(ClinicalInputError) as refusal:
        Target(basis="mets", low=Decimal(3), high=Decimal(6), unit="%")

    assert str(refusal.value) == (
        "basis must be one of hrmax, hrr, vo2max, one_rm, watts, heart_rate, rpe, "
        "cr10, rpe10, rir, got 'mets'."
    )


@pytest.mark.parametrize(
    ("basis", "unit", "low", "high"),
    [
        ("rpe", "{score}", "6", "20"),
        ("cr10", "{score}", "0", "12.5"),
        ("rir", "{reps}", "0", "10"),
        ("rpe10", "{score}", "0", "10"),
    ],
)
def test_target_takes_the_ends_of_the_effort_scales(basis, unit, low, high):
    found = target(basis, low, high, unit)

    assert (found.low, found.high) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("asked", "age", "rest", "low", "high", "shown"),
    [
        (("hrmax", "60", "70"), 51, 72, "103.38", "120.61", (103, 121)),
        (("hrmax", "70", "75"), 51, None, "120.61", "129.225", (121, 129)),
        (("hrr", "40", "60"), 51, 72, "112.12", "132.18", (112, 132)),
        (("hrmax", "60", "70"), 65, 70, "97.5", "113.75", (98, 114)),
        (("hrr", "40", "60"), 65, 70, "107.0", "125.5", (107, 126)),
    ],
)
def test_heart_rate_target_is_unrounded_and_shown_half_up(
    asked, age, rest, low, high, shown
):
    original = target(*asked)

    found = heart_rate_target(
        original, facts=facts(age_years=age, rest_per_min=rest), rules=RULES
    )

    assert found.converted.target == target("heart_rate", low, high, "/min")
    assert found.converted.original is original
    assert (found.shown_low, found.shown_high) == shown
    assert found.highest.method == "tanaka"


@pytest.mark.parametrize(
    ("basis", "more", "formula"),
    [
        ("hrmax", {}, "percent * HRmax, HRmax 172.3 = 208 - 0.7 * age (tanaka)"),
        (
            "hrr",
            {"max_measured_per_min": 181},
            "HRrest + percent * (HRmax - HRrest) (Karvonen), HRmax 181 measured",
        ),
    ],
)
def test_heart_rate_target_names_its_formula(basis, more, formula):
    found = heart_rate_target(
        target(basis, "50", "60"), facts=facts(rest_per_min=72, **more), rules=RULES
    )

    assert found.converted.formula == formula


@pytest.mark.parametrize("basis", ["hrmax", "hrr"])
def test_heart_rate_target_of_who_is_guided_by_effort_says_why(basis):
    found = heart_rate_target(
        target(basis, "60", "70"), facts=facts(beta_blocker=True), rules=RULES
    )

    assert found == EffortAlone(reasons=("beta_blocker",))


def test_heart_rate_target_of_the_reserve_needs_a_measured_rest():
    with pytest.raises(ClinicalInputError) as refusal:
        heart_rate_target(target("hrr", "40", "60"), facts=facts(), rules=RULES)

    assert str(refusal.value) == (
        "rest_per_min must be known for a share of the heart rate reserve: "
        "measure the heart rate at rest first."
    )


@pytest.mark.parametrize(
    ("basis", "unit"),
    [("vo2max", "%"), ("watts", "%"), ("one_rm", "%"), ("rpe", "{score}")],
)
def test_heart_rate_target_is_never_made_of_another_basis(basis, unit):
    with pytest.raises(ClinicalInputError) as refusal:
        heart_rate_target(
            target(basis, "10", "15", unit), facts=facts(rest_per_min=72), rules=RULES
        )

    assert str(refusal.value) == (
        f"There is no formula from {basis} to heart_rate: set the target on the basis "
        "that is wanted."
    )


@pytest.mark.parametrize(
    ("start", "unit", "to", "low", "high", "expected", "to_unit", "formula"),
    [
        ("rir", "{reps}", "rpe10", 2, 4, (6, 8), "{score}", "RPE10 = 10 - RIR"),
        ("rir", "{reps}", "rpe10", 0, 10, (0, 10), "{score}", "RPE10 = 10 - RIR"),
        ("rpe10", "{score}", "rir", 7, 8, (2, 3), "{reps}", "RIR = 10 - RPE10"),
    ],
)
def test_converted_effort_mirrors_reserve_and_effort(
    start, unit, to, low, high, expected, to_unit, formula
):
    original = target(start, low, high, unit)

    found = converted_effort(original, to=Basis(to))

    assert found.target == target(to, *expected, to_unit)
    assert found.formula == formula
    assert found.original is original


@pytest.mark.parametrize(
    ("basis", "unit", "to"),
    [
        ("rpe", "{score}", "rpe10"),
        ("cr10", "{score}", "rpe10"),
        ("rir", "{reps}", "rpe"),
        ("rir", "{reps}", "rir"),
        ("hrmax", "%", "vo2max"),
    ],
)
def test_converted_effort_refuses_what_has_no_formula(basis, unit, to):
    with pytest.raises(ClinicalInputError) as refusal:
        converted_effort(target(basis, 7, 8, unit), to=Basis(to))

    assert str(refusal.value) == (
        f"There is no formula from {basis} to {to}: set the target on the basis that "
        "is wanted."
    )


def test_bands_are_those_of_the_college():
    rows = [(band.basis, band.effort, band.low, band.high) for band in BANDS]

    assert rows == [
        ("hrr", "light", 30, 39),
        ("hrr", "moderate", 40, 59),
        ("hrr", "vigorous", 60, 89),
        ("hrmax", "light", 57, 63),
        ("hrmax", "moderate", 64, 76),
        ("hrmax", "vigorous", 77, 95),
        ("rpe", "light", 9, 11),
        ("rpe", "moderate", 12, 13),
        ("rpe", "vigorous", 14, 17),
        ("vo2max", "moderate", 46, 63),
    ]
    assert [band.low for band in bands_of(Basis.RPE)] == [9, 12, 14]
    assert bands_of(Basis.WATTS) == ()


@pytest.mark.parametrize(
    ("value", "basis", "effort"),
    [
        ("56.9", Basis.HRMAX, Effort.BELOW_LIGHT),
        ("57", Basis.HRMAX, Effort.LIGHT),
        ("63.9", Basis.HRMAX, Effort.LIGHT),
        ("64", Basis.HRMAX, Effort.MODERATE),
        ("76", Basis.HRMAX, Effort.MODERATE),
        ("77", Basis.HRMAX, Effort.VIGOROUS),
        ("95", Basis.HRMAX, Effort.VIGOROUS),
        ("95.1", Basis.HRMAX, Effort.ABOVE_VIGOROUS),
        ("64", Basis.HRR, Effort.VIGOROUS),
        ("12", Basis.RPE, Effort.MODERATE),
        ("18", Basis.RPE, Effort.ABOVE_VIGOROUS),
        ("50", Basis.VO2MAX, None),
        ("50", Basis.WATTS, None),
    ],
)
def test_effort_of_names_a_value_on_its_own_basis(value, basis, effort):
    assert effort_of(Decimal(value), basis=basis) is effort


@given(st.integers(0, 10), st.integers(0, 10))
def test_converted_effort_there_and_back_is_the_same(one, other):
    original = target("rir", min(one, other), max(one, other), "{reps}")

    there = converted_effort(original, to=Basis.RPE10)
    back = converted_effort(there.target, to=Basis.RIR)

    assert back.target == original


@given(st.decimals(20, 100, places=1), st.decimals(20, 100, places=1))
def test_heart_rate_target_keeps_the_order(one, other):
    asked = target("hrmax", min(one, other), max(one, other))

    found = heart_rate_target(asked, facts=facts(), rules=RULES)

    assert found.converted.target.low <= found.converted.target.high
    assert found.shown_low <= found.shown_high
