"""The pages of a patient."""

from collections.abc import Collection
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.common import clock
from apps.common.errors import InvalidEntryError, ServiceError
from apps.exercises.models import Exercise
from apps.logbook import services as logbook
from apps.programmes.queries import PrescriptionOfDay

from . import forms
from .pages import PatientPage
from .progress import progress_of
from .refusals import refusal_in_words
from .session_form import SessionForm, prescribed_forms, returned_forms
from .today import next_prescription, today_of

SELF_HARM = "self_harm"


class TodayPage(PatientPage):
    """The next thing to do."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what is due, what comes, and what waits on this phone."""
        today = today_of(self.patient, now=clock.now())
        return self.page("patient_app/today.html", today=today)


class EntryPage(PatientPage):
    """A form that becomes one entry, sent by a page or by the device's queue."""

    template: ClassVar[str]

    def empty_form(self) -> Any:
        """Return the form as it is shown first."""
        raise NotImplementedError

    def filled_form(self) -> Any:
        """Return the form as it came back."""
        raise NotImplementedError

    def record(self, form: Any) -> tuple[UUID, bool]:
        """Store the entry; return its id and whether it is new.

        Raises:
            ServiceError: It cannot be stored.
        """
        raise NotImplementedError

    def next_address(self, form: Any, entry_id: UUID) -> str:
        """Return where to go once it is stored."""
        raise NotImplementedError

    def thanks(self, form: Any) -> Any:
        """Return what is said once it is stored."""
        return _("Saved. Thank you.")

    def told(self, form: Any, error: ServiceError) -> Any:
        """Return the form to show with the reason why it was not stored."""
        form.add_error(None, refusal_in_words(error))
        return form

    def correction_address(self, entry_id: UUID | str) -> str:
        """Return where the stored entry is corrected; "" where it cannot be."""
        return ""

    def around(self) -> dict[str, Any]:
        """Return what stands around the form."""
        return {}

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the empty form."""
        return self._show(self.empty_form())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store the entry, or show what must be mended; nothing typed is lost."""
        form = self.filled_form()
        if not form.is_valid():
            return self._refuse(form, status=400)
        try:
            entry_id, is_new = self.record(form)
        except InvalidEntryError as error:
            form.tell(error)
            code = error.errors[0]["code"]
            return self._refuse(form, status=error.status, code=code)
        except ServiceError as error:
            return self._refuse(self.told(form, error), status=error.status)
        if self.is_from_queue:
            saved = {"id": str(entry_id)}
            return JsonResponse(saved, status=201 if is_new else 200)
        # Where what was just saved can be put right stands beside the thanks, which
        # are told on the next page, but in the language of this one.
        place = self.correction_address(entry_id)
        messages.success(request, str(self.thanks(form)), extra_tags=place)
        return redirect(self.next_address(form, entry_id))

    def _refuse(self, form: Any, *, status: int, code: str = "") -> HttpResponse:
        if self.is_from_queue:
            why = {"code": code} if code else {}
            return JsonResponse({"errors": _errors(form)} | why, status=status)
        return self._show(form, status=status)

    def _show(self, form: Any, *, status: int = 200) -> HttpResponse:
        shared = {"correct_at": self.correction_address("ENTRY")} | self.around()
        return self.page(self.template, form=form, status=status, **shared)


class CheckInPage(EntryPage):
    """One check-in."""

    template = "patient_app/check_in.html"
    form_class: ClassVar[type[forms.CheckInForm]]
    heading: ClassVar[Any]
    lead: ClassVar[Any]

    def around(self) -> dict[str, Any]:
        """Return what stands around the form."""
        words = {"heading": self.heading, "lead": self.lead}
        return words | {"next_page": self.way_on()}

    def empty_form(self) -> forms.CheckInForm:
        """Return the form of the session that the address names."""
        return self.form_class(initial={"session": self.request.GET.get("session")})

    def filled_form(self) -> forms.CheckInForm:
        """Return what was answered."""
        return self.form_class(self.request.POST)

    def record(self, form: forms.CheckInForm) -> tuple[UUID, bool]:
        """Store the check-in."""
        now = clock.now()
        entry = form.entry(answered_at=now.isoformat()).model_copy(
            update={"patient": self.patient.public_id}
        )
        check_in, is_new = logbook.record_check_in(
            entry=entry, by=self.request.user, now=now
        )
        return check_in.public_id, is_new

    def next_address(
        self,
        form: forms.CheckInForm,
        entry_id: UUID,
    ) -> str:
        """Return the emergency words after a danger sign, else the first page."""
        signs = form.cleaned_data.get("red_flags")
        return help_address(signs) if signs else self.way_on()

    def correction_address(self, entry_id: UUID | str) -> str:
        """Return the form that corrects it."""
        return f"{reverse('correct-check-in')}?id={entry_id}"

    def way_on(self) -> str:
        """Return where one goes from here."""
        return reverse("today")


class BeforePage(CheckInPage):
    """Before a session."""

    form_class = forms.BeforeForm
    heading = _("Before the session")
    lead = _("One answer is enough. Leave out what you do not want to say.")

    def around(self) -> dict[str, Any]:
        """Return what stands around the form, and a way past it."""
        return super().around() | {"leads_to_session": True}

    def way_on(self) -> str:
        """Return the session."""
        return reverse("session")


class AfterPage(CheckInPage):
    """Directly after a session."""

    form_class = forms.AfterForm
    heading = _("After the session")
    lead = _("How is it right now? We ask again tomorrow and the day after.")


class NextDayPage(CheckInPage):
    """About 24 hours after a session."""

    form_class = forms.NextDayForm
    heading = _("The day after")
    lead = _("How is it now, about a day after the session?")


class SecondDayPage(CheckInPage):
    """About 48 hours after a session."""

    form_class = forms.SecondDayForm
    heading = _("Two days after")
    lead = _("How is it now, about two days after the session?")


class RestDayPage(CheckInPage):
    """A day before the first session."""

    form_class = forms.RestDayForm
    heading = _("An ordinary day")
    lead = _("How much pain do you have on a day without training?")


class SessionPage(EntryPage):
    """A session: what is prescribed, and what was done."""

    template = "patient_app/session.html"

    def around(self) -> dict[str, Any]:
        """Return the rest between two sets."""
        return {"rest_s": self.prescription.phase.rest_s if self.prescription else None}

    def empty_form(self) -> SessionForm:
        """Return the form of what is prescribed for today."""
        if not self.prescription:
            return SessionForm(exercise_forms=[])
        own_unit = self.person.load_unit
        found = prescribed_forms(self.prescription, own_unit=own_unit)
        return SessionForm(exercise_forms=found)

    @cached_property
    def prescription(self) -> PrescriptionOfDay | None:
        """What is prescribed for today."""
        return next_prescription(self.patient, now=clock.now())

    def filled_form(self) -> SessionForm:
        """Return what was done, whatever is prescribed by now."""
        rows = Exercise.objects.filter(clinic=self.patient.clinic_id)
        exercises = {str(row.public_id): row for row in rows}
        data = self.request.POST
        return SessionForm(
            data, exercise_forms=returned_forms(data, exercises=exercises)
        )

    def record(self, form: SessionForm) -> tuple[UUID, bool]:
        """Store the session."""
        entry = form.entry().model_copy(update={"patient": self.patient.public_id})
        session, is_new = logbook.record_session(
            entry=entry, by=self.request.user, now=clock.now()
        )
        return session.public_id, is_new

    def next_address(
        self,
        form: SessionForm,
        entry_id: UUID,
    ) -> str:
        """Return the check-in after the session."""
        return f"{reverse('after')}?session={entry_id}"

    def correction_address(self, entry_id: UUID | str) -> str:
        """Return the form that corrects it."""
        return f"{reverse('correct-session')}?id={entry_id}"


class HelpPage(PatientPage):
    """The clinic's words for an emergency."""

    # Nobody chooses anything before they can read these.
    needs_choice = False

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them in the patient's language, else in the clinic's."""
        return self.page("patient_app/help_now.html", is_crisis="crisis" in request.GET)


class WaitingPage(PatientPage):
    """What waits on this phone; the device fills it in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page."""
        return self.page("patient_app/waiting.html")


class ProgressPage(PatientPage):
    """How it goes, in words, pictures and tables."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show half a year; ``exercise`` chooses the one whose load is shown."""
        progress = progress_of(
            self.patient, now=clock.now(), chosen=request.GET.get("exercise", "")
        )
        return self.page("patient_app/progress.html", progress=progress)


def help_address(signs: Collection[str]) -> str:
    """Return where the clinic's words about these danger signs stand."""
    return reverse("help-now") + ("?crisis=1" if SELF_HARM in signs else "")


def _errors(form: Any) -> dict[str, list[str]]:
    """Return what is wrong by the names of the controls; "" for the form as a whole."""
    found = {}
    for each in form.every_form():
        for name, faults in each.errors.items():
            place = "" if name == "__all__" else each.add_prefix(name)
            found[place] = [str(fault) for fault in faults]
    return found
