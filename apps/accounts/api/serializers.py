"""What the API tells about tokens."""

from datetime import datetime
from uuid import UUID

from apps.accounts.models import ApiToken
from apps.common.shapes import Answer


class TokenAnswer(Answer):
    """A token without its text."""

    id: UUID
    name: str
    scope: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class NewTokenAnswer(TokenAnswer):
    """A new token with its text, which is told this once."""

    token: str


def token_answer(token: ApiToken) -> TokenAnswer:
    """Return a token without its text."""
    return TokenAnswer(**_fields(token))


def new_token_answer(token: ApiToken, text: str) -> NewTokenAnswer:
    """Return a new token with its text."""
    return NewTokenAnswer(**_fields(token), token=text)


def _fields(token: ApiToken) -> dict[str, object]:
    return {
        "id": token.public_id,
        "name": token.name,
        "scope": token.scope,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    }
