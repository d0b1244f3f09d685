"""The patient's own data: take out a copy."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.common import clock
from apps.common.errors import InvalidEntryError, NotThereError, ServiceError
from apps.common.ids import uuid7
from apps.common.shapes import ChangeRequest
from apps.exchange.exports import ask_export, fetch_export
from apps.exchange.models import DataExport, ExportState

from .pages import PatientPage


class DataPage(PatientPage):
    """Ask for a copy, see how far it is, fetch it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the newest copy, if there is one."""
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for a copy; a worker makes it."""
        try:
            entry = ChangeRequest.parse({"change_id": request.POST.get("change_id")})
            ask_export(entry=entry, by=request.user, now=clock.now())
        except InvalidEntryError:
            fault = _("This could not be read, and nothing was changed. Try again.")
            return self.show(fault=fault, status=400)
        except ServiceError as error:
            return self.show(fault=error.detail, status=error.status)
        messages.success(request, _("Your copy is being made."))
        return redirect("my-data")

    @cached_property
    def newest(self) -> DataExport | None:
        """The newest copy that the patient asked for."""
        copies = DataExport.objects.visible_to(self.request.user)
        found: DataExport | None = copies.order_by("-pk").first()
        return found

    def show(self, *, fault: Any = None, status: int = 200) -> HttpResponse:
        """Return the page."""
        newest = self.newest
        is_over = (
            newest is not None
            and newest.expires_at is not None
            and newest.expires_at <= clock.now()
        )
        state = "" if newest is None else newest.state
        return self.page(
            "patient_app/data.html",
            copy=newest,
            copy_state=ExportState.EXPIRED.value if is_over else state,
            change_id=uuid7(),
            fault=fault,
            status=status,
        )


class DataFilePage(PatientPage):
    """The file of a copy."""

    http_method_names = ("get", "head")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the ZIP of the copy that the address names, if it is one's own."""
        try:
            export_id = UUID(request.GET.get("id", ""))
        except ValueError as error:
            raise NotThereError(_("There is no such copy, or it is not yours.")) from (
                error
            )
        content = fetch_export(export_id=export_id, by=request.user, now=clock.now())
        return HttpResponse(
            content,
            content_type="application/zip",
            headers={"Content-Disposition": 'attachment; filename="my-data.zip"'},
        )
