"""The detector's numbers as an object that can be stored and signed."""

import json

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.flare.policy import DetectorPolicy, at_least

pytestmark = pytest.mark.requirement("F1")

VERSION_1 = {
    "key": "eih",
    "version": 1,
    "run_in_days": 14,
    "diary_days": 28,
    "history_max": 40,
    "reference_values": 8,
    "reference_min_history": 3,
    "reference_pre_weight": 0.5,
    "variation_min_values": 4,
    "variation_prior_mm": 13.0,
    "variation_prior_weight": 6.0,
    "variation_floor_mm": 6.0,
    "mad_factor": 1.4826,
    "immediate_weight": 0.5,
    "h24_weight": 1.0,
    "h48_weight": 1.0,
    "soreness_below_mm": 30.0,
    "restart_gap_days": 21,
    "t1_rise_mm": 20.0,
    "t1_variations": 1.5,
    "t1_reference_share": 0.3,
    "t2_rise_mm": 20.0,
    "t2_variations": 1.5,
    "t2_still_mm": 10.0,
    "t2_immediate_rise_mm": 40.0,
    "t2_immediate_level_mm": 90.0,
    "t2_medicated_rise_mm": 10.0,
    "t2_high_sleep_max": 3,
    "t3_rise_mm": 20.0,
    "t3_variations": 1.5,
    "t4_sessions": 6,
    "t4_clip_mm": 40.0,
    "t4_each_mm": 10.0,
    "t4_watch_min_sessions": 3,
    "t4_watch_mean_mm": 10.0,
    "t4_watch_z": 1.8,
    "t4_watch_rises": 2,
    "t4_alert_min_sessions": 4,
    "t4_alert_mean_mm": 10.0,
    "t4_alert_z": 2.0,
    "t4_alert_rises": 3,
    "t4_high_mean_mm": 25.0,
    "t4_silence_days": 14,
    "t5_half": 4,
    "t5_gate_mm": 15.0,
    "t5_gate_variations": 1.0,
    "t5_alert_mm": 20.0,
    "t5_alert_variations": 2.0,
    "t5_silence_days": 28,
    "dq_sessions": 6,
    "dq_min_with_value": 3,
    "rest_margin_mm": 10.0,
    "rest_values": 2,
    "mail_within_days": 5,
}


def test_policy_defaults_are_the_shipped_version():
    assert DetectorPolicy().to_mapping() == VERSION_1


def test_policy_survives_storage():
    policy = DetectorPolicy(version=7, t4_alert_z=2.5)

    stored = json.loads(json.dumps(policy.to_mapping()))

    assert DetectorPolicy.from_mapping(stored) == policy


def test_from_mapping_refuses_a_missing_field():
    mapping = {k: v for k, v in VERSION_1.items() if k != "t4_alert_z"}

    with pytest.raises(ClinicalInputError, match="missing: t4_alert_z"):
        DetectorPolicy.from_mapping(mapping)


def test_from_mapping_names_all_that_is_missing():
    mapping = {k: v for k, v in VERSION_1.items() if not k.startswith("t5_half")}
    del mapping["t4_alert_z"]

    with pytest.raises(ClinicalInputError, match=r"missing: t4_alert_z, t5_half\.$"):
        DetectorPolicy.from_mapping(mapping)


def test_from_mapping_refuses_an_unknown_field():
    with pytest.raises(ClinicalInputError, match="unknown: t9"):
        DetectorPolicy.from_mapping(VERSION_1 | {"t9": 1})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", ""),
        ("key", 3),
        ("version", 0),
        ("version", 1.0),
        ("version", True),
        ("t4_sessions", 6.5),
        ("t1_rise_mm", 0.0),
        ("t1_rise_mm", -20.0),
        ("t1_rise_mm", float("nan")),
        ("t1_rise_mm", float("inf")),
        ("t1_rise_mm", "20"),
        ("t1_rise_mm", None),
    ],
)
def test_policy_refuses_a_number_that_no_rule_can_use(field, value):
    with pytest.raises(ClinicalInputError, match=f"{field} must be"):
        DetectorPolicy(**{field: value})


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("key", "", "^key must be a name, got ''\\.$"),
        (
            "t4_sessions",
            6.5,
            r"^t4_sessions must be a whole number above 0, got 6\.5\.$",
        ),
        (
            "t1_rise_mm",
            -20.0,
            r"^t1_rise_mm must be a finite number above 0, got -20\.0\.$",
        ),
    ],
)
def test_policy_says_what_a_number_must_be(field, value, message):
    with pytest.raises(ClinicalInputError, match=message):
        DetectorPolicy(**{field: value})


@pytest.mark.parametrize(
    ("field", "value"), [("version", 1), ("t4_sessions", 1), ("t1_rise_mm", 0.5)]
)
def test_policy_takes_small_numbers(field, value):
    assert getattr(DetectorPolicy(**{field: value}), field) == value


@pytest.mark.parametrize(
    ("value", "reaches"),
    [
        pytest.param(19.99, False, id="below"),
        pytest.param(20 - 1e-10, True, id="below by less than the tolerance"),
        pytest.param(20, True, id="on"),
        pytest.param(20.01, True, id="above"),
        pytest.param(20 - 1e-8, False, id="below by more than the tolerance"),
    ],
)
def test_at_least_takes_the_limit_in(value, reaches):
    assert at_least(value, 20) is reaches


def test_at_least_takes_the_tolerance_itself_in():
    assert at_least(0.0, 1e-9)


def test_at_least_forgives_binary_fractions():
    assert 0.30 * 70 > 21 - 1e-9
    assert at_least(21, 0.30 * 70)
