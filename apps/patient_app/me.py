"""What a patient may choose: language, zone, unit, and whose record they look at."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from apps.clinics.entry import ZONES, OwnSettings
from apps.clinics.services import choose_own_settings
from apps.common import clock, tenancy

from .device import build
from .pages import CHOSEN_RECORD, PatientPage
from .widgets import Choice

LANGUAGES = dict(settings.LANGUAGES)
UNITS = [
    ("", _("As the machine shows it")),
    ("kg", _("Kilograms (kg)")),
    ("lb", _("Pounds (lb)")),
]


def zone_choices() -> Sequence[tuple[str, list[tuple[str, str]]]]:
    """Return every zone under its part of the world, both in order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(ZONES):
        area = zone.partition("/")[0] if "/" in zone else str(_("Other"))
        found.setdefault(area, []).append((zone, zone_name(zone)))
    return sorted(found.items())


def zone_name(zone: str) -> str:
    """Return a zone as people write it: the place, without the part of the world."""
    return zone.partition("/")[2].replace("_", " ") or zone


class MePage(PatientPage):
    """The way to everything that is about the person and not about training."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return self.page(
            "patient_app/me.html",
            email=self.person.email,
            language_name=LANGUAGES.get(self.patient.language, self.patient.language),
            zone_name=zone_name(self.patient.time_zone),
            build=build(),
        )


class SettingsForm(forms.Form):
    """Language, zone and unit, as they are now or as they were chosen."""

    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=Choice
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)
    load_unit = forms.ChoiceField(
        label=_("When I type a weight"), choices=UNITS, required=False, widget=Choice
    )

    def entry(self) -> OwnSettings:
        """Return what was chosen."""
        return OwnSettings.parse(self.cleaned_data)


class SettingsPage(PatientPage):
    """The form of the settings."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what holds now."""
        now_chosen = {
            "language": self.patient.language,
            "time_zone": self.patient.time_zone,
            "load_unit": self.person.load_unit,
        }
        return self._show(SettingsForm(initial=now_chosen))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep what was chosen, or show what must be mended."""
        form = SettingsForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=400)
        # It is the person who chooses: it holds in all of their clinics.
        tenancy.enter_clinics(each.clinic_id for each in self.records)
        choose_own_settings(entry=form.entry(), by=self.person, now=clock.now())
        messages.success(request, _("Saved."))
        return redirect("my-page")

    def _show(self, form: SettingsForm, *, status: int = 200) -> HttpResponse:
        return self.page("patient_app/settings.html", form=form, status=status)


class ClinicPage(PatientPage):
    """Which of one's clinics the pages are about."""

    needs_choice = False

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the clinics."""
        return self._show()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the choice until the person signs out."""
        chosen = request.POST.get("record", "")
        if chosen not in {str(each.public_id) for each in self.records}:
            return self._show(refusal=_("Please choose one of these."), status=400)
        request.session[CHOSEN_RECORD] = chosen
        return redirect(self._way_on())

    def _show(self, *, refusal: Any = None, status: int = 200) -> HttpResponse:
        return self.page(
            "patient_app/clinic.html",
            status=status,
            records=self.records,
            refusal=refusal,
            way_on=self._way_on(),
        )

    def _way_on(self) -> str:
        said = self.request.POST.get("next") or self.request.GET.get("next") or ""
        # From the root: a bare word would be looked up as the name of a page.
        is_ours = said.startswith("/") and url_has_allowed_host_and_scheme(
            said, allowed_hosts=None
        )
        return said if is_ours else reverse("today")
