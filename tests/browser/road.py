"""The road between a phone and the server, with everything that can go wrong on it."""

import http.client
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

PATIENCE_S = 60
ONLY_OF_THIS_HOP = {"connection", "transfer-encoding", "keep-alive"}


class Road:
    """Carries requests to the server and answers back, or fails to.

    ``is_open``: false as in flight mode. ``loses``: paths whose requests arrive, and no
    answers. ``says``: what answers to entries for the server, by path.
    ``rewrites``: what changes the text of an answer, by path.
    """

    def __init__(self, base_url: str) -> None:
        self._server_at = urlsplit(base_url).netloc
        self.is_open = True
        self.loses: set[str] = set()
        self.says: dict[str, tuple[int, str]] = {}
        self.rewrites: dict[str, Callable[[bytes], bytes]] = {}
        self.carried: list[tuple[str, str]] = []
        self._listener = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._listener.daemon_threads = True
        host = urlsplit(base_url).hostname
        self.base_url = f"http://{host}:{self._listener.server_port}"
        threading.Thread(target=self._listener.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Carry nothing any more."""
        self._listener.shutdown()
        self._listener.server_close()

    def posts(self, path: str) -> int:
        """Return how many entries were carried to this path."""
        return self.carried.count(("POST", path))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        road = self

        class Handler(BaseHTTPRequestHandler):
            def _carry(self) -> None:
                road._carry(self)

            do_GET = do_POST = _carry  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Stay silent."""

        return Handler

    def _carry(self, asked: BaseHTTPRequestHandler) -> None:
        path = urlsplit(asked.path).path
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        if not self.is_open:
            return
        self.carried.append((asked.command, path))
        if path in self.says and asked.command == "POST":
            status, text = self.says[path]
            answer(asked, status, [("Content-Type", "application/json")], text.encode())
            return
        onward = http.client.HTTPConnection(self._server_at, timeout=PATIENCE_S)
        try:
            headers = dict(asked.headers.items()) | {"Accept-Encoding": "identity"}
            onward.request(asked.command, asked.path, body=body, headers=headers)
            came = onward.getresponse()
            content = came.read()
        except OSError:
            return
        finally:
            onward.close()
        if path in self.loses or not self.is_open:
            return
        if path in self.rewrites:
            content = self.rewrites[path](content)
        answer(asked, came.status, came.getheaders(), content)


def answer(
    asked: BaseHTTPRequestHandler,
    status: int,
    headers: list[tuple[str, str]],
    content: bytes,
) -> None:
    """Hand an answer to the phone, which may have given up waiting for it."""
    try:
        asked.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ONLY_OF_THIS_HOP | {"content-length"}:
                asked.send_header(name, value)
        asked.send_header("Content-Length", str(len(content)))
        asked.end_headers()
        if asked.command != "HEAD":
            asked.wfile.write(content)
    except OSError:
        return
