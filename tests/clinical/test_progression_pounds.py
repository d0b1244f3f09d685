"""Machines in pounds: what is kept to 0.01 kg is a hair off the step it stands for.

20 lb are 9.0718474 kg and kept as 9.07, below the fourth step of a machine of 5 lb.
All expectations here are worked out in pounds.
"""

from decimal import Decimal
from math import ceil, floor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.clinical.progression.inputs import Decided, Deload
from apps.clinical.progression.proposals import draft
from apps.clinical.progression.steps import (
    MachineSteps,
    capped_kg,
    cut_load,
    next_step_kg,
    phase_load,
)
from apps.clinical.progression.way_back import way_back_kg
from apps.clinical.units import KG_PER_LB, kg_from_lb, quantised_kg

from .progression_builders import exercise, flare, kg, over, plan, session, situation

pytestmark = [pytest.mark.requirement("D3"), pytest.mark.requirement("C5")]

STEPS_LB = st.sampled_from([Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5)])
COUNTS = st.integers(min_value=2, max_value=100)


def in_pounds(step):
    return MachineSteps(increment_kg=kg(step) * KG_PER_LB)


def kept(pounds):
    """Return pounds as they are kept in kilograms."""
    return kg_from_lb(Decimal(pounds))


@given(step=STEPS_LB, count=COUNTS, cut_pct=st.sampled_from([10, 20, 30]))
@example(step=Decimal(2), count=10, cut_pct=10)
def test_a_cut_is_floored_in_pounds(step, count, cut_pct):
    steps = in_pounds(step)

    cut = cut_load(kept(count * step), cut_pct=cut_pct, steps=steps)

    wanted = max(floor(Decimal(count) * (100 - cut_pct) / 100), 1)
    assert cut.load_kg == wanted * steps.increment_kg


@given(step=STEPS_LB, count=COUNTS)
@example(step=Decimal(5), count=50)
def test_the_next_step_is_one_in_pounds(step, count):
    steps = in_pounds(step)

    next_kg = next_step_kg(kept(count * step), min_pct=2, steps=steps)

    assert next_kg == ceil(Decimal(count) * 102 / 100) * steps.increment_kg


@given(step=STEPS_LB, count=COUNTS, pct=st.sampled_from([40, 50, 60, 70, 80]))
@example(step=Decimal(5), count=24, pct=50)
def test_a_share_of_a_1rm_lifted_there_is_floored_in_pounds(step, count, pct):
    steps = in_pounds(step)

    load = phase_load(
        one_rep_max_kg=kept(count * step), percent_1rm=Decimal(pct), steps=steps
    )

    wanted = max(floor(Decimal(count) * pct / 100), 1)
    assert load.load_kg == wanted * steps.increment_kg


@given(step=STEPS_LB, count=COUNTS, more=st.integers(min_value=1, max_value=20))
@example(step=Decimal(5), count=4, more=1)
def test_each_step_of_the_way_back_leads_up(step, count, more):
    load, goal = kept(count * step), kept((count + more) * step)
    deload = Deload(row=8, from_load_kg=goal, after_session=None)

    next_kg = way_back_kg(load, deload=deload, max_pct=10, steps=in_pounds(step))

    assert load < quantised_kg(next_kg) <= goal


@pytest.mark.parametrize(
    ("pounds", "wanted", "result"),
    [("20", "30", "22"), ("40", "60", "44"), ("20", "22", "22")],
)
def test_at_most_ten_percent_more_are_counted_in_pounds(pounds, wanted, result):
    capped = capped_kg(
        kept(wanted), base_kg=kept(pounds), max_pct=10, steps=in_pounds("2")
    )

    assert quantised_kg(capped) == kept(result)


def test_a_step_of_exactly_ten_percent_is_an_ordinary_raise():
    load = str(kept("20"))
    found = draft(over(load=load, plan=plan(load_kg=load, steps=in_pounds("2"))))

    assert quantised_kg(found.next_load_kg) == kept("22")
    assert found.explanation.key == "load.raise"


def test_a_way_back_of_exactly_ten_percent_need_not_be_asked():
    load = str(kept("20"))
    done = exercise(18, 17, load=load)
    found = draft(
        situation(
            session(1, done),
            session(2, done),
            plan=plan(load_kg=load, steps=in_pounds("2")),
            deload=Deload(row=8, from_load_kg=kept("22"), after_session=None),
        )
    )

    assert (found.row, found.therapist_decides) == (16, False)
    assert quantised_kg(found.next_load_kg) == kept("22")


def test_a_load_that_is_as_low_already_is_not_cut_again():
    # A fifth less of 75 lb are 60 lb, which are in force: kept a hair above.
    load = kept("60")
    case = situation(
        plan=plan(load_kg=str(load), steps=in_pounds("5")),
        detector=flare(regions=frozenset({"legs"}), load_at_start_kg=kept("75")),
        decided=(Decided(row=7, about="s2", load_before_kg=None),),
    )

    found = draft(case)

    assert found.explanation.key == "load.flare_again"
    assert found.next_load_kg == load


@pytest.mark.parametrize(
    ("load", "typed", "is_raised"),
    [
        # What stands on the phone of somebody who types in the other unit.
        pytest.param("40", kept("88.2"), True, id="40 kg read as 88.2 lb"),
        pytest.param(str(kept("95")), kg("43.1"), True, id="95 lb read as 43.1 kg"),
        pytest.param("40", kg("40.06"), True, id="on the limit"),
        pytest.param("40", kg("39.94"), True, id="on the lower limit"),
        pytest.param("40", kg("40.07"), False, id="more"),
        pytest.param("40", kept("88"), False, id="88 lb are less"),
    ],
)
def test_a_load_typed_in_the_other_unit_is_the_load_in_force(load, typed, is_raised):
    done = exercise(20, 22, load=typed)

    found = draft(
        situation(session(1, done), session(2, done), plan=plan(load_kg=load))
    )

    assert (found.row == 13) is is_raised


@pytest.mark.parametrize("between", ["9.05", "9.08", "33"])
def test_a_load_between_the_steps_stays_as_it_is(between):
    assert in_pounds("5").unrounded_kg(kg(between)) == kg(between)


@pytest.mark.parametrize(
    ("increment", "load", "stands_for"),
    [
        # Half of the 0.01 kg to which loads are kept is still that step; more is not.
        ("2.5", "5.005", "5.0"),
        ("2.5", "4.995", "5.0"),
        ("2.5", "5.006", "5.006"),
        ("2.5", "4.994", "4.994"),
        # Exactly between two steps it is the upper one, never none.
        ("0.01", "0.005", "0.01"),
    ],
)
def test_a_kept_load_stands_for_the_step_beside_it(increment, load, stands_for):
    steps = MachineSteps(increment_kg=kg(increment))

    assert steps.unrounded_kg(kg(load)) == kg(stands_for)
