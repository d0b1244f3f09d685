"""What comes in about tokens."""

from apps.common.shapes import Instant, RequiredLine, Shape

from .models import TokenScope


class TokenRequest(Shape):
    """A token to be made for a program of one's own."""

    name: RequiredLine
    scope: TokenScope = TokenScope.FULL
    expires_at: Instant
