"""The marked constants of the clinical core, read from its source.

A mark stands in a comment beside a constant, or above it: then it belongs to all
constants up to the next empty line. The value is taken from the imported module.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "apps/clinical"
ONE = r"(?:S0|S1|K|D|U|O:\d+[a-z]?)"
MARK = re.compile(rf"\[({ONE}(?:, {ONE})*)\]")


@dataclass(frozen=True)
class Constant:
    """One value that somebody answers for.

    `key` is the module and the name, such as "units.KG_STEP"; `marks` come as
    written, without doubles.
    """

    key: str
    module: str
    value: Any
    marks: tuple[str, ...]


def modules() -> tuple[str, ...]:
    """Return the modules of the clinical core, such as "flare.policy"."""
    found = (path.relative_to(RULES).with_suffix("") for path in RULES.rglob("*.py"))
    return tuple(sorted(".".join(one.parts) for one in found if one.name != "__init__"))


def marked_constants() -> dict[str, Constant]:
    """Return each public constant and field of a policy that bears a mark, by key."""
    return {
        constant.key: constant
        for module in modules()
        for constant in _constants_of(module)
    }


def _constants_of(module: str) -> Iterator[Constant]:
    path = RULES.joinpath(*module.split(".")).with_suffix(".py")
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    loaded = importlib.import_module(f"apps.clinical.{module}")
    tree = ast.parse(source)
    for owner, body in _bodies(tree, loaded):
        for statement in body:
            name = _name(statement)
            marks = _marks(lines, statement.lineno) if name else ()
            if name and marks and hasattr(owner, name):
                value = getattr(owner, name)
                yield Constant(f"{module}.{name}", module, value, marks)


def _bodies(tree: ast.Module, loaded: Any) -> Iterator[tuple[Any, list[ast.stmt]]]:
    """Return the module and each class whose fields all have a default."""
    yield loaded, tree.body
    for one in tree.body:
        if isinstance(one, ast.ClassDef):
            yield _defaults(getattr(loaded, one.name)), one.body


def _defaults(owner: Any) -> Any:
    """Return an object made of defaults alone, or the class where there are none."""
    try:
        return owner()
    except TypeError:
        return None


def _name(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        name = statement.target.id
    elif isinstance(statement, ast.Assign) and isinstance(
        statement.targets[0], ast.Name
    ):
        name = statement.targets[0].id
    else:
        return None
    return None if name.startswith("_") else name


def _marks(lines: list[str], number: int) -> tuple[str, ...]:
    own = _found([lines[number - 1].partition("#")[2]])
    return tuple(dict.fromkeys(own or _marks_above(lines[: number - 1])))


def _marks_above(lines: list[str]) -> list[str]:
    """Return the marks of the nearest comment above that still holds here.

    It no longer does below an empty line, or below a line with a mark of its own.
    """
    block: list[str] = []
    for line in reversed(lines):
        if line.startswith("#"):
            block.insert(0, line)
        elif block or not line.strip() or _found([line.partition("#")[2]]):
            break
    return _found(block)


def _found(comments: list[str]) -> list[str]:
    groups = MARK.findall(" ".join(comments))
    return [mark for group in groups for mark in group.split(", ")]
