"""An SMTP server that delivers nothing and keeps everything as files.

Run it as ``python -m apps.common.stack.mail``: without Django it takes a third of the
memory.
"""

import argparse
import asyncio
import itertools
import os
import signal
import socket
import time
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

ACCEPTED: Final = "250 Message accepted for delivery"


class MailFolder:
    """Keeps each mail as one .eml file whose name sorts by time of arrival."""

    def __init__(self, folder: Path) -> None:
        """Keep mail in ``folder``, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._numbers = itertools.count()

    def keep(self, envelope: Envelope) -> Path:
        """Store one mail, whole or not at all, and return its file."""
        content = envelope.original_content or b""
        name = f"{time.time_ns():020d}-{os.getpid()}-{next(self._numbers):06d}"
        # A reader lists *.eml, so it never meets a mail that is half written.
        draft = self._folder / f"{name}.part"
        draft.write_bytes(_envelope_headers(envelope) + content)
        return draft.replace(self._folder / f"{name}.eml")


class MailHandler:
    """Answers the commands of SMTP; can be told to refuse or to be slow."""

    def __init__(
        self, *, folder: MailFolder, refuse_with: str = "", delay_s: float = 0
    ) -> None:
        """Keep mail in ``folder``.

        Args:
            folder: Where accepted mail goes.
            refuse_with: An SMTP answer such as "451 Try later", given to each mail.
            delay_s: Seconds to wait before each answer to DATA.
        """
        self._folder = folder
        self.refuse_with = refuse_with
        self.delay_s = delay_s

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep one mail and answer."""
        del server, session
        await asyncio.sleep(self.delay_s)
        if self.refuse_with:
            return self.refuse_with
        self._folder.keep(envelope)
        return ACCEPTED


def new_protocol(handler: object) -> SMTP:
    """Return one connection's side of the conversation."""
    return SMTP(handler, enable_SMTPUTF8=True, hostname="localhost", ident="EIHtrack")


async def serve(*, handler: MailHandler, host: str, port: int) -> None:
    """Take mail until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(
        lambda: new_protocol(handler), host=host, port=port, family=socket.AF_INET
    )
    async with server:
        await stopped.wait()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that the management command has too."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=1025)
    parser.add_argument("--folder", type=Path, required=True, help="for the .eml files")
    parser.add_argument(
        "--refuse-with", default="", help='answer to every mail, as "451 Try later"'
    )
    parser.add_argument("--delay-s", type=float, default=0, help="before each answer")


def run(
    *, host: str, port: int, folder: Path, refuse_with: str, delay_s: float
) -> None:
    """Serve until a signal comes."""
    handler = MailHandler(
        folder=MailFolder(folder), refuse_with=refuse_with, delay_s=delay_s
    )
    asyncio.run(serve(handler=handler, host=host, port=port))


def _envelope_headers(envelope: Envelope) -> bytes:
    """Return who really sent and gets it: a Bcc is in no other header."""
    lines = [f"X-Envelope-From: {envelope.mail_from}"]
    lines += [f"X-Envelope-To: {address}" for address in envelope.rcpt_tos]
    return "".join(f"{line}\r\n" for line in lines).encode()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    run(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
