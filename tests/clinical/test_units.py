"""Loads in kilograms and pounds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.errors import ClinicalInputError
from apps.clinical.units import Load, LoadUnit, kg_from_lb, lb_from_kg, quantised_kg

pytestmark = pytest.mark.requirement("C5")

loads_kg = st.decimals(min_value=0, max_value=500, places=2)


@pytest.mark.parametrize(
    ("value", "unit", "kg"),
    [
        pytest.param("20", LoadUnit.KG, "20.00", id="kilograms stay"),
        pytest.param("1", LoadUnit.LB, "0.45", id="one pound"),
        pytest.param("45", LoadUnit.LB, "20.41", id="a plate"),
        pytest.param("100", LoadUnit.LB, "45.36", id="a hundred pounds"),
        pytest.param("2.675", LoadUnit.KG, "2.68", id="half goes up"),
        pytest.param("2.665", LoadUnit.KG, "2.67", id="half goes up from an even 6"),
        pytest.param("0", LoadUnit.LB, "0.00", id="nothing"),
    ],
)
def test_load_gives_kilograms_to_the_hundredth(value, unit, kg):
    load = Load(Decimal(value), unit)

    assert str(load.kg) == kg
    assert load.value == Decimal(value)


@pytest.mark.parametrize("value", ["-0.01", "NaN", "Infinity"])
def test_load_refuses_what_no_machine_shows(value):
    with pytest.raises(ClinicalInputError, match="load must be finite"):
        Load(Decimal(value), LoadUnit.KG)


def test_load_refuses_an_unknown_unit():
    with pytest.raises(ClinicalInputError, match="kg or lb, got 'stone'"):
        Load(Decimal(3), "stone")


def test_kg_from_lb_uses_the_exact_pound():
    assert kg_from_lb(Decimal(1000)) == Decimal("453.59")


def test_kg_from_lb_refuses_a_negative_load():
    with pytest.raises(ClinicalInputError, match=r"^value_lb must be finite"):
        kg_from_lb(Decimal(-1))


def test_lb_from_kg_is_for_display():
    assert str(lb_from_kg(Decimal(20))) == "44.09"
    # an eighth of a pound: half goes up from an even 2
    assert str(lb_from_kg(Decimal("0.05669904625"))) == "0.13"


def test_lb_from_kg_refuses_a_negative_load():
    with pytest.raises(ClinicalInputError, match=r"^value_kg must be finite"):
        lb_from_kg(Decimal(-1))


@given(load_kg=loads_kg)
def test_kilograms_survive_the_way_through_pounds(load_kg):
    there_and_back = kg_from_lb(lb_from_kg(load_kg))

    assert abs(there_and_back - load_kg) <= Decimal("0.01")
    assert quantised_kg(there_and_back) == there_and_back
