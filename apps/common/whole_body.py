"""A request is worked on when all of it is here, not while a phone loses its signal."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from asgiref.wsgi import WsgiToAsgiInstance

PATIENCE_S: Final = 30.0
THREADS: Final = 8
# Each would tell another length than that of the body which has been read.
LENGTH_HEADERS: Final = frozenset({b"content-length", b"transfer-encoding"})

Scope = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Headers
    content: bytes


NOTHING_MORE: Final = [(b"connection", b"close"), (b"content-length", b"0")]
TOO_LATE: Final = _Answer(408, NOTHING_MORE, b"")
CUT_OFF: Final = _Answer(400, NOTHING_MORE, b"")


class WholeBody:
    """An ASGI application that hands complete requests to a WSGI one, in threads.

    A server that calls WSGI as soon as it has read the headers lends a thread, and a
    database transaction, to every client that goes away in the middle of its request,
    until the connection breaks; a few of them stop everybody. Here bodies arrive
    without a thread, and who does not send all of it in time is told to try again
    (408). One byte more than the limit is kept at most: enough for the view to refuse.
    """

    def __init__(
        self,
        app: WsgiApp,
        *,
        longest: int,
        threads: int = THREADS,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._app = app
        self._longest = longest
        self._patience_s = patience_s
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        try:
            body = await asyncio.wait_for(self._body(receive), self._patience_s)
        except TimeoutError:
            await _send(send, TOO_LATE)
            return
        if body is None:
            # Whoever has only stopped to send may still be there to hear it.
            await _send(send, CUT_OFF)
            return
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._threads, self._run, scope, body)
        await _send(send, answer)

    async def _body(self, receive: Receive) -> bytes | None:
        """Return the body, or None if the client has gone."""
        body = bytearray()
        while len(body) <= self._longest:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        return bytes(body[: self._longest + 1])

    def _run(self, scope: Scope, body: bytes) -> _Answer:
        headers = [
            *_with_one_cookie_header(scope["headers"]),
            (b"content-length", str(len(body)).encode()),
        ]
        scope = scope | {"headers": headers}
        adapter = WsgiToAsgiInstance(self._app)
        adapter.scope = scope
        environ = adapter.build_environ(scope, BytesIO(body))
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _: Any = None
        ) -> None:
            started.append((status, headers))

        result = self._app(environ, start_response)
        try:
            content = b"".join(result)
        finally:
            getattr(result, "close", lambda: None)()
        status, named = started[-1]
        return _Answer(
            status=int(status.split()[0]),
            headers=[
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in named
            ],
            content=content,
        )


def _with_one_cookie_header(headers: Headers) -> Headers:
    """Return the headers that stay, with all cookies in one.

    In HTTP/2 each cookie may come alone (RFC 9113, 8.2.3), and WSGI would join them by
    commas, which no cookie parser takes apart again.
    """
    cookies = b"; ".join(value for name, value in headers if name == b"cookie")
    rest = [each for each in headers if each[0] not in {*LENGTH_HEADERS, b"cookie"}]
    return [*rest, (b"cookie", cookies)] if cookies else rest


async def _send(send: Send, answer: _Answer) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": answer.headers,
        }
    )
    await send({"type": "http.response.body", "body": answer.content})
