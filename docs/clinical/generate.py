"""Write ``docs/clinical/rules.md``: every clinical rule, for people who do not code.

The words stand in ``chapters``, ``words.toml`` and ``sources.toml``; every number comes
from the core at the moment of writing. What is left blank, or is not used, stops it.
"""

import re
import tomllib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .constants import Constant, marked_constants
from .filling import FILLINGS
from .shown import shown_value, table, wrapped

HERE = Path(__file__).parent
PAGE = HERE / "rules.md"
CHAPTERS = HERE / "chapters"
PLACEHOLDER = re.compile(r"\{\{([A-Za-z0-9_.]+)\}\}")
BY_ITSELF = "No version of its own: a change of this rule is told in `CHANGELOG.md`."


class PageError(Exception):
    """The words and the core do not fit together."""


@dataclass(frozen=True)
class Chapter:
    """One chapter as written: its modules, its tests, and words with blanks."""

    name: str
    modules: tuple[str, ...]
    tests_in: str
    tests: tuple[str, ...]
    text: str


def chapters() -> tuple[Chapter, ...]:
    """Return the chapters in the order of their files."""
    return tuple(_chapter(path) for path in sorted(CHAPTERS.glob("*.md")))


def words() -> dict[str, str]:
    """Return what each constant is, by key."""
    return _toml("words.toml")["words"]


def left_out() -> dict[str, str]:
    """Return the constants and modules that no chapter tells, with the reason."""
    told = _toml("words.toml")
    return told["left_out"] | told["left_out_modules"]


def page() -> str:
    """Return the whole page.

    Raises:
        PageError: A blank without a value, a value without a blank, a constant
            without words or words without a constant, or a mark without a source.
    """
    constants = marked_constants()
    told = words().keys() | _toml("words.toml")["left_out"].keys()
    _require_same("words", told, told_of=constants.keys())
    parts = [_filled(chapter, constants=constants) for chapter in chapters()]
    body = "\n".join(parts)
    return f"{_introduction()}\n{body}\n{_sources(body)}"


def filled(text: str, values: Mapping[str, str], *, where: str) -> str:
    """Return the text with each blank filled, every value used.

    Raises:
        PageError: A blank without a value, or a value without a blank.
    """
    blanks = set(PLACEHOLDER.findall(text))
    if unknown := sorted(blanks - values.keys()):
        raise PageError(f"{where}: no value for {', '.join(unknown)}.")
    if unused := sorted(values.keys() - blanks):
        raise PageError(f"{where}: nobody asks for {', '.join(unused)}.")
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _filled(chapter: Chapter, *, constants: Mapping[str, Constant]) -> str:
    values = dict(FILLINGS[chapter.name]())
    version = values.pop("version", BY_ITSELF)
    asked = PLACEHOLDER.findall(chapter.text)
    keys = {one.removeprefix("constant.") for one in asked} & constants.keys()
    used = {f"constant.{key}": _told(constants[key]) for key in keys}
    text = wrapped(filled(chapter.text, values | used, where=chapter.name))
    tests = ", ".join(f"`tests/{chapter.tests_in}/{name}`" for name in chapter.tests)
    ends = wrapped(f"**Version.** {version}\n\n**Proved by** {tests}.")
    numbers = _numbers(chapter, constants=constants)
    return f"{text}\n\n{numbers}{ends}\n"


def _told(constant: Constant) -> str:
    return shown_value(constant.key, constant.value)


def _numbers(chapter: Chapter, *, constants: Mapping[str, Constant]) -> str:
    rows = [
        (words()[key], _told(one), _marks(one.marks))
        for module in chapter.modules
        for key, one in constants.items()
        if one.module == module and key not in left_out()
    ]
    if not rows:
        return ""
    return f"**Numbers.**\n\n{table(('what', 'value', 'mark'), rows)}\n"


def _marks(marks: tuple[str, ...]) -> str:
    return " ".join(f"[{mark}]" for mark in marks)


def _chapter(path: Path) -> Chapter:
    _, head, text = path.read_text(encoding="utf-8").split("+++\n", 2)
    told = tomllib.loads(head)
    return Chapter(
        name=path.stem.partition("-")[2],
        modules=tuple(told["modules"]),
        tests_in=told.get("tests_in", "clinical"),
        tests=tuple(told["tests"]),
        text=text.lstrip(),
    )


def _introduction() -> str:
    return (HERE / "introduction.md").read_text(encoding="utf-8")


def _sources(body: str) -> str:
    known = _toml("sources.toml")["sources"]
    used = set(re.findall(r"(?:O:\d+[a-z]?|S[01])\b", body))
    _require_same("sources", known.keys(), told_of=used)
    rows = [(f"[{mark}]", known[mark]) for mark in sorted(used, key=_order)]
    return f"## Sources\n\n{table(('mark', 'source'), rows)}"


def _order(mark: str) -> tuple[bool, int, str]:
    return mark.startswith("O"), int(re.sub(r"\D", "", mark)), mark


def _require_same(
    what: str, known: AbstractSet[str], *, told_of: AbstractSet[str]
) -> None:
    if missing := sorted(told_of - known):
        raise PageError(f"{what}: nothing for {', '.join(missing)}.")
    if unused := sorted(known - told_of):
        raise PageError(f"{what}: nobody asks for {', '.join(unused)}.")


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
