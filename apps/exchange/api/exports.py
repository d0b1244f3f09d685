"""A patient's own copies of all their data."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common import clock
from apps.common.api.views import ApiView
from apps.common.shapes import Answer, ChangeRequest, Page
from apps.exchange import exports
from apps.exchange.models import DataExport, ExportState

ZIP = "application/zip"


class ExportAnswer(Answer):
    """One copy; ``file`` is the address to fetch it from, once it is ready.

    The address works for the patient who asked, signed in, until ``expires_at``.
    """

    id: UUID
    status: str
    asked_at: datetime
    made_at: datetime | None
    expires_at: datetime | None
    size_bytes: int | None
    sha256: str
    file: str | None


class ExportsView(ApiView):
    """The signed-in patient's copies."""

    @extend_schema(operation_id="export_list", responses={200: Page[ExportAnswer]})
    def get(self, request: Request) -> Response:
        """Return the copies that the person asked for, newest first."""
        self.query(self.query_shape)
        return self.page(
            DataExport.objects.visible_to(request.user),
            ordering=("-asked_at", "-id"),
            present=lambda rows: map(export_answer, rows),
        )

    @extend_schema(
        operation_id="export_ask", request=ChangeRequest, responses={202: ExportAnswer}
    )
    def post(self, request: Request) -> Response:
        """Ask for a copy of all one's own data; a worker makes it."""
        export = exports.ask_export(
            entry=self.parse(ChangeRequest), by=request.user, now=clock.now()
        )
        return self.answer(export_answer(export), status=202)


class ExportView(ApiView):
    """One copy."""

    @extend_schema(operation_id="export_read", responses={200: ExportAnswer})
    def get(self, request: Request, export_id: UUID) -> Response:
        """Return how far it is, and where to fetch it."""
        self.query(self.query_shape)
        return self.answer(export_answer(exports.own_export(request.user, export_id)))


class ExportFileView(ApiView):
    """The file of one copy."""

    @extend_schema(
        operation_id="export_fetch", responses={(200, ZIP): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, export_id: UUID) -> HttpResponse:
        """Return the ZIP; 409 while it is being made and when its time is over."""
        self.query(self.query_shape)
        content = exports.fetch_export(
            export_id=export_id, by=request.user, now=clock.now()
        )
        return HttpResponse(
            content,
            content_type=ZIP,
            headers={"Content-Disposition": 'attachment; filename="my-data.zip"'},
        )


def export_answer(export: DataExport) -> ExportAnswer:
    """Return what the owner is told of a copy."""
    is_ready = export.state == ExportState.READY
    path = reverse("export-file", kwargs={"export_id": export.public_id})
    return ExportAnswer(
        id=export.public_id,
        status=export.state,
        asked_at=export.asked_at,
        made_at=export.made_at,
        expires_at=export.expires_at,
        size_bytes=export.size_bytes,
        sha256=export.sha256,
        file=path if is_ready else None,
    )
