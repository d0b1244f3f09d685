"""Which numbers a clinic may write into a policy of its own."""

import pytest

from apps.clinical.flare.policy import DetectorPolicy as Numbers
from apps.flares.policy_limits import (
    FIXED,
    ORDERED,
    faults_of,
    limits_of,
    number_names,
)

pytestmark = pytest.mark.requirement("F4")
SHIPPED = Numbers().to_mapping()


def codes(**changes):
    return [(each.name, each.code) for each in faults_of(changes, base=SHIPPED)]


def test_the_shipped_numbers_lie_within_their_own_limits_and_orders():
    own = {name: SHIPPED[name] for name in number_names() if name not in FIXED}

    assert faults_of(own, base=SHIPPED) == ()
    assert {smaller for smaller, _ in ORDERED} < set(number_names())


@pytest.mark.parametrize(
    ("name", "unit", "least", "most"),
    [
        ("t1_rise_mm", "mm", 1, 100),
        ("run_in_days", "days", 1, 365),
        ("diary_days", "days", 1, 28),
        ("t1_reference_share", "share", 0.01, 1),
        ("reference_pre_weight", "share", 0.01, 1),
        ("t4_alert_z", "times the usual variation", 0.1, 10),
        ("t4_alert_min_sessions", "sessions", 1, 50),
        ("rest_values", "values", 1, 100),
        ("t2_high_sleep_max", "of 10", 1, 10),
    ],
)
def test_each_number_has_its_unit_and_its_ends(name, unit, least, most):
    limits = limits_of(name)

    assert (limits.unit, limits.least, limits.most) == (unit, least, most)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, [("t1_rise_mm", "min_value")]),
        (0.9, [("t1_rise_mm", "min_value")]),
        (1, []),
        (100, []),
        (100.5, [("t1_rise_mm", "max_value")]),
        (-1, [("t1_rise_mm", "min_value")]),
        (float("nan"), [("t1_rise_mm", "max_value")]),
        (float("inf"), [("t1_rise_mm", "max_value")]),
        ("20", [("t1_rise_mm", "invalid")]),
        (True, [("t1_rise_mm", "invalid")]),
        (None, [("t1_rise_mm", "invalid")]),
    ],
)
def test_a_number_must_lie_between_its_ends(value, expected):
    assert codes(t1_rise_mm=value) == expected


def test_a_count_must_be_whole():
    assert codes(t4_sessions=6.5) == [("t4_sessions", "invalid")]


def test_an_unknown_name_is_told_with_the_one_that_was_meant():
    [fault] = faults_of({"t1_rise": 25}, base=SHIPPED)

    assert (fault.code, "t1_rise_mm" in fault.detail) == ("unknown_field", True)


@pytest.mark.parametrize("name", ["key", "version", "mad_factor"])
def test_the_name_of_a_policy_and_mathematics_are_not_numbers_to_choose(name):
    assert [each for each, _ in codes(**{name: 2})] == [name]


def test_every_fault_is_told_at_once():
    found = codes(t1_rise_mm=0, t3_rise_mm=200, nothing=1)

    assert found == [
        ("t1_rise_mm", "min_value"),
        ("t3_rise_mm", "max_value"),
        ("nothing", "unknown_field"),
    ]


@pytest.mark.parametrize(("smaller", "larger"), ORDERED)
def test_an_order_holds_up_to_equality_and_not_beyond(smaller, larger):
    # Both ends are moved, so that no other order of the two is in the way.
    same = SHIPPED | {larger: SHIPPED[smaller]}
    beyond = {smaller: SHIPPED[larger] + 1}

    assert not [
        each
        for each in faults_of({smaller: same[larger]}, base=same)
        if larger in each.detail and smaller in each.detail
    ]
    faults = faults_of(beyond, base=SHIPPED)
    assert (smaller, "wrong_order") in [(each.name, each.code) for each in faults]


def test_an_order_is_told_where_it_was_broken():
    assert codes(dq_sessions=2) == [("dq_sessions", "wrong_order")]
    assert codes(dq_sessions=2, dq_min_with_value=2) == []
