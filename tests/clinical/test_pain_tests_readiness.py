"""Readiness: washout, blood pressure, and going on with a reason."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.pain_tests import readiness as rules
from apps.clinical.pain_tests.readiness import (
    BloodPressure,
    BloodPressureRule,
    Drug,
    LastDose,
    readiness,
)

pytestmark = pytest.mark.requirement("K1")

TESTED_AT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
NONE_TAKEN = (
    LastDose(drug=Drug.ANALGESIC, none_taken=True),
    LastDose(drug=Drug.HYPNOTIC, none_taken=True),
)


def pressure(systolic, diastolic):
    return BloodPressure(systolic_mmhg=systolic, diastolic_mmhg=diastolic)


def asked(**changes):
    fields = {
        "tested_at": TESTED_AT,
        "last_doses": NONE_TAKEN,
        "blood_pressure": pressure(120, 80),
        "bp_rule": BloodPressureRule.OR,
    }
    return readiness(**{**fields, **changes})


def taken(hours, drug=Drug.ANALGESIC):
    dose = LastDose(drug=drug, taken_at=TESTED_AT - timedelta(hours=hours))
    return (dose, *(one for one in NONE_TAKEN if one.drug != drug))


def test_the_limits_are_told_in_numbers():
    assert (rules.WASHOUT_H, rules.WASHOUT_FMRI_H) == (48, 72)
    assert (rules.SYSTOLIC_LIMIT_MMHG, rules.DIASTOLIC_LIMIT_MMHG) == (160, 90)
    assert rules.SUGGESTED_BP_RULE == BloodPressureRule.OR


def test_with_all_questions_answered_the_day_is_ready():
    found = asked()

    assert (found.ready, found.questions, found.override_reason) == (True, (), None)


@pytest.mark.parametrize(
    ("hours", "for_fmri", "ready"),
    [
        (47.99, False, False),
        (48, False, True),
        (49, False, True),
        (48, True, False),
        (71.99, True, False),
        (72, True, True),
        (0, False, False),
    ],
)
@pytest.mark.parametrize("drug", Drug)
def test_a_dose_must_lie_48_hours_back_and_72_before_imaging(
    hours, for_fmri, ready, drug
):
    found = asked(last_doses=taken(hours, drug), for_fmri=for_fmri)

    assert found.ready is ready
    assert len(found.questions) == (not ready)


def test_a_recent_dose_says_how_recent_cut_not_rounded():
    (question,) = asked(last_doses=taken(47.99)).questions

    assert (question.measure, question.where) == ("readiness", "last_analgesic_at")
    assert question.key == "readiness.dose_too_recent"
    assert question.reason == (
        "The last painkiller (NSAIDs included) was taken 47.9 h before the test. Pain "
        "tests need 48 h without. Move the test, or go on with a reason."
    )


def test_a_recent_sleeping_tablet_before_imaging():
    (question,) = asked(last_doses=taken(50, Drug.HYPNOTIC), for_fmri=True).questions

    assert question.where == "last_hypnotic_at"
    assert question.reason == (
        "The last sleeping tablet was taken 50 h before the test. Pain tests need 72 h "
        "without. Move the test, or go on with a reason."
    )


@pytest.mark.parametrize(
    "last_doses", [(NONE_TAKEN[1],), (LastDose(drug="analgesic"), NONE_TAKEN[1])]
)
def test_a_dose_that_is_not_known_is_an_open_question(last_doses):
    found = asked(last_doses=last_doses)

    assert found.ready is False
    (question,) = found.questions
    assert (question.measure, question.where) == ("readiness", "last_analgesic_at")
    assert question.key == "readiness.dose_unknown"
    assert question.params == {"drug": "painkiller (NSAIDs included)", "hours": 48}
    assert question.reason == (
        "It is not known when the last painkiller (NSAIDs included) was taken. Pain "
        "tests need 48 h without. Ask, and enter the time or that none was taken."
    )


def test_nothing_asked_opens_every_question_in_order():
    found = asked(last_doses=(), blood_pressure=None)

    assert [one.key for one in found.questions] == [
        "readiness.dose_unknown",
        "readiness.dose_unknown",
        "readiness.blood_pressure_unknown",
    ]
    assert [one.where for one in found.questions] == [
        "last_analgesic_at",
        "last_hypnotic_at",
        "blood_pressure",
    ]


def test_a_blood_pressure_that_was_not_measured_is_an_open_question():
    (question,) = asked(blood_pressure=None).questions

    assert question.reason == (
        "Blood pressure was not measured. It must not lie above 160/90 mmHg. Measure "
        "it, or go on with a reason."
    )


@pytest.mark.parametrize(
    ("systolic", "diastolic", "ready_or", "ready_and"),
    [
        (160, 90, True, True),
        (161, 90, False, True),
        (160, 91, False, True),
        (161, 91, False, False),
    ],
)
def test_the_limit_is_read_as_the_clinic_set_it(
    systolic, diastolic, ready_or, ready_and
):
    measured = pressure(systolic, diastolic)

    assert asked(blood_pressure=measured, bp_rule="or").ready is ready_or
    assert asked(blood_pressure=measured, bp_rule="and").ready is ready_and


@pytest.mark.parametrize("rule", BloodPressureRule)
def test_a_high_blood_pressure_says_by_which_rule(rule):
    (question,) = asked(blood_pressure=pressure(165, 95), bp_rule=rule).questions

    assert (question.measure, question.where) == ("readiness", "blood_pressure")
    assert question.key == "readiness.blood_pressure_high"
    assert question.reason == (
        f"Blood pressure is 165/95 mmHg. The limit is 160 systolic {rule} 90 "
        f"diastolic. Measure again after rest, or go on with a reason."
    )


@pytest.mark.parametrize(
    ("measured", "is_open"),
    [((160, 90), False), ((161, 90), True), ((160, 91), True), ((161, 91), True)],
)
def test_without_a_rule_only_a_pressure_within_both_limits_is_clear(measured, is_open):
    found = asked(blood_pressure=pressure(*measured), bp_rule=None)

    assert found.ready is not is_open
    keys = [question.key for question in found.questions]
    assert keys == ["readiness.blood_pressure_rule_not_set"] * is_open
    assert [one.where for one in found.questions] == ["blood_pressure"] * is_open


def test_a_reason_lets_go_on_and_keeps_the_questions():
    found = asked(blood_pressure=None, override_reason="  Usual for her.  ")

    assert found.ready is True
    assert [one.where for one in found.questions] == ["blood_pressure"]
    assert found.override_reason == "Usual for her."


def test_a_reason_that_nothing_needs_is_not_kept():
    assert asked(override_reason="Why not").override_reason is None


@pytest.mark.parametrize(("reason", "length"), [("", 0), ("  ", 0), ("x" * 501, 501)])
def test_a_blank_or_endless_reason_is_refused(reason, length):
    with pytest.raises(ClinicalInputError) as refused:
        asked(override_reason=reason)

    assert str(refused.value) == (
        f"override_reason must say why, in 1 to 500 characters, got {length}."
    )


@pytest.mark.parametrize("reason", ["x", "x" * 500])
def test_a_reason_on_the_bounds_is_taken(reason):
    assert asked(blood_pressure=None, override_reason=reason).override_reason == reason


def test_a_dose_after_the_test_is_refused():
    with pytest.raises(ClinicalInputError) as refused:
        asked(last_doses=taken(-1))

    assert str(refused.value) == (
        "last_analgesic_at must not lie after the test, got 2026-03-04T11:00:00+00:00."
    )


def test_hours_count_across_zones():
    stockholm = timezone(timedelta(hours=1))
    dose = LastDose(
        drug=Drug.ANALGESIC,
        taken_at=datetime(2026, 3, 2, 11, 0, tzinfo=stockholm),
    )

    assert asked(last_doses=(dose, NONE_TAKEN[1])).ready is True


def test_a_drug_told_twice_is_refused():
    with pytest.raises(ClinicalInputError) as refused:
        asked(last_doses=(*NONE_TAKEN, NONE_TAKEN[0]))

    assert str(refused.value) == (
        "Each drug must be told once, got analgesic, hypnotic, analgesic."
    )


@pytest.mark.parametrize("measured", [None, pressure(120, 80)])
def test_an_unknown_rule_is_refused(measured):
    with pytest.raises(ClinicalInputError) as refused:
        asked(bp_rule="xor", blood_pressure=measured)

    assert str(refused.value) == 'bp_rule must be "or" or "and", got \'xor\'.'


def test_a_time_without_a_zone_is_refused():
    bare = datetime(2026, 3, 4, 10, 0)  # noqa: DTZ001 - the point of the test

    with pytest.raises(ClinicalInputError) as of_test:
        asked(tested_at=bare)
    with pytest.raises(ClinicalInputError) as of_dose:
        LastDose(drug=Drug.ANALGESIC, taken_at=bare)

    rule = "must be a time with its zone, got 2026-03-04 10:00:00."
    assert str(of_test.value) == f"tested_at {rule}"
    assert str(of_dose.value) == f"taken_at {rule}"


def test_a_dose_that_contradicts_itself_is_refused():
    with pytest.raises(ClinicalInputError) as refused:
        LastDose(drug=Drug.HYPNOTIC, taken_at=TESTED_AT, none_taken=True)

    assert str(refused.value) == (
        "The last hypnotic must have a time or be told as none taken, not both."
    )


def test_an_unknown_drug_is_refused():
    with pytest.raises(ClinicalInputError) as refused:
        LastDose(drug="tea", none_taken=True)

    assert str(refused.value) == "drug must be one of analgesic, hypnotic, got 'tea'."


@pytest.mark.parametrize(("systolic", "diastolic"), [(50, 20), (300, 200)])
def test_a_blood_pressure_on_the_bounds_is_taken(systolic, diastolic):
    assert pressure(systolic, diastolic).systolic_mmhg == systolic


@pytest.mark.parametrize(
    ("systolic", "diastolic", "message"),
    [
        (49, 30, "systolic_mmhg must be a whole number from 50 to 300, got 49."),
        (301, 80, "systolic_mmhg must be a whole number from 50 to 300, got 301."),
        (120.5, 80, "systolic_mmhg must be a whole number from 50 to 300, got 120.5."),
        (120, 19, "diastolic_mmhg must be a whole number from 20 to 200, got 19."),
        (250, 201, "diastolic_mmhg must be a whole number from 20 to 200, got 201."),
        (
            80,
            120,
            (
                "diastolic_mmhg must be below systolic_mmhg, got 80/120. Were they "
                "swapped?"
            ),
        ),
        (
            90,
            90,
            "diastolic_mmhg must be below systolic_mmhg, got 90/90. Were they swapped?",
        ),
    ],
)
def test_a_blood_pressure_that_cannot_be_is_refused(systolic, diastolic, message):
    with pytest.raises(ClinicalInputError) as refused:
        pressure(systolic, diastolic)

    assert str(refused.value) == message
