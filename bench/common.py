"""What every measurement shares: a running stack, clients in processes, figures."""

import argparse
import multiprocessing
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
import psycopg

ROOT = Path(__file__).resolve().parents[1]
# So that ``.venv/bin/python bench/<script>.py`` finds the product and the factories.
sys.path.insert(0, str(ROOT))

from apps.common.stack.certificates import certificate_for  # noqa: E402
from apps.common.stack.folders import remove_folder  # noqa: E402
from apps.common.stack.ports import free_port  # noqa: E402
from apps.common.stack.postgres import SUPERUSER  # noqa: E402
from apps.common.stack.run_folder import RunFolder  # noqa: E402
from apps.common.stack.stack import Plan, Stack  # noqa: E402

PRODUCTION = "eihtrack.settings.production"
Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class RunningStack:
    """EIHtrack as ``manage.py up`` runs it, with an empty, durable database."""

    stack: Stack
    folder: RunFolder

    @property
    def port(self) -> int:
        """The port of the web server on the loopback interface."""
        return self.stack.plan.port

    @property
    def owner_url(self) -> str:
        """The database as its owner, whom no row-level security holds up."""
        return self.stack._owner_url

    def let_keys_go_unchecked(self) -> None:
        """Let those who fill tables say that their foreign keys are right."""
        with psycopg.connect(
            self.owner_url, user=SUPERUSER, autocommit=True
        ) as connection:
            connection.execute(
                "GRANT SET ON PARAMETER session_replication_role TO eihtrack_app"
            )

    def gather_statistics(self) -> None:
        """Let PostgreSQL look at the tables, as it does by itself in time.

        Plans made for empty tables scan them, and are kept until then.
        """
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute("ANALYZE")

    def memory_mb(self, name: str) -> float:
        """Return the resident memory of the largest process of a service."""
        return max(each.memory_info().rss for each in self._processes(name)) / 2**20

    def cpu_s(self, *names: str) -> float:
        """Return the CPU time that services have used, in seconds."""
        return sum(
            times.user + times.system + times.children_user + times.children_system
            for name in names
            for each in self._processes(name)
            for times in [each.cpu_times()]
        )

    def _processes(self, name: str) -> list[psutil.Process]:
        parent = psutil.Process(self.stack.supervisor.process(name).pid)
        return [parent, *parent.children(recursive=True)]


@contextmanager
def running_stack(
    *, workers: bool = False, for_browser: bool = False
) -> Iterator[RunningStack]:
    """Run database, broker, mail and web server; worker and clock if asked for.

    With the settings of production requests must say ``X-Forwarded-Proto: https``,
    unless it is for a browser: then the server itself speaks TLS, with a certificate
    that nobody knows, and the static files are there.
    """
    root = Path(tempfile.mkdtemp(prefix="eihtrack-bench-"))
    os.environ |= {"SECRET_KEY": secrets.token_hex(32), "ALLOWED_HOSTS": "*"}
    certificate = None
    if for_browser:
        os.environ["STATIC_ROOT"] = str(root / "static")
        now = datetime.now(UTC)
        certificate = certificate_for("localhost", folder=root, now=now)
    plan = Plan(
        folder=RunFolder(root),
        port=free_port(),
        settings_module=PRODUCTION,
        certificate=certificate,
    )
    stack = Stack(plan, say=lambda _: None)
    try:
        stack.start_servers()
        stack.migrate()
        if for_browser:
            stack.manage("collectstatic", "--no-input")
        stack.start_web()
        stack.wait_for_web()
        if workers:
            stack.start_workers()
        yield RunningStack(stack=stack, folder=plan.folder)
    finally:
        stack.stop()
        remove_folder(root)


def set_up_django(env: Mapping[str, str]) -> None:
    """Let this process use the models, in the database of a running stack."""
    os.environ.update(env)
    import django  # noqa: PLC0415

    django.setup()


class Clients:
    """Processes that repeat one piece of work, all at the same time.

    Args:
        make_work: Called once in each process with its own arguments; returns the work.
            Must be importable, with a module that imports little.
        arguments: One tuple for each client.
    """

    def __init__(
        self, make_work: Callable[..., Work], arguments: Sequence[tuple[Any, ...]]
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self._processes = []
        for each in arguments:
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_serve, args=(theirs, make_work, each), daemon=True
            )
            process.start()
            self._pipes.append(ours)
            self._processes.append(process)
        for pipe in self._pipes:
            _answer(pipe)

    def run(self, *, seconds: float, clients: int | None = None) -> "Round":
        """Let the first ``clients`` of them, or all, work for so long."""
        pipes = self._pipes[:clients]
        # On the clock that all processes share; a moment for each to read its order.
        start = time.monotonic() + 0.02
        for pipe in pipes:
            pipe.send((start, start + seconds))
        took_s = [each for pipe in pipes for each in _answer(pipe)]
        return Round(seconds=seconds, took_s=took_s)

    def stop(self) -> None:
        """End the processes."""
        for pipe in self._pipes:
            pipe.send(None)
        for process in self._processes:
            process.join(10)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of work gave."""

    seconds: float
    took_s: list[float]

    @property
    def per_second(self) -> float:
        """How much was done in a second by all clients together."""
        return len(self.took_s) / self.seconds

    @property
    def median_ms(self) -> float:
        """How long half of it took at most."""
        return 1000 * statistics.median(self.took_s)

    @property
    def p95_ms(self) -> float:
        """How long nearly all of it took at most."""
        return 1000 * sorted(self.took_s)[int(0.95 * len(self.took_s))]

    def __str__(self) -> str:
        return (
            f"{self.per_second:8.1f} /s   median {self.median_ms:7.2f} ms   "
            f"p95 {self.p95_ms:7.2f} ms"
        )


def count(text: str) -> int:
    """Return a number of things to do, of which there must be some."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def say_figure(
    name: str,
    value: float,
    unit: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> None:
    """Print a raw figure, and whether it is what we aim at; ``make bench`` reads it."""
    aim = _aim(value, at_least=at_least, at_most=at_most)
    print(f"figure {name} {value:.3f} {unit} {aim}".rstrip(), flush=True)


def say_ratio(
    name: str,
    value: float,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> None:
    """Print our figure by the yardstick's, which depends little on the machine."""
    aim = _aim(value, at_least=at_least, at_most=at_most)
    print(f"ratio {name} {value:.3f} {aim}".rstrip(), flush=True)


def _aim(value: float, *, at_least: float | None, at_most: float | None) -> str:
    if at_least is not None:
        return f"aim >= {at_least:g} {'met' if value >= at_least else 'MISSED'}"
    if at_most is not None:
        return f"aim <= {at_most:g} {'met' if value <= at_most else 'MISSED'}"
    return ""


def _serve(pipe: Connection, make_work: Callable[..., Work], arguments: Any) -> None:
    try:
        work = make_work(*arguments)
        pipe.send([])
        while (order := pipe.recv()) is not None:
            start, end = order
            time.sleep(max(0, start - time.monotonic()))
            pipe.send(_repeat(work, until=end))
    except Exception as error:  # noqa: BLE001 - told to who asked
        pipe.send(repr(error))


def _repeat(work: Work, *, until: float) -> list[float]:
    took_s = []
    before = time.monotonic()
    while before < until:
        work()
        after = time.monotonic()
        took_s.append(after - before)
        before = after
    return took_s


def _answer(pipe: Connection) -> list[float]:
    answer = pipe.recv()
    if isinstance(answer, list):
        return answer
    raise RuntimeError(f"A client failed: {answer}")
