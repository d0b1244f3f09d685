"""Reads owned by accounts."""

import hashlib
from datetime import datetime
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, F, OuterRef, QuerySet, UUIDField, Value
from django.db.models.functions import Cast

from apps.common.statements import Compiled
from apps.common.tenancy import EnterClinicsOf

from .models import ApiToken, User


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


def sign_ins_of(user: User, *, now: datetime) -> QuerySet[UserSession]:
    """Return the browsers in which the person is signed in, the newest use first.

    A row outlives its session: those that ended or ran out are left out.
    """
    open_still = Session.objects.filter(
        session_key=OuterRef("session_key"), expire_date__gt=now
    )
    rows = UserSession.objects.filter(Exists(open_still), user=user)
    return rows.order_by("-last_seen_at", "-pk")


def tokens_in_force(user: User, *, now: datetime) -> QuerySet[ApiToken]:
    """Return the person's tokens that open something now, newest first."""
    rows = user.tokens.filter(revoked_at__isnull=True, expires_at__gt=now)
    return rows.order_by("-created_at", "-pk")
