"""A request is worked on when all of it is here, not while a phone loses its signal."""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import BytesIO
from typing import Any, Final

PATIENCE_S: Final = 10.0

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]


class WholeBody:
    """WSGI middleware that waits for the body, but not for ever.

    A web process has few threads. A client that went away in the middle of its request
    would hold one, and a database transaction with it, until the connection breaks. So
    the body is read before anything else, and who does not send all of it in time is
    told to try again (408). At most one byte more than the limit is kept, which is
    enough for the view to refuse it.
    """

    def __init__(
        self, app: WsgiApp, *, longest: int, patience_s: float = PATIENCE_S
    ) -> None:
        self._app = app
        self._longest = longest
        self._patience_s = patience_s

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        if _length(environ) == 0:
            return self._app(environ, start_response)
        body = self._body(environ["wsgi.input"], length=_length(environ))
        if body is None:
            start_response("408 Request Timeout", [("Content-Length", "0")])
            return []
        environ["wsgi.input"] = BytesIO(body)
        return self._app(environ, start_response)

    def _body(self, stream: Any, *, length: int | None) -> bytes | None:
        """Return the body, or None if it did not come in time."""
        most = self._longest + 1
        size = most if length is None else min(length, most)
        found: list[bytes] = []

        def read() -> None:
            # A connection that breaks is no news: the client tries again.
            with suppress(OSError):
                found.append(stream.read(size))

        # A thread of its own, because a read cannot be given up; it ends with the
        # connection.
        reader = threading.Thread(target=read, name="request-body", daemon=True)
        reader.start()
        reader.join(self._patience_s)
        return found[0] if found else None


def _length(environ: Environ) -> int | None:
    """Return how long the body is; None where only its end tells."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return None
    text = environ.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() else 0
