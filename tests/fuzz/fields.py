"""Which hostile value takes the place of which honest one: pairs that differ in kind.

A value does harm by the kind of field that it meets, and not by the field's name. So
each value meets each kind once, in places that are spread over all routes.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

from .knocks import LINES, Line, honest
from .rows import FuzzScene
from .values import HOSTILE_VALUES

KINDS = ("string", "number", "date", "id", "list", "object", "flag")


@dataclass(frozen=True)
class Place:
    """One value in the honest body of a route, at any depth."""

    line: Line
    where: tuple[str | int, ...]
    kind: str


@dataclass(frozen=True)
class Swap:
    """A hostile value, by its name, in a place."""

    place: Place
    value: str

    def of(self, scene: FuzzScene) -> Any:
        """Return the request."""
        base = honest(self.place.line, scene)
        changed = _with(
            json.loads(base.body), self.place.where, HOSTILE_VALUES[self.value]
        )
        name = "/".join(map(str, self.place.where))
        return replace(
            base, what=f"{name}: {self.value}", body=json.dumps(changed).encode()
        )


def places(scene: FuzzScene) -> list[Place]:
    """Return every place of every honest body that says something."""
    return [
        Place(line, where, kind_of(value))
        for line in LINES
        if line.body
        for where, value in _values(scene.body(line))
        if value is not None
    ]


def kind_of(value: Any) -> str:
    """Tell what kind of field holds an honest value."""
    for kind, types in {
        "flag": bool,
        "number": int | float,
        "list": list,
        "object": dict,
    }.items():
        if isinstance(value, types):
            return kind
    readers = {"number": float, "id": UUID, "date": datetime.fromisoformat}
    for kind, read in (readers | {"time": time.fromisoformat}).items():
        try:
            read(value)
        except ValueError:
            continue
        return "date" if kind == "time" else kind
    return "string"


def one_of_each(found: Iterable[Place]) -> list[Swap]:
    """Return each value in a place of each kind, and a value in each place."""
    by_kind = defaultdict(list)
    for place in found:
        by_kind[place.kind].append(place)
    values = list(HOSTILE_VALUES)
    return [
        Swap(same[number % len(same)], values[number % len(values)])
        for same in by_kind.values()
        for number in range(max(len(same), len(values)))
    ]


def two_a_route(found: Iterable[Place]) -> list[Swap]:
    """Return two values for each route, so that each value has its turn."""
    by_line = defaultdict(list)
    for place in found:
        by_line[str(place.line)].append(place)
    values, routes = list(HOSTILE_VALUES), list(by_line.values())
    return [
        Swap(same[number % len(same)], values[number % len(values)])
        for number, same in enumerate(routes * 2)
    ]


def _values(value: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in items:
            yield (key,), each
            yield from (((key, *rest), deep) for rest, deep in _values(each))


def _with(value: Any, where: tuple[str | int, ...], new: Any) -> Any:
    if not where:
        return new
    copied = value.copy()
    copied[where[0]] = _with(value[where[0]], where[1:], new)
    return copied
