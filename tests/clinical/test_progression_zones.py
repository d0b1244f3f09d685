"""How a session was borne: zones, settled, soreness; limits below, on and above."""

import pytest

from apps.clinical.flare.inputs import Location
from apps.clinical.flare.policy import TOLERANCE
from apps.clinical.progression.truth import (
    Truth,
    all_of,
    any_of,
    opposite,
    yes_if,
)
from apps.clinical.progression.zones import Zone, is_zone, response_of, zone_of

from .progression_builders import POLICY, exercise, session

pytestmark = pytest.mark.requirement("D3")

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
ONLY = (Location.ONLY_TRAINED,)


def response(next_pre=None, **values):
    return response_of(session(1, **values), next_pre_mm=next_pre, policy=POLICY)


@pytest.mark.parametrize(
    ("worst", "zone"),
    [(50, "green"), (60, "green"), (61, "amber"), (70, "amber"), (71, "red")],
)
def test_rise_during_the_session(worst, zone):
    found = response(during_mm=(worst,), usual_mm=20.5)

    assert (found.during, found.during_mm) == (zone, worst - 50)


@pytest.mark.parametrize(
    ("worst", "zone"),
    [(0, "green"), (20, "green"), (21, "amber"), (50, "amber"), (51, "red")],
)
def test_absolute_pain_where_the_usual_level_is_low(worst, zone):
    assert response(pre_mm=5, during_mm=(worst,), usual_mm=20.0).during == zone


def test_absolute_zones_need_no_value_before():
    found = response(pre_mm=None, during_mm=(15,), usual_mm=12.0)

    assert (found.during, found.during_mm) == (Zone.GREEN, None)


@pytest.mark.parametrize(
    ("usual", "zone"),
    [
        (20.0, "amber"),
        (20 + TOLERANCE, "amber"),
        (20 + 2 * TOLERANCE, "green"),
        (20.5, "green"),
        (None, "unknown"),
    ],
)
def test_usual_level_chooses_the_zones(usual, zone):
    # 30 from 25: 30 is amber by itself, a rise of 5 is green.
    assert response(pre_mm=25, during_mm=(30,), usual_mm=usual).during == zone


@pytest.mark.parametrize(
    ("pre", "worst", "zone"), [(10, 20, "green"), (25, 51, "red"), (5, 25, "amber")]
)
def test_without_a_usual_level_both_zones_must_agree(pre, worst, zone):
    assert response(pre_mm=pre, during_mm=(worst,), usual_mm=None).during == zone


def test_worst_pain_is_the_highest_told_anywhere():
    done = exercise(18, 17, pains=(40, 58))

    assert response_of(
        session(1, done, during_mm=(55, 57)), next_pre_mm=None, policy=POLICY
    ).worst_mm == (58)
    assert response(during_mm=(55, 63, 57)).worst_mm == 63


@pytest.mark.parametrize("missing", [{"during_mm": ()}, {"pre_mm": None}])
def test_unknown_during(missing):
    found = response(**missing)

    assert (found.during, found.during_mm) == (Zone.UNKNOWN, None)
    assert found.during_green == UNKNOWN


@pytest.mark.parametrize(
    ("h24", "ref", "zone"),
    [
        (60, 50.0, "green"),
        (60, 49.75, "amber"),
        (70, 50.0, "amber"),
        (70, 49.75, "red"),
        (None, 50.0, "unknown"),
        (60, None, "unknown"),
    ],
)
def test_next_day_zone_is_of_the_unrounded_rise(h24, ref, zone):
    assert response(h24_mm=h24, ref_mm=ref).next_day == zone


@pytest.mark.parametrize(
    ("value", "zone"),
    [
        (10, "green"),
        (10 + TOLERANCE, "green"),
        (10 + 2 * TOLERANCE, "amber"),
        (20 + TOLERANCE, "amber"),
        (20 + 2 * TOLERANCE, "red"),
    ],
)
def test_a_limit_is_inside_by_what_computing_adds_to_it(value, zone):
    assert zone_of(value, green_mm=10, amber_mm=20) == zone


def test_next_day_zone_is_relative_even_where_the_usual_level_is_low():
    found = response(pre_mm=5, during_mm=(10,), h24_mm=20, ref_mm=5.0, usual_mm=5.0)

    assert (found.during, found.next_day) == (Zone.GREEN, Zone.AMBER)


@pytest.mark.parametrize(
    ("h48", "next_pre", "settled"),
    [
        (59, None, YES),
        (60, None, NO),
        (59, 90, YES),
        (60, 50, NO),
        (None, 59, YES),
        (None, 60, NO),
        (None, None, UNKNOWN),
    ],
)
def test_settled_by_the_two_day_value_or_else_the_next_pre(h48, next_pre, settled):
    assert response(h48_mm=h48, next_pre=next_pre).settled == settled


def test_settled_is_unknown_without_a_reference_level():
    assert response(ref_mm=None, next_pre=50).settled == UNKNOWN


@pytest.mark.parametrize(
    ("values", "green"),
    [
        ({}, YES),
        ({"h48_mm": None}, YES),
        ({"h24_mm": None}, YES),
        ({"h24_mm": None, "h48_mm": None}, UNKNOWN),
        ({"h24_mm": None, "h48_mm": None, "next_pre": 50}, UNKNOWN),
        ({"h24_mm": None, "h48_mm": None, "next_pre": 60}, NO),
        ({"ref_mm": None}, UNKNOWN),
        ({"h24_mm": 61}, NO),
        ({"h24_mm": 71}, NO),
        ({"h48_mm": 60}, NO),
        ({"h24_mm": None, "h48_mm": 60}, NO),
    ],
)
def test_one_follow_up_is_enough_for_green(values, green):
    assert response(**values).follow_up_green == green


@pytest.mark.parametrize(
    ("values", "soreness"),
    [
        ({}, YES),
        ({"h24_mm": 79}, YES),
        ({"h24_mm": 80}, NO),
        ({"h48_mm": 80}, NO),
        ({"h24_mm": None, "h48_mm": 79}, YES),
        ({"h24_mm": None, "h48_mm": None}, UNKNOWN),
        ({"novel": False}, NO),
        ({"novel": None}, UNKNOWN),
        ({"places": ()}, UNKNOWN),
        ({"places": (Location.BOTH,)}, NO),
        ({"places": (Location.ONLY_TRAINED, Location.USUAL)}, NO),
        ({"places": (Location.ONLY_TRAINED, Location.ONLY_TRAINED)}, YES),
    ],
)
def test_soreness_of_trained_muscles_after_something_new(values, soreness):
    usual = {"novel": True, "places": ONLY, "h24_mm": 72}

    assert response(**(usual | values)).soreness == soreness


def test_response_names_its_numbers():
    found = response(
        pre_mm=48, during_mm=(60,), h24_mm=57, h48_mm=49, ref_mm=46.5, next_pre=51
    )

    assert (found.worst_mm, found.during_mm) == (60, 12)
    assert (found.rise24_mm, found.rise48_mm) == (10.5, 2.5)
    assert found.rise_next_pre_mm == 4.5


def test_is_zone_is_unknown_for_an_unknown_zone():
    assert is_zone(Zone.UNKNOWN, Zone.GREEN) == UNKNOWN
    assert is_zone(Zone.RED, Zone.AMBER, Zone.RED) == YES
    assert is_zone(Zone.RED, Zone.GREEN) == NO


def test_truths_combine_with_the_unknown():
    assert [yes_if(one) for one in (True, False, None)] == [YES, NO, UNKNOWN]
    assert [opposite(one) for one in (YES, NO, UNKNOWN)] == [NO, YES, UNKNOWN]
    assert [all_of(x) for x in ((), (YES, YES), (YES, UNKNOWN), (UNKNOWN, NO))] == [
        YES,
        YES,
        UNKNOWN,
        NO,
    ]
    assert [any_of(x) for x in ((), (NO, NO), (NO, UNKNOWN), (UNKNOWN, YES))] == [
        NO,
        NO,
        UNKNOWN,
        YES,
    ]
    assert [str(one) for one in Truth] == ["yes", "no", "unknown"]
