"""Child processes that are stopped in good order and do not outlive their parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from .accounts import Account, current_account

TAIL_LINES = 20
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Process:
    """A child process with a log of its own, in a process group of its own.

    Its own group, because Ctrl-C must reach the parent alone: the parent then stops
    the children in order.
    """

    def __init__(
        self,
        *,
        name: str,
        command: list[str],
        log: Path,
        env: Mapping[str, str] | None = None,
        account: Account | None = None,
        folder: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        stop_timeout_s: float = 10,
    ) -> None:
        """Describe the process; ``start`` runs it."""
        self.name = name
        self.log = log
        self._command = command
        self._env = env
        self._account = account or current_account()
        self._folder = folder
        self._stop_signal = stop_signal
        self._stop_timeout_s = stop_timeout_s
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The number of the running process, or of the last one; 0 before any."""
        return self._popen.pid if self._popen else 0

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._popen is not None and self._popen.poll() is None

    @property
    def exit_code(self) -> int | None:
        """What it ended with; negative for a signal; None while it runs."""
        return self._popen.poll() if self._popen else None

    def start(self) -> None:
        """Start the process; its output goes to the end of its log."""
        account = self._account
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                [*account.wrapper, *self._command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._env,
                cwd=self._folder,
                start_new_session=True,
                user=account.uid if account.is_other else None,
                group=account.gid if account.is_other else None,
                extra_groups=[] if account.is_other else None,
                # Runs after the change of user, which would undo it.
                preexec_fn=_die_with_parent(self._stop_signal),  # noqa: PLW1509
            )

    def ask_to_stop(self) -> None:
        """Send the polite signal and return at once."""
        if self._popen and self.is_running:
            self._popen.send_signal(self._stop_signal)

    def stop(self) -> None:
        """Stop the process and its group: politely, then by force."""
        if self._popen is None:
            return
        self.ask_to_stop()
        try:
            self._popen.wait(self._stop_timeout_s)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        kill_group(self._popen.pid)

    def kill(self) -> None:
        """Kill the process and its group without warning, as a fault would."""
        if self._popen:
            self._popen.kill()
            kill_group(self._popen.pid)
            self._popen.wait()

    def log_tail(self) -> str:
        """Return the last lines of the log."""
        return tail(self.log)


def kill_group(group: int) -> None:
    """Kill what is left of a process group; nothing left is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def tail(log: Path) -> str:
    """Return the last lines of a log, or nothing if there is none."""
    try:
        text = log.read_text(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-TAIL_LINES:])


def is_running_in(*, pid: int, folder: Path) -> bool:
    """Tell whether a live process of that number works in that folder."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and Path(
            process.cwd()
        ).samefile(folder)
    except (psutil.Error, OSError):
        return False


def wait_for_end(*, pids: list[int], timeout_s: float) -> bool:
    """Tell whether all processes ended in time; they need not be children."""
    deadline = time.monotonic() + timeout_s
    while any(psutil.pid_exists(pid) and not _is_zombie(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _is_zombie(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return True


def _die_with_parent(signal_: signal.Signals) -> Callable[[], None]:
    """Return what has the kernel signal the child once its parent is gone."""
    parent = os.getpid()

    def ask_the_kernel() -> None:
        if _LIBC is None:
            return
        _LIBC.prctl(PR_SET_PDEATHSIG, int(signal_))
        # The parent may have died in between; then nobody would send the signal.
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel
