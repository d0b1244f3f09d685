"""Every requirement that the product claims is proved by a test."""

import ast
import functools
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
LIST = TESTS.parent / "docs/requirements.txt"
BEGUN = "# begun:"


def claimed() -> list[str]:
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith("#")]


def begun() -> list[str]:
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [line.split()[2] for line in lines if line.startswith(BEGUN)]


@functools.cache
def marked() -> dict[str, list[str]]:
    """Return the tests that prove each requirement, by its id."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "pytest.mark.requirement"
            ):
                for argument in node.args:
                    found.setdefault(ast.literal_eval(argument), []).append(path.name)
    return found


def test_every_claimed_requirement_has_a_test():
    assert [each for each in claimed() if each not in marked()] == []


def test_no_test_proves_what_is_neither_claimed_nor_begun():
    assert sorted(set(marked()) - set(claimed()) - set(begun())) == []


def test_what_is_begun_has_tests_and_is_not_claimed():
    assert [each for each in begun() if each not in marked()] == []
    assert set(begun()) & set(claimed()) == set()


def test_the_list_names_each_requirement_once_in_order():
    ids = claimed()

    assert ids == sorted(set(ids), key=lambda each: (each[0], int(each[1:])))
