"""Diaries for tests, as open files."""

import io
from datetime import UTC, datetime
from pathlib import Path

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
STAMPED = "name,startday,startmonth,startyear,intensity,date"
DAYS_ONLY = "name,startday,startmonth,startyear,intensity"


def diary(*lines: str, header: str = STAMPED) -> io.BytesIO:
    """Return an open diary of these lines below its header."""
    return io.BytesIO("".join(f"{line}\n" for line in (header, *lines)).encode())


def sample(name: str) -> io.BytesIO:
    """Return one of the files of the tests' own data, open."""
    return io.BytesIO((DATA / name).read_bytes())


class EndlessDiary(io.RawIOBase):
    """A diary of any size that is made while it is read, and is never kept.

    Knee pain each minute, with another symptom in between.
    """

    def __init__(self, *, size_bytes: int) -> None:
        super().__init__()
        self._size_bytes = size_bytes
        self._block = (
            "Knee Pain,0,,0,3,2020-03-07 21:{0:02}:00\n"
            "happiness,7,3,2020,6,2020-03-08 00:{0:02}:10\n"
        )
        self.seek(0)

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        assert (offset, whence) == (0, io.SEEK_SET)
        self._given = 0
        self._minute = 0
        self._ready = STAMPED.encode() + b"\n"
        return 0

    def readinto(self, buffer) -> int:
        while len(self._ready) < len(buffer) and self._given < self._size_bytes:
            block = "".join(
                self._block.format((self._minute + more) % 60) for more in range(100)
            )
            self._minute += 100
            self._given += len(block)
            self._ready += block.encode()
        taken = self._ready[: len(buffer)]
        self._ready = self._ready[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)
