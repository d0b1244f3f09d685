"""The page that clinicians read is that of the code, whole, and without code."""

import re
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from docs.clinical import generate
from docs.clinical.constants import marked_constants, modules
from docs.clinical.filling import FILLINGS
from docs.clinical.generate import PAGE, PageError, chapters, filled, left_out, page
from docs.clinical.shown import number, shown_value, span, wrapped

ROOT = Path(__file__).resolve().parents[2]


def told():
    return PAGE.read_text(encoding="utf-8")


def test_the_page_is_what_the_core_gives_now():
    assert told() == page(), "The clinical rules have changed: run `make rules`."


def test_every_module_of_the_core_has_its_chapter_or_a_reason():
    in_chapters = [module for chapter in chapters() for module in chapter.modules]

    assert len(in_chapters) == len(set(in_chapters))
    without = set(modules()) - set(in_chapters)
    assert without == {"errors"}
    assert without <= left_out().keys()
    assert set(in_chapters) <= set(modules())


def test_every_marked_constant_is_told_with_its_marks():
    lines = told().splitlines()
    words = generate.words()

    for key, constant in marked_constants().items():
        if key in left_out():
            continue
        marks = " ".join(f"[{mark}]" for mark in constant.marks)
        value = shown_value(key, constant.value)
        assert f"| {words[key]} | {value} | {marks} |" in lines, key


def test_no_two_constants_of_a_chapter_have_the_same_words():
    words = generate.words()

    for chapter in chapters():
        own = [
            text
            for key, text in words.items()
            if key.rpartition(".")[0] in chapter.modules
        ]
        assert len(set(own)) == len(own), chapter.name


def test_marks_stand_at_the_constants_that_the_source_gives_them():
    constants = marked_constants()

    assert constants["units.KG_PER_LB"].marks == ("K",)
    assert constants["flare.policy.variation_prior_mm"].marks == ("O:32", "O:33")
    assert constants["adherence.figures.INTERRUPTED_FROM_MISSES"].marks == (
        "O:73",
        "O:74",
    )
    # A comment above holds for all constants below it, up to an empty line ...
    assert constants["pain_tests.cpm.NRS_MAX"].marks == ("D",)
    # ... but not below a constant with a mark of its own.
    assert "pain_tests.order.METHOD" not in constants
    assert "adherence.inputs.DAYS_A_WEEK" not in constants


def test_each_chapter_says_what_it_is_for_its_example_version_and_tests():
    assert {chapter.name for chapter in chapters()} == FILLINGS.keys()
    parts = told().split("\n## ")[1:-1]

    assert len(parts) == len(chapters())
    for part in parts:
        for sign in ("**What it is for.**", "**Version.**", "**Proved by**", "xample."):
            assert sign in part, part.splitlines()[0]


def test_each_test_of_the_core_stands_at_one_chapter():
    named = [
        f"tests/{chapter.tests_in}/{name}"
        for chapter in chapters()
        for name in chapter.tests
    ]

    there = [
        path.relative_to(ROOT).as_posix()
        for folder in ("clinical", "studies")
        for path in (ROOT / "tests" / folder).glob("test_*.py")
    ]
    assert sorted(named) == sorted(there)
    assert all(f"`{name}`" in told() for name in named)


def test_the_page_holds_no_code():
    words = re.sub(r"`tests/\w+/test_\w+\.py`", "", told())

    assert re.findall(r"[A-Za-z]\w*_\w+", words) == []
    assert re.findall(r"<[A-Z]\w+|\bNone\b|Decimal\(|Fraction\(|\{|\}", words) == []
    assert set(re.findall(r"`[^`]+`", words)) == {"`make rules`", "`CHANGELOG.md`"}


def test_no_number_of_a_rule_is_typed_into_the_words():
    # The ends of a number of 0-10, per cent, and a paper's year, volume and page.
    usual = {"10", "100", "1927", "22", "209"}

    for chapter in chapters():
        words = re.sub(r"\{\{[^}]+\}\}|\[[A-Z]:?\d*\]|\b[A-Z]+\d+\b", "", chapter.text)
        assert set(re.findall(r"\d+(?:\.\d+|\d)", words)) <= usual, chapter.name


def test_filled_refuses_a_blank_without_a_value_and_a_value_without_a_blank():
    assert filled("{{a}} and {{a}}", {"a": "1"}, where="x") == "1 and 1"
    with pytest.raises(PageError, match=r"x: no value for b\."):
        filled("{{a}} {{b}}", {"a": "1"}, where="x")
    with pytest.raises(PageError, match=r"x: nobody asks for b\."):
        filled("{{a}}", {"a": "1", "b": "2"}, where="x")


@pytest.mark.parametrize("change", ["add", "remove"])
def test_page_refuses_words_that_do_not_fit_the_constants(monkeypatch, change):
    words = generate.words()
    if change == "add":
        words["units.NOT_THERE"] = "Something"
    else:
        del words["units.KG_STEP"]
    monkeypatch.setattr(generate, "words", lambda: words)

    with pytest.raises(PageError, match=r"^words: .*units\.(NOT_THERE|KG_STEP)\.$"):
        page()


def test_values_are_shown_as_people_write_them():
    assert shown_value("a.LOAD_KG", Decimal("2.50")) == "2.5 kg"
    assert shown_value("a.GREEN_FROM_RATIO", Fraction(4, 5)) == "80 %"
    assert shown_value("a.AFTER", timedelta(hours=12)) == "12 h"
    assert span(timedelta(days=14)) == "14 days"
    assert span(timedelta(minutes=90)) == "90 min"
    assert number(1e-9) == "0.000000001"
    assert number(Decimal("293.75"), decimals=1) == "293.8"
    assert wrapped("a\nb\n\n| c |\n| d |\ne") == "a b\n\n| c |\n| d |\n\ne"
