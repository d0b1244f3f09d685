"""Writes owned by accounts: tokens."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from apps.audit.services import record
from apps.common.errors import InvalidEntryError, NotThereError

from .models import ApiToken, User
from .queries import token_hash

PREFIX = "eih_"
LONGEST_LIFE = timedelta(days=366)


@transaction.atomic
def issue_token(
    *,
    user: User,
    name: str,
    scope: str,
    expires_at: datetime,
    now: datetime,
    issued_with: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """Return a new token's row and, this once, its text.

    ``issued_with`` is the token that signed in; a token cannot outlive itself by
    making another.

    Raises:
        InvalidEntryError: It would be expired already, live longer than 366 days or
            longer than the token that makes it.
    """
    latest = now + LONGEST_LIFE
    if issued_with is not None:
        latest = min(latest, issued_with.expires_at)
    if not now < expires_at <= latest:
        raise InvalidEntryError.at(
            "/expires_at",
            code="out_of_range",
            detail=f"A token expires in the future, not after {latest.isoformat()}.",
        )
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        scope=scope,
        token_hash=token_hash(text),
        created_at=now,
        expires_at=expires_at,
    )
    record("token.issue", by=user, now=now, clinic_id=None, subject_id=token.public_id)
    return token, text


@transaction.atomic
def revoke_token(*, token_id: UUID, by: User, now: datetime) -> ApiToken:
    """Revoke one of the person's own tokens. Safe to repeat.

    Raises:
        NotThereError: The person has no such token.
    """
    token = by.tokens.select_for_update().filter(public_id=token_id).first()
    if token is None:
        raise NotThereError("You have no such token.")
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record(
            "token.revoke", by=by, now=now, clinic_id=None, subject_id=token.public_id
        )
    return token
