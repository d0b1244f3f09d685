"""Sign-in by mail code, for invited people only."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.http import HttpRequest

from apps.accounts.models import User
from apps.common import clock
from apps.common.ids import uuid7
from apps.messaging.services import queue_mail

SIGN_IN_CODE = "account/email/login_code"


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
