"""What comes in about tokens."""

from typing import Annotated

from pydantic import StringConstraints

from apps.common.shapes import Instant, Shape

from .models import TokenScope

TokenName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)
]


class TokenRequest(Shape):
    """A token to be made for a program of one's own."""

    name: TokenName
    scope: TokenScope = TokenScope.FULL
    expires_at: Instant
