"""A diary of any size is imported in memory that does not grow with it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import psutil
import pytest

from apps.common.stack import roles
from tests.exchange.diaries import STAMPED, EndlessDiary

pytestmark = [pytest.mark.long, pytest.mark.requirement("M4")]

ROOT = Path(__file__).resolve().parents[2]
SMALL_BYTES = 5_000_000
LARGE_BYTES = 60_000_000
# Of ratings, which the database writes one by one: 190,000 that must not be kept.
RATINGS_BYTES = 15_000_000
GIGABYTE = 1_000_000_000
# What the allocator may keep more of; the large file is many times that, and so are
# the ratings of the smaller one as objects.
SLACK_BYTES = 20_000_000
COUNTS = re.compile(r"(\d+) imported, (\d+) duplicate, (\d+) other, (\d+) refused")


@pytest.fixture(scope="module")
def database_url(database_server, worker_name) -> Iterator[str]:
    """Return the address of a database of this module's own."""
    name = database_server.new_database(f"diary_{worker_name}")
    yield database_server.url(database=name, role=roles.APP)
    database_server.drop_database(name)


def rows(file: IO[bytes], *, size_bytes: int) -> int:
    """Write ratings and other rows, and return how many lines they are."""
    source = EndlessDiary(size_bytes=size_bytes)
    lines = 0
    block = bytearray(1 << 16)
    while taken := source.readinto(block):
        lines += block[:taken].count(b"\n")
        file.write(block[:taken])
    return lines - 1


def one_line(file: IO[bytes], *, size_bytes: int) -> int:
    """Write a line without an end."""
    file.write(f"{STAMPED}\n".encode())
    for _ in range(size_bytes // 1_000_000):
        file.write(b"x" * 1_000_000)
    return 1


def open_quote(file: IO[bytes], *, size_bytes: int) -> int:
    """Write rows behind a quote that is never closed."""
    file.write(f'{STAMPED}\n"Back Pain,7,3,2020,3,\n'.encode())
    row = b"Back Pain,7,3,2020,3,2020-03-07 21:00:00\n"
    count = size_bytes // len(row)
    for _ in range(count // 1000):
        file.write(row * 1000)
    file.write(b"Knee Pain,7,3,2020,3,2020-03-07 21:00:00\n")
    return count // 1000 * 1000 + 2


def commas(file: IO[bytes], *, size_bytes: int) -> int:
    """Write rows of a million columns."""
    file.write(f"{STAMPED}\n".encode())
    for _ in range(size_bytes // 1_000_000):
        file.write(b"," * 1_000_000 + b"\n")
    return size_bytes // 1_000_000


def names(file: IO[bytes], *, size_bytes: int) -> int:
    """Write rows each about something that no other row is about."""
    file.write(f"{STAMPED}\nKnee Pain,7,3,2020,3,2020-03-07 21:00:00\n".encode())
    count = size_bytes // 60
    for number in range(count):
        file.write(
            f"symptom number {number:012},7,3,2020,3,2020-03-07 21:00\n".encode()
        )
    return count + 1


def gaps(file: IO[bytes], *, size_bytes: int) -> int:
    """Write ratings between long lines, the last of which is half of the file.

    The disk need not keep them: what was never written reads as NUL bytes, which no
    diary begins with.
    """
    file.write(f"{STAMPED}\n".encode() + b"x" * 100_000 + b"\n")
    count = size_bytes // 2_000_000
    for number in range(count):
        last = size_bytes // 2 if number == count - 1 else 0
        stamp = f"2020-03-07 21:{number // 60:02}:{number % 60:02}"
        file.write(f"Knee Pain,7,3,2020,3,{stamp}\n".encode())
        file.seek(1_000_000 + last, os.SEEK_CUR)
        file.write(b"\n")
    return 2 * count + 1


def import_it(path: Path, *, database_url: str) -> tuple[list[int], int]:
    """Return the four figures of the import and its peak of memory in bytes."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.fuzz.diary_child", str(path)],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        peak_bytes = 0
        process = psutil.Process(child.pid)
        while child.poll() is None:
            peak_bytes = max(peak_bytes, process.memory_info().rss)
            time.sleep(0.02)
        text = child.stdout.read()
    found = COUNTS.search(text)
    assert child.returncode == 0, text
    assert found, text
    return [int(each) for each in found.groups()], peak_bytes


@pytest.fixture(scope="module")
def usual_peak_bytes(database_url, tmp_path_factory) -> int:
    """Return the peak of memory of an import of 5 MB, on this machine, just now."""
    path = tmp_path_factory.mktemp("small") / "diary.csv"
    with path.open("wb") as file:
        rows(file, size_bytes=SMALL_BYTES)
    _, peak_bytes = import_it(path, database_url=database_url)
    return peak_bytes


@pytest.mark.parametrize(
    ("write", "size_bytes"),
    [
        (rows, RATINGS_BYTES),
        (one_line, LARGE_BYTES),
        (open_quote, LARGE_BYTES),
        (commas, LARGE_BYTES),
        (names, LARGE_BYTES),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_a_large_file_needs_no_more_memory_than_a_small_one(
    write: Callable[..., int], size_bytes, database_url, usual_peak_bytes, tmp_path
):
    path = tmp_path / "diary.csv"
    with path.open("wb") as file:
        expected = write(file, size_bytes=size_bytes)

    figures, peak_bytes = import_it(path, database_url=database_url)

    print(f"{peak_bytes / 1e6:.0f} MB, usually {usual_peak_bytes / 1e6:.0f} MB")
    assert sum(figures) == expected
    assert peak_bytes < usual_peak_bytes + SLACK_BYTES


def test_a_gigabyte_is_read_in_the_memory_of_a_small_file(
    database_url, usual_peak_bytes, tmp_path
):
    """Preview and import of a whole gigabyte by the command itself.

    Nearly all of it is in lines that are refused for their length: a gigabyte of
    ratings would be thirteen million rows, hours of the database's work.
    """
    path = tmp_path / "diary.csv"
    with path.open("wb") as file:
        expected = gaps(file, size_bytes=GIGABYTE)
    assert path.stat().st_size > GIGABYTE

    figures, peak_bytes = import_it(path, database_url=database_url)

    print(f"{peak_bytes / 1e6:.0f} MB, usually {usual_peak_bytes / 1e6:.0f} MB")
    ratings = expected // 2
    assert figures == [ratings, 0, 0, expected - ratings]
    assert peak_bytes < usual_peak_bytes + SLACK_BYTES
