"""Requests that no honest client sends, and what every answer to them must be."""

import gzip
import json
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.contracts.permission_table import TABLE, Line
from tests.contracts.routes import api_routes
from tests.contracts.scene import PEOPLE
from tests.factories.people import bearer

from .rows import FuzzScene
from .values import HOSTILE_VALUES

JSON = "application/json"
LONGEST = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
WITH_BODY = ("POST", "PUT", "PATCH")
ROUTES = {route.name: route for route in api_routes()}
# The document and its reader answer everybody with a page.
LINES = [line for line in TABLE if line.route not in ("openapi", "docs")]


@dataclass(frozen=True)
class Knock:
    """One request; ``headers`` are names of the WSGI environment."""

    what: str
    method: str
    path: str
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    is_hopeless: bool = False
    """No reading of it can be honest, so it must be refused."""


def honest(line: Line, scene: FuzzScene) -> Knock:
    """Return the line's request as an honest client sends it."""
    route = ROUTES[line.route]
    ids = scene.ids(line)
    path = reverse(line.route, kwargs={name: ids[name] for name in route.arguments})
    headers = {} if line.version is None else {"HTTP_IF_MATCH": f'"{line.version}"'}
    body = b""
    if line.body:
        body = json.dumps(scene.body(line)).encode()
    return Knock("honest", line.method, path, body=body, headers=headers)


def someone_who_may(line: Line, scene: FuzzScene) -> dict[str, str]:
    """Return the sign-in of somebody whom the line lets in, if there is anybody."""
    statuses = dict(zip(PEOPLE, line.expected, strict=True))
    allowed = (each for each in ("therapist", "manager") if statuses[each] < 300)
    person = next(allowed, "therapist")
    return {"HTTP_AUTHORIZATION": f"Bearer {bearer(scene.scene.users[person])}"}


def send(knock: Knock, sign_in: dict[str, str]) -> HttpResponse:
    """Make the request."""
    return Client(raise_request_exception=False).generic(
        knock.method,
        knock.path,
        data=knock.body,
        content_type=knock.content_type,
        **(sign_in | knock.headers),
    )


def complaint(knock: Knock, response: HttpResponse) -> str:
    """Return what is wrong with the answer, or nothing."""
    status = response.status_code
    said = f"{knock.what}: {knock.method} {knock.path[:200]} -> {status}"
    if status >= 500:
        return f"{said}: {_defect(response)}"
    if status < 400:
        return f"{said}: it should be refused" if knock.is_hopeless else ""
    if knock.method == "HEAD":
        return ""
    if response.headers.get("Content-Type") != "application/problem+json":
        return f"{said}: not a problem but {response.headers.get('Content-Type')}"
    return _fault_of_problem(json.loads(response.content), said=said, status=status)


def _defect(response: Any) -> str:
    if not response.exc_info:
        return response.content.decode()
    _, error, trace = response.exc_info
    last = traceback.extract_tb(trace)[-1]
    return f"{error!r} at {last.filename}:{last.lineno}"


def _fault_of_problem(body: Any, *, said: str, status: int) -> str:
    known = {"type", "title", "status", "code", "detail", "errors"}
    texts = ("type", "title", "code", "detail")
    if set(body) - known or not all(isinstance(body.get(each), str) for each in texts):
        return f"{said}: not the shape of a problem: {body}"
    if body["status"] != status:
        return f"{said}: says status {body['status']}"
    for each in body.get("errors", []):
        is_whole = set(each) == {"pointer", "code", "detail"}
        if not is_whole or (each["pointer"] and not each["pointer"].startswith("/")):
            return f"{said}: not the shape of an error: {each}"
    if len(json.dumps(body)) > 100_000:
        return f"{said}: the refusal is {len(json.dumps(body))} characters long"
    return ""


@cache
def _bodies_of_nobody() -> dict[str, bytes]:
    """Return bodies that are the same for every route; some are large."""
    return {
        "empty": b"",
        "a space": b" ",
        "null": b"null",
        "a list": b"[]",
        "a text": b'"x"',
        "a number": b"5",
        "true": b"true",
        "nested 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "lists 100,000 deep": b"[" * 100_000,
        "lists 900 deep in a field": b'{"a":' + b"[" * 900 + b"]" * 900 + b"}",
        "1e400": b'{"a": 1e400}',
        "1e-400": b'{"a": 1e-9999999999999999999}',
        "a number of 1000 digits": b'{"a": 1' + b"0" * 1000 + b"}",
        "a number of 1,000,000 digits": b'{"a": 1' + b"0" * 1_000_000 + b"}",
        "NaN": b'{"a": NaN}',
        "Infinity": b'{"a": -Infinity}',
        "a name twice": b'{"change_id": null, "change_id": null}',
        "a lone surrogate": b'{"a": "\\ud800"}',
        "a lone surrogate in a name": b'{"\\udfff": 1}',
        "NUL": b'{"a": "\\u0000"}',
        "raw NUL": b'{"a": "\0"}',
        "not UTF-8": b'{"a": "\xff\xfe"}',
        "overlong UTF-8": b'{"a": "\xc0\xaf"}',
        "100,000 unknown fields": json.dumps(
            dict.fromkeys(map(str, range(99_999)))
        ).encode(),
        "a name of a million letters": b'{"' + b"n" * 1_000_000 + b'": 1}',
        "1,900,000 letters": b'{"a": "' + b"x" * 1_900_000 + b'"}',
        "over the limit": b'{"a": "' + b"x" * LONGEST + b'"}',
    }


def hostile_bodies(base: Knock) -> Iterator[Knock]:
    """Yield bodies that are no honest JSON object."""
    bodies = _bodies_of_nobody() | {
        "cut off": base.body[:-1],
        "two documents": base.body + base.body,
        "UTF-16": base.body.decode().encode("utf-16") or b"\xff\xfe",
        "UTF-32": base.body.decode().encode("utf-32") or b"\xff\xfe\0\0",
        "a byte order mark": b"\xef\xbb\xbf" + base.body,
        "spaces over the limit": b" " * LONGEST + base.body,
    }
    for what, body in bodies.items():
        yield replace(base, what=f"body: {what}", body=body, is_hopeless=True)
    yield replace(
        base,
        what="body: gzip",
        body=gzip.compress(base.body, mtime=0),
        headers=base.headers | {"HTTP_CONTENT_ENCODING": "gzip"},
        is_hopeless=True,
    )
    yield from _hostile_content_types(base)
    for length in ("-1", "x", "", "1e3", "0"):
        yield replace(
            base,
            what=f"Content-Length {length!r}",
            headers=base.headers | {"CONTENT_LENGTH": length},
        )


def _hostile_content_types(base: Knock) -> Iterator[Knock]:
    for content_type in (
        "text/plain",
        "text/html",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/xml",
        "application/octet-stream",
        "application/jsonp",
        "x",
        "a/b/c",
        "/",
        ";",
        "*/*",
        "json" * 5000,
        "\xff\xfe",
    ):
        yield replace(
            base,
            what=f"type {content_type[:40]!r}",
            content_type=content_type,
            is_hopeless=bool(base.body) and content_type != "*/*",
        )
    for content_type in (
        "application/json; charset=utf-16",
        "application/json; charset=nonsense",
        "application/json;;;",
        'application/json; x="',
        "APPLICATION/JSON",
        "",
    ):
        yield replace(base, what=f"type {content_type!r}", content_type=content_type)


HOSTILE_HEADERS: dict[str, tuple[str, ...]] = {
    "HTTP_IF_MATCH": (
        *("", "*", '""', '"abc"', '"1", "2"', 'W/"', '"-1"', '"0"', '"1.0"', '" 1"'),
        *('"' + "9" * 30 + '"', '"\xb9"', '"\xb2"', '"1"' * 9000, "\x00", '"1\n"'),
    ),
    "HTTP_X_CLINIC": (
        *("", "null", "0", "' OR 1=1 --", "x" * 20_000, "\x00", "\xff", " "),
        *("00000000-0000-0000-0000-000000000000", "{}", "٣", "urn:uuid:", "a,b"),
    ),
    "HTTP_ACCEPT": (
        *(
            "",
            "text/html",
            "*/*;q=nan",
            "*/*;q=-1",
            ";;;",
            "/",
            "a/b/c",
            "\xff",
            "\x00",
        ),
        *("application/xml", "application/json;indent=99999999", "," * 20_000),
        *("application/json;indent=x", "application/json;version=2", "*" * 20_000),
    ),
    "HTTP_ACCEPT_LANGUAGE": (
        *("", "*", "xx", "-" * 5000, "sv;q=1e400", "sv;q=nan", "\xff", "\x00", ",,,;"),
        *("a-" * 250, "zh-hans;q=", "../../etc", "sv-" + "x" * 20_000),
    ),
    "HTTP_AUTHORIZATION": (
        *("", "Bearer", "Bearer ", "Bearer a b", "Basic", "Basic eDp5", "Basic \xff"),
        *("Bearer \xff\xfe", "Bearer \x00", "Bearer " + "x" * 100_000, "\x00", "Token"),
        *("Bearer eih_", "Digest username=x", "Bearer ' OR '1'='1", "bearer\tx"),
    ),
    "HTTP_COOKIE": (
        *(
            "",
            "sessionid=",
            "sessionid=\x00",
            "sessionid=" + "x" * 20_000,
            "=;=;=",
            ";",
        ),
        *("sessionid=' OR 1=1", "messages=x; csrftoken=y", "\xff=\xff", "__proto__=1"),
        *("messages=eyJ4Ijo:1", "django_language=../../etc", "sessionid=\xe9"),
    ),
    "HTTP_HOST": ("", "a b", "x" * 5000, "[::1", "evil.example:port", "\xff", "\x00"),
    "HTTP_ORIGIN": ("null", "https://evil.example", "\xff", "://", "[", "http://["),
    "HTTP_REFERER": ("", "http://[", "https://evil.example/", "\xff", "x" * 20_000),
    "HTTP_X_CSRFTOKEN": ("", "x", "\xff", "x" * 20_000, "\x00"),
    "HTTP_X_FORWARDED_FOR": ("", "x", "1.2.3.4, ::1", "\x00", "\xff", "9" * 5000),
    "HTTP_X_FORWARDED_HOST": ("evil.example", "\xff"),
    "HTTP_X_FORWARDED_PROTO": ("https", "\xff", "gopher"),
    "HTTP_X_HTTP_METHOD_OVERRIDE": ("DELETE", "\x00", "TRACE"),
    "HTTP_IF_NONE_MATCH": ("*", '"', "\xff"),
    "HTTP_IF_MODIFIED_SINCE": ("x", "Thu, 01 Jan 1970 00:00:00 GMT", "9" * 400),
    "HTTP_RANGE": ("bytes=0-0", "bytes=-", "x", "bytes=" + "0-," * 5000),
    "HTTP_EXPECT": ("100-continue", "x"),
    "HTTP_TRANSFER_ENCODING": ("chunked", "gzip", "x"),
    "HTTP_CONTENT_ENCODING": ("gzip", "br", "x"),
    "HTTP_TRACEPARENT": ("x", "00-" + "0" * 32 + "-" + "0" * 16 + "-00"),
    "REMOTE_ADDR": ("", "x", "fe80::1%eth0"),
    "SERVER_PORT": ("0", "99999", "x"),
}


def hostile_headers(base: Knock) -> Iterator[Knock]:
    """Yield the honest request with one odd header."""
    for name, values in HOSTILE_HEADERS.items():
        for value in values:
            yield replace(
                base,
                what=f"{name} {value[:40]!r}",
                headers=base.headers | {name: value},
            )


def hostile_methods(base: Knock) -> Iterator[Knock]:
    """Yield methods that the route does not have."""
    for method in (
        *("TRACE", "CONNECT", "PROPFIND", "QUERY", "get", "post", "G\xcbT", "", "\x00"),
        *("OPTIONS", "HEAD", "PUT", "PATCH", "DELETE", "POST", "GET", "X" * 5000),
    ):
        yield replace(base, what=f"method {method[:20]!r}", method=method)


def hostile_paths(base: Knock) -> Iterator[Knock]:
    """Yield paths that are almost the honest one."""
    path = base.path
    for what, changed in {
        "no slash at the end": path[:-1],
        "two slashes": path.replace("/v1/", "/v1//"),
        "slash encoded": path.replace("/v1/", "/v1%2F"),
        "end encoded": path[:-1] + "%2F%2e%2e",
        "NUL": path[:-1] + "%00/",
        "NUL after": path + "%00",
        "dots": path + "../",
        "dots encoded": path + "%2e%2e/%2e%2e/",
        "parameters": path[:-1] + ";x=1/",
        "not UTF-8": path[:-1] + "%ff%fe/",
        "overlong dot": path + "%c0%ae%c0%ae/",
        "surrogate": path + "%ed%a0%80/",
        "line break": path + "%0d%0aX-Header:%201/",
        "upper case": path.upper(),
        "digits of another script": path.replace("0", "%D9%A0"),
        "a hash": path + "%23/",
        "100,000 letters": path + "x" * 100_000 + "/",
        "10,000 parts": path + "a/" * 10_000,
    }.items():
        yield replace(base, what=f"path: {what}", path=changed)


# Cursors of the paging library are base64 of a query string; o is an offset, p a place.
HOSTILE_CURSORS = (
    *("", "x", "====", "%00", "%ff", "x" * 100_000, "bz0tMQ==", "bz05OTk5OTk5OTk5OTk5"),
    *("cD1ub3RhZGF0ZQ==", "cj0xJnA9JTAw", "cD0lMDA=", "bz14", "cj14JnA9", "٣", "cD0="),
    # p=9999-12-31 23:59:59.999999+00:00, p=infinity, p=now, p=epoch, o=1000
    *(
        "cD05OTk5LTEyLTMxIDIzOjU5OjU5Ljk5OTk5OSUyQjAwOjAw",
        "cD1pbmZpbml0eQ==",
        "cD1ub3c=",
    ),
    *(
        "cD1lcG9jaA==",
        "bz0xMDAw",
        "cj0xJm89MTAwMA==",
        "cD0wMDAxLTAxLTAx",
        "bz0lRDklQTM=",
    ),
)


def hostile_queries(base: Knock, *, names: Iterable[str]) -> Iterator[Knock]:
    """Yield queries with garbage in each parameter that the route knows."""
    for name in names:
        for what, value in HOSTILE_VALUES.items():
            if isinstance(value, str | int) and not isinstance(value, bool):
                yield _asked(base, what=f"{name}={what}", query={name: value})
        yield _raw(base, what=f"{name}=%00", query=f"{name}=%00", is_hopeless=True)
        yield _raw(base, what=f"{name}=%ff", query=f"{name}=%ff")
        twice = f"{name}=1&{name}=2"
        yield _raw(base, what=f"{name} twice", query=twice, is_hopeless=True)
    for cursor in HOSTILE_CURSORS:
        yield _raw(base, what=f"cursor {cursor[:40]}", query=f"cursor={cursor}")
    for size in ("", "0", "-1", "201", "9" * 5000, "٣", "NaN", "1e2", " 5", "%00", "²"):
        yield _raw(base, what=f"page_size {size[:9]}", query=f"page_size={size}")
    for query in ("x=1", "%00=1", "=", "&&&", "%ff=1", "a;b", "a" * 100_000, "[]=1"):
        yield _raw(base, what=f"query {query[:20]}", query=query)
    many = "&".join(f"p{number}=1" for number in range(5000))
    yield _raw(base, what="5000 parameters", query=many, is_hopeless=True)


def _asked(base: Knock, *, what: str, query: dict[str, Any]) -> Knock:
    return _raw(base, what=what, query=urlencode(query))


def _raw(base: Knock, *, what: str, query: str, is_hopeless: bool = False) -> Knock:
    # The environment holds bytes, each as one character.
    sent = query.encode().decode("latin-1")
    headers = base.headers | {"QUERY_STRING": sent}
    return replace(base, what=what, headers=headers, is_hopeless=is_hopeless)
