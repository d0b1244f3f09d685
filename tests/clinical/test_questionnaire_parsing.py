"""Reading an instrument: what is refused, where and why."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.questionnaires.instrument import (
    Combine,
    Direction,
    ItemKind,
    Licence,
    Recall,
    ReferenceValue,
    Role,
    Unit,
)
from apps.clinical.questionnaires.library import (
    parse_document,
    read_instrument_file,
    shipped_instrument,
    shipped_instruments,
)
from apps.clinical.questionnaires.parsing import parse_instrument
from apps.clinical.questionnaires.reading import (
    exact_number,
    read_day,
    read_fields,
    read_list,
)
from apps.clinical.questionnaires.refusals import QuestionnaireDataError, Refusal

from .questionnaire_builders import MADE_UP, made_up, made_up_instrument

pytestmark = pytest.mark.requirement("E4")

GONE = object()


def put(path, value):
    """Return the made-up document with one thing put in place, or taken away."""
    document = made_up()
    *way, last = [int(each) if each.isdigit() else each for each in path.split("/")]
    inner = document
    for step in way:
        inner = inner[step]
    if value is GONE:
        del inner[last]
    else:
        inner[last] = value
    return document


def refusal_of(document):
    with pytest.raises(QuestionnaireDataError) as refused:
        parse_instrument(document)
    (refusal,) = refused.value.refusals
    return refusal


def test_a_document_becomes_an_instrument():
    instrument = made_up_instrument()

    assert (instrument.key, instrument.version) == ("made_up", 3)
    assert instrument.edition == "A form of nobody"
    assert instrument.recall == Recall(days=14, mark="D")
    assert instrument.licence == Licence(holder=None, terms="Nobody's words.", mark="D")
    assert not instrument.needs_option_scores
    assert [each.kind for each in instrument.items] == [
        ItemKind.OPTIONS,
        ItemKind.SCALE,
        ItemKind.DAYS,
        ItemKind.NUMBER,
    ]
    assert instrument.asks_direction
    assert instrument.undirected_items == frozenset()


def test_items_carry_their_line_or_options():
    options, scale, days, number = made_up_instrument().items

    assert (options.code, options.section) == ("a1", "first")
    assert [(each.code, each.score) for each in options.options] == [
        ("low", 0),
        ("mid", 2),
        ("high", 5),
    ]
    assert (options.minimum, options.maximum, options.step) == (0, 5, None)
    assert (scale.minimum, scale.maximum, scale.step) == (1, 9, Fraction(1, 4))
    assert (days.code, days.section) == ("a3", "second")
    assert (days.minimum, days.maximum, days.step) == (0, 14, 1)
    assert (number.minimum, number.maximum) == (Fraction("-1.5"), 6)
    assert number.step is None
    assert [each.is_reversed for each in made_up_instrument().items] == [
        False,
        True,
        False,
        False,
    ]
    assert not any(each.may_be_left_out for each in made_up_instrument().items)
    assert options.option("mid") is options.options[1]
    assert options.option("none") is None


def test_scores_carry_their_rule():
    first, second, both = made_up_instrument().scores

    assert (first.code, first.role, first.of) == ("first", Role.SUBSCALE, ("a1", "a2"))
    assert (first.combine, first.factor) == (Combine.SUM, 1)
    assert (first.decimals, first.direction) == (1, Direction.HIGHER_BETTER)
    assert (first.mark, first.min_answered, first.min_answered_mark) == ("D", 1, "D")
    assert (first.minimum, first.maximum, first.is_clamped) == (1, 14, False)
    assert [each.unit for each in first.thresholds] == [Unit.POINTS, Unit.PERCENT]
    assert first.references == (ReferenceValue(value=7, population="nobody", mark="D"),)
    assert (second.combine, second.factor) == (Combine.MEAN, Fraction(1, 2))
    assert (second.bands, second.thresholds, second.references) == ((), (), ())
    assert (both.of, both.is_clamped, both.loinc) == (("first", "second"), True, "0-0")
    assert first.loinc is None


def test_items_and_scores_are_found_by_code():
    instrument = made_up_instrument()

    assert instrument.item("a2") is instrument.items[1]
    assert instrument.score_rule("both") is instrument.scores[2]
    assert instrument.item("zz") is None
    assert instrument.score_rule("zz") is None


def test_an_options_item_is_reversed_when_its_points_fall():
    document = put("items/0/options/0/score", 5)
    document["items"][0]["options"][2]["score"] = 0

    assert parse_instrument(document).items[0].is_reversed


@pytest.mark.parametrize(
    ("scores", "minimum", "maximum", "is_reversed"),
    [
        pytest.param([3, 1], 1, 3, True, id="two that fall"),
        pytest.param([1, 3], 1, 3, False, id="two that rise"),
        pytest.param([2], 2, 2, False, id="one"),
        pytest.param([2, None], 2, 2, False, id="one, and one without points"),
        pytest.param([None, None], 0, 0, False, id="none that gives points"),
    ],
)
def test_the_line_of_an_options_item_is_that_of_its_points(
    scores, minimum, maximum, is_reversed
):
    document = made_up()
    options = [{"code": str(place), "score": each} for place, each in enumerate(scores)]
    document["items"].append(
        {"code": "a5", "section": "second", "kind": "options", "options": options}
    )

    item = parse_instrument(document).item("a5")

    assert (item.minimum, item.maximum) == (minimum, maximum)
    assert item.is_reversed is is_reversed


@pytest.mark.parametrize("size", ["0.5", 1])
def test_a_threshold_may_be_a_point_or_less(size):
    document = put("scores/0/thresholds/0/at_least", size)

    assert parse_instrument(document).scores[0].thresholds[0].at_least == Fraction(size)


@pytest.mark.parametrize(
    ("minimum", "maximum", "is_taken"),
    [
        pytest.param(1, 14, True, id="all of it"),
        pytest.param(1, 13, True, id="the lower end"),
        pytest.param(2, 14, True, id="the upper end"),
        pytest.param(0, 14, False, id="below"),
        pytest.param(1, 15, False, id="above"),
    ],
)
def test_a_score_is_clamped_within_what_its_items_give(minimum, maximum, is_taken):
    document = put("scores/0/clamped", True)
    document["scores"][0] |= {"minimum": minimum, "maximum": maximum}
    document["scores"] = document["scores"][:1]

    if is_taken:
        assert parse_instrument(document).scores[0].is_clamped
    else:
        assert refusal_of(document).rule == "range"


def test_an_item_may_be_left_out_or_leave_its_reversal_open():
    document = put("items/0/may_be_left_out", True)
    document["items"][1]["may_be_left_out"] = True
    document["items"][1]["reversed"] = "ask_clinic"

    instrument = parse_instrument(document)

    assert [each.may_be_left_out for each in instrument.items] == [True, True, 0, 0]
    assert instrument.undirected_items == {"a2"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param("version", 1, id="lowest version"),
        pytest.param("version", 10_000, id="highest version"),
        pytest.param("recall/days", None, id="no recall"),
        pytest.param("recall/days", 1, id="a day"),
        pytest.param("recall/days", 3660, id="ten years"),
        pytest.param("recall/mark", "S0, S1, O:5, O:999, K, D, U", id="all marks"),
        pytest.param("licence/holder", "Somebody", id="a holder"),
        pytest.param("needs_option_scores", True, id="option scores"),
        pytest.param("items/0/options/0/code", "A.b-c_9", id="any printed code"),
        pytest.param("items/3/step", "0.5", id="a number with a step"),
        pytest.param("items/1/minimum", 1.0, id="a float"),
        pytest.param("items/1/minimum", Decimal("1.00"), id="a decimal"),
        pytest.param("scores/0/decimals", 4, id="four decimals"),
        pytest.param("scores/0/references/0/value", 1, id="a reference at the bottom"),
        pytest.param("scores/0/references/0/value", 14, id="a reference at the top"),
        pytest.param("scores/0/bands/0/steps/1/at_least", "1.01", id="a low bound"),
        pytest.param("scores/0/bands/0/steps/2/above", "13.99", id="a high bound"),
        pytest.param(
            "scores/0/bands/0/steps/2", {"code": "top", "at_least": 14}, id="the top"
        ),
        pytest.param("scores/2/maximum", 19, id="clamped to what is reached"),
        pytest.param("key", "x" * 40, id="a long key"),
        pytest.param("edition", "x" * 4000, id="a long text"),
    ],
)
def test_what_is_allowed(path, value):
    assert parse_instrument(put(path, value))


def step(**fields):
    return {"code": "one", **fields}


NUMBER = 'must be a number or a text like "3.33" or "1/3", got '


@pytest.mark.parametrize(
    ("path", "value", "where", "rule", "detail"),
    [
        ("key", GONE, "", "missing_field", "missing field: key."),
        ("wording", 1, "", "unknown_field", "unknown field: wording."),
        ("key", "Made up", "/key", "code", "is no code: 'Made up'."),
        ("key", "x" * 41, "/key", "code", f"is no code: '{'x' * 41}'."),
        ("key", 7, "/key", "code", "is no code: 7."),
        (
            "version",
            0,
            "/version",
            "whole_number",
            "must be a whole number from 1 to 10000, got 0.",
        ),
        (
            "version",
            10_001,
            "/version",
            "whole_number",
            "must be a whole number from 1 to 10000, got 10001.",
        ),
        (
            "version",
            True,
            "/version",
            "whole_number",
            "must be a whole number from 1 to 10000, got True.",
        ),
        (
            "version",
            "1",
            "/version",
            "whole_number",
            "must be a whole number from 1 to 10000, got '1'.",
        ),
        (
            "edition",
            "  ",
            "/edition",
            "text",
            "must be a text of 1 to 4000 characters.",
        ),
        (
            "edition",
            "x" * 4001,
            "/edition",
            "text",
            "must be a text of 1 to 4000 characters.",
        ),
        ("edition", 5, "/edition", "text", "must be a text of 1 to 4000 characters."),
        ("recall", None, "/recall", "object", "must be an object with fields."),
        ("recall/days", GONE, "/recall", "missing_field", "missing field: days."),
        (
            "recall/days",
            0,
            "/recall/days",
            "whole_number",
            "must be a whole number from 1 to 3660, got 0.",
        ),
        (
            "recall/days",
            3661,
            "/recall/days",
            "whole_number",
            "must be a whole number from 1 to 3660, got 3661.",
        ),
        (
            "recall/mark",
            "[K]",
            "/recall/mark",
            "source mark",
            "is no source mark: '[K]'.",
        ),
        ("recall/mark", "O:0", "/recall/mark", "source mark", None),
        ("licence/mark", "K,D", "/licence/mark", "source mark", None),
        (
            "licence/wording_included",
            True,
            "/licence/wording_included",
            "wording_included",
            "must be false: wording comes by a clinic's own wording file.",
        ),
        ("licence/wording_included", 0, "/licence/wording_included", None, None),
        ("licence/wording_included", GONE, "/licence", "missing_field", None),
        ("licence/holder", "", "/licence/holder", "text", None),
        ("licence/terms", "", "/licence/terms", "text", None),
        ("licence/url", "x", "/licence", "unknown_field", None),
        (
            "needs_option_scores",
            1,
            "/needs_option_scores",
            "flag",
            "must be true or false.",
        ),
        ("items", [], "/items", "list", "must be a list of 1 to 200 entries."),
        ("items", {}, "/items", "list", "must be a list of 1 to 200 entries."),
        ("items", [{}] * 201, "/items", "list", "must be a list of 1 to 200 entries."),
        ("items/1/text", "Item two", "/items/1", "unknown_field", None),
        ("items/0/text", "Item one", "/items/0", "unknown_field", None),
        ("items/0/step", 1, "/items/0", "unknown_field", None),
        ("items/1", 5, "/items/1", "object", None),
        (
            "items/1/code",
            "a1",
            "/items/1",
            "unique",
            "item code a1 is used twice.",
        ),
        ("items/1/code", "A1", "/items/1/code", "code", None),
        ("items/0/code", "0", "/items/0/code", "code", None),
        ("items/0/section", "Part 1", "/items/0/section", "code", None),
        ("items/1/section", "Part 1", "/items/1/section", "code", None),
        (
            "items/1/kind",
            "slider",
            "/items/1/kind",
            "choice",
            "must be one of options, scale, days, number, got 'slider'.",
        ),
        ("items/1/kind", ["scale"], "/items/1/kind", "choice", None),
        ("items/0/options", [], "/items/0/options", "list", None),
        ("items/0/options/1", "mid", "/items/0/options/1", "object", None),
        ("items/0/options/1/text", "Some", "/items/0/options/1", "unknown_field", None),
        (
            "items/0/options/1/code",
            "low",
            "/items/0/options/1",
            "unique",
            "option code low is used twice.",
        ),
        (
            "items/0/options/1/code",
            1,
            "/items/0/options/1/code",
            "option code",
            "is no option code: 1.",
        ),
        ("items/0/options/1/code", "x" * 21, "/items/0/options/1/code", None, None),
        (
            "items/0/options/1/score",
            "two",
            "/items/0/options/1/score",
            "number",
            f"{NUMBER}'two'.",
        ),
        (
            "items/0/options/1/score",
            None,
            "/scores/0/of/0",
            "known_part",
            "a1 is no item that gives points and no score above.",
        ),
        ("items/0/may_be_left_out", "no", "/items/0/may_be_left_out", "flag", None),
        ("items/1/may_be_left_out", "no", "/items/1/may_be_left_out", "flag", None),
        ("items/1/reversed", "yes", "/items/1/reversed", "flag", None),
        ("items/1/minimum", "x", "/items/1/minimum", "number", None),
        ("items/1/maximum", float("inf"), "/items/1/maximum", "number", None),
        (
            "items/1/maximum",
            1,
            "/items/1",
            "range",
            "minimum must be below maximum.",
        ),
        ("items/1/step", "x", "/items/1/step", "number", None),
        ("items/1/step", GONE, "/items/1", "step", "a scale needs a step."),
        (
            "items/1/step",
            0,
            "/items/1",
            "step",
            "step must be above 0 and lead from minimum to maximum.",
        ),
        ("items/1/step", -1, "/items/1", "step", None),
        ("items/1/step", 3, "/items/1", "step", None),
        (
            "items/2/step",
            2,
            "/items/2",
            "step",
            "days are whole, with step 1.",
        ),
        ("scores", [], "/scores", "list", None),
        ("scores/0", [], "/scores/0", "object", None),
        ("scores/0/mark", GONE, "/scores/0", "missing_field", "missing field: mark."),
        ("scores/0/note", "x", "/scores/0", "unknown_field", None),
        ("scores/0/code", "", "/scores/0/code", "code", None),
        (
            "scores/0/code",
            "a4",
            "/scores/0/code",
            "unique",
            "code a4 is used twice.",
        ),
        (
            "scores/1/code",
            "first",
            "/scores/1/code",
            "unique",
            "code first is used twice.",
        ),
        (
            "scores/0/role",
            "total",
            "/scores/2/role",
            "one_total",
            "an instrument has one total at most.",
        ),
        ("scores/0/role", "sum", "/scores/0/role", "choice", None),
        ("scores/0/of", "a1", "/scores/0/of", "list", None),
        ("scores/0/of/1", "A", "/scores/0/of/1", "code", None),
        (
            "scores/0/of/1",
            "a9",
            "/scores/0/of/1",
            "known_part",
            "a9 is no item that gives points and no score above.",
        ),
        ("scores/0/of/1", "second", "/scores/0/of/1", "known_part", None),
        ("scores/0/of/1", "first", "/scores/0/of/1", "known_part", None),
        ("scores/0/of/1", "a1", "/scores/0/of/1", "unique", "a1 is counted twice."),
        (
            "scores/2/of/1",
            "a3",
            "/scores/2/of",
            "one_kind_of_part",
            "must be items alone or scores alone.",
        ),
        ("scores/0/combine", "product", "/scores/0/combine", "choice", None),
        (
            "scores/0/factor",
            0,
            "/scores/0/factor",
            "factor",
            "must be above 0; reverse the items instead.",
        ),
        ("scores/0/factor", -1, "/scores/0/factor", "factor", None),
        ("scores/0/factor", "x", "/scores/0/factor", "number", None),
        (
            "scores/0/factor",
            2,
            "/scores/0",
            "range",
            "range 1 to 14 must be what the items give: 2 to 28.",
        ),
        ("scores/0/minimum", 0, "/scores/0", "range", None),
        ("scores/0/maximum", 13, "/scores/0", "range", None),
        ("scores/0/minimum", "x", "/scores/0/minimum", "number", None),
        ("scores/0/maximum", "x", "/scores/0/maximum", "number", None),
        ("scores/2/minimum", 0, "/scores/2", "range", None),
        ("scores/2/maximum", "19.1", "/scores/2", "range", None),
        ("scores/2/maximum", 1, "/scores/2", "range", None),
        ("scores/2/clamped", False, "/scores/2", "range", None),
        ("scores/2/clamped", "yes", "/scores/2/clamped", "flag", None),
        ("scores/0/mark", "X", "/scores/0/mark", "source mark", None),
        ("scores/0/min_answered_mark", "", "/scores/0/min_answered_mark", None, None),
        (
            "scores/0/min_answered",
            0,
            "/scores/0/min_answered",
            "whole_number",
            "must be a whole number from 1 to 2, got 0.",
        ),
        ("scores/0/min_answered", 3, "/scores/0/min_answered", "whole_number", None),
        ("scores/0/decimals", 5, "/scores/0/decimals", "whole_number", None),
        ("scores/0/decimals", -1, "/scores/0/decimals", "whole_number", None),
        ("scores/0/direction", "up", "/scores/0/direction", "choice", None),
        ("scores/2/loinc", "", "/scores/2/loinc", "text", None),
        ("scores/0/bands", [], "/scores/0/bands", "list", None),
        ("scores/0/bands/0", 1, "/scores/0/bands/0", "object", None),
        ("scores/0/bands/0/mark", GONE, "/scores/0/bands/0", "missing_field", None),
        ("scores/0/bands/0/code", "", "/scores/0/bands/0/code", "code", None),
        ("scores/0/bands/0/mark", "", "/scores/0/bands/0/mark", "source mark", None),
        ("scores/0/bands/0/population", "", "/scores/0/bands/0/population", None, None),
        ("scores/0/bands/0/steps", [], "/scores/0/bands/0/steps", "list", None),
        (
            "scores/0/bands/0/steps",
            [step()],
            "/scores/0/bands/0/steps",
            "steps",
            "must be two bands or more.",
        ),
        (
            "scores/0/bands/0/steps",
            [step(), step(at_least=5)],
            "/scores/0/bands/0/steps/1",
            "unique",
            "code one is used twice.",
        ),
        (
            "scores/0/bands/0/steps/0/at_least",
            5,
            "/scores/0/bands/0/steps/0",
            "bound",
            "the first band has no bound, each other has at_least or above.",
        ),
        ("scores/0/bands/0/steps/0/above", 5, "/scores/0/bands/0/steps/0", None, None),
        ("scores/0/bands/0/steps/1/above", 6, "/scores/0/bands/0/steps/1", None, None),
        (
            "scores/0/bands/0/steps/1",
            step(),
            "/scores/0/bands/0/steps/1",
            "bound",
            None,
        ),
        (
            "scores/0/bands/0/steps/1/at_least",
            "x",
            "/scores/0/bands/0/steps/1/at_least",
            "number",
            None,
        ),
        ("scores/0/bands/0/steps/1/code", 1, "/scores/0/bands/0/steps/1/code", 0, 0),
        ("scores/0/bands/0/steps/1/to", 1, "/scores/0/bands/0/steps/1", 0, 0),
        (
            "scores/0/bands/0/steps/1/at_least",
            1,
            "/scores/0/bands/0/steps/1",
            "rising",
            "bounds must rise.",
        ),
        (
            "scores/0/bands/0/steps/1",
            step(above="0.5"),
            "/scores/0/bands/0/steps/1",
            "rising",
            None,
        ),
        (
            "scores/0/bands/0/steps/2/above",
            6,
            "/scores/0/bands/0/steps/2",
            "rising",
            None,
        ),
        (
            "scores/0/bands/0/steps/2/above",
            14,
            "/scores/0/bands/0/steps/2",
            "reachable",
            "nobody reaches it: the score ends at 14.",
        ),
        (
            "scores/0/bands/0/steps/2",
            step(at_least="14.1"),
            "/scores/0/bands/0/steps/2",
            "reachable",
            None,
        ),
        (
            "scores/0/bands",
            MADE_UP["scores"][0]["bands"] * 2,
            "/scores/0/bands/1",
            "unique",
            "code level is used twice.",
        ),
        ("scores/0/thresholds", {}, "/scores/0/thresholds", "list", None),
        ("scores/0/thresholds/1", 5, "/scores/0/thresholds/1", "object", None),
        ("scores/0/thresholds/1/code", 5, "/scores/0/thresholds/1/code", "code", None),
        ("scores/0/thresholds/1/unit", "mm", "/scores/0/thresholds/1/unit", 0, 0),
        ("scores/0/thresholds/1/mark", "?", "/scores/0/thresholds/1/mark", 0, 0),
        (
            "scores/0/thresholds/1/population",
            1,
            "/scores/0/thresholds/1/population",
            0,
            0,
        ),
        ("scores/0/thresholds/1/note", 1, "/scores/0/thresholds/1", 0, 0),
        (
            "scores/0/thresholds/1/at_least",
            "x",
            "/scores/0/thresholds/1/at_least",
            "number",
            None,
        ),
        (
            "scores/0/thresholds/1/at_least",
            0,
            "/scores/0/thresholds/1/at_least",
            "threshold",
            "must be above 0: no change is never a clear change.",
        ),
        ("scores/0/thresholds/1/at_least", -1, "/scores/0/thresholds/1/at_least", 0, 0),
        (
            "scores/0/thresholds/1/code",
            "clear",
            "/scores/0/thresholds/1",
            "unique",
            "code clear is used twice.",
        ),
        ("scores/0/references", None, "/scores/0/references", "list", None),
        ("scores/0/references/0", 5, "/scores/0/references/0", "object", None),
        ("scores/0/references/0/mark", "", "/scores/0/references/0/mark", 0, 0),
        (
            "scores/0/references/0/population",
            "",
            "/scores/0/references/0/population",
            0,
            0,
        ),
        ("scores/0/references/0/value", "x", "/scores/0/references/0/value", 0, 0),
        (
            "scores/0/references/0/value",
            "0.9",
            "/scores/0/references/0/value",
            "range",
            "must lie from 1 to 14.",
        ),
        ("scores/0/references/0/value", "14.1", "/scores/0/references/0/value", 0, 0),
    ],
)
def test_what_is_refused(path, value, where, rule, detail):
    refusal = refusal_of(put(path, value))

    assert refusal.where == where
    assert refusal.rule == (rule or refusal.rule)
    assert refusal.detail == (detail or refusal.detail)


def test_all_missing_fields_are_told_at_once():
    refusal = refusal_of({"key": "x"})

    assert refusal == Refusal(
        where="",
        rule="missing_field",
        detail="missing field: edition, items, licence, recall, scores, version.",
    )


@pytest.mark.parametrize("document", [None, [], "x", 5])
def test_a_document_is_an_object(document):
    assert refusal_of(document).rule == "object"


def test_steps_lead_from_the_minimum_to_the_maximum():
    """1 and 5 are four apart: no steps of 3, though their sum is twice 3."""
    too_far = put("items/1/maximum", 5)
    too_far["items"][1] |= {"minimum": 1, "step": 3}
    # 1, 4, 7, 10 are steps of 3, though 11 is no multiple of it.
    fits = put("items/1/maximum", 10)
    fits["items"][1] |= {"minimum": 1, "step": 3}

    assert (refusal_of(too_far).where, refusal_of(too_far).rule) == ("/items/1", "step")
    # The line is taken; what is refused then is the range of a score over it.
    assert refusal_of(fits).rule == "range"
    assert refusal_of(fits).where.startswith("/scores/")


def test_half_days_are_refused():
    document = put("items/2/minimum", "0.5")
    document["items"][2]["maximum"] = "14.5"

    assert refusal_of(document).rule == "step"


@pytest.mark.parametrize(("role", "fewest"), [("subscale", 2), ("part", 1)])
def test_a_score_needs_half_its_items_unless_it_is_a_part(role, fewest):
    document = made_up()
    document["scores"] = [
        document["scores"][0]
        | {
            "role": role,
            "of": ["a1", "a2", "a3"],
            "maximum": 28,
            "min_answered": fewest,
        }
    ]

    assert parse_instrument(document).scores[0].min_answered == fewest
    document["scores"][0]["min_answered"] = fewest - 1
    assert refusal_of(document).where == "/scores/0/min_answered"


def test_the_error_tells_the_instrument_and_the_place():
    with pytest.raises(QuestionnaireDataError) as refused:
        parse_instrument(put("version", 0))

    assert str(refused.value) == (
        "Instrument 'made_up': /version must be a whole number from 1 to 10000, got 0."
    )
    assert isinstance(refused.value, ClinicalInputError)


def test_the_error_of_a_thing_that_is_no_instrument():
    with pytest.raises(QuestionnaireDataError) as refused:
        parse_instrument(5)

    assert str(refused.value) == "Instrument None: / must be an object with fields."


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, Fraction(3)),
        (0.1, Fraction(1, 10)),
        (1e-05, Fraction(1, 100_000)),
        (Decimal("2.50"), Fraction(5, 2)),
        (Decimal("1E+3"), Fraction(1000)),
        ("3.33", Fraction(333, 100)),
        ("-1/3", Fraction(-1, 3)),
        ("0.5/2", Fraction(1, 4)),
        ("999999", Fraction(999_999)),
        (True, None),
        (None, None),
        ([], None),
        (Fraction(1, 2), None),
        ("", None),
        ("1/0", None),
        ("1e3", None),
        ("1_0", None),
        ("+1", None),
        (" 1", None),
        ("1.", None),
        ("1000000", None),
        ("1.1234567", None),
        (1_000_000, None),
        (float("-inf"), None),
        (Decimal("NaN"), None),
    ],
)
def test_a_number_is_read_exactly_or_not_at_all(value, number):
    assert exact_number(value) == number


def test_the_error_tells_all_that_is_refused_with_its_place():
    refusals = [
        Refusal(where="", rule="a", detail="must be one."),
        Refusal(where="/b", rule="b", detail="must be two."),
    ]

    error = QuestionnaireDataError("Form", refusals=refusals)

    assert str(error) == "Form: / must be one. /b must be two."
    assert error.refusals == tuple(refusals)


def test_a_list_has_two_hundred_entries_at_most():
    assert read_list("/x", [1] * 200) == [1] * 200
    with pytest.raises(QuestionnaireDataError):
        read_list("/x", [1] * 201)


def test_unknown_fields_are_told_in_short():
    with pytest.raises(QuestionnaireDataError) as refused:
        read_fields("/x", {"a" * 201: 1}, required=())

    (refusal,) = refused.value.refusals
    assert refusal.detail == f"unknown field: {'a' * 200}."


@pytest.mark.parametrize(
    "value",
    ["2026-02-30", "20260302", "2026-W10-1", 20260302, None, "2026-03-02T10:00"],
)
def test_a_day_is_read_as_printed_or_refused(value):
    with pytest.raises(QuestionnaireDataError) as refused:
        read_day("/on", value)

    (refusal,) = refused.value.refusals
    assert (refusal.where, refusal.rule) == ("/on", "day")
    assert refusal.detail == f"must be a day like 2026-03-02, got {value!r}."
    assert read_day("/on", "2026-03-02") == date(2026, 3, 2)


# The shipped files.


def test_shipped_instruments_are_found_by_key_and_version():
    assert shipped_instrument("hads") is shipped_instruments()["hads", 1]
    assert shipped_instrument("hads", version=1) is shipped_instrument("hads")
    assert shipped_instruments() is shipped_instruments()


@pytest.mark.parametrize(
    ("key", "version", "told"),
    [
        ("nobody", None, "No instrument 'nobody' is shipped."),
        ("hads", 2, "No instrument 'hads' version 2 is shipped."),
    ],
)
def test_an_instrument_that_is_not_shipped_is_refused(key, version, told):
    with pytest.raises(ClinicalInputError) as refused:
        shipped_instrument(key, version=version)

    assert str(refused.value) == told


def test_the_newest_version_comes_unless_told(monkeypatch):
    versions = [parse_instrument(made_up() | {"version": each}) for each in (2, 9, 3)]
    monkeypatch.setattr(
        "apps.clinical.questionnaires.library.shipped_instruments",
        lambda: {(each.key, each.version): each for each in versions},
    )

    assert shipped_instrument("made_up").version == 9
    assert shipped_instrument("made_up", version=2).version == 2


def test_a_file_is_named_by_its_key_and_version(tmp_path):
    right, wrong = tmp_path / "made_up.3.json", tmp_path / "made_up.json"
    right.write_text(json.dumps(MADE_UP), encoding="utf-8")
    wrong.write_text(json.dumps(MADE_UP), encoding="utf-8")

    assert read_instrument_file(right) == made_up_instrument()
    with pytest.raises(QuestionnaireDataError) as refused:
        read_instrument_file(wrong)
    assert refused.value.refusals == (
        Refusal(
            where="made_up.json",
            rule="file_name",
            detail="must be named made_up.3.json.",
        ),
    )


def test_a_field_that_stands_twice_is_refused():
    with pytest.raises(QuestionnaireDataError) as refused:
        parse_document('{"a": 1, "b": {"d": 1, "c": 1, "e": 1, "d": 2, "c": 3}}')

    (refusal,) = refused.value.refusals
    assert (refusal.where, refusal.rule) == ("", "unique")
    assert refusal.detail == "fields that stand twice: c, d."


def test_what_is_not_json_is_refused():
    with pytest.raises(QuestionnaireDataError) as refused:
        parse_document('{"a": ')

    (refusal,) = refused.value.refusals
    assert (refusal.where, refusal.rule) == ("", "json")
    assert refusal.detail == "is not JSON: Expecting value: line 1 column 7 (char 6)."
    assert str(refused.value) == f"Refused: / {refusal.detail}"
    assert parse_document('{"a": [1.5]}') == {"a": [1.5]}
