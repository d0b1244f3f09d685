"""The page of one questionnaire."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.common import clock
from apps.common.errors import WrongStateError
from apps.questionnaires import services
from apps.questionnaires.entry import ResponseEntry, ResponseSave
from apps.questionnaires.models import InstrumentWording

from .questionnaire_form import QuestionnaireForm, control_of
from .questionnaires import AskedQuestionnaire, own_questionnaire
from .views import EntryPage


class QuestionnairePage(EntryPage):
    """A questionnaire in the clinic's words; what it scores is never shown here."""

    template = "patient_app/questionnaire.html"

    @cached_property
    def asked(self) -> AskedQuestionnaire:
        """The questionnaire that the address names, or the form that came back."""
        sent = self.request.POST.get("questionnaire", "")
        named = sent or self.request.GET.get("id", "")
        return own_questionnaire(self.patient, named)

    @cached_property
    def wording(self) -> InstrumentWording | None:
        """The clinic's words that are or were shown."""
        return self.asked.wording(_id_or_none(self.request.POST.get("wording")))

    def around(self) -> dict[str, Any]:
        """Return what stands around the form."""
        return {"asked": self.asked, "wording": self.wording}

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, with what was answered before; else say why there is none."""
        why_not = self.asked.why_not(now=clock.now())
        if why_not is None and self.wording is None:
            why_not = _(
                "Your clinic has not loaded the words of it yet. Please tell your "
                "physiotherapist; we may not show other words than those."
            )
        if why_not is None:
            return super().get(request)
        return self.page(
            "patient_app/questionnaire_closed.html", asked=self.asked, why_not=why_not
        )

    def empty_form(self) -> QuestionnaireForm:
        """Return the form with what was answered before."""
        wording, response = self._require_wording(), self.asked.response
        initial = {
            "questionnaire": self.asked.row.public_id,
            "wording": wording.public_id,
        }
        if response is not None:
            # The same response goes on.
            initial["id"] = response.public_id
            initial |= {
                control_of(code): answer for code, answer in response.answers.items()
            }
        return self._form(wording, initial=initial)

    def filled_form(self) -> QuestionnaireForm:
        """Return what was answered."""
        return self._form(self._require_wording(), data=self.request.POST)

    def record(self, form: QuestionnaireForm) -> tuple[UUID, bool]:
        """Store the response, or go on with the half-filled one.

        A device names each form by an id of its own, also where another one began it.
        """
        now, row, told = clock.now(), self.asked.row, form.cleaned_data
        is_again = row.response_id == told["id"] and row.response_completed_at
        given = form.entry(completed_at=(is_again or now).isoformat())
        if row.response_id is None:
            named = {"id": told["id"], "questionnaire": row.public_id}
            recorded = services.record_response(
                entry=ResponseEntry.parse(given | named), by=self.request.user, now=now
            )
            return recorded.response.public_id, recorded.created
        try:
            response = services.save_response(
                response_id=row.response_id,
                entry=ResponseSave.parse(given),
                by=self.request.user,
                now=now,
            )
        except WrongStateError as error:
            raise WrongStateError(
                str(_("You have answered this before. What you sent first counts."))
            ) from error
        return response.public_id, False

    def thanks(self, form: QuestionnaireForm) -> Any:
        """Return what is said once it is stored."""
        if form.is_half:
            return _("Saved. You can go on whenever you like.")
        return super().thanks(form)

    def next_address(
        self,
        form: QuestionnaireForm,
        entry_id: UUID,
    ) -> str:
        """Return the first page."""
        return reverse("today")

    def _form(self, wording: InstrumentWording, **options: Any) -> QuestionnaireForm:
        return QuestionnaireForm(
            instrument=self.asked.instrument,
            words=self.asked.words(wording),
            **options,
        )

    def _require_wording(self) -> InstrumentWording:
        if self.wording is None:
            raise WrongStateError(
                str(_("Your clinic has not loaded the words of it yet."))
            )
        return self.wording


def _id_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
