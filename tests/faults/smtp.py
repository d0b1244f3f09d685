"""A real SMTP server that can be told to refuse, dawdle, stop half way or vanish."""

import asyncio
import email
import email.policy
import threading
from collections.abc import Coroutine
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from apps.common.stack.mail import ACCEPTED, new_protocol

WAIT_S = 60
HOST = "127.0.0.1"


class Silent(asyncio.Protocol):
    """Takes the connection and never says a word."""

    transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport


class UnreliableMailServer:
    """Takes mail on loopback in a thread of its own; what it took outlives a stop.

    ``answers`` maps a step (MAIL, RCPT, DATA) to what is said there instead.
    ``delay_s`` makes every step slow. ``drops`` counts how many mails it shall take and
    then hang up without saying so. ``is_silent`` takes connections and says nothing.
    """

    def __init__(self, *, port: int) -> None:
        self.taken: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.delay_s = 0.0
        self.drops = 0
        self.is_silent = False
        self.reached = threading.Event()
        self._port = port
        self._pause_at = ""
        self._go = asyncio.Event()
        self._connections: list[SMTP | Silent] = []
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def start(self) -> None:
        """Listen, from now on or again."""
        self._run(self._listen())

    def stop(self) -> None:
        """Hang up on everybody and listen no more; safe to repeat."""
        self._run(self._hang_up())

    def end(self) -> None:
        """Stop for good."""
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_S)
        self._loop.close()

    def obey(self) -> None:
        """Forget every instruction and serve."""
        self.answers.clear()
        self.delay_s, self.drops, self.is_silent = 0.0, 0, False
        self.go_on()
        self.start()

    def pause_at(self, step: str) -> None:
        """Wait in this step until ``go_on``, with the mail taken if it is DATA."""
        self.reached.clear()
        self._go.clear()
        self._pause_at = step

    def go_on(self) -> None:
        """End the pause, and make no other."""
        self._pause_at = ""
        self._loop.call_soon_threadsafe(self._go.set)

    def wait_until_paused(self) -> None:
        """Return once a conversation has come to where it pauses."""
        assert self.reached.wait(WAIT_S), f"no conversation came to {self._pause_at}"

    async def handle_MAIL(  # noqa: N802 - the name that aiosmtpd calls
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await self._answer("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        answer = await self._answer("RCPT", "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if "DATA" not in self.answers:
            self.taken.append(
                email.message_from_bytes(
                    envelope.original_content or b"", policy=email.policy.default
                )
            )
        if self.drops:
            self.drops -= 1
            server.transport.abort()
        return await self._answer("DATA", ACCEPTED)

    async def _answer(self, step: str, usual: str) -> str:
        await asyncio.sleep(self.delay_s)
        if step == self._pause_at:
            self.reached.set()
            await self._go.wait()
        return self.answers.get(step, usual)

    def _new_connection(self) -> SMTP | Silent:
        connection = Silent() if self.is_silent else new_protocol(self)
        self._connections.append(connection)
        return connection

    async def _listen(self) -> None:
        if self._server is not None:
            return
        self._server = await self._loop.create_server(
            self._new_connection, host=HOST, port=self._port
        )

    async def _hang_up(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for connection in self._connections:
            if connection.transport is not None:
                connection.transport.abort()
        self._connections.clear()
        await self._server.wait_closed()
        self._server = None
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_S)
