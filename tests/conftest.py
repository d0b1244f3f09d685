"""The ground every test stands on: a real PostgreSQL, and no network.

One server a run, made and stopped by the process that was started by hand. Each xdist
worker gets a database of its own, copied from a template that was migrated once, and
works in it as the app's role, so that row-level security holds in every test.
"""

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import environ
import pytest
from django.db import connections

from apps.common import celery
from apps.common.stack import roles
from apps.common.stack.folders import remove_folder
from apps.common.stack.postgres import EmbeddedPostgres
from apps.common.stack.processes import Process

ROOT = Path(__file__).resolve().parents[1]
SERVER = pytest.StashKey["DatabaseServer"]()
PROCESS = pytest.StashKey[Process]()

pytest_plugins = [
    "tests.operations.servers",
    "tests.operations.live",
    "tests.walls.stage",
]


@dataclass(frozen=True)
class DatabaseServer:
    """The run's PostgreSQL, as every worker sees it."""

    admin_url: str
    passwords: dict[str, str]
    folder: str
    token: str

    @property
    def template(self) -> str:
        """The database that was migrated and that all others are copied from."""
        return f"eihtrack_template_{self.token}"

    def url(self, *, database: str, role: str) -> str:
        """Return the address of a database for one of the three roles."""
        return roles.database_url(
            self.admin_url,
            database=database,
            user=role,
            password=self.passwords.get(role),
        )

    def new_database(self, label: str) -> str:
        """Make a migrated, empty database and return its name."""
        name = f"eihtrack_{label}_{self.token}"
        with self._one_at_a_time():
            self._require_template()
            roles.make_database(self.admin_url, name=name, template=self.template)
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, connected to or not."""
        roles.drop_database(self.admin_url, name=name)

    def _require_template(self) -> None:
        migrated = Path(self.folder) / "migrated"
        if migrated.exists():
            return
        roles.make_database(self.admin_url, name=self.template)
        migrate(self.url(database=self.template, role=roles.OWNER))
        roles.allow_truncate(self.admin_url, database=self.template)
        migrated.touch()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        with (Path(self.folder) / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def migrate(owner_url: str) -> None:
    """Run the migrations as the owner of the database."""
    result = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": owner_url},
        check=False,
        capture_output=True,
        text=True,
    )
    if result.returncode != 0:
        pytest.fail(
            f"The migrations failed:\n{result.stdout}{result.stderr}", pytrace=False
        )


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL, or learn from the controller where it runs."""
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        config.stash[SERVER] = DatabaseServer(**json.loads(workerinput["database"]))
        return
    if config.option.collectonly:
        return
    # Reachable by the account that root hands PostgreSQL to.
    folder = Path(tempfile.mkdtemp(prefix="eihtrack-tests-"))
    folder.chmod(0o711)
    given = os.environ.get("DATABASE_URL", "")
    if given:
        admin_url, passwords = given, roles.new_passwords()
    else:
        server = EmbeddedPostgres(
            folder=folder / "postgres", log=folder / "postgres.log", durable=False
        )
        config.stash[PROCESS] = server.start()
        admin_url, passwords = server.admin_url, {}
    roles.make_roles(admin_url, passwords=passwords)
    config.stash[SERVER] = DatabaseServer(
        admin_url=admin_url,
        passwords=passwords,
        folder=str(folder),
        token=secrets.token_hex(4),
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Tell an xdist worker where PostgreSQL runs."""
    node.workerinput["database"] = json.dumps(asdict(node.config.stash[SERVER]))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what ``pytest_configure`` of this very process started."""
    server = config.stash.get(SERVER, None)
    if server is None or hasattr(config, "workerinput"):
        return
    process = config.stash.get(PROCESS, None)
    if process is None:
        server.drop_database(server.template)
    else:
        process.stop()
    folder = Path(server.folder)
    remove_folder(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_server(request: pytest.FixtureRequest) -> DatabaseServer:
    """Return the run's PostgreSQL server."""
    return request.config.stash[SERVER]


@pytest.fixture(scope="session")
def worker_name() -> str:
    """Return a name for this process that no other process of the run has."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def django_db_setup(
    database_server: DatabaseServer,
    worker_name: str,
    django_test_environment: None,
    django_db_blocker,
) -> Iterator[None]:
    """Point Django at this worker's own database, as the app's role."""
    name = database_server.new_database(worker_name)
    url = database_server.url(database=name, role=roles.APP)
    # The one dictionary that connections of every thread are made from.
    connections.settings["default"].update(
        {"OPTIONS": {}, **environ.Env.db_url_config(url)}
    )
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    database_server.drop_database(name)


@pytest.fixture(scope="session")
def owner_database_url(
    database_server: DatabaseServer, worker_name: str, django_db_setup: None
) -> str:
    """Return the address of this worker's database for the role that migrates."""
    name = str(connections.settings["default"]["NAME"])
    return database_server.url(database=name, role=roles.OWNER)


class ImmediateNudger:
    """Nudges at once instead of from a thread, so that a test sees it."""

    hand_over = staticmethod(celery.send_nudge)


@pytest.fixture(autouse=True)
def nudges_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no nudge of one test come out during the next one."""
    monkeypatch.setattr(celery, "_nudger", ImmediateNudger)
