"""The folder in which a stack keeps its data, logs, secrets and traces."""

import contextlib
import fcntl
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from .errors import StackError
from .processes import kill_group, wait_for_end

ORPHAN_TIMEOUT_S = 20
# Clocks are read in hundredths of a second; a reused number is never that close.
SAME_START_S = 1.0


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Names of what lies where in one run folder."""

    root: Path

    @property
    def postgres(self) -> Path:
        """Data of the embedded PostgreSQL; may be a link."""
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        """Data of the embedded Valkey."""
        return self.root / "valkey"

    @property
    def mail(self) -> Path:
        """Mail that the demo has sent, a file each."""
        return self.root / "mail"

    @property
    def beat_schedule(self) -> Path:
        """When Beat ran what."""
        return self.root / "beat" / "schedule"

    @property
    def environment(self) -> Path:
        """How the running stack is reached; there while it runs."""
        return self.root / "environment.json"

    def note_environment(self, environment: Mapping[str, str]) -> None:
        """Keep, for this account alone, how the running stack is reached."""
        self.environment.touch(mode=0o600)
        self.environment.write_text(json.dumps(dict(environment)))

    def forget_environment(self) -> None:
        """Remove what ``note_environment`` kept; safe to repeat."""
        self.environment.unlink(missing_ok=True)

    def log(self, name: str) -> Path:
        """Return where a process of that name logs."""
        return self.root / "log" / f"{name}.log"

    def make(self) -> None:
        """Make the folder itself; safe to repeat.

        Raises:
            StackError: It cannot be made or belongs to another account.
        """
        _make_private(self.root)

    @contextlib.contextmanager
    def hold(self, *, about: str) -> Iterator[None]:
        """Keep every other ``up`` away while the block runs.

        The kernel drops the lock with the process, however that ends, so a stale
        file is harmless.

        Args:
            about: What a second one is told about this one, such as its address.

        Raises:
            StackError: Another one runs here.
        """
        self.make()
        with (self.root / "up.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.seek(0)
                holder = lock.read().strip() or "starting"
                raise StackError(
                    f"EIHtrack runs in {self.root} already ({holder}). "
                    "Stop that one first, or set RUN_DIR to another folder."
                ) from error
            lock.truncate(0)
            lock.write(f"pid {os.getpid()}, {about}\n")
            lock.flush()
            try:
                yield
            finally:
                lock.truncate(0)

    def remember(self, *, name: str, pid: int) -> None:
        """Note a child, so that the next start finds it if this one is killed."""
        notes = self.root / "children"
        notes.mkdir(exist_ok=True)
        with contextlib.suppress(psutil.NoSuchProcess):
            started = psutil.Process(pid).create_time()
            (notes / name).write_text(json.dumps({"pid": pid, "started": started}))

    def forget_children(self) -> None:
        """Drop the notes: every child has been stopped."""
        for note in (self.root / "children").glob("*"):
            note.unlink()

    def stop_orphans(self, *, say: Callable[[str], None]) -> None:
        """Stop what an ``up`` that was killed left running.

        Raises:
            StackError: One of them cannot be stopped.
        """
        for note in sorted((self.root / "children").glob("*")):
            orphan = _orphan(note)
            if orphan is not None:
                say(f"Stopping {note.name} (pid {orphan.pid}), left by an earlier run.")
                _stop_orphan(orphan)
            note.unlink()

    def passwords(self) -> dict[str, str]:
        """Return the passwords of the database roles, empty if none were kept."""
        try:
            kept = json.loads((self.root / "passwords.json").read_text())
        except FileNotFoundError:
            return {}
        return {str(role): str(password) for role, password in kept.items()}

    def keep_passwords(self, passwords: dict[str, str]) -> None:
        """Keep the passwords of the database roles for the next start."""
        path = self.root / "passwords.json"
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(passwords, file)


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Others may pass through, to reach a server's own folder, but not look.
        folder.chmod(0o711)
    except (PermissionError, FileExistsError) as error:
        raise StackError(
            f"{folder} cannot be used ({error.strerror}): it belongs to another "
            "account or is no folder. Set RUN_DIR to a folder of your own."
        ) from error


def _orphan(note: Path) -> psutil.Process | None:
    """Return the live process that a note is about, not one that got its number."""
    try:
        noted = json.loads(note.read_text())
        process = psutil.Process(noted["pid"])
        same = abs(process.create_time() - noted["started"]) < SAME_START_S
    except (psutil.NoSuchProcess, ValueError, KeyError):
        return None
    return process if same and process.status() != psutil.STATUS_ZOMBIE else None


def _stop_orphan(process: psutil.Process) -> None:
    # PostgreSQL waits for every client on SIGTERM and ends them on SIGINT.
    is_postgres = process.name() == "postgres"
    try:
        process.send_signal(signal.SIGINT if is_postgres else signal.SIGTERM)
        if not wait_for_end(pids=[process.pid], timeout_s=ORPHAN_TIMEOUT_S):
            process.kill()
        kill_group(process.pid)
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied as error:
        raise StackError(
            f"Process {process.pid} of an earlier run belongs to another account. "
            "Stop it as that account or as root."
        ) from error
