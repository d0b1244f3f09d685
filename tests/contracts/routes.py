"""Every route of the API, as the router has it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """One address of the API and the methods it understands."""

    name: str
    path: str
    methods: tuple[str, ...]
    arguments: tuple[str, ...]
    view: Any


def api_routes() -> list[Route]:
    """Return every route under ``/api/v1/`` that leads to a view of ours."""
    return list(_walk(get_resolver(), prefix="/"))


def _walk(resolver: URLResolver, *, prefix: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, prefix=path)
        elif path.startswith("/api/v1/") and hasattr(pattern.callback, "cls"):
            yield _route(pattern, path=path)


def _route(pattern: URLPattern, *, path: str) -> Route:
    view = pattern.callback.cls
    return Route(
        name=pattern.name or path,
        path=path.replace("<uuid:", "{").replace(">", "}"),
        methods=tuple(each for each in METHODS if hasattr(view, each.lower())),
        arguments=tuple(pattern.pattern.converters),
        view=view,
    )
