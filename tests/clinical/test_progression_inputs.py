"""What the load table refuses, its policy, and its sentences."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.flare.verdicts import Kind
from apps.clinical.progression import sentences
from apps.clinical.progression.inputs import (
    Decided,
    Deload,
    DetectorState,
    ExerciseDone,
    OpenFlare,
    PatternState,
    SetDone,
)
from apps.clinical.progression.policy import LoadPolicy
from apps.clinical.progression.proposals import draft
from apps.clinical.progression.table import LOAD_TABLE

from .progression_builders import (
    FIRST,
    exercise,
    kg,
    over,
    plan,
    session,
    situation,
)

pytestmark = pytest.mark.requirement("D3")


def a_deload(**values):
    usual = {"row": 3, "from_load_kg": kg("40"), "after_session": None}
    return Deload(**(usual | values))


REFUSED = [
    (lambda: SetDone(repetitions=-1), "repetitions must be at least 0, got -1."),
    (
        lambda: SetDone(pain_mm=101),
        "pain_mm: pain_mm must be a whole number from 0 to 100, got 101.",
    ),
    (
        lambda: SetDone(load_kg=kg("-1")),
        "load_kg must be finite and at least 0, got -1.",
    ),
    (
        lambda: SetDone(load_kg=kg("NaN")),
        "load_kg must be finite and at least 0, got NaN.",
    ),
    (
        lambda: session(1, pre_mm=-1),
        "pre_mm: pain_mm must be a whole number from 0 to 100, got -1.",
    ),
    (
        lambda: session(1, h24_mm=101),
        "h24_mm: pain_mm must be a whole number from 0 to 100, got 101.",
    ),
    (
        lambda: session(1, h48_mm=True),
        "h48_mm: pain_mm must be a whole number from 0 to 100, got True.",
    ),
    (
        lambda: session(1, during_mm=(50, 101)),
        "during_mm: pain_mm must be a whole number from 0 to 100, got 101.",
    ),
    (lambda: session(1, ref_mm=100.5), "ref_mm must be from 0 to 100, got 100.5."),
    (lambda: session(1, ref_mm=float("nan")), "ref_mm must be from 0 to 100, got nan."),
    (lambda: session(1, usual_mm=-0.5), "usual_mm must be from 0 to 100, got -0.5."),
    (
        lambda: session(1, exercise(1), exercise(2)),
        "Each exercise must come once, got leg_press more than once.",
    ),
    (
        lambda: session(1, *(exercise(1, name=one) for one in ("b", "a", "b", "a"))),
        "Each exercise must come once, got a, b more than once.",
    ),
    (lambda: plan(load_kg="0"), "load_kg must be finite and above 0, got 0."),
    (
        lambda: plan(one_rep_max_kg="-1"),
        "one_rep_max_kg must be finite and above 0, got -1.",
    ),
    (lambda: plan(sets=0), "sets must be at least 1, got 0."),
    (
        lambda: OpenFlare(key="e", kind=Kind.ACUTE_FLARE, load_at_start_kg=kg("0")),
        "load_at_start_kg must be finite and above 0, got 0.",
    ),
    (
        lambda: Decided(row=4, about="s1"),
        "row must be one that cuts a load, (3, 5, 6, 7, 8), got 4.",
    ),
    (
        lambda: Decided(row=3, about="e", load_before_kg=kg("0")),
        "load_before_kg must be finite and above 0, got 0.",
    ),
    (lambda: a_deload(row=5), "row must be one with a way back, (3, 6, 7, 8), got 5."),
    (
        lambda: a_deload(from_load_kg=kg("0")),
        "from_load_kg must be finite and above 0, got 0.",
    ),
    (lambda: a_deload(steps_taken=-1), "steps_taken must be at least 0, got -1."),
    (
        lambda: situation(confidence=11),
        "confidence must be a whole number from 0 to 10, got 11.",
    ),
    (
        lambda: situation(next_pre_mm=101),
        "next_pre_mm: pain_mm must be a whole number from 0 to 100, got 101.",
    ),
    (lambda: situation(systolic_mmhg=-1), "systolic_mmhg must be at least 0, got -1."),
    (
        lambda: situation(diastolic_mmhg=-1),
        "diastolic_mmhg must be at least 0, got -1.",
    ),
    (
        lambda: situation(session(1), session(1)),
        "Each session must come once, got s1 more than once.",
    ),
    (
        lambda: situation(session(2), session(1)),
        (
            "sessions must be oldest first, none after the day of the proposal, "
            "got 2026-03-05, 2026-03-02, 2026-03-09."
        ),
    ),
    (
        lambda: situation(on=FIRST),
        (
            "sessions must be oldest first, none after the day of the proposal, "
            "got 2026-03-02, 2026-03-05, 2026-03-02."
        ),
    ),
    (
        lambda: situation(deload=a_deload(after_session="s9")),
        "after_session must be one of the sessions, got 's9'.",
    ),
    *(
        (
            lambda pair=pair: ExerciseDone(
                exercise="x", reps_min=pair[0], reps_max=pair[1]
            ),
            (
                f"reps_min and reps_max must run upwards from at least 1, or both "
                f"be unknown, got {pair[0]!r} and {pair[1]!r}."
            ),
        )
        for pair in ((15, None), (None, 20), (0, 20), (20, 15))
    ),
    (
        lambda: ExerciseDone(exercise="x", sets_asked=-1),
        "sets_asked must be at least 0, got -1.",
    ),
]


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_inputs_refuse_what_cannot_be(make, message):
    with pytest.raises(ClinicalInputError) as refusal:
        make()

    assert str(refusal.value) == message


def test_inputs_at_their_limits():
    assert SetDone(repetitions=0, load_kg=kg("0"), pain_mm=0).pain_mm == 0
    assert session(1, ref_mm=0.0, usual_mm=100.0).usual_mm == 100.0
    assert ExerciseDone(exercise="x", reps_min=1, reps_max=1).sets == ()
    assert plan(sets=1).sets == 1
    assert situation(confidence=0, systolic_mmhg=0, on=session(2).day).confidence == 0
    assert draft(situation(deload=a_deload(after_session="s2"))).row == 15


def test_nothing_is_known_unless_told():
    bare = replace(over(), detector=DetectorState())

    assert DetectorState() == DetectorState(
        is_judged=False, flare=None, pattern=PatternState.NONE, rising=False
    )
    assert plan(one_rep_max_kg=None).steps.increment_kg == Decimal("2.5")
    assert a_deload().steps_taken == 0
    assert draft(bare).row == 15


# policy

VERSION_1 = {
    "absolute_zones_up_to_mm": 20,
    "absolute_green_up_to_mm": 20,
    "absolute_amber_up_to_mm": 50,
    "rise_green_up_to_mm": 10,
    "rise_amber_up_to_mm": 20,
    "settled_below_mm": 10,
    "soreness_below_mm": 30,
    "systolic_up_to_mmhg": 160,
    "diastolic_up_to_mmhg": 90,
    "break_from_days": 8,
    "long_break_from_days": 15,
    "restart_after_days": 28,
    "confidence_hold_below": 5,
    "confidence_raise_from": 7,
    "over_target_reps": 2,
    "over_target_sessions": 2,
    "raise_min_pct": 2,
    "raise_max_pct": 10,
    "reps_first": 4,
}


def test_policy_version_1_and_back():
    assert LoadPolicy().to_mapping() == VERSION_1
    assert LoadPolicy.from_mapping(VERSION_1) == LoadPolicy()


def test_policy_takes_a_threshold_of_one():
    assert LoadPolicy(over_target_sessions=1).over_target_sessions == 1


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, None, "2"])
def test_policy_refuses_what_is_not_a_whole_number_above_0(wrong):
    with pytest.raises(ClinicalInputError) as refusal:
        LoadPolicy(settled_below_mm=wrong)

    assert str(refusal.value) == (
        f"settled_below_mm must be a whole number above 0, got {wrong!r}."
    )


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        ("absolute_green_up_to_mm", "absolute_amber_up_to_mm"),
        ("rise_green_up_to_mm", "rise_amber_up_to_mm"),
        ("break_from_days", "long_break_from_days"),
        ("long_break_from_days", "restart_after_days"),
        ("confidence_hold_below", "confidence_raise_from"),
        ("raise_min_pct", "raise_max_pct"),
        ("over_target_reps", "reps_first"),
    ],
)
def test_policy_refuses_bounds_that_run_backwards(lower, upper):
    limit = VERSION_1[upper]
    with pytest.raises(ClinicalInputError) as refusal:
        LoadPolicy(**{lower: limit})

    assert (
        str(refusal.value) == f"{lower} must be below {upper}, got {limit} and {limit}."
    )


def test_policy_refuses_a_mapping_with_more_or_less():
    with pytest.raises(ClinicalInputError, match="and no other; unknown: new, old"):
        LoadPolicy.from_mapping(VERSION_1 | {"old": 1, "new": 2})
    less = {name: VERSION_1[name] for name in list(VERSION_1)[2:]}
    with pytest.raises(
        ClinicalInputError,
        match=r"^A load policy must have all its fields and no other; missing: "
        r"absolute_green_up_to_mm, absolute_zones_up_to_mm\.$",
    ):
        LoadPolicy.from_mapping(less)


@pytest.mark.parametrize(
    ("policy", "row"),
    [
        (LoadPolicy(), 13),
        (LoadPolicy(rise_green_up_to_mm=1), 11),
        (LoadPolicy(over_target_reps=3), 15),
        (LoadPolicy(over_target_sessions=3), 15),
        (LoadPolicy(confidence_hold_below=9, confidence_raise_from=10), 11),
    ],
)
def test_the_policy_is_used(policy, row):
    assert draft(over(), policy=policy).row == row


# sentences


def test_every_sentence_as_it_is_written():
    path = Path(__file__).parent / "data" / "load_sentences.json"
    written = json.loads(path.read_text(encoding="utf-8"))

    assert dict(sentences.TEMPLATES) == written
    assert {row.explanation for row in LOAD_TABLE} - set(written) == {"load.postpone"}


def test_a_sentence_comes_with_its_key_and_values():
    said = sentences.sentence("load.break", {"days": 9, "cut": 10})

    assert (said.key, said.params) == ("load.break", {"days": 9, "cut": 10})
    assert said.text == "9 days without a session: 10 % less."
    with pytest.raises(KeyError):
        sentences.sentence("load.break", {"days": 9})
