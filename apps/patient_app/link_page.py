"""The page behind a link in a mail: one check-in, signed out, and nothing else."""

from typing import Any, Final
from uuid import UUID

# The public function limits no GET.
from allauth.core.internal.ratelimit import consume
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from apps.clinics.models import Patient
from apps.common import clock
from apps.reminders import services
from apps.reminders.models import AskedMoment
from apps.reminders.services import LinkState, NoSuchLinkError, OpenedLink

from . import forms
from .views import SELF_HARM, EntryPage

FORMS: Final[dict[str, type[forms.CheckInForm]]] = {
    AskedMoment.H24: forms.NextDayForm,
    AskedMoment.H48: forms.SecondDayForm,
}
PLAIN: Final = "patient_app/link_closed.html"
HELP, CRISIS = "help", "crisis"
# From one address; counted in the database, like tries to sign in.
MOST_OPENED: Final = "60/m/ip"


class LinkPage(EntryPage):
    """The form that a link opens, whoever is signed in on this phone or nobody.

    It shows the day of the session and nothing else of the person.
    """

    template = "patient_app/link.html"
    door = "link"
    token: str
    opened: OpenedLink

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Answer; no search engine keeps it, and no other site hears its address."""
        limits = {"open": MOST_OPENED}
        may_try = consume(
            request, app="check_in_link", action="open", config=limits, limit_get=True
        )
        if may_try:
            response = super().dispatch(request, *args, **kwargs)
        else:
            response = self.refuse(PLAIN, status=429)
        response["X-Robots-Tag"] = "noindex, nofollow"
        # Not "no-referrer": browsers would send forms from nowhere, which are refused.
        response["Referrer-Policy"] = "same-origin"
        return response

    def is_let_in(self) -> bool:
        """Let everybody in: the link is the key."""
        return True

    def enter(self, **kwargs: Any) -> Patient:
        """Return whose link it is."""
        self.token = str(kwargs["token"])
        self.opened = services.open_link(token=self.token, now=clock.now())
        return self.opened.patient

    def get(self, request: HttpRequest, token: str = "") -> HttpResponse:
        """Show the form, or why there is none; nothing is changed by looking."""
        with translation.override(self.patient.language):
            return super().get(request)

    def post(self, request: HttpRequest, token: str = "") -> HttpResponse:
        """Store the answers, or show what must be mended; nothing typed is lost."""
        with translation.override(self.patient.language):
            return super().post(request)

    def page(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """Return the page; a form that was filled in stays, whatever has happened."""
        follow_up = self.opened.follow_up
        is_filled = context["form"].is_bound
        about = {
            "link": self.opened.link,
            "state": LinkState.OPEN if is_filled else self.opened.state,
            "session": follow_up.session,
            "window": follow_up.window,
            "shows_help": HELP in self.request.GET or bool(self._signs(context)),
            "is_crisis": CRISIS in self.request.GET
            or SELF_HARM in self._signs(context),
        }
        return super().page(template, status=status, **about, **context)

    def refuse(self, template: str, *, status: int, **context: Any) -> HttpResponse:
        """Say in the same words of every link that there is none."""
        if self.is_from_queue:
            fault = str(_("This link is not open any more."))
            return JsonResponse({"errors": {"": [fault]}}, status=status)
        is_unknown = isinstance(context.get("error"), NoSuchLinkError)
        about = context | {"is_unknown": is_unknown}
        wanted = PLAIN if is_unknown or status == 429 else template
        return render(self.request, wanted, about, status=status)

    def empty_form(self) -> forms.CheckInForm:
        """Return the form of the moment that the link is for."""
        return FORMS[self.opened.link.moment]()

    def filled_form(self) -> forms.CheckInForm:
        """Return what was answered; of which session, the link alone says."""
        answers = self.request.POST.copy()
        answers["session"] = str(self.opened.link.session_id)
        return FORMS[self.opened.link.moment](answers)

    def record(self, form: forms.CheckInForm) -> tuple[UUID, bool]:
        """Store the check-in as that of the patient."""
        now = clock.now()
        entry = form.entry(answered_at=now.isoformat())
        check_in, is_new = services.answer_by_link(
            token=self.token, entry=entry, now=now
        )
        return check_in.public_id, is_new

    def next_address(self, form: forms.CheckInForm, entry_id: UUID) -> str:
        """Return the link itself, after a danger sign with the clinic's words."""
        here = reverse("check-in-link", kwargs={"token": self.token})
        signs = form.cleaned_data.get("red_flags")
        if not signs:
            return here
        return f"{here}?{HELP}&{CRISIS}" if SELF_HARM in signs else f"{here}?{HELP}"

    @staticmethod
    def _signs(context: dict[str, Any]) -> list[str]:
        form = context["form"]
        if not form.is_bound:
            return []
        ticked = form.data.getlist("red_flags")
        return [each for each in ticked if each != forms.NONE_OF_THESE]
