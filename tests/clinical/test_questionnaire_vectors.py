"""The worked examples of each instrument, with their numbers as printed."""

from decimal import Decimal
from fractions import Fraction

import pytest

from apps.clinical.questionnaires.answers import ClinicSettings
from apps.clinical.questionnaires.library import shipped_instrument

from .questionnaire_builders import fiq, numbered, scored

pytestmark = pytest.mark.requirement("E2")

FULL_FIQ = {
    "tasks": "1,2,2,1,2,0,3,2,3,1,2",
    "good": 2,
    "missed": 3,
    "scales": "6,7,8,7,6,4,5",
}
HADS = "1,1,2,0,1,2,1,2,1,3,1,2,2,1"
TSK = "3,2,3,2,3,2,3,1,2,3,3,2,3,2,3,1,3"
SHORT = (1, 2, 3, 5, 6, 7, 10, 11, 13, 15, 17)


def shown(result):
    return {each.code: each.rounded for each in result.scores}


def decimals(**values):
    return {code: Decimal(value) for code, value in values.items()}


def bands(result, code):
    return {each.scheme: each.code for each in result.score(code).bands}


def test_fiq_of_the_worked_example():
    result = scored("fiq", fiq(**FULL_FIQ))

    assert float(result.score("part1").value) == pytest.approx(5.752, abs=0.0005)
    assert result.score("part1").value == Fraction(19, 11) * Fraction("3.33")
    assert result.score("part2").value == Fraction("7.15")
    assert result.score("part3").value == Fraction("4.29")
    assert float(result.total.value) == pytest.approx(60.192, abs=0.0005)
    assert result.total.rounded == Decimal("60.2")
    assert result.total.is_complete
    assert (result.missing_items, result.refusals) == ((), ())


def test_fiq_with_parts_missing():
    answers = fiq(
        tasks="1,2,2,1,2,0,3,2,-,-,2", good=2, missed=None, scales="-,7,8,7,6,4,5"
    )

    result = scored("fiq", answers)

    assert result.score("part1").value == Fraction("5.55")
    assert result.score("part2").value == Fraction("7.15")
    assert result.score("part3").value is None
    assert result.total.value == Fraction("62.125")
    assert result.total.rounded == Decimal("62.1")
    assert (result.total.answered, result.total.parts) == (8, 10)
    assert result.total.is_prorated
    assert result.missing_items == ("q1i", "q1j", "q3", "q4")


def test_fiq_at_its_worst_is_clamped_to_100():
    worst = fiq(tasks="3 " * 11, good=0, missed=7, scales="10 " * 7)

    result = scored("fiq", worst)

    parts = sum(each.value for each in result.scores if each.role == "part")
    assert parts == Fraction("100.01")
    assert (result.total.value, result.total.rounded) == (100, Decimal("100.0"))
    assert bands(result, "total") == {"severity": "severe"}


def test_fiq_at_its_best_is_zero():
    best = fiq(tasks="0 " * 11, good=7, missed=0, scales="0 " * 7)

    assert scored("fiq", best).total.value == 0


def test_fiq_is_complete_without_a_task_that_is_never_done():
    result = scored("fiq", fiq(**FULL_FIQ | {"tasks": "1,2,2,1,2,0,3,2,-,-,2"}))

    assert result.total.is_complete
    assert result.missing_items == ("q1i", "q1j")


def test_fiq_needs_seven_of_ten_parts():
    form = {"tasks": "- " * 10 + "2", "good": 5, "missed": 2}

    seven = scored("fiq", fiq(**form, scales="-,-,-,7,6,4,5")).total
    six = scored("fiq", fiq(**form, scales="-,-,-,-,6,4,5")).total

    # 2 x 3.33, 2 x 1.43 and 2 x 1.43 make 12.38; four scales make 22.
    assert seven.value == Fraction("34.38") * 10 / 7
    assert seven.rounded == Decimal("49.1")
    assert (six.value, six.answered, six.why_none) == (None, 6, "too_few_answers")


def test_fiq_takes_half_steps_on_its_scales():
    half = scored("fiq", fiq(**FULL_FIQ | {"scales": "6.5,7,8,7,6,4,5"}))
    third = scored("fiq", fiq(**FULL_FIQ | {"scales": "6.3,7,8,7,6,4,5"}))

    assert float(half.total.value) == pytest.approx(60.692, abs=0.0005)
    assert [each.where for each in third.refusals] == ["q4"]


def test_fiqr_of_the_worked_example():
    answers = {
        **numbered("4,6,5,7,6,5,6,4,5", prefix="f"),
        **numbered("6,7", prefix="o"),
        **numbered("6,8,7,8,5,6,7,5,4,6", prefix="s"),
    }

    result = scored("fiqr", answers)

    assert shown(result) == decimals(
        function="16.00", overall="13.00", symptoms="31.00", total="60.00"
    )


def test_fiqr_with_two_functions_missing():
    answers = {
        **numbered("4,6,-,7,6,-,6,4,5", prefix="f"),
        **numbered("6,7", prefix="o"),
        **numbered("6,8,7,8,5,6,7,5,4,6", prefix="s"),
    }

    result = scored("fiqr", answers)

    assert result.score("function").value == Fraction(38 * 9, 7 * 3)
    assert shown(result) == decimals(
        function="16.29", overall="13.00", symptoms="31.00", total="60.29"
    )
    assert result.total.is_prorated


def test_hads_of_the_worked_example():
    result = scored("hads", numbered(HADS))

    assert shown(result) == decimals(anxiety="10.00", depression="6.00")
    assert bands(result, "anxiety") == {"case_finding": "borderline"}
    assert bands(result, "depression") == {"case_finding": "normal"}
    assert result.total is None


def test_hads_items_score_as_their_options_are_printed():
    instrument = shipped_instrument("hads")
    answers = numbered(HADS)

    points = [item.option(answers[item.code]).score for item in instrument.items]

    assert points == [2, 1, 1, 0, 2, 1, 1, 1, 1, 0, 2, 2, 1, 1]


def test_hads_with_one_item_missing_on_each_side():
    result = scored("hads", numbered("1,1,2,0,-,2,1,2,1,-,1,2,2,1"))

    assert result.score("anxiety").value == Fraction(8 * 7, 6)
    assert result.score("depression").value == 7
    assert shown(result) == decimals(anxiety="9.33", depression="7.00")
    assert result.missing_items == ("q5", "q10")


def test_pcs_of_the_worked_example():
    result = scored("pcs", numbered("3,2,2,3,1,2,1,3,2,3,3,2,1"))

    assert shown(result) == decimals(
        rumination="11.00", magnification="4.00", helplessness="13.00", total="28.00"
    )
    assert [each.code for each in result.subscales] == [
        "rumination",
        "magnification",
        "helplessness",
    ]


def test_tsk_17_and_11_of_the_worked_example():
    answers = numbered(TSK)
    short = {f"q{number}": answers[f"q{number}"] for number in SHORT}

    assert shown(scored("tsk17", answers)) == decimals(total="49.00")
    assert shown(scored("tsk11", short)) == decimals(total="31.00")
    assert bands(scored("tsk17", answers), "total") == {"level": "high"}


def test_pseq_of_the_worked_example():
    result = scored("pseq", numbered("4,3,4,2,3,3,4,2,3,4"))

    assert shown(result) == decimals(total="32.00")
    assert bands(result, "total") == {"self_efficacy": "band_3"}


def test_fabq_of_the_worked_example():
    result = scored("fabq", numbered("4,5,4,3,5,2,3,1,4,5,3,2,0,1,2,3"))

    assert shown(result) == decimals(physical_activity="17.00", work="21.00")
    assert bands(result, "physical_activity") == {"level": "high"}
    assert bands(result, "work") == {
        "acute_occupational": "not_high",
        "other": "not_high",
    }


def test_csi_of_the_worked_example():
    answers = numbered("2,3,1,2,2,3,2,1,2,3,2,2,1,0,3,2,2,1,2,3,1,2,2,1,2")

    result = scored("csi", answers)

    assert shown(result) == decimals(total="47.00")
    assert bands(result, "total") == {"cut_off": "at_or_above", "severity": "moderate"}


def test_bpi_of_the_worked_example():
    severity = numbered("7,3,5,6", prefix="s")

    whole = scored("bpi_sf", severity | numbered("6,5,4,7,3,6,5", prefix="i"))
    part = scored("bpi_sf", severity | numbered("6,5,-,7,-,6,5", prefix="i"))

    assert shown(whole) == decimals(severity="5.25", interference="5.14")
    assert part.score("interference").value == Fraction("5.8")
    assert part.score("interference").is_prorated


def test_peg_of_the_worked_example():
    assert shown(scored("peg", numbered("6,7,5"))) == decimals(total="6.00")


def test_audit_of_the_worked_example_is_excluded_by_the_trial():
    result = scored("audit", numbered("2,1,1,0,0,0,1,0,0,2"))

    # The first three alone: 2 + 1 + 1.
    assert shown(result) == decimals(audit_c="4", total="7")
    assert bands(result, "total") == {
        "who_zones": "zone_1",
        "trial_exclusion": "excluded",
    }


def test_audit_c_is_the_first_three_of_the_audit_with_a_code_of_its_own():
    instrument = shipped_instrument("audit")

    result = scored("audit", numbered("4,3,2"))

    # 4 + 3 + 2; the whole AUDIT needs all ten.
    assert result.score("audit_c").value == 9
    assert result.score("total").value is None
    assert {each.code: each.loinc for each in instrument.scores} == {
        "audit_c": "75626-2",
        "total": "75624-7",
    }


def test_audit_c_needs_all_three():
    assert scored("audit", {"q1": "4", "q2": "3"}).score("audit_c").value is None


@pytest.mark.requirement("G1")
def test_siras_is_the_sum_of_three():
    assert shown(scored("siras", numbered("5,4,3"))) == decimals(total="12")
    assert scored("siras", numbered("5,4,-")).total.why_none == "too_few_answers"


@pytest.mark.requirement("G1")
def test_ears_has_no_score_until_the_clinic_tells_what_is_reversed():
    answers = numbered("4,3,2,1,0,4")

    result = scored("ears", answers)

    assert (result.total.value, result.total.why_none) == (None, "refused")
    (refusal,) = result.refusals
    assert (refusal.where, refusal.rule) == ("reversed_items", "reversal_unknown")
    assert refusal.detail == (
        "which items of ears are reversed is not known: import the clinic's own "
        "wording file, which says it."
    )


@pytest.mark.requirement("G1")
@pytest.mark.parametrize(
    ("reversals", "total"),
    [
        pytest.param((), 14, id="none"),
        pytest.param(("q1",), 10, id="one"),
        pytest.param(("q1", "q5"), 14, id="two"),
        pytest.param(("q4", "q5"), 20, id="two others"),
    ],
)
def test_ears_counts_with_the_reversals_of_the_clinic(reversals, total):
    settings = ClinicSettings(reversed_items=frozenset(reversals))

    result = scored("ears", numbered("4,3,2,1,0,4"), settings=settings)

    assert (result.total.value, result.refusals) == (total, ())


def test_pgic_is_its_one_answer():
    result = scored("pgic", {"q1": "2"})

    assert (result.total.value, result.total.direction) == (2, "ask_clinic")


def test_our_own_check_gives_each_line_and_no_total():
    result = scored(
        "eihtrack_symptoms",
        {"pain": 54, "fatigue": 61, "soreness": 0, "flare": "not_sure"},
    )

    assert shown(result) == decimals(pain_mm="54", fatigue_mm="61", soreness_mm="0")
    assert (result.total, result.missing_items) == (None, ())


@pytest.mark.parametrize(
    ("key", "form", "fewest"),
    [
        pytest.param("pcs", "2 " * 13, 11, id="PCS"),
        pytest.param("tsk17", "2 " * 17, 15, id="TSK-17"),
        pytest.param("pseq", "2 " * 10, 8, id="PSEQ"),
        pytest.param("csi", "2 " * 25, 23, id="CSI"),
        pytest.param("peg", "2 " * 3, 3, id="PEG"),
        pytest.param("audit", "2 " * 10, 10, id="AUDIT"),
    ],
)
def test_total_needs_its_fewest_answers(key, form, fewest):
    codes = list(numbered(form))
    enough = dict.fromkeys(codes[-fewest:], 2)
    too_few = dict.fromkeys(codes[1 - fewest :], 2)

    full = scored(key, dict.fromkeys(codes, 2)).total.value
    # TSK's reversed items give 3 for a 2, so only its mean tells.
    assert scored(key, enough).total.value is not None
    assert full is not None
    assert scored(key, too_few).total.value is None
    assert scored(key, too_few).total.answered == fewest - 1


def test_tsk_11_needs_ten_answers():
    codes = [f"q{number}" for number in SHORT]

    assert scored("tsk11", dict.fromkeys(codes[1:], 2)).total.value == 22
    assert scored("tsk11", dict.fromkeys(codes[2:], 2)).total.value is None


def test_fabq_needs_all_of_four_and_six_of_seven():
    whole = numbered("6 " * 16)

    one = scored("fabq", whole | {"q5": None, "q15": None})
    two = scored("fabq", whole | {"q12": None, "q15": None})

    assert one.score("physical_activity").value is None
    assert one.score("work").value == 42
    assert two.score("work").value is None


def test_bpi_needs_all_of_severity_and_four_of_interference():
    whole = numbered("5 " * 4, prefix="s") | numbered("- - - 5 5 5 5", prefix="i")

    enough = scored("bpi_sf", whole)
    too_few = scored("bpi_sf", whole | {"s1": None, "i4": None})

    assert (enough.score("severity").value, enough.score("interference").value) == (
        5,
        5,
    )
    assert [each.value for each in too_few.scores] == [None, None]


def test_hads_needs_four_of_seven_on_each_side():
    enough = scored("hads", {"q1": 0, "q3": 0, "q5": 0, "q7": 3, "q2": 1})

    assert enough.score("anxiety").value == 21
    assert enough.score("depression").value is None
    assert scored("hads", {"q1": 0, "q3": 0, "q5": 0}).score("anxiety").value is None
