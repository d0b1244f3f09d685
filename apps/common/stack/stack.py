"""All of EIHtrack on one machine: servers, migrations, web, workers, clock."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import psycopg

from . import roles
from .errors import StackError
from .notes import demo_accounts, is_migrated, note_demo, note_migrated
from .ports import LOOPBACK, is_listening, keep_port, require_free_port
from .postgres import EmbeddedPostgres
from .processes import Process
from .run_folder import RunFolder
from .services import ADDRESSES, Certificate, Services, child_environment
from .supervisor import Supervisor
from .valkey import EmbeddedValkey, require_answer

LOCALHOST = "localhost"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - only if a person asks for it by HOST
DATABASE = "eihtrack"
SETTINGS_MODULE = "eihtrack.settings.local"
READY_TIMEOUT_S = 60
PAUSE_S = 0.02


class StopRequested(Exception):  # noqa: N818 - not an error
    """The person at the terminal wants it to end."""


@dataclass(frozen=True, slots=True)
class Database:
    """One database as its owner and as the app see it."""

    owner_url: str
    app_url: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run, and where."""

    folder: RunFolder
    # What people type. Any but a name of this machine alone opens it to the network.
    host: str = LOCALHOST
    port: int = 8000
    # Servers of one's own, instead of the embedded ones. The first is the login of
    # an administrator, who may create roles and databases.
    admin_url: str = ""
    broker_url: str = ""
    # A database that is there already and has been migrated, for tests.
    database: Database | None = None
    may_replace_passwords: bool = False
    certificate: Certificate | None = None
    settings_module: str = SETTINGS_MODULE

    @property
    def base_url(self) -> str:
        """The address that a person types."""
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://{self.host}:{self.port}"

    @property
    def is_open(self) -> bool:
        """Whether other machines can reach it."""
        return self.host not in {LOCALHOST, LOOPBACK}

    @property
    def listen(self) -> str:
        """The address to listen on."""
        return EVERYWHERE if self.is_open else LOOPBACK


class Stack:
    """A running EIHtrack. Start it step by step, in the order of the methods."""

    def __init__(
        self,
        plan: Plan,
        *,
        say: Callable[[str], None],
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Start nothing yet.

        Args:
            plan: What to run, and where.
            say: Tells the person at the terminal.
            is_stopping: Asked while waiting; if it says yes, StopRequested is raised.
        """
        self.plan = plan
        self.supervisor = Supervisor(say=say, remember=self._remember)
        self._say = say
        self._is_stopping = is_stopping
        self._owner_url = ""
        self._services: Services | None = None
        self._mail_port: socket.socket | None = None

    @property
    def services(self) -> Services:
        """How to start the product's processes; there once the servers run."""
        if self._services is None:
            raise StackError("The servers have not been started.")
        return self._services

    @property
    def env(self) -> Mapping[str, str]:
        """The environment of the product's processes."""
        return self.services.env

    def start_servers(self) -> None:
        """Start, or prepare, the database and the broker, and start the mail server.

        Raises:
            StackError: One of them does not run, or the web port is taken.
        """
        plan = self.plan
        # Asked first: nothing is more annoying than to hear it after the migrations.
        require_free_port(host=plan.listen, port=plan.port)
        database = plan.database or self._database()
        broker_url = self._broker()
        self._mail_port = keep_port()
        mail_port = self._mail_port.getsockname()[1]
        self._owner_url = database.owner_url
        self._services = Services(
            folder=plan.folder,
            host=plan.listen,
            port=plan.port,
            mail_port=mail_port,
            certificate=plan.certificate,
            env=child_environment(
                folder=plan.folder,
                app_url=database.app_url,
                broker_url=broker_url,
                mail_port=mail_port,
                base_url=plan.base_url,
                settings_module=plan.settings_module,
            ),
        )
        self.plan.folder.note_environment({name: self.env[name] for name in ADDRESSES})
        self.supervisor.start(name="mail", start=self._services.start_mail)

    def migrate(self) -> None:
        """Bring the database to this version of the code, as its owner."""
        if is_migrated(self._owner_url):
            return
        self.manage(
            "migrate",
            "--verbosity=0",
            # The web server checks the code a moment later.
            "--skip-checks",
            env=dict(self.env) | {"DATABASE_URL": self._owner_url},
        )
        note_migrated(self._owner_url)

    def load_demo(self) -> str:
        """Load the demo where there is none, and return the accounts to try."""
        accounts = demo_accounts(self._owner_url)
        if accounts is None:
            self._say("Loading the demo's people (the first time takes a while).")
            accounts = self.manage("load_demo", "--quiet")
            note_demo(self._owner_url, accounts)
        return accounts

    def manage(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """Run a management command to its end and return what it printed.

        Raises:
            StackError: It failed; the text ends with its last words.
        """
        log = self.plan.folder.log(arguments[0])
        start = log.stat().st_size if log.exists() else 0
        process = self.services.start_command(*arguments, env=env)
        while process.is_running:
            try:
                self._check()
            except StopRequested:
                process.stop()
                raise
            time.sleep(PAUSE_S)
        if process.exit_code != 0:
            raise StackError(
                f"manage.py {' '.join(arguments)} failed ({process.exit_code}):\n"
                f"{process.log_tail()}"
            )
        with log.open(errors="replace") as file:
            file.seek(start)
            return file.read()

    def start_web(self) -> Process:
        """Start the web server; see ``wait_for_web``."""
        return self.supervisor.start(name="web", start=self.services.start_web)

    def wait_for_web(self) -> Process:
        """Return the web server's process once it answers that it is ready.

        Raises:
            StackError: It ended, or took too long.
        """
        return self._wait_until("web", is_ready=self._is_ready)

    def wait_for_mail(self) -> Process:
        """Return the mail server's process once it listens.

        Raises:
            StackError: It ended, or took too long.
        """
        port = self.services.mail_port
        return self._wait_until("mail", is_ready=lambda: is_listening(port))

    def start_workers(self) -> None:
        """Start the worker and the clock, which send mail."""
        self.wait_for_mail()
        self.supervisor.start(name="worker", start=self.services.start_worker)
        self.supervisor.start(name="beat", start=self.services.start_beat)

    def stop(self) -> None:
        """Stop everything in the reverse order; safe to repeat."""
        self.plan.folder.forget_environment()
        self.supervisor.stop()
        self.plan.folder.forget_children()
        if self._mail_port is not None:
            self._mail_port.close()

    def _database(self) -> Database:
        self._check()
        if not self.plan.admin_url:
            return self._embedded_database()
        try:
            passwords = self._passwords()
            roles.make_roles(self.plan.admin_url, passwords=passwords)
            roles.make_database(self.plan.admin_url, name=DATABASE)
        except psycopg.OperationalError as error:
            raise StackError(f"The server of DATABASE_URL is away: {error}") from error
        except psycopg.Error as error:
            raise StackError(
                f"The server of DATABASE_URL refuses: {error}\n"
                "Its login must be allowed to create roles and databases."
            ) from error
        owner_url, app_url = (
            roles.database_url(
                self.plan.admin_url,
                database=DATABASE,
                user=role,
                password=passwords[role],
            )
            for role in (roles.OWNER, roles.APP)
        )
        return Database(owner_url=owner_url, app_url=app_url)

    def _embedded_database(self) -> Database:
        folder = self.plan.folder
        server = EmbeddedPostgres(folder=folder.postgres, log=folder.log("postgres"))
        self.supervisor.start(name="postgres", start=server.start)
        # Its socket lies in a folder of ours alone, so nobody needs a password.
        roles.make_roles(server.admin_url, passwords={})
        roles.make_database(server.admin_url, name=DATABASE)
        url = partial(server.url, database=DATABASE)
        return Database(owner_url=url(user=roles.OWNER), app_url=url(user=roles.APP))

    def _passwords(self) -> dict[str, str]:
        kept = self.plan.folder.passwords()
        if kept:
            return kept
        if (
            roles.existing_roles(self.plan.admin_url)
            and not self.plan.may_replace_passwords
        ):
            raise StackError(
                "The server of DATABASE_URL has EIHtrack's roles already, and their "
                f"passwords are not in {self.plan.folder.root}. Use the RUN_DIR that "
                "made them, or add --new-passwords, which locks out whoever uses the "
                "old ones."
            )
        passwords = roles.new_passwords()
        self.plan.folder.keep_passwords(passwords)
        return passwords

    def _broker(self) -> str:
        self._check()
        if not self.plan.broker_url:
            return self._embedded_broker()
        require_answer(self.plan.broker_url)
        return self.plan.broker_url

    def _embedded_broker(self) -> str:
        folder = self.plan.folder
        server = EmbeddedValkey(folder=folder.valkey, log=folder.log("valkey"))
        self.supervisor.start(name="valkey", start=server.start)
        return server.broker_url

    def _wait_until(self, name: str, *, is_ready: Callable[[], bool]) -> Process:
        process = self.supervisor.process(name)
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not is_ready():
            self._check()
            if not process.is_running:
                raise StackError(f"The {name} server ended:\n{process.log_tail()}")
            if time.monotonic() > deadline:
                raise StackError(
                    f"The {name} server was not ready in {READY_TIMEOUT_S} s:\n"
                    f"{process.log_tail()}"
                )
            time.sleep(PAUSE_S)
        return process

    def _is_ready(self) -> bool:
        plan = self.plan
        connection: http.client.HTTPConnection
        if plan.certificate:
            # Our own server with a certificate that we made a moment ago.
            context = ssl._create_unverified_context()  # noqa: S323
            connection = http.client.HTTPSConnection(
                LOOPBACK, plan.port, timeout=5, context=context
            )
        else:
            connection = http.client.HTTPConnection(LOOPBACK, plan.port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": "localhost"})
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _remember(self, name: str, pid: int) -> None:
        self.plan.folder.remember(name=name, pid=pid)

    def _check(self) -> None:
        if self._is_stopping():
            raise StopRequested
