"""Reads owned by accounts."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet, UUIDField, Value
from django.db.models.functions import Cast

from apps.common.statements import Compiled
from apps.common.tenancy import EnterClinicsOf

from .models import ApiToken


def token_hash(token: str) -> str:
    """Return what is stored of a token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def valid_token(
    text: str, *, now: datetime, only_clinic: UUID | None = None
) -> ApiToken | None:
    """Return the token of this text with its user, unless expired or revoked.

    In the same round trip it opens the wall of the user's clinics, or of the one that
    ``only_clinic`` names, and says in ``entered`` which these are.
    """
    found = _tokens(hashed=token_hash(text), now=now, only_clinic=only_clinic)
    return found[0] if found else None


@Compiled
def _tokens(
    *, hashed: str, now: datetime, only_clinic: UUID | None
) -> QuerySet[ApiToken]:
    only = Cast(Value(only_clinic), UUIDField())
    return (
        ApiToken.objects.select_related("user")
        .filter(
            token_hash=hashed,
            revoked_at__isnull=True,
            expires_at__gt=now,
            user__is_active=True,
        )
        .annotate(entered=EnterClinicsOf(F("user_id"), only, Value(now)))
    )
