"""Shipped templates and the catalogue are what a person has checked, value by value.

`data/template_facts.txt` is edited by a person with the source beside it, never
generated: a changed number in a data file must be noticed by somebody.
"""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from .template_facts import documents, facts

pytestmark = pytest.mark.requirement("B2")
TOLD = (Path(__file__).parent / "data/template_facts.txt").read_text("utf-8")
EXPECTED = {
    name: lines.strip("\n") + "\n"
    for name, _, lines in (
        part.partition("\n") for part in ("\n" + TOLD).split("\n= ")[1:]
    )
}
DOCUMENTS = documents()


def spoiled(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield the document with one value changed, and where, for each value."""
    for place in _places(document):
        copy = deepcopy(document)
        inner = copy
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = _other(inner[place[-1]])
        yield "/".join(map(str, place)), copy


def _places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _places(one, (*above, name))
    elif isinstance(value, list) and value:
        for place, one in enumerate(value):
            yield from _places(one, (*above, place))
    else:
        yield above


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return "other" if value in (None, []) else f"{value}x"


def test_each_shipped_document_is_told_and_no_other():
    assert set(EXPECTED) == set(DOCUMENTS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_value_is_the_one_that_was_checked(name):
    assert facts(DOCUMENTS[name]) == EXPECTED[name]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_value_can_change_without_being_noticed(name):
    changes = list(spoiled(DOCUMENTS[name]))

    assert len(changes) > 30
    unnoticed = [place for place, one in changes if facts(one) == EXPECTED[name]]
    assert unnoticed == []
