"""What the patient allows, each purpose by itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from apps.clinics.consents import Standing, standings
from apps.clinics.entry import ConsentEntry
from apps.clinics.models import Decision, Purpose
from apps.clinics.services import decide_consent
from apps.common import clock
from apps.common.errors import InvalidEntryError, ServiceError
from apps.common.ids import uuid7

from .pages import PatientPage
from .refusals import refusal_in_words

NAMES: Final = {
    Purpose.CARE: _("Your treatment here"),
    Purpose.MESSAGES: _("Mails to you"),
    Purpose.RESEARCH: _("Research"),
    Purpose.EXPORT: _("Passing on to other systems"),
}
FIELDS: Final = ("id", "purpose", "decision", "version", "language")


@dataclass(frozen=True, slots=True)
class Question:
    """One purpose as the page asks about it; ``id`` makes an answer count once."""

    name: Any
    standing: Standing
    id: str

    @property
    def decided_at(self) -> datetime | None:
        """When the patient decided, if they did."""
        newest = self.standing.newest
        return newest.decided_at if newest else None


class ConsentPage(PatientPage):
    """Allow and withdraw."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show each purpose in the clinic's words, and what holds."""
        return self._show()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep one decision, or say why not."""
        try:
            decision, _is_new = decide_consent(
                entry=self._entry(), by=request.user, now=clock.now()
            )
        except InvalidEntryError:
            fault = _("This could not be read, and nothing was changed. Try again.")
            return self._show(fault=fault, status=400)
        except ServiceError as error:
            return self._show(fault=refusal_in_words(error), status=error.status)
        messages.success(request, _said(decision.decision))
        return redirect("my-consent")

    def _entry(self) -> ConsentEntry:
        given = self.request.POST
        values: dict[str, Any] = {
            name: given[name] for name in FIELDS if given.get(name)
        }
        if str(values.get("version", "")).isdecimal():
            values["version"] = int(values["version"][:9])
        return ConsentEntry.parse(values)

    def _show(self, *, fault: Any = None, status: int = 200) -> HttpResponse:
        questions = [
            Question(NAMES[each.purpose], each, str(uuid7()))
            for each in standings(self.patient)
        ]
        return self.page(
            "patient_app/consent.html", questions=questions, fault=fault, status=status
        )


def _said(decision: str) -> Any:
    if decision == Decision.GIVEN:
        return _("Thank you. You allow this from now on.")
    return _("You do not allow this. It counts from now on, and was noted.")
