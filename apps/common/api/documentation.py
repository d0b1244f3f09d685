"""The OpenAPI document, made from the code."""

from typing import Any, Final

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from apps.common.shapes import Shape

from .paging import Pages
from .problems import CONTENT_TYPE

WRITES: Final = ("POST", "PUT", "PATCH", "DELETE")
PROBLEM: Final = {
    "type": "object",
    "description": "A refusal (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs; it never changes."},
        "detail": {"type": "string", "description": "What, which rule, what to do."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "Where in the input (RFC 6901).",
                    },
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
X_CLINIC: Final = {
    "name": "X-Clinic",
    "in": "header",
    "schema": {"type": "string", "format": "uuid"},
    "description": "The clinic to act in, for people who have several.",
}
IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "examples": ['"1"']},
    "description": "The version that was read, as its ETag says.",
}
PAGING: Final = (
    {
        "name": Pages.cursor_query_param,
        "in": "query",
        "schema": {"type": "string"},
        "description": "From `next` or `previous` of another page.",
    },
    {
        "name": Pages.page_size_query_param,
        "in": "query",
        "schema": {
            "type": "integer",
            "minimum": 1,
            "maximum": Pages.max_page_size,
            "default": Pages.page_size,
        },
        "description": "How many rows at most.",
    },
)


class ApiSchema(AutoSchema):
    """Adds to each operation what holds for all: refusals, headers, paging."""

    def _get_parameters(self) -> list[dict[str, Any]]:
        added: list[dict[str, Any]] = []
        if self._is_signed_in():
            added.append(X_CLINIC)
        if self.method == "PATCH":
            added.append(IF_MATCH)
        if self._is_paged():
            added.extend(PAGING)
        return [*super()._get_parameters(), *added]

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        refusals = {
            str(status): {
                "description": description,
                "content": {CONTENT_TYPE: {"schema": self._problem_reference()}},
            }
            for status, description in self._refusals().items()
        }
        return refusals | bodies

    def _refusals(self) -> dict[int, str]:
        writes = self.method in WRITES
        has_body = self.method in WRITES and self.method != "DELETE"
        answers = {
            400: (True, "A value cannot be; `errors` says which."),
            401: (self._is_signed_in(), "Not signed in."),
            403: (self._is_signed_in(), "It may be seen, but this may not be done."),
            404: (self._is_signed_in(), "Not there, or not yours to see."),
            409: (writes, "In conflict with what is recorded."),
            412: (self.method == "PATCH", "It was changed since it was read."),
            413: (has_body, "Too much for one request."),
            415: (has_body, "Not JSON."),
            503: (True, "Not possible right now. Nothing was saved; try again."),
        }
        return {status: text for status, (holds, text) in answers.items() if holds}

    def _is_signed_in(self) -> bool:
        return bool(self.view.authentication_classes)

    def _is_paged(self) -> bool:
        responses = self.get_response_serializers()
        answer = responses.get(200) if isinstance(responses, dict) else None
        return {"next", "previous", "results"} <= set(
            getattr(answer, "model_fields", ())
        )

    def _problem_reference(self) -> dict[str, Any]:
        component = ResolvedComponent(
            name="Problem",
            type=ResolvedComponent.SCHEMA,
            object="Problem",
            schema=PROBLEM,
        )
        self.registry.register_on_missing(component)
        return component.ref


class BearerScheme(OpenApiAuthenticationExtension):
    """A program signs in with a token."""

    target_class = "apps.accounts.api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A personal token, made at `/auth/tokens/`.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    """A browser signs in with its session."""

    target_class = "apps.clinics.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the scheme."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The cookie of the web app. Writes carry X-CSRFToken too.",
        }


def without_null_defaults(result: Any, **_: Any) -> Any:
    """Return the document without ``default: null``, which says what absence says.

    Where a field may be left out but not be null, it would even be wrong.
    """
    if isinstance(result, dict):
        return {
            key: without_null_defaults(value)
            for key, value in result.items()
            if not (key == "default" and value is None)
        }
    if isinstance(result, list):
        return [without_null_defaults(each) for each in result]
    return result


def query_parameters(shape: type[Shape]) -> list[OpenApiParameter]:
    """Return the query parameters that ``shape`` describes."""
    schema = shape.model_json_schema()
    required = schema.get("required", [])
    named = schema.get("$defs", {})
    return [
        OpenApiParameter(
            name=name,
            type=_plain_schema(field, named),
            required=name in required,
            description=field.get("description", ""),
        )
        for name, field in schema.get("properties", {}).items()
    ]


def _plain_schema(field: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    options = [each for each in field.get("anyOf", [field]) if each != {"type": "null"}]
    chosen = dict(options[0])
    # A parameter cannot point at a definition of another document.
    if pointer := chosen.pop("$ref", None):
        chosen |= named[pointer.rpartition("/")[2]]
    for key in ("title", "default", "description"):
        chosen.pop(key, None)
    return chosen
