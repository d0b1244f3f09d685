"""The patient's own data: take out a copy, or be erased."""

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
from apps.exchange.entry import ErasureEntry
from apps.exchange.erasure import ask_erasure, take_back
from apps.exchange.exports import ask_export, fetch_export
from apps.exchange.models import DataExport, ErasureRequest, ExportState

from .pages import PatientPage
from .refusals import refusal_in_words


class DataPage(PatientPage):
    """Ask for a copy, see how far it is, fetch it; ask to be erased, take it back."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the newest copy and what waits."""
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do what the pressed button says, or say why not."""
        acts = {"copy": self._copy, "erase": self._erase, "take-back": self._take_back}
        act = acts.get(request.POST.get("act", ""))
        try:
            if act is None:
                raise InvalidEntryError.at("/act", code="invalid_choice", detail="")
            said = act({"change_id": request.POST.get("change_id")})
        except InvalidEntryError as error:
            return self._mend(error)
        except ServiceError as error:
            return self.show(fault=refusal_in_words(error), status=error.status)
        messages.success(request, said)
        return redirect("my-data")

    def _copy(self, sent: dict[str, Any]) -> str:
        ask_export(
            entry=ChangeRequest.parse(sent), by=self.request.user, now=clock.now()
        )
        return _("Your copy is being made.")

    def _erase(self, sent: dict[str, Any]) -> str:
        typed = {"confirmation": self.request.POST.get("confirmation", "")}
        entry = ErasureEntry.parse(sent | typed)
        ask_erasure(entry=entry, by=self.request.user, now=clock.now())
        return _("You asked to be erased. We have sent you a mail about it.")

    def _take_back(self, sent: dict[str, Any]) -> str:
        entry = ChangeRequest.parse(sent)
        wish = self.wish
        if wish is not None:
            take_back(
                request_id=wish.public_id,
                entry=entry,
                by=self.request.user,
                now=clock.now(),
            )
        return _("Taken back. Everything stays as it was.")

    def _mend(self, error: InvalidEntryError) -> HttpResponse:
        """Say what is wrong where it was typed; what was typed stays."""
        typed = self.request.POST.get("confirmation", "")[:254]
        if {each["pointer"] for each in error.errors} == {"/confirmation"}:
            fault = _("This is not the address with which you sign in. Type it again.")
            return self.show(confirmation_fault=fault, typed=typed, status=400)
        fault = _("This could not be read, and nothing was changed. Try again.")
        return self.show(fault=fault, typed=typed, status=400)

    @cached_property
    def newest(self) -> DataExport | None:
        """The newest copy that the patient asked for."""
        copies = DataExport.objects.visible_to(self.request.user)
        found: DataExport | None = copies.order_by("-pk").first()
        return found

    @cached_property
    def wish(self) -> ErasureRequest | None:
        """The patient's wish to be erased, if one waits."""
        wishes = ErasureRequest.objects.waiting().filter(patient=self.patient)
        found: ErasureRequest | None = wishes.first()
        return found

    def show(self, *, status: int = 200, **said: Any) -> HttpResponse:
        """Return the page; ``said`` are faults and what was typed."""
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
            wish=self.wish,
            change_id=uuid7(),
            status=status,
            **said,
        )


class DataFilePage(PatientPage):
    """The file of a copy."""

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
