"""No request is begun before all of it is here."""

import asyncio
import time

import pytest

from apps.common.whole_body import WholeBody

LONGEST = 10
SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/",
    "query_string": b"",
    "http_version": "1.1",
    "scheme": "http",
    "headers": [(b"content-length", b"4"), (b"x-device", b"phone")],
    "client": ("127.0.0.1", 1234),
    "server": ("127.0.0.1", 8000),
}


def chunks(*parts):
    """Return what a server says of a body that comes in parts."""
    return [
        {"type": "http.request", "body": part, "more_body": part != parts[-1]}
        for part in parts
    ]


class Requests:
    """A WSGI application behind the middleware, and what it was given."""

    def __init__(self, *, app=None, patience_s=5):
        self.seen = []
        self.middleware = WholeBody(
            app or self.app, longest=LONGEST, threads=2, patience_s=patience_s
        )

    def app(self, environ, start_response):
        self.seen.append((environ["wsgi.input"].read(), environ["CONTENT_LENGTH"]))
        start_response("201 Created", [("X-Who", environ["HTTP_X_DEVICE"])])
        return [b"o", b"k"]

    async def ask(self, messages, **scope):
        """Return the messages of an answer; after the given ones nothing comes."""
        waiting, sent = list(messages), []

        async def receive():
            if not waiting:
                await asyncio.Event().wait()
            return waiting.pop(0)

        async def send(message):
            sent.append(message)

        await self.middleware(SCOPE | scope, receive, send)
        return sent

    def answer(self, messages, **scope):
        return asyncio.run(self.ask(messages, **scope))


def test_a_whole_body_is_handed_on_with_its_length():
    requests = Requests()

    start, body = requests.answer(chunks(b"bo", b"dy"))

    assert requests.seen == [(b"body", "4")]
    assert (start["status"], start["headers"]) == (201, [(b"x-who", b"phone")])
    assert body["body"] == b"ok"


def test_a_body_without_a_length_gets_one():
    requests = Requests()

    requests.answer(
        chunks(b"body"),
        headers=[(b"transfer-encoding", b"chunked"), (b"x-device", b"phone")],
    )

    assert requests.seen == [(b"body", "4")]


def test_a_body_over_the_limit_is_cut_where_the_view_can_tell():
    requests = Requests()

    requests.answer(chunks(b"x" * 8, b"y" * 8, b"z" * 1000))

    assert requests.seen == [(b"xxxxxxxxyyy", "11")]


def test_a_body_that_does_not_come_is_refused_and_nothing_begins():
    requests = Requests(patience_s=0.1)
    [half] = chunks(b"bo")

    start, _ = requests.answer([half | {"more_body": True}])

    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]
    assert requests.seen == []


def test_a_client_that_goes_away_in_the_middle_is_refused_and_nothing_begins():
    requests = Requests()
    [half] = chunks(b"bo")

    start, _ = requests.answer(
        [half | {"more_body": True}, {"type": "http.disconnect"}]
    )

    assert start["status"] == 400
    assert requests.seen == []


def test_clients_that_hang_hold_up_nobody():
    requests = Requests(patience_s=1)
    [half] = chunks(b"bo")

    async def scene():
        hanging = [
            asyncio.create_task(requests.ask([half | {"more_body": True}]))
            for _ in range(20)
        ]
        await asyncio.sleep(0)
        start, _ = await requests.ask(chunks(b"body"))
        done_meanwhile = [task for task in hanging if task.done()]
        late = await asyncio.gather(*hanging)
        return start["status"], done_meanwhile, {each[0]["status"] for each in late}

    assert asyncio.run(scene()) == (201, [], {408})


def test_what_the_app_opened_is_closed_although_it_breaks():
    closed = []

    class Broken:
        def __iter__(self):
            raise ZeroDivisionError

        def close(self):
            closed.append(True)

    def app(environ, start_response):
        start_response("200 OK", [])
        return Broken()

    with pytest.raises(ZeroDivisionError):
        Requests(app=app).answer(chunks(b"body"))

    assert closed == [True]


def test_two_requests_are_worked_on_at_once():
    def app(environ, start_response):
        began = time.monotonic()
        time.sleep(0.3)
        start_response("200 OK", [])
        return [f"{began} {time.monotonic()}".encode()]

    requests = Requests(app=app)

    async def both():
        return await asyncio.gather(
            requests.ask(chunks(b"1")), requests.ask(chunks(b"2"))
        )

    (first, second) = (
        [float(each) for each in answer[1]["body"].split()]
        for answer in asyncio.run(both())
    )
    assert first[0] < second[1]
    assert second[0] < first[1]


def test_cookies_that_come_one_by_one_as_in_http_2_are_all_read():
    seen = []

    def app(environ, start_response):
        seen.append(environ["HTTP_COOKIE"])
        start_response("200 OK", [])
        return []

    Requests(app=app).answer(
        chunks(b""),
        headers=[
            (b"cookie", b"__Host-csrf=a"),
            (b"accept", b"text/html"),
            (b"cookie", b"__Host-session=b; theme=dark"),
        ],
    )

    assert seen == ["__Host-csrf=a; __Host-session=b; theme=dark"]
