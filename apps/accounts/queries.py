"""Reads owned by accounts."""

from datetime import datetime

from .models import ApiToken
from .services import token_hash


def valid_token(text: str, *, now: datetime) -> ApiToken | None:
    """Return the token of this text with its user, unless expired or revoked."""
    return (
        ApiToken.objects.select_related("user")
        .filter(
            token_hash=token_hash(text),
            revoked_at__isnull=True,
            expires_at__gt=now,
            user__is_active=True,
        )
        .first()
    )
