"""How long ``make demo`` takes to the first page and the first task, and its memory.

The first start makes the demo's year of data and is told for the record. Then it is
started again and again, as a person does: the clock runs from the command to the first
page, and on to the first sweep that a worker has run. The yardstick is the same
PostgreSQL alone, over the same data.

    .venv/bin/python bench/start.py [--starts 3]
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from apps.common.stack.folders import remove_folder
from apps.common.stack.ports import free_port
from apps.common.stack.postgres import EmbeddedPostgres
from apps.common.stack.run_folder import RunFolder
from bench.common import ROOT, count, say_figure, say_ratio

STARTS = 3
AFTER_SEEDING_S = 5
AGAIN_S = 3
MEMORY_MB = 600
PATIENCE_S = 600
# The end of what the demo says when everything runs.
READY = "Ctrl-C stops it."
PAUSE_S = 0.02
# Long enough for every sweep to have run once, and the caches of a few pages.
SETTLED_S = 5


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the demo, in seconds from the command on, and its memory."""

    page_s: float
    task_s: float
    ready_s: float
    memory_mb: float


def main() -> None:
    """Seed once, start again, and start PostgreSQL alone in between."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=count, default=STARTS)
    options = parser.parse_args()
    folder = RunFolder(Path(tempfile.mkdtemp(prefix="eihtrack-bench-")))
    try:
        seeding = _start(folder)
        rounds = [(_postgres_s(folder), _start(folder)) for _ in range(options.starts)]
    finally:
        remove_folder(folder.root)
    postgres_s = statistics.median(alone for alone, _ in rounds)
    starts = [start for _, start in rounds]
    page_s = statistics.median(start.page_s for start in starts)
    say_figure("first_start_with_seeding", seeding.ready_s, "s")
    say_figure("after_seeding_page", starts[0].page_s, "s", at_most=AFTER_SEEDING_S)
    say_figure("after_seeding_task", starts[0].task_s, "s", at_most=AFTER_SEEDING_S)
    again = starts[1:] or starts
    for name, values in (
        ("again_page", [start.page_s for start in again]),
        ("again_task", [start.task_s for start in again]),
    ):
        say_figure(name, statistics.median(values), "s", at_most=AGAIN_S)
    memory_mb = max(start.memory_mb for start in (seeding, *starts))
    say_figure("demo_memory", memory_mb, "MB", at_most=MEMORY_MB)
    say_figure("postgres_alone", postgres_s, "s")
    say_ratio("demo_of_postgres_alone", page_s / postgres_s)


def _start(folder: RunFolder) -> Start:
    """Run ``make demo`` until it has served a page and run a task; then stop it."""
    port = free_port()
    said = folder.root / "said"
    began = time.monotonic()
    demo = subprocess.Popen(
        ["make", "demo"],
        cwd=ROOT,
        env=os.environ | {"RUN_DIR": str(folder.root), "PORT": str(port)},
        stdout=said.open("w"),
        start_new_session=True,
    )
    try:
        _wait(lambda: _is_served(f"http://127.0.0.1:{port}/"), demo)
        page_s = time.monotonic() - began
        _wait(lambda: _has_swept(folder, since_s=time.monotonic() - began), demo)
        task_s = time.monotonic() - began
        _wait(lambda: READY in said.read_text(), demo)
        ready_s = time.monotonic() - began
        time.sleep(SETTLED_S)
        memory_mb = _memory_mb(demo.pid)
    finally:
        # To ``manage.py up`` as well as to make, as Ctrl-C does.
        os.killpg(demo.pid, signal.SIGINT)
        demo.wait(60)
    return Start(page_s=page_s, task_s=task_s, ready_s=ready_s, memory_mb=memory_mb)


def _wait(is_done: Callable[[], bool], demo: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_done():
        if demo.poll() is not None:
            raise RuntimeError(f"make demo ended with {demo.returncode}.")
        if time.monotonic() > deadline:
            raise RuntimeError(f"make demo was not ready in {PATIENCE_S} s.")
        time.sleep(PAUSE_S)


def _is_served(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as response:
            return response.status == 200
    except (URLError, OSError):
        return False


def _has_swept(folder: RunFolder, *, since_s: float) -> bool:
    """Tell whether a worker has run a sweep since the start."""
    if not folder.environment.exists():
        return False
    url = json.loads(folder.environment.read_text())["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM common_heartbeat"
            " WHERE beat_at > now() - make_interval(secs => %s)",
            [since_s],
        ).fetchone()
    return row is not None and row[0] > 0


def _memory_mb(pid: int) -> float:
    """Return the memory of a process and all its children; shared pages count once."""
    parent = psutil.Process(pid)
    tree = [parent, *parent.children(recursive=True)]
    return sum(each.memory_full_info().pss for each in tree) / 2**20


def _postgres_s(folder: RunFolder) -> float:
    server = EmbeddedPostgres(folder=folder.postgres, log=folder.log("postgres"))
    began = time.monotonic()
    process = server.start()
    took_s = time.monotonic() - began
    process.stop()
    return took_s


if __name__ == "__main__":
    main()
