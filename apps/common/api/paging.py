"""Lists that stay quick on every page."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import DateTimeField, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from apps.common.errors import InvalidEntryError


class Pages(CursorPagination):
    """Pages by cursor: the thousandth is as quick as the first."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    cursor_query_param = "cursor"

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any] | None:
        """Return one page.

        Raises:
            InvalidEntryError: The cursor is none of ours.
        """
        try:
            self._refuse_days_without_zone(queryset, request)
            return super().paginate_queryset(queryset, request, view=view)
        except (NotFound, ValidationError, ValueError, DataError) as error:
            # A cursor holds the place where the last page ended; one that was typed
            # may hold anything.
            raise InvalidEntryError.at(
                "/cursor", code="invalid", detail="Take cursors from next or previous."
            ) from error

    def _refuse_days_without_zone(
        self, queryset: QuerySet[Any], request: Request
    ) -> None:
        cursor = self.decode_cursor(request)
        if (
            cursor is not None
            and cursor.position is not None
            and _is_instant(self.ordering[0].lstrip("-"), queryset)
            and datetime.fromisoformat(cursor.position).tzinfo is None
        ):
            raise ValueError("An instant without an offset.")

    def get_page_size(self, request: Request) -> int:
        """Return how many rows were asked for.

        Raises:
            InvalidEntryError: Not a number from 1 to 200.
        """
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= self.max_page_size:
            return int(text)
        raise InvalidEntryError.at(
            "/page_size",
            code="out_of_range",
            detail=f"Ask for 1 to {self.max_page_size} rows.",
        )


def _is_instant(name: str, queryset: QuerySet[Any]) -> bool:
    """Tell whether rows are ordered by an instant, of their own or worked out."""
    worked_out = queryset.query.annotations.get(name)
    if worked_out is not None:
        return isinstance(worked_out.output_field, DateTimeField)
    fields = {field.name: field for field in queryset.model._meta.fields}
    return isinstance(fields.get(name), DateTimeField)
