"""Sign-in by mail code or passkey, for invited people only."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.audit.services import record
from apps.common import clock
from apps.common.ids import uuid7
from apps.messaging.services import queue_mail

from .queries import works_somewhere

SIGN_IN_CODE = "account/email/login_code"
PASSKEY_CHANGES = {
    "mfa/email/webauthn_added": "passkey.add",
    "mfa/email/webauthn_removed": "passkey.remove",
}


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Nobody signs up: an account is made by accepting an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: people come by invitation."""
        return False

    def validation_error(self, code: str, *args: Any) -> Any:
        """Return the library's refusal; too many tries are told as such (429)."""
        if code == "too_many_login_attempts":
            raise ImmediateHttpResponse(respond_429(context.request))
        return super().validation_error(code, *args)

    def send_mail(
        self, template_prefix: str, email: str, context: dict[str, Any]
    ) -> None:
        """Put the library's mail into the outbox, in the person's language.

        Only the sign-in code is ours to send. Other letters of the library (an unknown
        address tried to sign in) would tell strangers about us and are dropped.
        """
        if template_prefix != SIGN_IN_CODE:
            return
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        if user is None:
            return
        queue_mail(
            "sign_in_code",
            to=user.email,
            language=user.language,
            context={"code": context["code"]},
            reason_key=f"sign_in_code:{uuid7()}",
            now=clock.now(),
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Note that a passkey came or went, and tell the person by mail.

        Whoever holds an unlocked phone could add one of their own. The library says so
        at every door at which that is possible; of the rest it says nothing is sent.
        """
        action = PASSKEY_CHANGES.get(template_prefix)
        if action is None:
            return
        now = clock.now()
        record(action, by=user, now=now, clinic_id=None, subject_id=user.public_id)
        queue_mail(
            "passkeys_changed",
            to=user.email,
            language=user.language,
            context={"was_added": action == "passkey.add"},
            reason_key=f"passkeys_changed:{uuid7()}",
            now=now,
        )

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Lead whoever may not sign in any more back, as any unknown passkey."""
        return _unknown_passkey(request)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Who is asked for a second factor at sign-in by mail code."""

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Return whether the person has such a factor and is asked for it.

        A patient's passkey is a shortcut beside the mail code, not a second lock: who
        loses the phone must still come in. Staff are asked for theirs, always; so are
        patients who set up an authenticator app.
        """
        if user.is_anonymous:
            return False
        is_asked = works_somewhere(user, now=clock.now()) or super().is_mfa_enabled(
            user, [Authenticator.Type.TOTP]
        )
        return is_asked and super().is_mfa_enabled(user, types)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002
        """Return a name for a passkey that was given none."""
        taken = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)s") % {"number": taken + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the name under which the phone keeps the passkey."""
        return super().get_public_key_credential_rp_entity() | {"name": "EIHtrack"}


class PasskeySignIn(LoginWebAuthnView):
    """Sign-in by passkey: its options as JSON, and the form with its answer."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Lead back to the mail code, with a word about what happened."""
        return _unknown_passkey(self.request)


def _unknown_passkey(request: HttpRequest) -> HttpResponse:
    messages.error(
        request,
        _("This passkey opens nothing here. Please sign in by a code instead."),
    )
    return redirect("account_request_login_code")
