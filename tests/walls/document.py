"""The API's own document, read for what a request may say and where it names rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from tests.contracts.routes import Route, api_routes

Schema = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one route, as the document has it."""

    route: Route
    method: str
    told: Schema

    def __str__(self) -> str:
        return f"{self.method} {self.route.name}"

    @property
    def body(self) -> Schema | None:
        """The schema of the request's body."""
        content = self.told.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("schema")

    def parameters(self, place: str) -> dict[str, Schema]:
        """The schemas of the parameters in the path, the query or the headers."""
        return {
            each["name"]: each["schema"]
            for each in self.told.get("parameters", [])
            if each["in"] == place
        }


@cache
def document() -> Schema:
    """Return the whole document."""
    return SchemaGenerator().get_schema(request=None, public=True)


def operations() -> list[Operation]:
    """Return every method of every route that the document tells of."""
    routes = {route.path: route for route in api_routes()}
    return [
        Operation(route=routes[path], method=method.upper(), told=told)
        for path, methods in document()["paths"].items()
        for method, told in methods.items()
    ]


def places(schema: Schema, pointer: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield every value that a schema describes, with the pointer that leads there.

    ``*`` stands for the items of a list and ``?`` for names of the client's choice.
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from places(document()["components"]["schemas"][name], pointer)
        return
    yield pointer, schema
    for either in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(either, []):
            yield from places(each, pointer)
    for name, each in schema.get("properties", {}).items():
        yield from places(each, f"{pointer}/{name}")
    for each in schema.get("patternProperties", {}).values():
        yield from places(each, f"{pointer}/?")
    for name, step in (("items", "*"), ("additionalProperties", "?")):
        if isinstance(schema.get(name), dict):
            yield from places(schema[name], f"{pointer}/{step}")


def ids_in(schema: Schema) -> list[str]:
    """Return the pointers of all ids in a schema."""
    return sorted({at for at, each in places(schema) if each.get("format") == "uuid"})


def objects_in(schema: Schema) -> dict[str, set[str]]:
    """Return the pointers of all objects in a schema, with the names they know."""
    return {
        at: set(each["properties"])
        for at, each in places(schema)
        if each.get("properties")
    }


def names() -> set[str]:
    """Return every name that any answer or request has."""
    schemas = document()["components"]["schemas"].values()
    return {name for each in schemas for name in each.get("properties", {})}
