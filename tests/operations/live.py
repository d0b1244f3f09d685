"""Fixture: all of EIHtrack as real processes."""

import email
import email.policy
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from apps.common.stack import roles
from apps.common.stack.folders import remove_folder
from apps.common.stack.ports import free_port
from apps.common.stack.processes import Process
from apps.common.stack.run_folder import RunFolder
from apps.common.stack.services import Services
from apps.common.stack.stack import Database, Plan, Stack

WAIT_S = 30


class LiveStack:
    """A running EIHtrack with its own database and no demo people.

    Nothing restarts by itself here: a test that kills a process starts it again.
    """

    def __init__(self, *, folder: Path, database: Database) -> None:
        self.database = database
        # Set where DJANGO_SETTINGS_MODULE is the tests' own for this process.
        settings = os.environ.get("LIVE_SETTINGS_MODULE", "eihtrack.settings.local")
        plan = Plan(
            folder=RunFolder(folder),
            port=free_port(),
            database=database,
            settings_module=settings,
        )
        folder.mkdir(exist_ok=True)
        self._stack = Stack(plan, say=print)
        self.base_url = plan.base_url
        self.mail_folder = plan.folder.mail
        self.log_folder = plan.folder.log("any").parent

    def start(self) -> None:
        """Start servers, web, worker and Beat."""
        self._stack.start_servers()
        self._stack.start_web()
        self._stack.wait_for_web()
        self._stack.start_workers()

    def stop(self) -> None:
        """Stop all of it."""
        self._stack.stop()

    @property
    def env(self) -> dict[str, str]:
        """The environment of the stack's processes."""
        return dict(self._stack.env)

    def manage(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        """Run ``manage.py`` in the stack's environment and return what it printed."""
        return self._stack.manage(*arguments, env=self.env | (env or {}))

    def process(self, name: str) -> Process:
        """Return postgres, valkey, mail, web, worker or beat."""
        return self._stack.supervisor.process(name)

    def kill(self, name: str) -> None:
        """Kill a process without warning."""
        self.process(name).kill()

    @property
    def services(self) -> Services:
        """What starts each process as the product does."""
        return self._stack.services

    def restart(self, name: str, *, start: Callable[[], Process] | None = None) -> None:
        """Stop a process if it runs and start it again; return when it answers.

        From then on by ``start`` if that is given.
        """
        process = self.process(name)
        process.stop()
        self._stack.supervisor.restart(name, start=start)
        if name == "web":
            self._stack.wait_for_web()
        if name == "mail":
            self._stack.wait_for_mail()

    def restart_mail(self, *options: str) -> None:
        """Start the mail server anew, for example with ``--refuse-with=451 Later``."""
        self.process("mail").stop()
        self._stack.supervisor.restart(
            "mail", start=lambda: self._stack.services.start_mail(*options)
        )
        self._stack.wait_for_mail()

    def mails(self) -> list[EmailMessage]:
        """Return every mail that was sent, in the order of arrival."""
        return [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted(self.mail_folder.glob("*.eml"))
        ]

    def wait_for_mails(self, count: int) -> list[EmailMessage]:
        """Return all mails as soon as there are ``count`` of them."""
        deadline = time.monotonic() + WAIT_S
        while len(mails := self.mails()) < count:
            assert time.monotonic() < deadline, (
                f"{len(mails)} mails came in {WAIT_S} s, not {count}; see the logs:\n"
                f"{self.process('worker').log_tail()}"
            )
            time.sleep(0.05)
        return mails


@pytest.fixture(scope="session")
def live_stack(database_server, worker_name: str) -> Iterator[LiveStack]:
    """Return a running EIHtrack: own database, broker, mail, web, worker, Beat."""
    name = database_server.new_database(f"live_{worker_name}")
    folder = Path(tempfile.mkdtemp(prefix="eihtrack-live-"))
    database = Database(
        owner_url=database_server.url(database=name, role=roles.OWNER),
        app_url=database_server.url(database=name, role=roles.APP),
    )
    stack = LiveStack(folder=folder, database=database)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
        database_server.drop_database(name)
        remove_folder(folder)
