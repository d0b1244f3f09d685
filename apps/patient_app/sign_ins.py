"""Where a person is signed in, and with what."""

from typing import Any, NoReturn
from uuid import UUID

from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import flows
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import queries, services
from apps.accounts.passkeys import AddPasskeyForm
from apps.common import clock
from apps.common.errors import NotAllowedError, NotThereError

from .pages import PatientPage

# The first that is found counts: most browsers also name those that they resemble.
BROWSERS = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet")),
    *(("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome")),
    *(("Chrome", "Chrome"), ("Safari", "Safari")),
)
SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android")),
    *(("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Mac OS", "Mac")),
    ("Linux", "Linux"),
)


class DevicesPage(PatientPage):
    """The browsers in which one is signed in, and the tokens of one's programs."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them; this one is named as such."""
        user, now = self.person, clock.now()
        own_key = request.session.session_key
        sign_ins = [
            {
                "id": row.pk,
                "name": device_name(row.user_agent),
                "since": row.created_at,
                "used_at": row.last_seen_at,
                "is_this": row.session_key == own_key,
            }
            for row in queries.sign_ins_of(user, now=now)
        ]
        return self.page(
            "patient_app/devices.html",
            sign_ins=sorted(sign_ins, key=lambda each: not each["is_this"]),
            tokens=queries.tokens_in_force(user, now=now),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign out one, or everything but this browser."""
        user, now, asked = self.person, clock.now(), request.POST
        if "everything-else" in asked:
            services.end_everything_else(
                session_key=str(request.session.session_key), by=user, now=now
            )
            said = _("You are signed out everywhere else.")
        elif "sign-in" in asked:
            services.end_sign_in(sign_in_id=_number(asked["sign-in"]), by=user, now=now)
            said = _("That device is signed out.")
        else:
            token_id = _token_id(asked.get("token", ""))
            services.revoke_token(token_id=token_id, by=user, now=now)
            said = _("That program cannot use your account any more.")
        messages.success(request, said)
        return redirect("my-devices")


class PasskeyName(forms.Form):
    """What a passkey is called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)


class PasskeysPage(PatientPage):
    """One's passkeys: adding needs the device, the rest works without script."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, or tell the device what to make a new one of."""
        if not self.is_from_queue:
            return self._show()
        try:
            options = flows.begin_registration(request, self.person, True)
        except ReauthenticationRequired:
            return JsonResponse({}, status=403)
        return JsonResponse({"creation_options": options})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add, rename or remove one."""
        asked = request.POST
        try:
            if "remove" in asked:
                flows.remove_authenticator(request, self._own(asked["remove"]))
                return redirect("my-passkeys")
            named = PasskeyName(asked)
            if "rename" in asked:
                return self._rename(self._own(asked["rename"]), named)
            return self._add(named)
        except ReauthenticationRequired:
            _refuse_guarded()

    def _add(self, named: PasskeyName) -> HttpResponse:
        form = AddPasskeyForm(
            credential=self.request.POST.get("credential", ""),
            name=named.cleaned_data["name"] if named.is_valid() else "",
            user=self.person,
        )
        if not form.is_valid():
            fault = _("This passkey could not be added. Please try once more.")
            return self._show(fault=fault, status=400)
        flows.add_authenticator(
            self.request,
            name=form.cleaned_data["name"],
            credential=form.cleaned_data["credential"],
        )
        return redirect("my-passkeys")

    def _rename(self, passkey: Authenticator, named: PasskeyName) -> HttpResponse:
        if not named.is_valid():
            fault = " ".join(map(str, named.errors["name"]))
            typed = {"of": passkey.pk, "name": self.request.POST.get("name", "")}
            return self._show(fault=fault, typed=typed, status=400)
        flows.rename_authenticator(self.request, passkey, named.cleaned_data["name"])
        messages.success(self.request, _("Saved."))
        return redirect("my-passkeys")

    def _show(
        self, *, fault: str = "", typed: Any = None, status: int = 200
    ) -> HttpResponse:
        return self.page(
            "patient_app/passkeys.html",
            status=status,
            fault=fault,
            typed=typed,
            passkeys=[
                {
                    "id": row.pk,
                    "name": row.wrap().name,
                    "since": row.created_at,
                    "used_at": row.last_used_at,
                }
                for row in self._rows()
            ],
        )

    def _rows(self) -> QuerySet[Authenticator]:
        rows = Authenticator.objects.filter(
            user=self.person, type=Authenticator.Type.WEBAUTHN
        )
        return rows.order_by("created_at", "pk")

    def _own(self, text: str) -> Authenticator:
        found = self._rows().filter(pk=_number(text)).first()
        if found is None:
            raise NotThereError(_("You have no such passkey."))
        return found


def device_name(user_agent: str) -> str:
    """Return browser and system by the names that people know them by."""
    browser = _first(BROWSERS, user_agent) or _("A browser")
    system = _first(SYSTEMS, user_agent)
    if not system:
        return browser
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in known if sign in text), "")


def _number(text: str) -> int:
    """Return the key of a row; one that cannot be is nobody's."""
    is_key = text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if is_key else 0


def _token_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotThereError(_("You have no such token.")) from error


def _refuse_guarded() -> NoReturn:
    raise NotAllowedError(
        _(
            "An authenticator app guards your account. Ask your clinic to change "
            "passkeys together with you."
        )
    )
