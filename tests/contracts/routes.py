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


def other_routes() -> Iterator[tuple[str, Any]]:
    """Yield every address that leads to no view of the API, with what answers there."""
    ours = {route.path for route in api_routes()}
    for path, callback in _addresses(get_resolver(), prefix="/"):
        if path.replace("<uuid:", "{").replace(">", "}") not in ours:
            yield path, callback


def _addresses(resolver: URLResolver, *, prefix: str) -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern, prefix=path)
        else:
            yield path, pattern.callback
