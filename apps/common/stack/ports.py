"""TCP ports: which one is free, and who holds one that is not."""

import errno
import socket

import psutil

from .errors import StackError

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def keep_port() -> socket.socket:
    """Return a socket that keeps a free port for a server of ours until it is closed.

    A port that was merely free may be taken by the time the server listens. This one
    does not listen, so a server that reuses addresses may take its port, and nobody is
    given it by chance; while that server is down, callers are refused as usual.
    """
    kept = socket.socket()
    kept.bind((LOOPBACK, 0))
    # Set afterwards, so that the port itself is nobody else's.
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return kept


def is_listening(port: int) -> bool:
    """Tell whether something listens on a port of the loopback interface."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=5).close()
    except OSError:
        return False
    return True


def require_free_port(*, host: str, port: int) -> None:
    """Do nothing if a server could listen there.

    Raises:
        StackError: The port is taken or not allowed; the text names the holder where
            the system tells.
    """
    with socket.socket() as probe:
        # As the web server itself does: a port that was just closed counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StackError(_why_not(port=port, error=error)) from error


def _why_not(*, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken{_by_whom(port)}. Choose another one, for example: "
            f"make demo PORT={free_port()}"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for root. Choose one from 1024 on."
    return f"Port {port} cannot be used: {error.strerror}."


def _by_whom(port: int) -> str:
    try:
        holders = [
            connection.pid
            for connection in psutil.net_connections(kind="tcp")
            if connection.status == psutil.CONN_LISTEN
            and connection.laddr.port == port
            and connection.pid
        ]
        if not holders:
            return ""
        return f" by {psutil.Process(holders[0]).name()} (pid {holders[0]})"
    except psutil.Error:
        # Other people's processes may be hidden; the port is taken all the same.
        return ""
