"""What each shipped instrument says, against lines that were checked by hand.

`data/questionnaire_facts.txt` is edited by a person with the source beside it, never
written by a program; so no number of a data file can move unnoticed.
"""

import json
from pathlib import Path

import pytest

from apps.clinical.questionnaires.library import INSTRUMENTS, shipped_instruments
from apps.clinical.questionnaires.parsing import parse_instrument
from apps.clinical.questionnaires.refusals import QuestionnaireDataError

from .questionnaire_facts import facts

pytestmark = pytest.mark.requirement("E2")

TOLD = (Path(__file__).parent / "data/questionnaire_facts.txt").read_text("utf-8")
EXPECTED = {text.split()[0]: text.strip() for text in TOLD.split("\n\n")}
KEYS = sorted(EXPECTED)

# Words for people, which no rule reads.
WORDS = {"edition", "holder", "terms", "population"}


def document(key):
    return json.loads((INSTRUMENTS / f"{key}.1.json").read_text("utf-8"))


def test_these_instruments_are_shipped():
    names = (
        "audit bpi_sf csi ears eihtrack_symptoms fabq fiq fiqr hads pcs peg pgic pseq "
        "siras tsk11 tsk17"
    )
    assert names == " ".join(KEYS)
    assert [key for key, _ in shipped_instruments()] == KEYS
    assert {version for _, version in shipped_instruments()} == {1}


@pytest.mark.parametrize("key", KEYS)
def test_an_instrument_says_what_was_checked(key):
    assert facts(shipped_instruments()[key, 1]) == EXPECTED[key]


@pytest.mark.parametrize(
    ("key", "reversed_items"),
    [
        ("fiq", ["q2"]),
        ("hads", ["q1", "q3", "q5", "q6", "q8", "q10", "q11", "q13"]),
        ("tsk17", ["q4", "q8", "q12", "q16"]),
        *((key, []) for key in KEYS if key not in ("ears", "fiq", "hads", "tsk17")),
    ],
)
def test_the_reversed_items(key, reversed_items):
    instrument = shipped_instruments()[key, 1]

    assert [each.code for each in instrument.items if each.is_reversed] == (
        reversed_items
    )
    assert instrument.undirected_items == frozenset()


def test_only_ears_leaves_its_reversals_and_only_pgic_its_direction_open():
    instruments = shipped_instruments()

    assert instruments["ears", 1].undirected_items == {f"q{n}" for n in range(1, 7)}
    assert [key for (key, _), each in instruments.items() if each.asks_direction] == [
        "pgic"
    ]


@pytest.mark.parametrize("key", KEYS)
def test_no_file_has_wording(key):
    items = document(key)["items"]

    assert document(key)["licence"]["wording_included"] is False
    assert {name for item in items for name in item} <= {
        "code",
        "section",
        "kind",
        "options",
        "minimum",
        "maximum",
        "step",
        "reversed",
        "may_be_left_out",
    }
    own = {"pain", "fatigue", "soreness", "flare"}
    for item in items:
        assert len(item["code"]) <= 3 or item["code"] in own
        for option in item.get("options", []):
            assert set(option) == {"code", "score"}
            assert option["code"].isdigit() or item["code"] == "flare"


def spoiled(inner):
    """Change each value and remove each entry, one at a time, and tell where.

    The document is changed in place while its holder looks, and mended after.
    """
    if isinstance(inner, dict):
        entries = [(name, each) for name, each in inner.items() if name not in WORDS]
    else:
        entries = list(enumerate(inner))
        for index, each in entries:
            del inner[index]
            yield f"{index} removed"
            inner.insert(index, each)
    for place, each in entries:
        if isinstance(each, dict | list):
            for where in spoiled(each):
                yield f"{place}/{where}"
        else:
            inner[place] = other = changed(each)
            yield f"{place} changed to {other!r}"
            inner[place] = each


def changed(value):
    """Return another value that a slip of the pen could leave."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return 1
    if value.replace(".", "").isdigit():
        return f"{value}1" if "." in value else f"{value}.1"
    return {"mean": "sum", "sum": "mean"}.get(value, f"{value}1")


def is_noticed(spoiled_document, key):
    try:
        return facts(parse_instrument(spoiled_document)) != EXPECTED[key]
    except QuestionnaireDataError:
        return True


@pytest.mark.parametrize("key", KEYS)
def test_any_change_of_a_file_is_noticed(key):
    whole = document(key)

    unnoticed = [where for where in spoiled(whole) if not is_noticed(whole, key)]

    assert unnoticed == []
    assert not is_noticed(whole, key)


def test_a_spoiled_file_is_told_by_its_place():
    whole = document("peg")

    tried = list(spoiled(whole))

    assert "items/2 removed" in tried
    assert "scores/0/thresholds/0/at_least changed to 31" in tried
    assert "scores/0/of/1 changed to 'q21'" in tried
    assert len(tried) > 40
    assert whole == document("peg")
