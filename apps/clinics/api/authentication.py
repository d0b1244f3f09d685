"""How a browser signs in, and what staff need besides."""

from datetime import UTC, datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from rest_framework import authentication
from rest_framework.request import Request

from apps.clinics.queries import works_somewhere
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
        is_staff = works_somewhere(user, now=clock.now())
        if is_staff and not _second_factor_holds(request, user):
            raise SecondFactorRequiredError(
                "Staff sign in with a second factor. Add one in your account."
            )
        return found

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge that makes a refusal a 401."""
        return "Session"


def _second_factor_holds(request: Request, user: Any) -> bool:
    """Return whether a second factor was used to sign in, or set up since then.

    To have one is not enough: patients are not asked for theirs, and a patient may
    become a member of staff while signed in.
    """
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    own = Authenticator.objects.filter(user=user, type__in=factors)
    records = get_authentication_records(request, user)
    if any(each["method"] == "mfa" for each in records):
        return own.exists()
    signed_in_at = max((each["at"] for each in records), default=0)
    return own.filter(
        created_at__gte=datetime.fromtimestamp(signed_in_at, tz=UTC)
    ).exists()
