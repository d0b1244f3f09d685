"""The scoring engine on made-up and shipped instruments."""

from decimal import Decimal
from fractions import Fraction

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.questionnaires.answers import ClinicSettings
from apps.clinical.questionnaires.bands import Band
from apps.clinical.questionnaires.instrument import Direction, Role
from apps.clinical.questionnaires.parsing import parse_instrument
from apps.clinical.questionnaires.refusals import Refusal
from apps.clinical.questionnaires.scoring import NoScore, rounded, score

from .questionnaire_builders import made_up, made_up_instrument, numbered, scored

pytestmark = pytest.mark.requirement("E2")

FULL = {"a1": "mid", "a2": "7.25", "a3": 4, "a4": "2.5"}


def made_up_scores(answers, **settings):
    return score(
        made_up_instrument(),
        answers,
        clinic_settings=ClinicSettings(**settings) if settings else None,
    )


@pytest.mark.requirement("E4")
def test_a_new_instrument_needs_no_code():
    result = made_up_scores(FULL)

    # 2 + (1 + 9 - 7.25) = 4.75; (4 + 2.5) / 2 / 2 = 1.625; together 6.375.
    assert [(each.code, each.role) for each in result.scores] == [
        ("first", Role.SUBSCALE),
        ("second", Role.SUBSCALE),
        ("both", Role.TOTAL),
    ]
    assert [each.value for each in result.scores] == [
        Fraction("4.75"),
        Fraction("1.625"),
        Fraction("6.375"),
    ]
    assert [str(each.rounded) for each in result.scores] == ["4.8", "1.625", "6"]
    assert (result.instrument_key, result.instrument_version) == ("made_up", 3)
    assert result.settings == ClinicSettings()
    assert result.score("nothing") is None
    assert result.total is result.score("both")
    assert result.subscales == result.scores[:2]


def test_score_tells_what_a_full_form_is():
    first = made_up_scores(FULL).score("first")

    assert (first.answered, first.parts) == (2, 2)
    assert (first.is_prorated, first.is_complete, first.why_none) == (False, True, None)
    assert first.direction == Direction.HIGHER_BETTER
    assert first.bands == (
        Band(scheme="level", code="low", population="nobody", mark="D"),
    )


def test_score_puts_the_mean_of_the_rest_for_what_is_missing():
    result = made_up_scores({"a1": "mid", "a3": 4, "a4": "2.5"})

    first, second, both = result.scores
    assert (first.value, first.answered, first.parts) == (4, 1, 2)
    assert (first.is_prorated, first.is_complete) == (True, False)
    assert (second.is_prorated, second.is_complete) == (False, True)
    assert (both.value, both.answered) == (Fraction("5.625"), 2)
    assert (both.is_prorated, both.is_complete) == (True, False)
    assert result.missing_items == ("a2",)


def test_score_is_none_with_too_few_answers_and_the_total_does_without():
    result = made_up_scores({"a1": "high", "a2": 1, "a3": 4, "a4": None})

    _, second, both = result.scores
    assert (second.value, second.rounded, second.bands) == (None, None, ())
    assert (second.answered, second.parts) == (1, 2)
    assert second.why_none == NoScore.TOO_FEW_ANSWERS
    assert (second.is_prorated, second.is_complete) == (False, False)
    assert second.direction == Direction.HIGHER_WORSE
    # 14 stands for both of two, and is clamped from 28 to 15.
    assert (both.value, both.is_prorated) == (15, True)


def test_score_is_clamped_at_the_bottom_too():
    result = made_up_scores({"a1": "low", "a2": 9, "a3": 0, "a4": "-1.5"})

    assert [each.value for each in result.scores] == [1, Fraction("-0.375"), 1]
    assert [str(each.rounded) for each in result.scores] == ["1.0", "-0.375", "1"]


def test_score_of_an_empty_form_is_none_not_zero():
    result = made_up_scores({})

    assert [each.value for each in result.scores] == [None] * 3
    assert {each.why_none for each in result.scores} == {NoScore.TOO_FEW_ANSWERS}
    assert result.missing_items == ("a1", "a2", "a3", "a4")
    assert result.refusals == ()


def test_an_answer_of_none_is_the_same_as_no_answer():
    assert made_up_scores({"a1": "mid", "a2": None}) == made_up_scores({"a1": "mid"})


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        pytest.param(7, "3", id="a whole number"),
        pytest.param(7.25, "2.75", id="a float as it is printed"),
        pytest.param(Decimal("7.25"), "2.75", id="a decimal"),
        pytest.param("7.25", "2.75", id="a text"),
        pytest.param(1, "9", id="the lower end"),
        pytest.param(9, "1", id="the upper end"),
    ],
)
def test_a_reversed_line_counts_from_its_other_end(answer, value):
    result = made_up_scores({"a1": "low", "a2": answer})

    assert result.score("first").value == Fraction(value)


@pytest.mark.parametrize(
    ("number", "is_taken"), [(1, True), (4, True), (10, True), (2, False), (5, False)]
)
def test_steps_are_counted_from_the_lower_end(number, is_taken):
    # 1, 4, 7 and 10: not the multiples of three, nor what is one below them.
    document = made_up()
    document["items"][1] |= {"minimum": 1, "maximum": 10, "step": 3}
    document["scores"][0]["maximum"] = 15
    document["scores"][2] |= {"maximum": 15, "clamped": True}

    found = score(parse_instrument(document), FULL | {"a2": number})

    assert (found.refusals == ()) is is_taken


@pytest.mark.parametrize(
    ("answer", "is_taken"), [("2", True), (2, True), (Decimal(2), False), (2.0, False)]
)
def test_the_code_of_an_option_is_a_text_or_a_whole_number(answer, is_taken):
    refusals = scored("audit", {"q9": answer}).refusals

    assert [each.rule for each in refusals] == ([] if is_taken else ["option"])


def test_unknown_items_are_told_in_order_and_in_short():
    found = made_up_scores(FULL | {5: 1, "b9": 1, "x" * 61: 1})

    assert [(each.where, each.rule) for each in found.refusals] == [
        ("5", "unknown_item"),
        ("b9", "unknown_item"),
        ("x" * 60, "unknown_item"),
    ]


@pytest.mark.parametrize(
    ("item", "answer", "rule", "detail"),
    [
        pytest.param(
            "a1",
            "none",
            "option",
            "must be one of the options low, mid, high, got 'none'.",
            id="no option",
        ),
        pytest.param(
            "a1",
            True,
            "option",
            "must be one of the options low, mid, high, got True.",
            id="true for an option",
        ),
        pytest.param(
            "a1",
            ["low"],
            "option",
            "must be one of the options low, mid, high, got ['low'].",
            id="a list for an option",
        ),
        pytest.param(
            "a2",
            "0.75",
            "range",
            "must be a number from 1 to 9 in steps of 0.25, got '0.75'.",
            id="below",
        ),
        pytest.param(
            "a2",
            9.25,
            "range",
            "must be a number from 1 to 9 in steps of 0.25, got 9.25.",
            id="above",
        ),
        pytest.param(
            "a2",
            1.1,
            "range",
            "must be a number from 1 to 9 in steps of 0.25, got 1.1.",
            id="between steps",
        ),
        pytest.param(
            "a3",
            1.5,
            "range",
            "must be a number from 0 to 14 in steps of 1, got 1.5.",
            id="half a day",
        ),
        pytest.param(
            "a3",
            True,
            "range",
            "must be a number from 0 to 14 in steps of 1, got True.",
            id="true for a number",
        ),
        pytest.param(
            "a4",
            "many",
            "range",
            "must be a number from -1.5 to 6, got 'many'.",
            id="a word for a number",
        ),
        pytest.param(
            "a4",
            float("nan"),
            "range",
            "must be a number from -1.5 to 6, got nan.",
            id="not a number",
        ),
        pytest.param(
            "a4",
            Decimal("Infinity"),
            "range",
            "must be a number from -1.5 to 6, got Decimal('Infinity').",
            id="endless",
        ),
        pytest.param(
            "a4",
            Decimal("sNaN"),
            "range",
            "must be a number from -1.5 to 6, got Decimal('sNaN').",
            id="a signalling not-a-number",
        ),
        pytest.param(
            "b9",
            1,
            "unknown_item",
            "is no item of made_up version 3.",
            id="unknown item",
        ),
    ],
)
def test_an_impossible_answer_is_refused_and_nothing_is_scored(
    item, answer, rule, detail
):
    result = made_up_scores(FULL | {item: answer})

    assert result.refusals == (Refusal(where=item, rule=rule, detail=detail),)
    assert [each.value for each in result.scores] == [None] * 3
    assert {(each.why_none, each.answered) for each in result.scores} == {
        (NoScore.REFUSED, 0)
    }


def test_every_impossible_answer_is_told():
    result = made_up_scores({"a1": "x", "a2": 99, "zz": 1, "b": 1})

    assert [each.where for each in result.refusals] == ["b", "zz", "a1", "a2"]


def test_a_long_answer_is_told_in_short():
    result = made_up_scores({"a1": "x" * 500})

    assert len(result.refusals[0].detail) < 120


@pytest.mark.parametrize("answer", [2, "2"])
def test_a_printed_number_is_an_option_as_number_or_text(answer):
    assert scored("pgic", {"q1": answer}).total.value == 2


@pytest.mark.parametrize("answer", [0, 8, 2.0, "2.0", " 2"])
def test_an_option_is_exactly_as_printed(answer):
    assert scored("pgic", {"q1": answer}).total.value is None


def test_audit_has_no_option_between_its_last_ones():
    result = scored("audit", numbered("0,0,0,0,0,0,0,0,1,3"))

    assert [each.where for each in result.refusals] == ["q9", "q10"]


def test_items_without_points_are_missing_but_change_no_score():
    result = scored("fabq", dict.fromkeys(["q2", "q3", "q4", "q5"], 6))

    assert result.score("physical_activity").is_complete
    assert result.missing_items[:2] == ("q1", "q6")


def test_patients_see_no_bands():
    result = made_up_scores(FULL)

    bare = result.without_bands()

    assert [each.bands for each in bare.scores] == [(), (), ()]
    assert [each.value for each in bare.scores] == [
        each.value for each in result.scores
    ]
    assert result.score("first").bands != ()


@pytest.mark.parametrize(
    ("number", "decimals", "shown"),
    [
        pytest.param("60.1918", 1, "60.2", id="up"),
        pytest.param("60.14", 1, "60.1", id="down"),
        pytest.param("2.25", 1, "2.3", id="a half goes up"),
        pytest.param("-2.25", 1, "-2.2", id="a half below zero goes up too"),
        pytest.param("7.5", 0, "8", id="to a whole number"),
        pytest.param("7", 2, "7.00", id="with its zeros"),
    ],
)
def test_rounding(number, decimals, shown):
    assert str(rounded(Fraction(number), decimals=decimals)) == shown


def test_option_scores_of_the_clinic_take_the_place_of_the_printed_ones():
    turned = {"low": Fraction(5), "mid": Fraction(2), "high": Fraction(0)}

    result = made_up_scores({"a1": "low"}, option_scores={"a1": turned})

    assert result.score("first").value == 10
    assert result.settings == ClinicSettings(option_scores={"a1": turned})


@pytest.mark.parametrize(
    ("item", "scores"),
    [
        pytest.param("a1", {"low": 0, "mid": 2, "high": 6}, id="another score"),
        pytest.param("a1", {"low": 0, "mid": 2, "top": 5}, id="another code"),
        pytest.param("a1", {"low": 0, "mid": 5}, id="an option less"),
        pytest.param("a1", {"low": 0, "mid": 0, "high": 5}, id="a score twice"),
        pytest.param("a9", {"low": 0, "mid": 2, "high": 5}, id="no such item"),
        pytest.param("a2", {"low": 0}, id="an item without options"),
    ],
)
def test_option_scores_of_another_form_are_refused(item, scores):
    told = {code: Fraction(number) for code, number in scores.items()}

    with pytest.raises(ClinicalInputError) as refused:
        made_up_scores(FULL, option_scores={item: told})

    assert str(refused.value) == (
        f"made_up: option_scores of {item} must give each of its options one of its "
        "scores, each score as often as the instrument."
    )


def test_reversals_that_are_not_open_are_refused():
    with pytest.raises(ClinicalInputError) as refused:
        made_up_scores(FULL, reversed_items=frozenset({"a2", "a1"}))

    assert str(refused.value) == (
        "made_up: reversed_items must be items whose reversal the instrument leaves "
        "open, got a1, a2."
    )


@pytest.mark.parametrize("direction", [Direction.HIGHER_WORSE, Direction.HIGHER_BETTER])
def test_the_clinic_says_what_a_higher_score_means_where_it_is_open(direction):
    result = made_up_scores(FULL, direction=direction)

    assert [each.direction for each in result.scores] == [
        Direction.HIGHER_BETTER,
        Direction.HIGHER_WORSE,
        direction,
    ]
    assert made_up_scores(FULL).total.direction == Direction.ASK_CLINIC


def test_the_direction_is_told_even_without_a_score():
    result = made_up_scores({"a1": "x"}, direction=Direction.HIGHER_WORSE)

    assert result.total.direction == Direction.HIGHER_WORSE


@pytest.mark.parametrize(
    ("answers", "value", "code"),
    [
        pytest.param({"a1": "low", "a2": "4.25"}, "5.75", "low", id="below at least"),
        pytest.param({"a1": "low", "a2": 4}, "6", "mid", id="on at least"),
        pytest.param({"a1": "high", "a2": 5}, "10", "mid", id="on above"),
        pytest.param({"a1": "high", "a2": "4.75"}, "10.25", "high", id="past above"),
    ],
)
def test_a_band_begins_at_its_bound(answers, value, code):
    first = made_up_scores(answers).score("first")

    assert (first.value, first.bands[0].code) == (Fraction(value), code)


@pytest.mark.parametrize(
    ("points", "answered", "value", "code"),
    [
        pytest.param("3 3 0 0 0 0", 6, "7", "normal", id="7"),
        pytest.param("3 2 0 0", 4, "8.75", "borderline", id="8.75"),
        pytest.param("3 3 2 0 0 0 0", 7, "8", "borderline", id="exactly 8"),
        pytest.param("3 3 3 0 0 0", 6, "10.5", "borderline", id="10.5, below 11"),
        pytest.param("3 3 3 2 0 0 0", 7, "11", "case", id="exactly 11"),
        pytest.param("3 3 2 0 0", 5, "11.2", "case", id="11.2"),
    ],
)
def test_hads_bands_stand_on_the_unrounded_score(points, answered, value, code):
    items = ["q7", "q9", "q1", "q3", "q5", "q11", "q13"]
    answers = {
        item: point if item in ("q7", "q9") else 3 - int(point)
        for item, point in zip(items, points.split(), strict=False)
    }

    anxiety = scored("hads", answers).score("anxiety")

    assert (anxiety.value, anxiety.answered) == (Fraction(value), answered)
    assert anxiety.bands[0].code == code


def test_a_score_that_is_shown_as_8_may_still_be_below_8():
    document = made_up()
    document["scores"][0] |= {"decimals": 0}
    document["scores"][0]["bands"][0]["steps"][1]["at_least"] = 8

    first = score(parse_instrument(document), {"a1": "mid", "a2": "4.5"}).score("first")

    assert (first.value, str(first.rounded)) == (Fraction("7.5"), "8")
    assert first.bands[0].code == "low"


def total_of(key, *, items, points, top):
    """Return a form of 0-to-top items whose points add up so."""
    answers = {}
    for number in range(1, items + 1):
        answers[f"q{number}"] = min(top, points)
        points -= answers[f"q{number}"]
    return scored(key, answers).total


@pytest.mark.parametrize(
    ("key", "items", "top", "points", "scheme", "code"),
    [
        ("pcs", 13, 4, 29, 0, "below_relevant"),
        ("pcs", 13, 4, 30, 0, "relevant"),
        ("pcs", 13, 4, 31, 0, "relevant"),
        ("pseq", 10, 6, 19, 0, "band_1"),
        ("pseq", 10, 6, 20, 0, "band_2"),
        ("pseq", 10, 6, 30, 0, "band_2"),
        ("pseq", 10, 6, 31, 0, "band_3"),
        ("pseq", 10, 6, 40, 0, "band_3"),
        ("pseq", 10, 6, 41, 0, "band_4"),
        ("csi", 25, 4, 39, 0, "below"),
        ("csi", 25, 4, 40, 0, "at_or_above"),
        ("csi", 25, 4, 29, 1, "subclinical"),
        ("csi", 25, 4, 30, 1, "mild"),
        ("csi", 25, 4, 39, 1, "mild"),
        ("csi", 25, 4, 40, 1, "moderate"),
        ("csi", 25, 4, 49, 1, "moderate"),
        ("csi", 25, 4, 50, 1, "severe"),
        ("csi", 25, 4, 59, 1, "severe"),
        ("csi", 25, 4, 60, 1, "extreme"),
        ("audit", 10, 4, 7, 0, "zone_1"),
        ("audit", 10, 4, 8, 0, "zone_2"),
        ("audit", 10, 4, 15, 0, "zone_2"),
        ("audit", 10, 4, 16, 0, "zone_3"),
        ("audit", 10, 4, 19, 0, "zone_3"),
        ("audit", 10, 4, 20, 0, "zone_4"),
        ("audit", 10, 4, 6, 1, "may_take_part"),
        ("audit", 10, 4, 7, 1, "excluded"),
    ],
)
def test_bands_of_a_total(key, items, top, points, scheme, code):
    total = total_of(key, items=items, points=points, top=top)

    assert (total.value, total.bands[scheme].code) == (points, code)


@pytest.mark.parametrize(
    ("points", "code"), [(37, "not_high"), (38, "high"), (36, "not_high")]
)
def test_tsk_is_high_above_37(points, code):
    # Every item gives 1, the reversed ones by their last option; six give 3 more.
    answers = {f"q{n}": 4 if n in (4, 8, 12, 16) else 1 for n in range(1, 18)}
    answers |= dict.fromkeys(["q1", "q2", "q3", "q5", "q6", "q7"], 4)
    answers["q9"] += points - 35

    total = scored("tsk17", answers).total

    assert (total.value, total.bands[0].code) == (points, code)


@pytest.mark.parametrize(
    ("answers", "score_code", "codes"),
    [
        ("0 6 6 2 0", "physical_activity", ["not_high"]),
        ("0 6 6 3 0", "physical_activity", ["high"]),
        ("0 0 0 0 0 6 6 0 6 4 0 0", "work", ["not_high", "not_high"]),
        ("0 0 0 0 0 6 6 0 6 5 0 0", "work", ["not_high", "high"]),
        ("0 0 0 0 0 6 6 0 6 6 5 0", "work", ["not_high", "high"]),
        ("0 0 0 0 0 6 6 0 6 6 6 0", "work", ["high", "high"]),
    ],
)
def test_fabq_bands(answers, score_code, codes):
    form = dict.fromkeys((f"q{n}" for n in range(1, 17)), 0) | numbered(answers)

    found = scored("fabq", form).score(score_code)

    assert [each.code for each in found.bands] == codes


def test_fiq_is_severe_from_70():
    instrument_answers = {f"q{n}": 10 for n in range(4, 11)}
    under = scored("fiq", instrument_answers | {"q10": 9.5, "q2": 7, "q3": 0, "q1a": 0})
    on = scored("fiq", instrument_answers | {"q2": 7, "q3": 0, "q1a": 0})

    assert (under.total.value, under.total.bands[0].code) == (
        Fraction("69.5"),
        "below_severe",
    )
    assert (on.total.value, on.total.bands[0].code) == (70, "severe")


def test_a_band_from_above_the_bottom_leaves_the_bottom_alone():
    document = made_up()
    document["scores"][0]["bands"][0]["steps"] = [
        {"code": "least"},
        {"code": "more", "above": 1},
    ]
    instrument = parse_instrument(document)

    least = score(instrument, {"a1": "low", "a2": 9}).score("first")
    more = score(instrument, {"a1": "low", "a2": "8.75"}).score("first")

    assert (least.bands[0].code, more.bands[0].code) == ("least", "more")


def test_the_first_band_has_no_bound_to_tell():
    scheme = made_up_instrument().scores[0].bands[0]

    assert [step.bound for step in scheme.steps[1:]] == [6, 10]
    with pytest.raises(ClinicalInputError) as refused:
        _ = scheme.steps[0].bound
    assert str(refused.value) == "Band low is the first and has no bound."
