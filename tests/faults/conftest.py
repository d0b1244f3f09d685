"""The stacks that are broken, and the table of what was found."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from apps.common.stack import roles
from apps.common.stack.folders import remove_folder
from apps.common.stack.stack import Database
from tests.conftest import migrate
from tests.operations.live import LiveStack

from .ground import Ground, Outcome, OwnPostgres

PROPERTY = "fault"
NAME = "eihtrack"
TABLE = pytest.StashKey[list[dict[str, Any]]]()
COLUMNS = {
    "scenario": "scenario",
    "entries_lost": "lost",
    "entries_doubled": "doubled",
    "alerts": "alerts",
    "alerts_doubled": "alerts doubled",
    "mails": "mails",
    "repeats": "repeats, same Message-ID",
    "healthz": "healthz",
    "result": "result",
}


# Not for the whole run: it takes the place of the stack's mail server, and tests in
# other folders wait for mail there.
@pytest.fixture(scope="module")
def shared_ground(live_stack: LiveStack, database_server) -> Iterator[Ground]:
    """Return the run's own stack, on the PostgreSQL that all tests share."""
    ground = Ground(live_stack, admin_url=admin_url_of(live_stack, database_server))
    yield ground
    ground.end()


def admin_url_of(stack: LiveStack, server: Any) -> str:
    """Return the stack's database as the administrator of the shared server."""
    name = stack.database.owner_url.split("?")[0].rsplit("/", 1)[1]
    return roles.database_url(server.admin_url, database=name)


@pytest.fixture(scope="session")
def own_ground() -> Iterator[Ground]:
    """Return a stack with a PostgreSQL of its own, which keeps what it has promised."""
    folder = Path(tempfile.mkdtemp(prefix="eihtrack-faults-"))
    folder.chmod(0o711)
    with ExitStack() as ends:
        ends.callback(remove_folder, folder)
        postgres = OwnPostgres(folder)
        ends.callback(postgres.stop)
        stack = LiveStack(folder=folder / "run", database=new_database(postgres))
        ends.callback(stack.stop)
        stack.start()
        admin_url = roles.database_url(postgres.admin_url, database=NAME)
        ground = Ground(stack, admin_url=admin_url, postgres=postgres)
        ends.callback(ground.end)
        yield ground


def new_database(postgres: OwnPostgres) -> Database:
    """Return a migrated, empty database on a server of its own."""
    roles.make_roles(postgres.admin_url, passwords={})
    roles.make_database(postgres.admin_url, name=NAME)
    owner_url, app_url = (
        roles.database_url(postgres.admin_url, database=NAME, user=role)
        for role in (roles.OWNER, roles.APP)
    )
    migrate(owner_url)
    return Database(owner_url=owner_url, app_url=app_url)


class Fault:
    """The record of one scenario, as it becomes a line of the table."""

    def __init__(self) -> None:
        self.row: dict[str, Any] = {}
        self._ground: Ground | None = None

    def begins(self, name: str, *, ground: Ground) -> None:
        """Note that it is about to be made."""
        self.row["scenario"] = name
        self._ground = ground
        ground.health.clear()

    def found(self, outcome: Outcome) -> Outcome:
        """Note what was measured, and return it."""
        self.row |= asdict(outcome)
        return outcome

    def end(self) -> None:
        """Note what /healthz said, and let the next scenario find all in order."""
        if self._ground is not None:
            self.row["healthz"] = ", ".join(self._ground.health)
            self._ground.put_right()


@pytest.fixture
def fault(record_property) -> Iterator[Fault]:
    """Return the record of this test's scenario."""
    record = Fault()
    record_property(PROPERTY, record.row)
    yield record
    record.end()


def pytest_configure(config: pytest.Config) -> None:
    """Have a table to write to."""
    config.stash[TABLE] = []
    config.pluginmanager.register(Collector(config.stash[TABLE]))


class Collector:
    """Takes the records out of the reports, also out of those of xdist's workers."""

    def __init__(self, table: list[dict[str, Any]]) -> None:
        self._table = table
        self._results: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the result, and at the end of a test its line."""
        if report.failed or report.when == "call":
            self._results.setdefault(report.nodeid, report.outcome)
        if report.when != "teardown":
            return
        for name, row in report.user_properties:
            if name == PROPERTY and row:
                result = self._results.get(report.nodeid, "error")
                self._table.append({**row, "result": result})

    def pytest_terminal_summary(self, terminalreporter) -> None:
        """Print the table."""
        if not self._table:
            return
        lines = [list(COLUMNS.values())] + [
            [str(row.get(name, "?")) for name in COLUMNS] for row in self._table
        ]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        terminalreporter.section("faults")
        for line in lines:
            cells = (
                cell.ljust(width) for cell, width in zip(line, widths, strict=True)
            )
            terminalreporter.write_line(" | ".join(cells).rstrip())
