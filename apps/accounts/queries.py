"""Reads owned by accounts."""

import hashlib
from datetime import datetime

from .models import ApiToken


def token_hash(token: str) -> str:
    """Return what is stored of a token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


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
