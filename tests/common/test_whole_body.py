"""No request is begun before all of it is here."""

import threading
from io import BytesIO

import pytest

from apps.common.whole_body import WholeBody

LONGEST = 10


class Silence:
    """A sender who has gone, until the test ends."""

    def __init__(self):
        self.is_over = threading.Event()

    def read(self, size):
        self.is_over.wait(30)
        return b""


class Cut:
    """A connection that breaks while it is read."""

    def read(self, size):
        raise ConnectionResetError


def served(stream, **environ):
    """Return the status of an answer and the body that the app was given, if any."""
    seen = []

    def app(environ, start_response):
        seen.append(environ["wsgi.input"].read())
        start_response("200 OK", [])
        return [b""]

    statuses = []
    middleware = WholeBody(app, longest=LONGEST, patience_s=0.2)
    list(
        middleware(
            {"wsgi.input": stream} | environ,
            lambda status, _headers: statuses.append(status),
        )
    )
    return statuses[0], seen[0] if seen else None


@pytest.mark.parametrize(
    "header", [{"CONTENT_LENGTH": "4"}, {"HTTP_TRANSFER_ENCODING": "chunked"}]
)
def test_a_whole_body_is_handed_on(header):
    assert served(BytesIO(b"body"), **header) == ("200 OK", b"body")


def test_no_more_is_read_than_the_client_announced():
    assert served(BytesIO(b"body and the next request"), CONTENT_LENGTH="4") == (
        "200 OK",
        b"body",
    )


def test_a_request_without_a_body_is_not_waited_for():
    assert served(BytesIO(b""), CONTENT_LENGTH="0") == ("200 OK", b"")


def test_a_body_over_the_limit_is_cut_where_the_view_can_tell():
    given = served(BytesIO(b"x" * 1000), CONTENT_LENGTH="1000")

    assert given == ("200 OK", b"x" * (LONGEST + 1))


def test_a_body_that_does_not_come_is_refused_and_nothing_begins():
    silence = Silence()
    try:
        assert served(silence, CONTENT_LENGTH="4") == ("408 Request Timeout", None)
    finally:
        silence.is_over.set()


def test_a_connection_that_breaks_is_refused_and_nothing_begins():
    assert served(Cut(), CONTENT_LENGTH="4") == ("408 Request Timeout", None)
