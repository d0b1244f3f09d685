"""What remarks say: keys, wholeness, and the numbers in them."""

import string

import pytest

from apps.clinical.pain_tests.numbers import shown
from apps.clinical.pain_tests.remarks import TEMPLATES, Measure, remark

pytestmark = pytest.mark.requirement("K1")


def test_every_text_belongs_to_a_measure():
    assert {key.split(".")[0] for key in TEMPLATES} == set(Measure)


@pytest.mark.parametrize("key", TEMPLATES)
def test_every_text_says_the_rule_and_what_to_do(key):
    text = TEMPLATES[key]

    assert text[0] != " "
    assert text.endswith(".")
    assert text.count(". ") >= 1
    assert "  " not in text


def test_a_remark_carries_its_values_beside_its_text():
    one = remark(
        Measure.MVC, "trials_missing", where="x", params={"present": 1, "trials": 3}
    )

    assert (one.measure, one.where) == (Measure.MVC, "x")
    assert one.key == "mvc_n.trials_missing"
    assert one.params == {"present": 1, "trials": 3}
    assert one.reason.startswith("1 of 3 trials have a force.")


def test_no_text_has_a_nameless_place():
    fields = [
        field
        for text in TEMPLATES.values()
        for _, field, _, _ in string.Formatter().parse(text)
        if field is not None
    ]

    assert fields
    assert all(field.isidentifier() for field in fields)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (100, 0, "100"),
        (2.5, 0, "3"),
        (29.94, 1, "29.9"),
        (29.95, 1, "30"),
        (120.25, 1, "120.3"),
        (0, 1, "0"),
        (1000.0, 1, "1000"),
    ],
)
def test_numbers_are_rounded_half_up_without_needless_zeros(value, decimals, text):
    assert shown(value, decimals=decimals) == text


def test_numbers_are_whole_unless_told():
    assert shown(2.4) == "2"
