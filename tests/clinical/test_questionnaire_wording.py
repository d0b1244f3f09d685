"""A clinic's wording file: its shape, and what is refused.

All words here are invented.
"""

from datetime import date
from fractions import Fraction

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.questionnaires.answers import ClinicSettings
from apps.clinical.questionnaires.instrument import Direction
from apps.clinical.questionnaires.library import shipped_instrument
from apps.clinical.questionnaires.parsing import parse_instrument
from apps.clinical.questionnaires.refusals import QuestionnaireDataError, Refusal
from apps.clinical.questionnaires.wording import parse_wording
from apps.clinical.questionnaires.wording_items import ItemWording

from .questionnaire_builders import made_up, made_up_instrument, numbered, scored

pytestmark = pytest.mark.requirement("E2")


def words(key, *, instrument=None, with_scores=False, **fields):
    """Return a whole file of invented words for an instrument."""
    instrument = instrument or shipped_instrument(key)
    items = {}
    for item in instrument.items:
        items[item.code] = {"text": f"Item {item.code}"}
        if item.options:
            items[item.code]["options"] = {
                option.code: {"text": f"Option {option.code}"}
                | ({"score": int(option.score)} if with_scores else {})
                for option in item.options
            }
    return {
        "instrument": key,
        "instrument_version": instrument.version,
        "language": "sv",
        "version": "2.0",
        "licence_statement": "We hold an invented licence.",
        "licensed_on": "2026-03-02",
        "items": items,
    } | fields


def refusals_of(document, **options):
    with pytest.raises(QuestionnaireDataError) as refused:
        parse_wording(document, **options)
    return refused.value.refusals


def rules_of(document, **options):
    return [(each.where, each.rule) for each in refusals_of(document, **options)]


def test_a_wording_carries_its_words_and_its_licence():
    document = words("peg")
    document["items"]["q1"]["anchors"] = {"0": "Least", "10": "Most"}

    wording = parse_wording(document)

    assert (wording.instrument_key, wording.instrument_version) == ("peg", 1)
    assert (wording.language, wording.version) == ("sv", "2.0")
    assert wording.licence_statement == "We hold an invented licence."
    assert wording.licensed_on == date(2026, 3, 2)
    assert wording.items["q1"] == ItemWording(
        text="Item q1",
        options={},
        anchors={"0": "Least", "10": "Most"},
        option_scores={},
    )
    assert list(wording.items) == ["q1", "q2", "q3"]
    assert (wording.reversed_items, wording.direction) == (None, None)
    assert wording.differing_items == ()
    assert wording.clinic_settings() == ClinicSettings()


def test_options_have_words_too():
    wording = parse_wording(words("audit"))

    assert wording.items["q9"].options == {
        "0": "Option 0",
        "2": "Option 2",
        "4": "Option 4",
    }
    assert wording.items["q9"].text == "Item q9"
    assert wording.items["q9"].anchors == {}
    assert wording.differing_items == ()


@pytest.mark.parametrize("language", ["sv", "zh-Hans", "pt-BR", "zh-Hant-TW", "gsw"])
def test_languages(language):
    assert parse_wording(words("peg", language=language)).language == language


@pytest.mark.parametrize(
    ("field", "value", "where", "rule"),
    [
        ("language", "Swedish", "/language", "language tag"),
        ("language", "sv_SE", "/language", "language tag"),
        ("version", "", "/version", "text"),
        ("version", 2.0, "/version", "text"),
        ("licensed_on", None, "/licensed_on", "day"),
        ("licensed_on", "2 March", "/licensed_on", "day"),
        ("licence_statement", None, "/licence_statement", "licence_statement"),
        ("licence_statement", " ", "/licence_statement", "licence_statement"),
        ("licence_statement", True, "/licence_statement", "licence_statement"),
        ("licence_statement", "x" * 4001, "/licence_statement", "text"),
        ("instrument", "PEG", "/instrument", "code"),
        ("instrument_version", 0, "/instrument_version", "whole_number"),
        ("instrument_version", 10_001, "/instrument_version", "whole_number"),
        ("items", [], "/items", "object"),
        ("reversed_items", [], "/reversed_items", "settled"),
        ("direction", "higher_worse", "/direction", "settled"),
        ("notes", "x", "", "unknown_field"),
    ],
)
def test_a_field_that_cannot_be_is_refused(field, value, where, rule):
    assert rules_of(words("peg") | {field: value}) == [(where, rule)]


def test_a_licence_statement_must_be_there():
    document = words("peg")
    del document["licence_statement"]

    assert refusals_of(document) == (
        Refusal(
            where="/licence_statement",
            rule="licence_statement",
            detail="must say by what right the clinic uses these words.",
        ),
    )


@pytest.mark.parametrize(
    "field", ["instrument", "instrument_version", "language", "version", "items"]
)
def test_a_field_must_be_there(field):
    document = words("peg")
    del document[field]

    (refusal,) = refusals_of(document)

    assert (refusal.where, refusal.rule) == ("", "missing_field")
    assert refusal.detail == f"missing field: {field}."


@pytest.mark.parametrize("document", [None, "x", []])
def test_a_wording_is_an_object(document):
    assert rules_of(document) == [("", "object")]


def test_everything_that_is_wrong_is_told_at_once():
    document = words("peg", language="?", licence_statement="", version="")
    del document["licensed_on"]
    del document["items"]["q2"]
    document["items"]["q3"] = {"text": ""}

    assert rules_of(document) == [
        ("/items/q2", "missing_item"),
        ("/items/q3/text", "text"),
        ("/language", "language tag"),
        ("/version", "text"),
        ("/licence_statement", "licence_statement"),
        ("/licensed_on", "day"),
    ]


def test_the_error_tells_the_instrument():
    document = words("peg")
    document["items"]["q2"] = None

    with pytest.raises(QuestionnaireDataError) as refused:
        parse_wording(document)

    assert str(refused.value) == "Wording of peg: /items/q2 has no wording."


def test_unknown_items_are_told():
    document = words("peg")
    document["items"]["q9"] = {"text": "Item nine"}

    (refusal,) = refusals_of(document)

    assert (refusal.where, refusal.rule) == ("/items", "unknown_field")
    assert refusal.detail == "unknown field: q9."


@pytest.mark.parametrize(
    ("item", "where", "rule"),
    [
        (5, "/items/q1", "object"),
        ({}, "/items/q1", "missing_field"),
        ({"text": 5}, "/items/q1/text", "text"),
        ({"text": "Item one", "options": {}}, "/items/q1", "unknown_field"),
        ({"text": "Item one", "anchors": []}, "/items/q1/anchors", "object"),
        ({"text": "Item one", "anchors": {"x": "y"}}, "/items/q1/anchors", "anchor"),
        ({"text": "Item one", "anchors": {"11": "y"}}, "/items/q1/anchors", "anchor"),
        ({"text": "Item one", "anchors": {"-1": "y"}}, "/items/q1/anchors", "anchor"),
        ({"text": "Item one", "anchors": {"5": ""}}, "/items/q1/anchors/5", "text"),
    ],
)
def test_a_line_that_cannot_be_is_refused(item, where, rule):
    document = words("peg")
    document["items"]["q1"] = item

    assert rules_of(document) == [(where, rule)]


def test_anchors_that_are_no_object_are_told():
    document = words("peg")
    document["items"]["q1"]["anchors"] = []

    assert refusals_of(document)[0].detail == "must be an object with fields."


def test_an_anchor_off_the_line_is_told():
    document = words("peg")
    document["items"]["q1"]["anchors"] = {"11": "Beyond"}

    assert refusals_of(document)[0].detail == "'11' is no number of this item's line."


@pytest.mark.parametrize(
    ("options", "where", "rule"),
    [
        ([], "/items/q9/options", "object"),
        ({"0": {"text": "a"}, "2": {"text": "b"}}, "/items/q9/options", 0),
        (
            {each: {"text": "a"} for each in ("0", "1", "2", "4")},
            "/items/q9/options",
            "unknown_field",
        ),
        (
            {"0": {"text": "a"}, "2": "b", "4": {"text": "c"}},
            "/items/q9/options/2",
            "object",
        ),
        (
            {"0": {"text": "a"}, "2": {"text": ""}, "4": {"text": "c"}},
            "/items/q9/options/2/text",
            "text",
        ),
        (
            {"0": {"text": "a"}, "2": {"text": "b", "x": 1}, "4": {"text": "c"}},
            "/items/q9/options/2",
            "unknown_field",
        ),
        (
            {"0": {"text": "a"}, "2": {"text": "b", "score": "x"}, "4": {"text": "c"}},
            "/items/q9/options/2/score",
            "number",
        ),
        (
            {"0": {"text": "a"}, "2": {"text": "b", "score": 1}, "4": {"text": "c"}},
            "/items/q9/options",
            "option_scores",
        ),
    ],
)
def test_options_that_cannot_be_are_refused(options, where, rule):
    document = words("audit")
    document["items"]["q9"]["options"] = options

    (refusal,) = refusals_of(document)

    assert (refusal.where, refusal.rule) == (where, rule or "missing_field")


def test_an_item_with_options_needs_their_words():
    document = words("audit")
    document["items"]["q1"] = {"text": "Item one"}
    document["items"]["q2"]["text"] = " "
    document["items"]["q3"]["anchors"] = {}

    assert rules_of(document) == [
        ("/items/q1", "missing_field"),
        ("/items/q2/text", "text"),
        ("/items/q3", "unknown_field"),
    ]


def test_scores_of_options_may_stand_there_when_they_are_the_instruments():
    wording = parse_wording(words("audit", with_scores=True))

    assert wording.clinic_settings() == ClinicSettings()


def test_other_scores_are_told():
    document = words("audit", with_scores=True)
    document["items"]["q9"]["options"]["2"]["score"] = 4

    assert refusals_of(document) == (
        Refusal(
            where="/items/q9/options",
            rule="option_scores",
            detail="must have the instrument's scores, or none.",
        ),
    )


# The form whose option scores a clinic must confirm for its language.


def test_hads_needs_the_score_of_each_option():
    missing = words("hads")

    refusals = refusals_of(missing)

    assert len(refusals) == 14
    assert (refusals[0].where, refusals[0].rule) == (
        "/items/q1/options/0",
        "missing_field",
    )
    assert refusals[0].detail == "missing field: score."


def test_hads_scores_of_the_clinic_are_used():
    document = words("hads", with_scores=True)
    turned = document["items"]["q1"]["options"]
    for code, score in zip("0123", (0, 1, 2, 3), strict=True):
        turned[code]["score"] = score

    wording = parse_wording(document)

    answers = numbered("0 " * 14)
    settings = wording.clinic_settings()
    assert wording.differing_items == ("q1",)
    assert settings.option_scores["q1"] == {"0": 0, "1": 1, "2": 2, "3": 3}
    assert len(settings.option_scores) == 14
    # Items 1, 3, 5, 11 and 13 give 3 for the first option; here 1 gives none.
    assert scored("hads", answers).score("anxiety").value == 15
    assert scored("hads", answers, settings=settings).score("anxiety").value == 12


def test_hads_as_printed_differs_nowhere():
    wording = parse_wording(words("hads", with_scores=True))

    assert wording.differing_items == ()
    assert wording.items["q1"].option_scores == {
        "0": Fraction(3),
        "1": Fraction(2),
        "2": Fraction(1),
        "3": Fraction(0),
    }


@pytest.mark.parametrize("score", [1, 4])
def test_hads_scores_must_be_its_own_in_some_order(score):
    document = words("hads", with_scores=True)
    document["items"]["q1"]["options"]["0"]["score"] = score

    assert refusals_of(document) == (
        Refusal(
            where="/items/q1/options",
            rule="option_scores",
            detail="must have each of the instrument's scores as often as it has.",
        ),
    )


# The form whose reversals only the clinic knows.


@pytest.mark.requirement("G1")
@pytest.mark.parametrize(
    ("codes", "total"), [([], 6), (["q6", "q1"], 6), (["q2"], 10), (["q2", "q2"], 10)]
)
def test_ears_scores_by_the_reversals_of_the_file(codes, total):
    wording = parse_wording(words("ears", reversed_items=codes))

    result = scored("ears", numbered("4 0 0 0 2 0"), settings=wording.clinic_settings())

    assert wording.reversed_items == frozenset(codes)
    assert result.total.value == (total if "q6" not in codes else 6)


@pytest.mark.parametrize(
    ("codes", "rule", "detail"),
    [
        (
            None,
            "reversed_items",
            "must list the items that the clinic's form reverses, [] for none.",
        ),
        (
            ["q9", "q1", "q8"],
            "reversed_items",
            "not for the clinic to reverse: q8, q9.",
        ),
        ("q1", "list", "must be a list of 1 to 200 entries."),
        ([1], "code", "is no code: 1."),
        (False, "list", "must be a list of 1 to 200 entries."),
        (0, "list", "must be a list of 1 to 200 entries."),
    ],
)
def test_reversals_that_cannot_be_are_refused(codes, rule, detail):
    assert refusals_of(words("ears", reversed_items=codes)) == (
        Refusal(where="/reversed_items", rule=rule, detail=detail),
    )


# The form whose direction only the clinic knows.


@pytest.mark.parametrize("direction", [Direction.HIGHER_WORSE, Direction.HIGHER_BETTER])
def test_pgic_takes_the_direction_of_the_file(direction):
    wording = parse_wording(words("pgic", direction=str(direction)))

    settings = wording.clinic_settings()
    assert wording.direction == direction
    assert scored("pgic", {"q1": 2}, settings=settings).total.direction == direction


@pytest.mark.parametrize(
    ("direction", "rule"),
    [(None, "choice"), ("up", "choice"), ("ask_clinic", "direction")],
)
def test_pgic_needs_a_direction(direction, rule):
    assert rules_of(words("pgic", direction=direction)) == [("/direction", rule)]


def test_an_open_direction_is_told():
    (refusal,) = refusals_of(words("pgic", direction="ask_clinic"))

    assert refusal.detail == "must say what a higher score means on the clinic's form."


def test_what_the_instrument_settles_is_told():
    first, second = refusals_of(
        words("peg", direction="higher_worse", reversed_items=["q1"])
    )

    assert first.where == "/reversed_items"
    assert second.detail == "is settled by the instrument; leave it out."


# A clinic's own instrument.


@pytest.mark.requirement("E4")
def test_a_clinics_own_instrument_has_a_wording_too():
    instrument = made_up_instrument()
    document = words("made_up", instrument=instrument, direction="higher_better")

    assert parse_wording(document, instrument=instrument).instrument_version == 3


def test_a_wording_of_another_version_is_refused():
    other = parse_instrument(made_up() | {"version": 4})
    document = words("made_up", instrument=made_up_instrument())

    assert refusals_of(document, instrument=other) == (
        Refusal(
            where="/instrument",
            rule="instrument",
            detail="must be made_up version 4, got made_up version 3.",
        ),
    )


@pytest.mark.parametrize(("key", "version"), [("nobody", 1), ("peg", 2)])
def test_a_wording_of_nothing_that_is_shipped_is_refused(key, version):
    document = words("peg") | {"instrument": key, "instrument_version": version}

    with pytest.raises(ClinicalInputError) as refused:
        parse_wording(document)

    assert str(refused.value) == f"No instrument {key!r} version {version} is shipped."
