"""Helpers for the OpenAPI document."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from apps.common.shapes import Shape


def query_parameters(shape: type[Shape]) -> list[OpenApiParameter]:
    """Return the query parameters that ``shape`` describes."""
    schema = shape.model_json_schema()
    required = schema.get("required", [])
    return [
        OpenApiParameter(
            name=name,
            type=_plain_schema(field),
            required=name in required,
            description=field.get("description", ""),
        )
        for name, field in schema.get("properties", {}).items()
    ]


def _plain_schema(field: dict[str, Any]) -> dict[str, Any]:
    options = [each for each in field.get("anyOf", [field]) if each != {"type": "null"}]
    chosen = dict(options[0])
    for key in ("title", "default", "description"):
        chosen.pop(key, None)
    return chosen
