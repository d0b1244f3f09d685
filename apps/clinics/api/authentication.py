"""How a browser signs in, and what staff need besides."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from rest_framework import authentication
from rest_framework.request import Request

from apps.clinics.models import Membership
from apps.common import clock
from apps.common.errors import ServiceError


class SecondFactorRequiredError(ServiceError):
    """A member of staff signed in without a second factor."""

    code = "second_factor_required"
    status = 403
    title = "Add a second factor first."


class SessionAuthentication(authentication.SessionAuthentication):
    """The session cookie, with CSRF. Staff need a second factor, always."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the signed-in person.

        Raises:
            SecondFactorRequiredError: They work somewhere and have no second factor.
                The sign-in itself asks for the factor of whoever has one. Accounts of
                the demo are excepted.
        """
        found = super().authenticate(request)
        if found is None or settings.DEMO:
            return found
        user, _ = found
        if _works_somewhere(user) and not _has_second_factor(user):
            raise SecondFactorRequiredError(
                "Staff sign in with a second factor. Add one in your account."
            )
        return found

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge that makes a refusal a 401."""
        return "Session"


def _works_somewhere(user: Any) -> bool:
    return Membership.objects.active_at(clock.now()).filter(user=user).exists()


def _has_second_factor(user: Any) -> bool:
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=user, type__in=factors).exists()
