"""The base of every view of the API."""

import json
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common import origin, tenancy
from apps.common.errors import InvalidEntryError, NotAllowedError, NotThereError
from apps.common.shapes import Answer, Shape

from .paging import Pages
from .problems import unavailable

logger = logging.getLogger(__name__)

AnyShape = TypeVar("AnyShape", bound=Shape)
SAFE = ("GET", "HEAD", "OPTIONS")


class NoQuery(Shape):
    """A route that takes no query parameters."""


class ApiView(APIView):
    """One transaction a request, inside the walls of the person's clinics.

    ``query_shape`` names the query parameters that a GET understands; all others are
    refused, because a misspelt filter must not silently widen an answer.
    """

    query_shape: ClassVar[type[Shape]] = NoQuery
    entered: list[int]
    """The clinics whose walls are open for this request."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Run the whole request in one transaction."""
        address = request.META.get("REMOTE_ADDR") or ""
        came_from = origin.current.set(origin.Origin(address=address, door="api"))
        try:
            with transaction.atomic():
                return super().dispatch(request, *args, **kwargs)
        except (OperationalError, InterfaceError):
            # The database is away or broke off. Nothing was saved, and a client that
            # keeps its entry may send it again.
            logger.exception("The database did not answer.")
            return unavailable()
        finally:
            # The thread serves others after this.
            origin.current.reset(came_from)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Sign in, check the token's scope, open the wall; before any handler."""
        super().initial(request, *args, **kwargs)
        scope = getattr(request.auth, "scope", None)
        if scope == "read" and request.method not in SAFE:
            raise NotAllowedError("This token may read only. Use one with scope full.")
        self.entered = []
        if request.user.is_authenticated:
            self.entered = _enter_clinics(request)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Keep answers out of every cache: they speak of people."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def parse(self, shape: type[AnyShape]) -> AnyShape:
        """Return the request's body as ``shape`` or refuse it."""
        return shape.parse(self.request.data)

    def query(self, shape: type[AnyShape]) -> AnyShape:
        """Return the query parameters as ``shape``; paging has its own two."""
        params = self.request.query_params
        given = {
            name: params[name] for name in params if name not in ("cursor", "page_size")
        }
        for name, values in params.lists():
            if len(values) > 1:
                raise InvalidEntryError.at(
                    f"/{name}", code="repeated", detail="Give this parameter once."
                )
            if "\x00" in values[0]:
                raise InvalidEntryError.at(
                    f"/{name}",
                    code="invalid",
                    detail="NUL cannot be stored.",
                )
        return shape.parse(given)

    @staticmethod
    def answer(answer: Answer, *, status: int = 200) -> HttpResponse:
        """Return an answer as JSON; one with a version says it as ETag too."""
        version = getattr(answer, "version", None)
        headers = {} if version is None else {"ETag": f'"{version}"'}
        return _json(answer.model_dump_json(), status=status, headers=headers)

    @staticmethod
    def answers(answers: Iterable[Answer]) -> Response:
        """Return a short, complete list: what one record consists of."""
        return Response([each.model_dump(mode="json") for each in answers])

    def page(
        self,
        rows: QuerySet[Any],
        *,
        ordering: tuple[str, ...],
        present: Callable[[list[Any]], Iterable[Answer]],
    ) -> HttpResponse:
        """Return one page of ``rows`` as ``present`` makes it from the page's rows."""
        paginator = Pages()
        paginator.ordering = ordering
        found = paginator.paginate_queryset(rows, self.request, view=self)
        links = (paginator.get_next_link(), paginator.get_previous_link())
        following, previous = (json.dumps(link) for link in links)
        results = ",".join(each.model_dump_json() for each in present(found or []))
        return _json(
            f'{{"next":{following},"previous":{previous},"results":[{results}]}}'
        )


def _json(content: str, **options: Any) -> HttpResponse:
    # Straight from the answers' own encoder: the renderer would take them apart first.
    return HttpResponse(content, content_type="application/json", **options)


def _enter_clinics(request: Request) -> list[int]:
    only = request.headers.get("X-Clinic")
    if only is not None:
        try:
            only = str(UUID(only))
        except ValueError as error:
            raise InvalidEntryError.at(
                "", code="invalid", detail="X-Clinic must be the id of a clinic."
            ) from error
    # A token has opened the wall when it was looked up.
    ids: list[int] | None = getattr(request.auth, "entered", None)
    if ids is None:
        ids = tenancy.enter_clinics_of(request.user.pk, only=only)
    if only is not None and not ids:
        raise NotThereError("You neither work nor are treated in this clinic.")
    return ids


def expected_version(request: Request) -> int:
    """Return the version named by ``If-Match``, which every correction must carry."""
    header = request.headers.get("If-Match", "").strip()
    text = header.removeprefix("W/").strip('"')
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise InvalidEntryError.at(
            "",
            code="if_match_required",
            detail='Send If-Match: "<version>" with the version that you have read.',
        )
    return int(text)
