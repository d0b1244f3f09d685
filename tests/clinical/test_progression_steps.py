"""Load arithmetic on the steps of a machine, and the way back after a cut."""

from decimal import Decimal

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.progression.inputs import Deload
from apps.clinical.progression.steps import (
    MachineSteps,
    capped_kg,
    change_pct,
    cut_load,
    is_above,
    next_step_kg,
    phase_load,
)
from apps.clinical.progression.way_back import way_back_kg

from .progression_builders import kg, machine

pytestmark = [pytest.mark.requirement("D3"), pytest.mark.requirement("D2")]


@pytest.mark.parametrize(
    ("load", "cut_pct", "increment", "minimum", "result", "must_ask"),
    [
        pytest.param("42.5", 10, "2.5", None, "37.5", False, id="row 7"),
        pytest.param("42.5", 20, "2.5", None, "32.5", False, id="row 3"),
        pytest.param("42.5", 30, "2.5", None, "27.5", False, id="row 5"),
        pytest.param("50", 10, "5", None, "45", False, id="exactly on a step"),
        pytest.param("5", 10, "5", None, "5", True, id="one step is the least"),
        pytest.param("12.5", 20, "2.5", "10", "10", False, id="the smallest load"),
        pytest.param("12", 20, "2.5", "10", "10", True, id="below the smallest"),
        pytest.param("8", 10, "2.5", "10", "8", True, id="in force below it"),
        pytest.param("33", 10, "2.5", None, "27.5", False, id="off the steps"),
    ],
)
def test_cut_load_floors_and_never_goes_up(
    load, cut_pct, increment, minimum, result, must_ask
):
    cut = cut_load(kg(load), cut_pct=cut_pct, steps=machine(increment, minimum))

    assert (cut.load_kg, cut.must_ask) == (kg(result), must_ask)


@pytest.mark.parametrize(
    ("load", "increment", "minimum", "result"),
    [
        pytest.param("40", "2.5", None, "42.5", id="6.25 %"),
        pytest.param("60", "5", None, "65", id="8.33 %"),
        pytest.param("20", "2.5", None, "22.5", id="12.5 %"),
        pytest.param("12.5", "2.5", None, "15", id="20 %"),
        pytest.param("5", "1", None, "6", id="dumbbell"),
        pytest.param("50", "1", None, "51", id="exactly 2 %"),
        pytest.param("51", "1", None, "53", id="one step below 2 %"),
        pytest.param("100", "0.5", None, "102", id="four steps"),
        pytest.param("33", "2.5", None, "35", id="off the steps"),
        pytest.param("2", "2.5", "10", "10", id="below the smallest"),
    ],
)
def test_next_step_is_the_smallest_of_at_least_two_percent(
    load, increment, minimum, result
):
    steps = machine(increment, minimum)

    assert next_step_kg(kg(load), min_pct=2, steps=steps) == kg(result)


@pytest.mark.parametrize(
    ("load", "above"), [("27.4", False), ("27.5", False), ("27.51", True)]
)
def test_is_above_means_more_than_the_share(load, above):
    assert is_above(kg(load), base_kg=kg("25"), by_pct=10) is above


@pytest.mark.parametrize(
    ("load", "base", "increment", "result"),
    [
        pytest.param("27.5", "25", "2.5", "27.5", id="exactly 10 %"),
        pytest.param("50", "40", "2.5", "42.5", id="floored, not 44"),
        pytest.param("50", "40", "1", "44", id="on the limit"),
        pytest.param("150", "100", "1", "110", id="on the limit of a heavy load"),
        pytest.param("25", "20", "2.5", "20", id="one step is too much"),
        pytest.param("60", "33", "2.5", "35", id="off the steps"),
        pytest.param("10", "7", "5", "7", id="floored below the base"),
    ],
)
def test_capped_load_is_at_most_ten_percent_more(load, base, increment, result):
    capped = capped_kg(kg(load), base_kg=kg(base), max_pct=10, steps=machine(increment))

    assert capped == kg(result)


@pytest.mark.parametrize(
    ("one_rep_max", "percent", "increment", "minimum", "load"),
    [
        *(("83", p, "2.5", None, w) for p, w in (("40", "32.5"), ("60", "47.5"))),
        *(("83", p, "2.5", None, w) for p, w in (("70", "57.5"), ("80", "65"))),
        *(("83", p, "5", None, w) for p, w in (("40", "30"), ("60", "45"))),
        *(("83", p, "5", None, w) for p, w in (("70", "55"), ("80", "65"))),
        *(("37.5", p, "2.5", None, w) for p, w in (("40", "15"), ("60", "22.5"))),
        *(("37.5", p, "2.5", None, w) for p, w in (("70", "25"), ("80", "30"))),
        *(("12", p, "2.5", None, w) for p, w in (("40", "2.5"), ("60", "5"))),
        *(("12", p, "2.5", None, w) for p, w in (("70", "7.5"), ("80", "7.5"))),
        *(("12", p, "1", None, w) for p, w in (("40", "4"), ("60", "7"))),
        *(("12", p, "1", None, w) for p, w in (("70", "8"), ("80", "9"))),
        ("50", "40", "2.5", None, "20"),
        ("12", "40", "2.5", "5", "5"),
    ],
)
def test_phase_load_is_floored(one_rep_max, percent, increment, minimum, load):
    found = phase_load(
        one_rep_max_kg=kg(one_rep_max),
        percent_1rm=kg(percent),
        steps=machine(increment, minimum),
    )

    assert found.load_kg == kg(load)


@pytest.mark.parametrize(("one_rep_max", "percent"), [(None, "40"), ("83", None)])
def test_phase_load_needs_a_1rm_and_a_share(one_rep_max, percent):
    found = phase_load(
        one_rep_max_kg=kg(one_rep_max), percent_1rm=kg(percent), steps=machine()
    )

    assert found is None


@pytest.mark.parametrize(
    ("load", "base", "change"),
    [
        ("42.5", "40", "6.3"),
        ("65", "60", "8.3"),
        ("37.5", "42.5", "-11.8"),
        ("37.5", "40", "-6.3"),
        ("40", "40", "0.0"),
    ],
)
def test_change_is_shown_to_a_tenth_half_away_from_zero(load, base, change):
    assert change_pct(kg(load), base_kg=kg(base)) == Decimal(change)


@pytest.mark.parametrize("wrong", ["0", "-2.5", "NaN", "Infinity"])
@pytest.mark.parametrize("name", ["increment_kg", "minimum_kg"])
def test_steps_refuse_what_no_machine_has(name, wrong):
    with pytest.raises(
        ClinicalInputError, match=rf"^{name} must be finite and above 0, got {wrong}\.$"
    ):
        MachineSteps(**{name: Decimal(wrong)})


def test_steps_are_two_and_a_half_kilograms_unless_told():
    assert MachineSteps().increment_kg == Decimal("2.5")
    assert MachineSteps().smallest_kg == Decimal("2.5")
    assert machine("2.5", "10").smallest_kg == 10


@pytest.mark.parametrize(
    ("load", "goal", "taken", "increment", "result"),
    [
        pytest.param("32.5", "42.5", 0, "2.5", "37.5", id="half of 20 %"),
        pytest.param("37.5", "42.5", 1, "2.5", "42.5", id="the rest of it"),
        pytest.param("37.5", "42.5", 0, "2.5", "40", id="half of 10 %"),
        pytest.param("25", "27.5", 0, "2.5", "27.5", id="exactly 10 % at once"),
        pytest.param("20", "22.5", 0, "2.5", "22.5", id="one step of the machine"),
        pytest.param("30", "45", 0, "5", "35", id="floored half, 37.5"),
        pytest.param("33", "37.5", 0, "2.5", "35", id="half is 35.25"),
        pytest.param("34", "39", 0, "5", "35", id="half is 36.5"),
        pytest.param("36", "43", 0, "5", "40", id="half is below the load itself"),
        pytest.param("10", "14", 0, "2.5", "12.5", id="half is the load itself"),
        pytest.param("100", "110", 0, "1", "110", id="exactly 10 % by small steps"),
        pytest.param("100", "111", 0, "1", "105", id="more than 10 % by small steps"),
        pytest.param("6", "9", 0, "5", "9", id="a step beyond the goal"),
        pytest.param("32.5", "42.5", 2, "2.5", "42.5", id="never a third step"),
    ],
)
def test_way_back_takes_two_steps_at_most(load, goal, taken, increment, result):
    deload = Deload(row=3, from_load_kg=kg(goal), after_session="s1", steps_taken=taken)

    found = way_back_kg(kg(load), deload=deload, max_pct=10, steps=machine(increment))

    assert found == kg(result)
