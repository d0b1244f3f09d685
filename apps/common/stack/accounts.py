"""Which account of the operating system a server runs as.

PostgreSQL refuses to run as root. A container, a CI machine and many a server have
nothing but root, so root hands the server to an account without rights.
"""

import functools
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the operating system, and how to become it."""

    uid: int
    gid: int
    # Put before a command where setuid is not allowed: a namespace of its own.
    wrapper: tuple[str, ...] = ()

    @property
    def is_other(self) -> bool:
        """Whether files must be handed over to this account."""
        return not self.wrapper and self.uid != os.geteuid()

    def can_reach(self, path: Path) -> bool:
        """Tell whether this account may enter or run what lies at ``path``."""
        if not self.is_other:
            return os.access(path, os.X_OK)
        try:
            return self.run(["test", "-x", str(path)]).returncode == 0
        except OSError:
            return False

    def run(
        self,
        command: list[str],
        *,
        env: dict[str, str] | None = None,
        folder: Path = Path("/"),
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as this account and return what it printed."""
        return subprocess.run(
            [*self.wrapper, *command],
            cwd=folder,
            env=env,
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            user=self.uid if self.is_other else None,
            group=self.gid if self.is_other else None,
            extra_groups=[] if self.is_other else None,
        )

    def take(self, path: Path) -> None:
        """Make a file or folder this account's own."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)


def current_account() -> Account:
    """Return the account that runs this process."""
    return Account(uid=os.geteuid(), gid=os.getegid())


def unprivileged_account(*, owner_of: Path) -> Account | None:
    """Return whom to run a server as, or None where root cannot step down.

    A normal user stays. Root becomes the owner of the server's folder, so that data
    made by a normal user stay that user's, or else nobody.
    """
    if os.geteuid() != 0:
        return current_account()
    owner = owner_of.stat() if owner_of.exists() else None
    if owner is not None and owner.st_uid != 0:
        candidate = Account(uid=owner.st_uid, gid=owner.st_gid)
    else:
        candidate = Account(uid=NOBODY, gid=NOBODY)
    return candidate if _can_become(candidate) else _namespace()


@functools.cache
def _can_become(account: Account) -> bool:
    try:
        return account.run(["true"]).returncode == 0
    except OSError:
        return False


@functools.cache
def _namespace() -> Account | None:
    wrapper = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
    account = Account(uid=0, gid=0, wrapper=wrapper)
    try:
        return account if account.run(["true"]).returncode == 0 else None
    except OSError:
        return None
