"""Correcting an entry, and taking it out: forms like all others, so they work offline.

Which entry is meant stands in the form. Its ``version`` is the one that the form was
filled from: somebody else may have changed the entry since.
"""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.clinics.versions import earlier_versions
from apps.common import clock
from apps.common.errors import (
    InvalidEntryError,
    NotAllowedError,
    ServiceError,
    StaleVersionError,
    WrongStateError,
)
from apps.exercises.models import Exercise
from apps.logbook import services as logbook
from apps.logbook.entry import Correction, VoidRequest
from apps.logbook.models import CheckIn, HeldSession, Moment
from apps.logbook.permissions import require_may_change

from .conflicts import Conflict
from .correction_forms import (
    CORRECTION_FORMS,
    CheckInCorrectionForm,
    SessionCorrectionForm,
    TakeOutForm,
    check_in_initial,
    recorded_forms,
    session_initial,
)
from .history import MOMENTS
from .recorded import content_of, kind_of, own_check_in, own_session
from .session_form import prescribed_forms, returned_forms
from .today import next_prescription
from .views import EntryPage, help_address

Content = dict[str, Any]


class ChangePage(EntryPage):
    """A form about an entry that stands already."""

    record_page: ClassVar[str]

    def find(self, record_id: str) -> Any:
        """Return the entry of this id, one of the patient's own."""
        raise NotImplementedError

    @cached_property
    def stored(self) -> Any:
        """The entry that the address names, or the form that came back."""
        sent = self.request.POST.get("record", "")
        return self.find(sent or self.request.GET.get("id", ""))

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, by the clock of where it was entered; else say why not."""
        self._require_may_change()
        if self.stored.voided_at is not None:
            raise WrongStateError(str(_("This entry was taken out before.")))
        with timezone.override(self.stored.time_zone):
            return super().get(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make the change, or show what must be mended; nothing typed is lost."""
        self._require_may_change()
        with timezone.override(self.stored.time_zone):
            return super().post(request)

    def next_address(self, form: Any, entry_id: UUID) -> str:
        """Return the page of the entry."""
        return self.stored_address

    @property
    def stored_address(self) -> str:
        """Where the entry is shown."""
        return f"{reverse(self.record_page)}?id={self.stored.public_id}"

    def _require_may_change(self) -> None:
        try:
            require_may_change(self.request.user, self.stored, patient=self.patient)
        except NotAllowedError as error:
            # The queue takes 403 for a sign-in that is over, and would try again.
            words = _("Your clinic entered this. Please ask them to correct it.")
            raise WrongStateError(str(words)) from error


class CorrectionPage(ChangePage):
    """Correct an entry by the form with which it is entered."""

    def form_of(self, content: Content) -> Any:
        """Return the form filled with a version of the entry."""
        raise NotImplementedError

    def returned_form(self, data: Any) -> Any:
        """Return the form with what was typed."""
        raise NotImplementedError

    def correct(self, **change: Any) -> None:
        """Hand the correction to the logbook."""
        raise NotImplementedError

    def empty_form(self) -> Any:
        """Return the form with what the entry says now."""
        return self.form_of(content_of(self.stored))

    def filled_form(self) -> Any:
        """Return what was typed."""
        return self.returned_form(self.request.POST)

    def record(self, form: Any) -> tuple[UUID, bool]:
        """Correct the entry: what differs from the version that the form shows."""
        version = form.cleaned_data["version"]
        changes = form.changes(self._content(version))
        if not changes:
            raise InvalidEntryError.at(
                "", code="required", detail=str(_("Nothing is changed yet."))
            )
        why = form.why(language=self.patient.clinic.language)
        said = {"correction_reason": why, "change_id": form.cleaned_data["id"]}
        try:
            self.correct(
                correction=Correction.parse(changes | said),
                expected_version=version,
                by=self.request.user,
                now=clock.now(),
            )
        except NotAllowedError as error:
            raise WrongStateError(error.detail) from error
        return self.stored.public_id, False

    def told(self, form: Any, error: ServiceError) -> Any:
        """Return the form; a stale one with the newer values beside what was typed."""
        if not isinstance(error, StaleVersionError):
            return super().told(form, error)
        read = self._content(form.cleaned_data["version"])
        conflict = Conflict(
            typed=self.request.POST,
            base=self.form_of(read),
            newer=self.empty_form(),
        )
        merged = self.returned_form(conflict.merged())
        merged.is_valid()
        conflict.show(merged)
        merged.add_error("version", _("Somebody has changed this entry meanwhile."))
        return merged

    def thanks(self, form: Any) -> Any:
        """Return what is said once it is stored."""
        return _("Corrected. What stood there before is kept with it.")

    def around(self) -> dict[str, Any]:
        """Return what stands around the form."""
        return {
            "heading": self.heading,
            "lead": _("Change what is wrong, and say why. The rest stays as it is."),
            "is_correction": True,
            "next_page": self.stored_address,
            "correct_at": f"{self.request.path}?id={self.stored.public_id}",
            "at": self.at,
        }

    @property
    def heading(self) -> Any:
        """What is corrected."""
        raise NotImplementedError

    @property
    def at(self) -> Any:
        """When it was."""
        raise NotImplementedError

    def _content(self, version: int) -> Content:
        """Return what the entry said in a version; of one to come, what it says now."""
        if version < self.stored.version:
            kept = earlier_versions(kind_of(self.stored), self.stored.public_id)
            for each in kept:
                if each.version == version:
                    return each.content
        return content_of(self.stored)


class CorrectCheckInPage(CorrectionPage):
    """Correct a check-in."""

    template = "patient_app/correct_check_in.html"
    record_page = "history-check-in"

    def find(self, record_id: str) -> CheckIn:
        """Return the check-in."""
        return own_check_in(self.patient, record_id)

    def form_of(self, content: Content) -> CheckInCorrectionForm:
        """Return the form of its moment."""
        return self._form(initial=check_in_initial(content))

    def returned_form(self, data: Any) -> CheckInCorrectionForm:
        """Return what was answered."""
        return self._form(data)

    def correct(self, **change: Any) -> None:
        """Hand the correction to the logbook."""
        logbook.correct_check_in(check_in_id=self.stored.public_id, **change)

    def next_address(self, form: Any, entry_id: UUID) -> str:
        """Return the emergency words after a danger sign that is new, else the page."""
        told = form.cleaned_data.get("red_flags") or []
        new = set(told) - set(self.stored.red_flags or [])
        return help_address(new) if new else super().next_address(form, entry_id)

    @property
    def heading(self) -> Any:
        """Around what it was."""
        return MOMENTS[Moment(self.stored.moment)]

    @property
    def at(self) -> Any:
        """When it was answered."""
        return self.stored.answered_at

    def _form(self, *given: Any, **options: Any) -> CheckInCorrectionForm:
        return CORRECTION_FORMS[self.stored.moment](*given, **options)


class CorrectSessionPage(CorrectionPage):
    """Correct a session."""

    template = "patient_app/correct_session.html"
    record_page = "history-session"

    def find(self, record_id: str) -> HeldSession:
        """Return the session."""
        return own_session(self.patient, record_id)

    def form_of(self, content: Content) -> SessionCorrectionForm:
        """Return its exercises, and those that were prescribed besides."""
        found = recorded_forms(content, exercises=self._exercises)
        told = {(each["exercise"], each["side"] or "") for each in content["exercises"]}
        if self._prescription is not None:
            found += prescribed_forms(self._prescription, but=told, first=len(found))
        return SessionCorrectionForm(
            exercise_forms=found, initial=session_initial(content)
        )

    def returned_form(self, data: Any) -> SessionCorrectionForm:
        """Return what was typed."""
        found = returned_forms(data, exercises=self._exercises)
        return SessionCorrectionForm(data, exercise_forms=found)

    def correct(self, **change: Any) -> None:
        """Hand the correction to the logbook."""
        logbook.correct_session(session_id=self.stored.public_id, **change)

    @property
    def heading(self) -> Any:
        """What it is."""
        return _("Session")

    @property
    def at(self) -> Any:
        """When it began."""
        return self.stored.started_at

    @cached_property
    def _exercises(self) -> dict[str, Exercise]:
        rows = Exercise.objects.filter(clinic=self.patient.clinic_id)
        return {str(row.public_id): row for row in rows}

    @cached_property
    def _prescription(self) -> Any:
        return next_prescription(self.patient, now=self.stored.started_at)


class TakeOutPage(ChangePage):
    """Say that something did not happen: it stays readable and counts nowhere."""

    template = "patient_app/take_out.html"
    lead: ClassVar[Any]

    def take_out(self, **change: Any) -> None:
        """Hand the wish to the logbook."""
        raise NotImplementedError

    def empty_form(self) -> TakeOutForm:
        """Return the form that asks why."""
        return TakeOutForm(initial={"record": self.stored.public_id})

    def filled_form(self) -> TakeOutForm:
        """Return what was said."""
        return TakeOutForm(self.request.POST)

    def record(self, form: TakeOutForm) -> tuple[UUID, bool]:
        """Take it out."""
        request = VoidRequest(
            change_id=form.cleaned_data["id"],
            reason=form.why(language=self.patient.clinic.language),
        )
        self.take_out(request=request, by=self.request.user, now=clock.now())
        return self.stored.public_id, False

    def thanks(self, form: Any) -> Any:
        """Return what is said once it is done."""
        return _("Taken out. It counts nowhere any more, and stays readable.")

    def around(self) -> dict[str, Any]:
        """Return what stands around the form."""
        return {"lead": self.lead, "next_page": self.stored_address}


class TakeOutSessionPage(TakeOutPage):
    """A session that did not happen."""

    record_page = "history-session"
    lead = _("The session and the check-ins around it will count nowhere any more.")

    def find(self, record_id: str) -> HeldSession:
        """Return the session."""
        return own_session(self.patient, record_id)

    def take_out(self, **change: Any) -> None:
        """Hand the wish to the logbook."""
        logbook.void_session(session_id=self.stored.public_id, **change)


class TakeOutCheckInPage(TakeOutPage):
    """A check-in that did not happen."""

    record_page = "history-check-in"
    lead = _("These answers will count nowhere any more.")

    def find(self, record_id: str) -> CheckIn:
        """Return the check-in."""
        return own_check_in(self.patient, record_id)

    def take_out(self, **change: Any) -> None:
        """Hand the wish to the logbook."""
        logbook.void_check_in(check_in_id=self.stored.public_id, **change)
