"""Shipped templates and the catalogue in a form to check line by line."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "apps/programmes/templates_data"
CATALOGUE = ROOT / "apps/exercises/catalogue/shared.json"


def documents() -> dict[str, dict[str, Any]]:
    """Return every shipped document by the name under which it is told."""
    found = {
        path.name.removesuffix(".json"): json.loads(path.read_text("utf-8"))
        for path in sorted(TEMPLATES.glob("*.json"))
    }
    return found | {"catalogue": json.loads(CATALOGUE.read_text("utf-8"))}


def facts(document: Mapping[str, Any]) -> str:
    """Return one line a fact; what belongs together stands in one line."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{name}: {_told(one)}" for one in value]
        else:
            lines.append(f"{name}: {_told(value)}")
    return lines


def _told(value: Any) -> str:
    if isinstance(value, dict):
        marks = value.get("marks", {})
        parts = [
            f"{name} {_told(one)}{_mark(marks, name)}"
            for name, one in value.items()
            if name != "marks"
        ]
        # A mark of something that is not there is a fact too.
        loose = [f"{name}{_mark(marks, name)}" for name in marks if name not in value]
        return "; ".join(parts + loose) or "nothing"
    if isinstance(value, list):
        if all(isinstance(one, int) for one in value):
            # A span has two ends.
            return "-".join(map(str, value)) or "none"
        return ", ".join(map(_told, value)) or "none"
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _mark(marks: Mapping[str, str], name: str) -> str:
    return f" [{marks[name]}]" if name in marks else ""
