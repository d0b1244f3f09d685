"""Working loads on the steps of a machine."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.errors import ClinicalInputError
from apps.clinical.working_load import (
    DEFAULT_INCREMENT_KG,
    DUMBBELL_INCREMENT_KG,
    PerformedSet,
    volume_load_kg,
    working_load,
)

pytestmark = pytest.mark.requirement("D2")


def load_kg(one_rep_max, percent, increment="2.5", minimum=None):
    return working_load(
        one_rep_max_kg=Decimal(one_rep_max),
        percent_1rm=Decimal(percent),
        increment_kg=Decimal(increment),
        minimum_kg=None if minimum is None else Decimal(minimum),
    )


def sets(*pairs):
    return [PerformedSet(repetitions=r, load_kg=Decimal(w)) for r, w in pairs]


@pytest.mark.parametrize(
    ("one_rep_max", "increment", "loads"),
    [
        pytest.param("83", "2.5", "32.5 47.5 57.5 65.0", id="83 kg by 2.5"),
        pytest.param("83", "5", "30 45 55 65", id="83 kg by 5"),
        pytest.param("37.5", "2.5", "15.0 22.5 25.0 30.0", id="37.5 kg by 2.5"),
        pytest.param("12", "2.5", "2.5 5.0 7.5 7.5", id="12 kg by 2.5"),
        pytest.param("12", "1", "4 7 8 9", id="12 kg by 1"),
    ],
)
def test_working_load_floors_to_the_step(one_rep_max, increment, loads):
    given_kg = [
        load_kg(one_rep_max, percent, increment).load_kg
        for percent in ("40", "60", "70", "80")
    ]

    assert given_kg == [Decimal(load) for load in loads.split()]


@pytest.mark.parametrize(
    ("one_rep_max", "loads"),
    [
        pytest.param("83", "33.2 49.8 58.1 66.4", id="83 kg"),
        pytest.param("37.5", "15.0 22.5 26.2 30.0", id="37.5 kg, 26.25 floored"),
        pytest.param("12", "4.8 7.2 8.4 9.6", id="12 kg"),
    ],
)
def test_working_load_is_the_share_itself_where_the_machine_has_it(one_rep_max, loads):
    given_kg = [
        load_kg(one_rep_max, percent, "0.1").load_kg
        for percent in ("40", "60", "70", "80")
    ]

    assert given_kg == [Decimal(load) for load in loads.split()]


def test_working_load_steps_by_two_and_a_half_kilograms_unless_told():
    load = working_load(one_rep_max_kg=Decimal(83), percent_1rm=Decimal(40))

    assert load.load_kg == Decimal("32.5")
    assert (Decimal("2.5"), 1) == (DEFAULT_INCREMENT_KG, DUMBBELL_INCREMENT_KG)


def test_working_load_tells_the_real_share():
    load = load_kg("83", "40")

    assert load.percent_1rm == pytest.approx(Decimal("39.1566"), abs=Decimal("0.0001"))
    assert not load.must_ask


def test_working_load_of_the_trial_example():
    assert load_kg("50", "40").load_kg == Decimal(20)


@pytest.mark.parametrize(
    ("percent", "load", "share", "must_ask"),
    [
        pytest.param("49.9", "10", "50", True, id="below the smallest load"),
        pytest.param("50", "10", "50", False, id="the smallest load"),
        pytest.param("62.5", "12.5", "62.5", False, id="one step more"),
    ],
)
def test_working_load_asks_below_the_smallest_load(percent, load, share, must_ask):
    result = load_kg("20", percent, minimum="10")

    assert (result.load_kg, result.percent_1rm, result.must_ask) == (
        Decimal(load),
        Decimal(share),
        must_ask,
    )


def test_working_load_without_a_minimum_gives_at_least_one_step():
    result = load_kg("5", "40")

    assert (result.load_kg, result.percent_1rm, result.must_ask) == (
        Decimal("2.5"),
        Decimal(50),
        True,
    )


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("0", "40"), "one_rep_max_kg"),
        (("NaN", "40"), "one_rep_max_kg"),
        (("80", "0"), "percent_1rm"),
        (("80", "40", "0"), "increment_kg"),
        (("80", "40", "2.5", "-1"), "minimum_kg"),
    ],
)
def test_working_load_refuses_what_cannot_be(arguments, name):
    with pytest.raises(ClinicalInputError, match=f"{name} must be finite and above 0"):
        load_kg(*arguments)


def test_working_load_refuses_more_than_the_1rm():
    assert load_kg("80", "100").load_kg == Decimal(80)
    with pytest.raises(ClinicalInputError, match=r"at most 100, got 100\.1"):
        load_kg("80", "100.1")


@given(
    one_rep_max=st.decimals(min_value=5, max_value=300, places=2),
    percent=st.integers(20, 100),
    increment=st.sampled_from(["0.5", "1", "2.5", "5"]),
)
def test_working_load_is_never_above_the_prescription_unasked(
    one_rep_max, percent, increment
):
    result = load_kg(one_rep_max, percent, increment)

    prescribed = one_rep_max * percent / 100
    assert result.load_kg % Decimal(increment) == 0
    assert (result.load_kg > prescribed) == result.must_ask
    assert prescribed - result.load_kg < Decimal(increment)


@pytest.mark.parametrize(
    ("performed", "volume_kg"),
    [
        pytest.param(
            [(15, 20), (15, 20), (15, 10), (15, 10), (12, 5), (12, 5)],
            1020,
            id="three exercises",
        ),
        pytest.param([(15, 20), (15, 20)], 600, id="trial, fewest repetitions"),
        pytest.param([(20, 20), (20, 20)], 800, id="trial, most repetitions"),
        pytest.param([], 0, id="nothing"),
        pytest.param([(0, 20), (5, 10)], 50, id="a set without a repetition"),
        pytest.param([(12, 0), (5, 10)], 50, id="without a load"),
        pytest.param([(1, "0.5"), (10, "0.5")], "5.5", id="half a kilogram"),
    ],
)
def test_volume_load_kg_adds_repetitions_times_load(performed, volume_kg):
    assert volume_load_kg(sets(*performed)) == Decimal(volume_kg)


@pytest.mark.parametrize(
    ("pair", "name"),
    [((-1, "20"), "repetitions"), ((5, "-1"), "load_kg"), ((5, "NaN"), "load_kg")],
)
def test_volume_load_kg_refuses_what_cannot_be(pair, name):
    with pytest.raises(ClinicalInputError, match=name):
        volume_load_kg(sets(pair))
