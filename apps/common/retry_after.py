"""When to come back, for whoever came too often."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

# The sign-in library counts by the minute and does not say so.
WAIT_S: Final = 60


class RetryAfterMiddleware:
    """Put ``Retry-After`` on every 429 that has none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say when to come back where that was forgotten."""
        response = self._get_response(request)
        if response.status_code == 429:
            response.headers.setdefault("Retry-After", str(WAIT_S))
        return response
