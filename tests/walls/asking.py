"""Requests on the rows of the scene, with one value of them exchanged."""

import json
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.urls import reverse

from tests.contracts.permission_table import TABLE, Line
from tests.contracts.routes import Route
from tests.contracts.scene import PEOPLE, Scene

SLOT = "leg_press"
"""A name of the client's choice that every programme knows."""


@dataclass(frozen=True)
class Asking:
    """One request in the making."""

    route: Route
    method: str
    path: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    version: str | None = None

    def at(self, place: str, pointer: str, value: UUID) -> "Asking":
        """Return the same request with an id in this place."""
        if place == "path":
            return replace(self, path=self.path | {pointer: str(value)})
        if place == "query":
            return replace(self, query=self.query | {pointer: str(value)})
        return replace(self, body=put(self.body, pointer, str(value)))

    def send(self, scene: Scene, *, person: str):
        """Make the request as one of the people."""
        headers = {} if self.version is None else {"If-Match": self.version}
        address = reverse(self.route.name, kwargs=self.path)
        client = scene.clients[person]
        if self.method in ("GET", "HEAD"):
            return client.generic(self.method, address, query_params=self.query)
        return client.generic(
            self.method,
            address,
            data=json.dumps(self.body) if self.body is not None else "",
            content_type="application/json",
            headers=headers,
        )


def line_of(route: Route, method: str) -> Line:
    """Return the line of the permission table for a route and method."""
    return next(
        each for each in TABLE if (each.route, each.method) == (route.name, method)
    )


def asking(route: Route, method: str, scene: Scene) -> Asking:
    """Return the request of the permission table."""
    line = line_of(route, method)
    return Asking(
        route=route,
        method=method,
        path={name: str(scene.ids[name]) for name in route.arguments},
        body=line.body(scene) if line.body else None,
        version=None if line.version is None else f'"{line.version}"',
    )


def who_may(route: Route, method: str) -> list[str]:
    """Return the patient and one of the staff, if the table lets them at it."""
    gets = dict(zip(PEOPLE, line_of(route, method).expected, strict=True))
    staff = next(
        (each for each in ("therapist", "manager") if gets[each] not in (403, 404)),
        None,
    )
    owner = "owner" if gets["owner"] not in (403, 404) else None
    return [each for each in (staff, owner) if each]


def put(body: Any, pointer: str, value: Any) -> Any:
    """Return a copy of a JSON value with another one in one place, made if missing."""
    if not pointer:
        return value
    step, _, rest = pointer.removeprefix("/").partition("/")
    rest = f"/{rest}" if rest else ""
    step = SLOT if step == "?" else step
    if step == "*":
        first, *others = body or [{}]
        return [put(first, rest, value), *others]
    inner = body or {}
    return {**inner, step: put(inner.get(step), rest, value)}


def fetch(body: Any, pointer: str) -> Any:
    """Return what stands in one place of a JSON value, or None."""
    for step in filter(None, pointer.split("/")):
        if body in (None, [], {}):
            return None
        body = body[0] if step == "*" else body.get(SLOT if step == "?" else step)
    return body
