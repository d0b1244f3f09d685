"""Every refusal as ``application/problem+json`` (RFC 9457)."""

import logging
import math
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response

from apps.common.errors import InvalidEntryError, NotThereError, ServiceError

CONTENT_TYPE = "application/problem+json"
refusals = logging.getLogger("security.refusals")


def problem(
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """Return the body of a refusal; ``type`` is a name, not an address to visit."""
    body: dict[str, Any] = {
        "type": f"urn:eihtrack:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors is not None:
        body["errors"] = errors
    return body


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of a view; ``None`` for a defect, which is allowed to crash.

    Whatever the request had written is taken back.
    """
    body = _service_problem(error) or _framework_problem(error)
    if body is None:
        return None
    transaction.set_rollback(True)
    _log_refusal(body, context)
    response = Response(body, status=body["status"], content_type=CONTENT_TYPE)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(math.ceil(wait))
    return response


def unavailable() -> JsonResponse:
    """Answer that the database is away; the same request is welcome later."""
    body = problem(
        status=503,
        code="unavailable",
        title="This is not possible right now.",
        detail="Nothing was saved. Send the same request again in a moment.",
    )
    return JsonResponse(
        body, status=503, content_type=CONTENT_TYPE, headers={"Retry-After": "5"}
    )


@csrf_exempt
def not_found(
    request: HttpRequest,  # noqa: ARG001
    exception: Exception | None = None,  # noqa: ARG001
    unknown: str = "",  # noqa: ARG001
) -> JsonResponse:
    """Answer a path that does not exist."""
    return _plain(
        status=404,
        code=NotThereError.code,
        detail="There is nothing at this address. Paths of the API end in a slash.",
    )


def bad_request(
    request: HttpRequest,  # noqa: ARG001
    exception: Exception | None = None,  # noqa: ARG001
) -> JsonResponse:
    """Answer a request that cannot be understood, such as one for another host."""
    return _plain(
        status=400, code="bad_request", detail="This request cannot be understood."
    )


def permission_denied(
    request: HttpRequest,  # noqa: ARG001
    exception: Exception | None = None,  # noqa: ARG001
) -> JsonResponse:
    """Answer a request that may not be made outside the API's own views."""
    return _plain(
        status=403, code="permission_denied", detail="You may not do this here."
    )


def server_error(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Answer a defect of ours; what went wrong is in the log."""
    return _plain(
        status=500,
        code="internal_error",
        detail="Something went wrong on our side and nothing was saved. "
        "Try again later; the same id makes that safe.",
    )


def _plain(*, status: int, code: str, detail: str) -> JsonResponse:
    body = problem(
        status=status, code=code, title=HTTPStatus(status).phrase, detail=detail
    )
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def _service_problem(error: Exception) -> dict[str, Any] | None:
    if isinstance(error, InvalidEntryError):
        return problem(
            status=error.status,
            code=error.code,
            title=error.title,
            detail=f"{len(error.errors)} value(s) were refused. Nothing was saved.",
            errors=error.errors,
        )
    if isinstance(error, ServiceError):
        errors = None
        if error.pointer is not None:
            errors = [
                {"pointer": error.pointer, "code": error.code, "detail": error.detail}
            ]
        return problem(
            status=error.status,
            code=error.code,
            title=error.title,
            detail=error.detail,
            errors=errors,
        )
    return None


def _framework_problem(error: Exception) -> dict[str, Any] | None:
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    detail = error.detail
    return problem(
        status=error.status_code,
        code=str(getattr(detail, "code", None) or error.default_code),
        title=HTTPStatus(error.status_code).phrase,
        detail=str(detail),
    )


def _log_refusal(body: dict[str, Any], context: dict[str, Any]) -> None:
    request = context.get("request")
    if request is None or body["status"] not in (401, 403, 404):
        return
    # Public ids only: no name, no content.
    user = getattr(request, "_user", None)
    refusals.info(
        "refused %s %s %s to user %s",
        body["status"],
        request.method,
        request.path,
        getattr(user, "pk", None),
    )
