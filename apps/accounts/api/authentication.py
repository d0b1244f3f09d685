"""How a program signs in."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts import queries
from apps.common import clock


def named_clinic(request: Request) -> UUID | None:
    """Return the clinic of ``X-Clinic``; one that is no id is refused by the view."""
    with suppress(KeyError, ValueError):
        return UUID(request.headers["X-Clinic"])
    return None


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer eih_…``."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the token's user and the token, or ``None`` without the header.

        Raises:
            AuthenticationFailed: The token is unknown, expired or revoked; which one
                is not told.
        """
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("Write: Authorization: Bearer <token>.")
        token = queries.valid_token(
            parts[1].decode("latin-1"),
            now=clock.now(),
            only_clinic=named_clinic(request),
        )
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge that makes a refusal a 401."""
        return "Bearer"
