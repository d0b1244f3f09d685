"""Fixtures: real servers that a test may use, disturb and kill."""

import asyncio
import email
import email.policy
import socket
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from apps.common.stack.mail import ACCEPTED, new_protocol
from apps.common.stack.processes import Process
from apps.common.stack.valkey import EmbeddedValkey

WAIT_S = 20


class CollectingMailServer:
    """A real SMTP server on loopback that keeps what it takes in a list.

    ``refuse_with`` ("451 Try later") refuses every mail until it is "" again,
    ``delay_s`` makes every answer slow, ``drop_after_data`` takes the next mail and
    closes the connection without saying so.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuse_with = ""
        self.delay_s = 0.0
        self.drop_after_data = False
        self.host = "127.0.0.1"
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(self._new_protocol, host=self.host, port=0)
        )
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._open: list[SMTP] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def wait_for(self, count: int) -> list[EmailMessage]:
        """Return the mails as soon as there are ``count`` of them."""
        deadline = time.monotonic() + WAIT_S
        while len(self.messages) < count:
            assert time.monotonic() < deadline, (
                f"{len(self.messages)} mails came in {WAIT_S} s, not {count}"
            )
            time.sleep(0.02)
        return list(self.messages)

    def stop(self) -> None:
        """Close every connection and end the thread."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(WAIT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_S)
        self._loop.close()

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del session
        await asyncio.sleep(self.delay_s)
        if self.refuse_with:
            return self.refuse_with
        message = email.message_from_bytes(
            envelope.original_content or b"", policy=email.policy.default
        )
        self.messages.append(message)
        if self.drop_after_data:
            self.drop_after_data = False
            server.transport.abort()
        return ACCEPTED

    def _new_protocol(self) -> SMTP:
        protocol = new_protocol(self)
        self._open.append(protocol)
        return protocol

    async def _close(self) -> None:
        self._server.close()
        for protocol in self._open:
            if protocol.transport is not None:
                protocol.transport.abort()
        await self._server.wait_closed()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


class RedisServer:
    """A real Valkey that a test may stop, kill and start again."""

    def __init__(self, folder: Path) -> None:
        self._valkey = EmbeddedValkey(
            folder=folder / "valkey", log=folder / "valkey.log"
        )
        self.process: Process = self._valkey.start()
        self.broker_url = self._valkey.broker_url
        self.client_url = self._valkey.client_url
        self.socket = self._valkey.socket

    def start(self) -> None:
        """Start it again where it was."""
        self.process = self._valkey.start()

    def stop(self) -> None:
        """Stop it; its data stay."""
        self.process.stop()

    def kill(self) -> None:
        """Kill it without warning."""
        self.process.kill()


@pytest.fixture
def mail_server(settings) -> Iterator[CollectingMailServer]:
    """Return a real SMTP server to which Django sends in this test."""
    server = CollectingMailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = server.host
    settings.EMAIL_PORT = server.port
    settings.EMAIL_USE_TLS = False
    yield server
    server.stop()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """Return a real Valkey with nothing in it."""
    server = RedisServer(tmp_path)
    yield server
    server.stop()


def wait_until_listening(*, host: str, port: int) -> None:
    """Return once a server takes connections there."""
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, f"nothing listens on {host}:{port}"
            time.sleep(0.02)
        else:
            return
