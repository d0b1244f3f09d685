"""Folders that may have to lie elsewhere, and are then reached by a link."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from .errors import StackError

# The kernel keeps 108 bytes for the address of a Unix socket, the last one a zero.
LONGEST_SOCKET_PATH = 107
ELSEWHERE = Path("/var/tmp")  # noqa: S108 - names are random, see mkdtemp
PREFIX = "eihtrack-"


def place_folder(*, path: Path, fits: Callable[[Path], bool]) -> Path:
    """Return the real folder behind ``path``; make it where it fits.

    It lies at ``path`` itself if ``fits`` says so. Otherwise it lies in a folder with
    a short, random name under /var/tmp, and ``path`` is a link to it, so that the
    next start finds it again. Safe to repeat.
    """
    if path.is_symlink() and not path.exists():
        path.unlink()
    if path.exists():
        return path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    if fits(path):
        path.mkdir(mode=0o700)
        return path.resolve()
    root = ELSEWHERE if ELSEWHERE.is_dir() else Path(tempfile.gettempdir())
    real = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    path.symlink_to(real)
    return real


def socket_folder(*, path: Path, socket_name: str) -> Path:
    """Return a folder in which a socket of that name has an address short enough."""

    def fits(folder: Path) -> bool:
        return len(bytes(folder.absolute() / socket_name)) <= LONGEST_SOCKET_PATH

    real = place_folder(path=path, fits=fits)
    if not fits(real):
        raise StackError(
            f"{real} is too long for the address of a socket ({LONGEST_SOCKET_PATH} "
            "bytes at most). Remove that folder, or set RUN_DIR to a shorter path."
        )
    return real


def remove_folder(path: Path) -> None:
    """Remove a run folder together with what its links of ours point to."""
    if not path.is_dir():
        return
    for link in path.rglob("*"):
        if link.is_symlink() and link.resolve().name.startswith(PREFIX):
            remove_folder(link.resolve())
    shutil.rmtree(path)
