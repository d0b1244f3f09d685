"""The pages of history: the list, and one page an entry."""

from collections.abc import Iterator
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common.errors import NotAllowedError
from apps.logbook.models import CheckIn, HeldSession, Moment
from apps.logbook.permissions import require_may_change

from .history import MOMENTS, history_of
from .pages import PatientPage
from .questionnaire_form import QuestionnaireForm, control_of
from .questionnaires import AskedQuestionnaire, own_response
from .recorded import (
    Said,
    answer_text,
    content_of,
    earlier_of,
    exercises_in,
    own_check_in,
    own_session,
    said_in,
)


class HistoryPage(PatientPage):
    """Every entry, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a part of the list; ``before`` is where the part before it ended."""
        history = history_of(self.patient, before=request.GET.get("before", ""))
        return self.page("patient_app/history.html", history=history)


class RecordPage(PatientPage):
    """One session or check-in: what it says, and what it said before."""

    correct: ClassVar[str]
    take_out: ClassVar[str]

    def record(self, record_id: str) -> Any:
        """Return the entry."""
        raise NotImplementedError

    def heading(self, record: Any) -> str:
        """Return what kind of entry it is."""
        raise NotImplementedError

    def at(self, record: Any) -> Any:
        """Return when it was."""
        raise NotImplementedError

    def around(self, record: Any) -> dict[str, Any]:
        """Return what hangs on it."""
        return {}

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the entry of the address, by the clock of where it was entered."""
        record = self.record(request.GET.get("id", ""))
        with timezone.override(record.time_zone):
            content = content_of(record)
            exercises = exercises_in([content], patient=self.patient)
            query = f"?id={record.public_id}"
            return self.page(
                "patient_app/record.html",
                record=record,
                heading=self.heading(record),
                at=self.at(record),
                said=list(said_in(content, exercises=exercises)),
                is_own=record.entered_by_id == self.patient.user_id,
                why_not=self._why_not(record),
                earlier=earlier_of(record, patient=self.patient),
                correct_at=reverse(self.correct) + query,
                take_out_at=reverse(self.take_out) + query,
                **self.around(record),
            )

    def _why_not(self, record: HeldSession | CheckIn) -> str:
        """Return why it cannot be corrected; "" if it can."""
        if record.voided_at is not None:
            return _("It was taken out and counts nowhere any more.")
        try:
            require_may_change(self.request.user, record, patient=self.patient)
        except NotAllowedError:
            return _(
                "Your clinic entered this. If something in it is wrong, please tell "
                "your physiotherapist."
            )
        return ""


class SessionRecordPage(RecordPage):
    """One session."""

    correct = "correct-session"
    take_out = "take-out-session"

    def record(self, record_id: str) -> HeldSession:
        """Return the session."""
        return own_session(self.patient, record_id)

    def heading(self, record: HeldSession) -> str:
        """Return what it is."""
        return _("Session")

    def at(self, record: HeldSession) -> Any:
        """Return when it began."""
        return record.started_at

    def around(self, record: HeldSession) -> dict[str, Any]:
        """Return the check-ins around it."""
        check_ins = [
            (each, MOMENTS[Moment(each.moment)]) for each in record.check_ins.all()
        ]
        return {"check_ins": check_ins}


class CheckInRecordPage(RecordPage):
    """One check-in."""

    correct = "correct-check-in"
    take_out = "take-out-check-in"

    def record(self, record_id: str) -> CheckIn:
        """Return the check-in."""
        return own_check_in(self.patient, record_id)

    def heading(self, record: CheckIn) -> str:
        """Return around what it was."""
        return str(MOMENTS[Moment(record.moment)])

    def at(self, record: CheckIn) -> Any:
        """Return when it was answered."""
        return record.answered_at


class QuestionnaireRecordPage(PatientPage):
    """What was answered to a questionnaire, in the clinic's words; never a score."""

    lead: ClassVar[Any] = gettext_lazy(
        "If an answer is wrong, please tell your physiotherapist: they can correct it."
    )

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the response that the address names."""
        asked = own_response(self.patient, request.GET.get("id", ""))
        response: Any = asked.response
        zone = ZoneInfo(self.patient.time_zone)
        return self.page(
            "patient_app/questionnaire_record.html",
            asked=asked,
            response=response,
            at=response.completed_at.astimezone(zone),
            is_own=response.entered_by_id == self.patient.user_id,
            said=list(_answers(asked)),
            lead=self.lead,
        )


def _answers(asked: AskedQuestionnaire) -> Iterator[Said]:
    wording = asked.wording()
    answers = asked.response.answers if asked.response else {}
    if wording is None:
        # Without the clinic's words only the printed codes are left.
        for item in asked.instrument.items:
            yield Said(item.code, str(answers.get(item.code, _("not answered"))))
        return
    form = QuestionnaireForm(instrument=asked.instrument, words=asked.words(wording))
    for item in asked.instrument.items:
        field = form.fields[control_of(item.code)]
        yield Said(str(field.label), answer_text(field, answers.get(item.code)))
