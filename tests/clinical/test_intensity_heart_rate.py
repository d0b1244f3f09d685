"""The highest heart rate, measured or estimated, and who is guided by effort."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.errors import ClinicalInputError
from apps.clinical.intensity.heart_rate import (
    EFFORT_ONLY_WORDS,
    FORMULAS,
    EffortOnlyReason,
    HeartFacts,
    HeartRateRules,
    HighestHeartRate,
    effort_only_reasons,
    estimated_per_min,
    highest_heart_rate,
    share_of_highest,
    share_of_reserve,
    shown_per_min,
)

pytestmark = pytest.mark.requirement("B6")

ASKED = {"beta_blocker": False, "pacemaker": False}
TANAKA = HeartRateRules()
WITH_DRUG_FORMULA = HeartRateRules(beta_blocker_formula_on=True)


def highest(rules=TANAKA, age_years=51, **facts):
    return highest_heart_rate(
        HeartFacts(age_years=age_years, **(ASKED | facts)), rules=rules
    )


@pytest.mark.parametrize(
    ("age_years", "formula", "per_min"),
    [
        (51, "fox", "169"),
        (51, "tanaka", "172.3"),
        (51, "gellish", "172.73"),
        (51, "beta_blocker", "128.3"),
        (40, "fox", "180.0"),
        (40, "tanaka", "180.0"),
        (65, "fox", "155"),
        (65, "tanaka", "162.5"),
        (18, "tanaka", "195.4"),
        (100, "tanaka", "138"),
    ],
)
def test_estimated_per_min_is_exact(age_years, formula, per_min):
    found = estimated_per_min(age_years=age_years, formula=formula)

    assert found == Decimal(per_min)


def test_formulas_tell_their_text_and_source():
    assert {
        slug: (one.name, one.text, one.source) for slug, one in FORMULAS.items()
    } == {
        "fox": (
            "Fox",
            "220 - age",
            "[O:14] no original study behind it; error 7-11 per minute",
        ),
        "tanaka": ("Tanaka", "208 - 0.7 * age", "[K]"),
        "gellish": ("Gellish", "206.9 - 0.67 * age", "[O:15]"),
        "beta_blocker": (
            "With a beta-blocker",
            "164 - 0.7 * age",
            "[O:15] only where the clinic switches it on",
        ),
    }
    assert all(one.slug == slug for slug, one in FORMULAS.items())


@pytest.mark.parametrize(
    ("percent", "per_min"), [(60, "103.38"), (70, "120.61"), (75, "129.225")]
)
def test_share_of_highest_is_not_rounded(percent, per_min):
    found = share_of_highest(percent=Decimal(percent), highest_per_min=Decimal("172.3"))

    # The specification prints 129.23 for 75 %: shown with two decimals.
    assert found == Decimal(per_min)


@pytest.mark.parametrize(
    ("percent", "rest", "highest_per_min", "per_min"),
    [
        (40, 72, "172.3", "112.12"),
        (60, 72, "172.3", "132.18"),
        (40, 70, "162.5", "107.0"),
        (60, 70, "162.5", "125.5"),
        (0, 70, "162.5", "70"),
        (100, 70, "162.5", "162.5"),
    ],
)
def test_share_of_reserve_is_that_of_karvonen(percent, rest, highest_per_min, per_min):
    found = share_of_reserve(
        percent=Decimal(percent),
        highest_per_min=Decimal(highest_per_min),
        rest_per_min=Decimal(rest),
    )

    assert found == Decimal(per_min)


@pytest.mark.parametrize("rest", ["162.5", "163"])
def test_share_of_reserve_refuses_a_rest_that_is_not_below_the_highest(rest):
    with pytest.raises(ClinicalInputError) as refusal:
        share_of_reserve(
            percent=Decimal(50),
            highest_per_min=Decimal("162.5"),
            rest_per_min=Decimal(rest),
        )

    assert str(refusal.value) == (
        f"rest_per_min must be below the highest heart rate, got {rest} and 162.5."
    )


def test_share_of_reserve_takes_a_rest_just_below_the_highest():
    found = share_of_reserve(
        percent=Decimal(50),
        highest_per_min=Decimal("162.5"),
        rest_per_min=Decimal("162.4"),
    )

    assert found == Decimal("162.45")


@pytest.mark.parametrize(
    ("per_min", "shown"),
    [
        ("103.38", 103),
        ("97.5", 98),
        ("125.5", 126),
        ("113.75", 114),
        ("97.49", 97),
        ("112.5", 113),
    ],
)
def test_shown_per_min_rounds_half_up(per_min, shown):
    assert shown_per_min(Decimal(per_min)) == shown


def test_highest_heart_rate_is_tanaka_unless_the_clinic_chose():
    assert highest() == HighestHeartRate(
        per_min=Decimal("172.3"),
        method="tanaka",
        formula="208 - 0.7 * age",
        must_ask=False,
    )
    assert highest(rules=HeartRateRules(formula="fox")) == HighestHeartRate(
        per_min=Decimal(169), method="fox", formula="220 - age", must_ask=False
    )


def test_highest_heart_rate_measured_beats_a_formula():
    assert highest(max_measured_per_min=181) == HighestHeartRate(
        per_min=Decimal(181), method="measured", formula=None, must_ask=False
    )


def test_highest_heart_rate_with_a_beta_blocker_needs_the_clinics_switch():
    found = highest(rules=WITH_DRUG_FORMULA, beta_blocker=True)

    assert found == HighestHeartRate(
        per_min=Decimal("128.3"),
        method="beta_blocker",
        formula="164 - 0.7 * age",
        must_ask=False,
    )


def test_highest_heart_rate_measured_with_a_beta_blocker_must_be_asked_about():
    found = highest(
        rules=WITH_DRUG_FORMULA, beta_blocker=True, max_measured_per_min=140
    )

    assert (found.per_min, found.method, found.must_ask) == (140, "measured", True)


def test_highest_heart_rate_switch_changes_nothing_without_the_drug():
    assert highest(rules=WITH_DRUG_FORMULA).method == "tanaka"


@pytest.mark.parametrize(
    ("facts", "rules", "reasons"),
    [
        pytest.param({}, TANAKA, (), id="neither"),
        pytest.param({"pacemaker": True}, TANAKA, ("pacemaker",), id="pacemaker"),
        pytest.param(
            {"pacemaker": True}, WITH_DRUG_FORMULA, ("pacemaker",), id="never overruled"
        ),
        pytest.param(
            {"pacemaker": None}, TANAKA, ("pacemaker_unknown",), id="not asked"
        ),
        pytest.param({"beta_blocker": True}, TANAKA, ("beta_blocker",), id="drug"),
        pytest.param({"beta_blocker": True}, WITH_DRUG_FORMULA, (), id="switched on"),
        pytest.param(
            {"beta_blocker": None}, TANAKA, ("beta_blocker_unknown",), id="drug unknown"
        ),
        pytest.param(
            {"beta_blocker": None},
            WITH_DRUG_FORMULA,
            ("beta_blocker_unknown",),
            id="drug unknown, switched on",
        ),
        pytest.param(
            {"beta_blocker": True, "pacemaker": True},
            TANAKA,
            ("pacemaker", "beta_blocker"),
            id="both",
        ),
        pytest.param(
            {"beta_blocker": None, "pacemaker": None},
            TANAKA,
            ("pacemaker_unknown", "beta_blocker_unknown"),
            id="both unknown",
        ),
    ],
)
def test_effort_only_reasons_name_all(facts, rules, reasons):
    asked = HeartFacts(age_years=51, **(ASKED | facts))

    assert effort_only_reasons(asked, rules=rules) == reasons


def test_effort_alone_is_the_rule_when_nothing_was_asked():
    assert len(effort_only_reasons(HeartFacts(age_years=51), rules=TANAKA)) == 2


def test_highest_heart_rate_refuses_who_is_guided_by_effort():
    with pytest.raises(ClinicalInputError) as refusal:
        highest(pacemaker=True, beta_blocker=None, max_measured_per_min=170)

    assert str(refusal.value) == (
        "This person is guided by effort, not by heart rate: a pacemaker sets the "
        "heart rate, ask first about beta-blockers."
    )


def test_every_reason_for_effort_alone_has_words():
    assert EFFORT_ONLY_WORDS == {
        EffortOnlyReason.PACEMAKER: "a pacemaker sets the heart rate",
        EffortOnlyReason.PACEMAKER_UNKNOWN: "ask first about a pacemaker",
        EffortOnlyReason.BETA_BLOCKER: "a beta-blocker keeps the heart rate down",
        EffortOnlyReason.BETA_BLOCKER_UNKNOWN: "ask first about beta-blockers",
    }


@pytest.mark.parametrize(
    ("name", "value", "limits"),
    [
        ("age_years", 17, "18 to 100"),
        ("age_years", 101, "18 to 100"),
        ("age_years", 51.5, "18 to 100"),
        ("age_years", True, "18 to 100"),
        ("rest_per_min", 24, "25 to 240"),
        ("rest_per_min", 241, "25 to 240"),
        ("max_measured_per_min", 24, "25 to 240"),
        ("max_measured_per_min", 241, "25 to 240"),
        ("max_measured_per_min", 170.5, "25 to 240"),
    ],
)
def test_heart_facts_refuse_what_cannot_be(name, value, limits):
    with pytest.raises(ClinicalInputError) as refusal:
        HeartFacts(**({"age_years": 51} | {name: value}))

    assert str(refusal.value) == (
        f"{name} must be a whole number from {limits}, got {value!r}."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age_years", 18),
        ("age_years", 100),
        ("rest_per_min", 25),
        ("rest_per_min", 240),
        ("max_measured_per_min", 25),
        ("max_measured_per_min", 240),
    ],
)
def test_heart_facts_take_the_ends(name, value):
    assert getattr(HeartFacts(**({"age_years": 51} | {name: value})), name) == value


@pytest.mark.parametrize("rest", [170, 171])
def test_heart_facts_refuse_a_rest_that_is_not_below_the_measured_highest(rest):
    with pytest.raises(ClinicalInputError) as refusal:
        HeartFacts(age_years=51, rest_per_min=rest, max_measured_per_min=170)

    assert str(refusal.value) == (
        f"rest_per_min must be below max_measured_per_min, got {rest} and 170."
    )


def test_heart_facts_take_a_rest_just_below_the_measured_highest():
    facts = HeartFacts(age_years=51, rest_per_min=169, max_measured_per_min=170)

    assert facts.rest_per_min == 169


@pytest.mark.parametrize("formula", ["beta_blocker", "miller", ""])
def test_heart_rate_rules_refuse_another_formula(formula):
    with pytest.raises(ClinicalInputError) as refusal:
        HeartRateRules(formula=formula)

    assert str(refusal.value) == (
        f"formula must be one of fox, tanaka, gellish, got {formula!r}."
    )


@pytest.mark.parametrize(
    ("age_years", "formula", "message"),
    [
        (17, "fox", "age_years must be a whole number from 18 to 100, got 17."),
        (
            51,
            "miller",
            "formula must be one of fox, tanaka, gellish, beta_blocker, got 'miller'.",
        ),
    ],
)
def test_estimated_per_min_refuses_what_it_does_not_know(age_years, formula, message):
    with pytest.raises(ClinicalInputError) as refusal:
        estimated_per_min(age_years=age_years, formula=formula)

    assert str(refusal.value) == message


@given(st.integers(18, 99), st.sampled_from(sorted(FORMULAS)))
def test_estimated_per_min_falls_with_age(age_years, formula):
    younger = estimated_per_min(age_years=age_years, formula=formula)
    older = estimated_per_min(age_years=age_years + 1, formula=formula)

    assert older < younger


@given(st.decimals(0, 100, places=1), st.integers(25, 120), st.integers(121, 240))
def test_share_of_reserve_lies_between_rest_and_highest(percent, rest, top):
    found = share_of_reserve(
        percent=percent, highest_per_min=Decimal(top), rest_per_min=Decimal(rest)
    )

    assert rest <= found <= top
    assert found >= share_of_highest(percent=percent, highest_per_min=Decimal(top))
