"""What to do in a flare: the plan that was agreed, and one's own words for the next."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.common import clock
from apps.common.zones import day_in
from apps.context import services
from apps.context.entry import FlarePlanEntry
from apps.context.models import FlarePlan, Party
from apps.context.queries import flare_plans_of

from .forms import EntryForm
from .views import EntryPage

HEADINGS: Final[dict[str, Any]] = {
    "first_signs": _("What I notice first"),
    "steps": _("What I do"),
    "leave_out": _("What I leave out"),
    "call": _("Whom I call, and when"),
}


def _words(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FlarePlanForm(EntryForm):
    """A plan in the patient's own words."""

    first_signs = _words(HEADINGS["first_signs"])
    steps = _words(HEADINGS["steps"])
    leave_out = _words(HEADINGS["leave_out"])
    call = _words(HEADINGS["call"])

    def clean(self) -> dict[str, Any]:
        """Refuse a plan without a word."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned[name] for name in HEADINGS):
            raise forms.ValidationError(
                _("Nothing is written yet. A few words under one heading are enough.")
            )
        return cleaned


class FlarePlanPage(EntryPage):
    """The flare plan, and a form to propose another."""

    template = "patient_app/flare_plan.html"

    @cached_property
    def _plans(self) -> tuple[FlarePlan | None, FlarePlan | None]:
        return flare_plans_of(self.patient)

    def around(self) -> dict[str, Any]:
        """Return the plan that holds and what was proposed since."""
        agreed, proposed = self._plans
        return {
            "agreed": agreed,
            "words": _by_heading(agreed),
            "proposed": proposed,
            "proposed_words": _by_heading(proposed),
        }

    def empty_form(self) -> FlarePlanForm:
        """Return the words that stand now, to be changed."""
        agreed, proposed = self._plans
        newest = proposed or agreed
        return FlarePlanForm(
            initial={name: getattr(newest, name) for name in HEADINGS} if newest else {}
        )

    def filled_form(self) -> FlarePlanForm:
        """Return what was written."""
        return FlarePlanForm(self.request.POST)

    def record(self, form: FlarePlanForm) -> tuple[UUID, bool]:
        """Store the words as a proposal of the patient alone."""
        now = clock.now()
        today = day_in(self.patient.time_zone, now)
        about = {
            "patient": self.patient.public_id,
            "agreed_on": today.isoformat(),
            "agreed_by": [Party.PATIENT],
        }
        entry = FlarePlanEntry.parse(form.answers() | about)
        if entry.recorded_at is not None:
            # The day on which it was written, also when it is sent once more.
            written = day_in(self.patient.time_zone, entry.recorded_at)
            entry = entry.model_copy(update={"agreed_on": min(written, today)})
        recorded = services.enter(
            services.FLARE_PLAN, entry=entry, by=self.request.user, now=now
        )
        return recorded.record.public_id, recorded.created

    def next_address(self, form: FlarePlanForm, entry_id: UUID) -> str:
        """Return the page itself, which shows what was proposed."""
        return reverse("flare-plan")


def _by_heading(plan: FlarePlan | None) -> list[tuple[Any, str]]:
    found = [(label, getattr(plan, name, "")) for name, label in HEADINGS.items()]
    return [(label, text) for label, text in found if text]
