"""Bytes that are hardly HTTP, sent to the real web server."""

import contextlib
import socket
from urllib.parse import urlsplit

import httpx
import pytest

pytestmark = [pytest.mark.long, pytest.mark.requirement("M5")]

ADDRESS = "/api/v1/invitations/accept/"
WAIT_S = 30
PATIENCE_S = 3
MEGABYTE = 1 << 20


def head(line: str, *headers: str) -> bytes:
    """Return the beginning of a request."""
    return "\r\n".join([line, "Host: localhost", *headers, "", ""]).encode("latin-1")


def post(*headers: str, body: bytes = b"") -> bytes:
    """Return a request to the one address that asks for no sign-in."""
    typed = ("Content-Type: application/json", *headers)
    return head(f"POST {ADDRESS} HTTP/1.1", *typed) + body


def chunk(content: bytes) -> bytes:
    """Return one chunk of a body whose length is not told."""
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


CHUNKED = "Transfer-Encoding: chunked"
JSON_BODY = b'{"token": "x"}'
RAW: dict[str, bytes] = {
    "chunks": post(CHUNKED, body=chunk(JSON_BODY) + b"0\r\n\r\n"),
    "chunks beyond the limit": post(
        CHUNKED, body=chunk(b" " * MEGABYTE) * 3 + b"0\r\n\r\n"
    ),
    "chunk of no size": post(CHUNKED, body=b"\r\n\r\n"),
    "chunk of a word": post(CHUNKED, body=b"xyz\r\n\r\n"),
    "chunk of 2**70": post(CHUNKED, body=f"{2**70:x}\r\nx\r\n".encode()),
    "chunk that is cut off": post(CHUNKED, body=b"ff\r\n{"),
    "both lengths": post(CHUNKED, "Content-Length: 3", body=b"0\r\n\r\n"),
    "two lengths": post("Content-Length: 3", "Content-Length: 4", body=b"{}  "),
    "length -1": post("Content-Length: -1", body=JSON_BODY),
    "length of a word": post("Content-Length: ten", body=JSON_BODY),
    "length of 30 digits": post("Content-Length: " + "9" * 30, body=JSON_BODY),
    "length too long": post("Content-Length: 500", body=JSON_BODY),
    "length too short": post("Content-Length: 3", body=JSON_BODY),
    "no length": post(body=JSON_BODY),
    "body beyond the limit": post(
        f"Content-Length: {3 * MEGABYTE}", body=b" " * 3 * MEGABYTE
    ),
    "gzip": post("Content-Encoding: gzip", "Content-Length: 4", body=b"\x1f\x8b\0\0"),
    "NUL in the path": head("GET /api/v1/me/\0 HTTP/1.1"),
    "NUL encoded": head("GET /api/v1/me/%00 HTTP/1.1"),
    "half an escape": head("GET /api/v1/%e HTTP/1.1"),
    "a space in the path": head("GET /api/v1/me/ x HTTP/1.1"),
    "bytes in the path": head("GET /api/v1/\xff\xfe/ HTTP/1.1"),
    "no path": head("GET  HTTP/1.1"),
    "a star": head("OPTIONS * HTTP/1.1"),
    "a whole address": head("GET http://evil.example/api/v1/me/ HTTP/1.1"),
    "an address to connect to": head("CONNECT evil.example:443 HTTP/1.1"),
    "dots": head("GET /api/v1/../../../../etc/passwd HTTP/1.1"),
    "dots encoded": head("GET /static/%2e%2e/%2e%2e/manage.py HTTP/1.1"),
    "a path of a megabyte": head(f"GET /{'x' * MEGABYTE} HTTP/1.1"),
    "a header of a megabyte": post(f"X-Long: {'x' * MEGABYTE}"),
    "ten thousand headers": post(*[f"X-{each}: 1" for each in range(10_000)]),
    "a header without a name": post(": x"),
    "a header without a colon": post("X"),
    "a folded header": post("X-Folded: a\r\n b"),
    "NUL in a header": post("X-Clinic: \0"),
    "bytes in a header": head("GET /api/v1/me/ HTTP/1.1", "X-Clinic: \xff\xfe"),
    "bytes in the sign-in": head(
        "GET /api/v1/me/ HTTP/1.1", "Authorization: Bearer \xff\xfe\xfd"
    ),
    "two hosts": head("GET /api/v1/me/ HTTP/1.1", "Host: evil.example"),
    "version 0.9": b"GET /api/v1/me/\r\n\r\n",
    "version 9.9": head("GET /api/v1/me/ HTTP/9.9"),
    "no such method": head("x" * 300 + " /api/v1/me/ HTTP/1.1"),
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200,
    "only line ends": b"\r\n" * 1000,
}


def status_of(raw: bytes, *, base_url: str) -> int | None:
    """Send bytes and return the answer's status, or nothing if there is no answer."""
    address = urlsplit(base_url)
    with socket.create_connection((address.hostname, address.port), WAIT_S) as sent:
        # The server may well hang up before it has heard everything.
        with contextlib.suppress(ConnectionError):
            sent.sendall(raw)
        sent.settimeout(PATIENCE_S)
        with contextlib.suppress(TimeoutError):
            return answered(sent)
        # It waits for the rest of a request that was cut off, and is told of its end.
        sent.settimeout(WAIT_S)
        with contextlib.suppress(ConnectionError):
            sent.shutdown(socket.SHUT_WR)
        return answered(sent)


def answered(sent: socket.socket) -> int | None:
    """Return the status that comes back, or nothing if the server hangs up."""
    answer = b""
    with contextlib.suppress(ConnectionError):
        while b"\r\n" not in answer and (more := sent.recv(4096)):
            answer += more
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else None


def test_what_is_hardly_http_is_refused_and_the_server_goes_on(live_stack):
    statuses = {
        what: status_of(raw, base_url=live_stack.base_url) for what, raw in RAW.items()
    }

    print(statuses)
    accepted = {
        what: status
        for what, status in statuses.items()
        if status is not None and not 400 <= status < 500
    }
    assert accepted == {}
    assert httpx.get(f"{live_stack.base_url}/livez").status_code == 200
    log = (live_stack.log_folder / "web.log").read_text()
    assert "Internal Server Error" not in log
