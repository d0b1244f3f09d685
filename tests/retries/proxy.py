"""A line between client and server that breaks where a test wants it to."""

import re
import socket
import struct
import threading
from contextlib import suppress
from typing import Self

READ = 65_536
WAIT_S = 60


class BrokenLine:
    """A TCP proxy that breaks every connection in one way.

    ``breaks`` is one of: ``answer_lost`` (all goes through, nothing comes back),
    ``answer_cut`` (half of the answer comes back), ``request_cut`` (half of the body
    goes through, then the line ends), ``request_reset`` (the same, by a reset), and
    ``request_hangs`` (half of the body goes through, and the line stays open).
    """

    def __init__(self, *, port: int, breaks: str) -> None:
        """Listen on a free port and pass on to ``port`` of this machine."""
        self._port, self._breaks = port, breaks
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._hanging = threading.Semaphore(0)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def base_url(self) -> str:
        """The address to use instead of the server's."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Return the line, which is open already."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Let every connection go."""
        self._over.set()
        self._listener.close()

    def wait_until_hanging(self, times: int) -> None:
        """Return when so many requests wait for the rest of their body."""
        for _ in range(times):
            assert self._hanging.acquire(timeout=WAIT_S)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(
                    target=self._serve, args=(client,), daemon=True
                ).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._port), WAIT_S)
        client.settimeout(WAIT_S)
        with client, server, suppress(OSError):
            request = _message(client)
            if self._breaks.startswith("answer"):
                server.sendall(request)
                answer = _message(server)
                if self._breaks == "answer_cut":
                    client.sendall(answer[: len(answer) * 2 // 3])
            else:
                self._send_half(request, server)
            _reset(client)

    def _send_half(self, request: bytes, server: socket.socket) -> None:
        head, body = request.split(b"\r\n\r\n", 1)
        server.sendall(head + b"\r\n\r\n" + body[: len(body) // 2])
        if self._breaks == "request_hangs":
            self._hanging.release()
            # Longer than anybody's patience, so that only the server can end it.
            self._over.wait(3 * WAIT_S)
        if self._breaks == "request_cut":
            server.shutdown(socket.SHUT_WR)
            # Until the server has ended its side too, it may still be at work.
            while server.recv(READ):
                pass
        else:
            _reset(server)


def _message(sender: socket.socket) -> bytes:
    """Read one whole HTTP message with a content length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(sender)
    head, body = data.split(b"\r\n\r\n", 1)
    found = re.search(rb"(?i)content-length: *([0-9]+)", head)
    length = int(found[1]) if found else 0
    while len(body) < length:
        body += _more(sender)
    return head + b"\r\n\r\n" + body


def _more(sender: socket.socket) -> bytes:
    data = sender.recv(READ)
    if not data:
        raise ConnectionError("the line ended early")
    return data


def _reset(line: socket.socket) -> None:
    # Lingering for no time at all, closing is a reset.
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()
