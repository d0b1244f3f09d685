"""``manage.py up`` from outside, as a person at a terminal meets it."""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from apps.common.stack import roles
from apps.common.stack.folders import remove_folder
from apps.common.stack.ports import free_port
from apps.common.stack.postgres import EmbeddedPostgres
from apps.common.stack.valkey import EmbeddedValkey

ROOT = Path(__file__).resolve().parents[2]
READY = "Ctrl-C stops it."
WAIT_S = 90
SERVICES = {"postgres", "valkey", "mail", "web", "worker", "beat"}


class Up:
    """One ``manage.py up`` and what it said."""

    def __init__(self, folder: Path, *, port: int, demo: bool = False, **env: str):
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self._said = folder.with_suffix(f".{time.monotonic_ns()}.out")
        own = {
            "DJANGO_SETTINGS_MODULE": os.environ.get(
                "LIVE_SETTINGS_MODULE", "eihtrack.settings.local"
            ),
            "RUN_DIR": str(folder),
            "PORT": str(port),
        }
        given = {k: v for k, v in os.environ.items() if not k.endswith("_URL")}
        with self._said.open("w") as said:
            self.popen = subprocess.Popen(
                [sys.executable, "manage.py", "up", *([] if demo else ["--no-demo"])],
                cwd=ROOT,
                env=given | own | env,
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self._said.read_text()

    def wait_until_it_says(self, text: str) -> None:
        deadline = time.monotonic() + WAIT_S
        while text not in self.said:
            assert self.popen.poll() is None, f"up ended:\n{self.said}"
            assert time.monotonic() < deadline, f"up did not say {text}:\n{self.said}"
            time.sleep(0.05)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.popen.send_signal(number)
        return self.popen.wait(WAIT_S)

    def children(self) -> dict[str, psutil.Process]:
        """The processes it keeps, by name, as it noted them."""
        notes = (self.folder / "children").glob("*")
        return {
            note.name: psutil.Process(int(re.search(r"\d+", note.read_text())[0]))
            for note in notes
        }

    def family(self) -> list[psutil.Process]:
        """Itself and every process below it."""
        parent = psutil.Process(self.popen.pid)
        return [parent, *parent.children(recursive=True)]


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not tmp_path: as root, PostgreSQL's account could not enter it.
    parent = Path(tempfile.mkdtemp(prefix="eihtrack-up-"))
    parent.chmod(0o711)
    yield parent / "run"
    remove_folder(parent)


@pytest.fixture
def start(folder: Path) -> Iterator:
    """Start ``up`` in this test's folder, as often as the test likes."""
    started: list[Up] = []

    def start(*, port: int | None = None, demo: bool = False, **env: str) -> Up:
        up = Up(folder, port=port or free_port(), demo=demo, **env)
        started.append(up)
        return up

    yield start
    for up in started:
        if up.popen.poll() is None:
            up.end()


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return which of them still run, after some seconds of patience."""
    return psutil.wait_procs(processes, timeout=20)[1]


def owner_connection(folder: Path):
    sockets = (folder / "postgres").resolve() / "socket"
    host = sockets.resolve()
    return roles.connect(f"postgres:///eihtrack?host={host}&user={roles.OWNER}")


def test_up_says_that_its_port_is_taken_and_starts_nothing(start, folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        up = start(port=port)
        code = up.popen.wait(WAIT_S)

    assert code == 1
    assert f"Port {port} is taken" in up.said
    assert "Traceback" not in up.said
    assert not (folder / "postgres").exists()


@pytest.mark.requirement("N1")
def test_up_restarts_a_killed_worker_refuses_a_second_and_stops_without_a_trace(
    start, folder
):
    up = start()
    up.wait_until_it_says(READY)
    assert httpx.get(f"{up.url}/readyz").status_code == 200
    assert set(up.children()) == SERVICES

    second = start()
    code = second.popen.wait(WAIT_S)
    assert code == 1
    assert f"runs in {folder} already (pid {up.popen.pid}, http" in second.said

    up.children()["worker"].kill()
    up.wait_until_it_says("worker was killed by signal 9; starting it again in 0.5 s.")
    up.wait_until_it_says("worker runs again.")
    assert up.children()["worker"].is_running()

    family = up.family()
    assert up.end() == 0
    assert alive(family) == []


@pytest.mark.requirement("N1")
def test_up_can_be_started_again_and_keeps_its_data(start, folder):
    up = start()
    up.wait_until_it_says(READY)
    with owner_connection(folder) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    assert up.end(signal.SIGINT) == 0

    up = start()
    up.wait_until_it_says(READY)

    with owner_connection(folder) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (42,)
    assert up.end() == 0


@pytest.mark.long
@pytest.mark.fault
def test_up_starts_after_it_was_killed_itself(start):
    up = start()
    up.wait_until_it_says(READY)
    family = up.family()
    up.end(signal.SIGKILL)

    up = start()
    up.wait_until_it_says(READY)

    assert httpx.get(f"{up.url}/readyz").status_code == 200
    assert alive(family) == []


def test_up_stops_in_the_middle_of_its_start(start):
    up = start()
    up.wait_until_it_says("Starting")
    family = up.family()

    assert up.end() == 0
    assert alive(family) == []


def test_up_says_that_a_broker_does_not_answer(start):
    up = start(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")

    assert up.popen.wait(WAIT_S) == 1
    assert "The server of REDIS_URL is away" in up.said
    assert "Traceback" not in up.said


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_up_speaks_https_to_the_network_with_a_certificate_of_its_own(start, folder):
    up = start(HTTPS="1", HOST="127.0.0.2")
    up.wait_until_it_says(READY)
    trusted = ssl.create_default_context(cafile=folder / "certificate.pem")

    url = up.url.replace("http://127.0.0.1", "https://127.0.0.2")
    answer = httpx.get(f"{url}/readyz", verify=trusted)

    assert answer.status_code == 200
    assert f"runs at {url}/" in up.said
    assert "Everyone in this network can open it" in up.said
    assert (folder / "certificate.key").stat().st_mode & 0o777 == 0o600


def test_up_uses_servers_of_ones_own(start, folder):
    server = EmbeddedPostgres(
        folder=folder.with_name("server"), log=folder.with_name("log"), durable=False
    )
    valkey = EmbeddedValkey(
        folder=folder.with_name("valkey"), log=folder.with_name("valkey.log")
    )
    process = server.start()
    broker = valkey.start()
    try:
        up = start(DATABASE_URL=server.admin_url, REDIS_URL=valkey.broker_url)
        up.wait_until_it_says(READY)
        assert httpx.get(f"{up.url}/readyz").status_code == 200
        assert set(up.children()) == SERVICES - {"postgres", "valkey"}
        assert up.end() == 0

        (folder / "passwords.json").unlink()
        up = start(DATABASE_URL=server.admin_url)
        code = up.popen.wait(WAIT_S)
    finally:
        process.stop()
        broker.stop()

    assert code == 1
    assert "add --new-passwords" in up.said


def test_up_says_that_a_database_server_does_not_answer(start):
    up = start(DATABASE_URL=f"postgres://nobody@127.0.0.1:{free_port()}/postgres")

    assert up.popen.wait(WAIT_S) == 1
    assert "The server of DATABASE_URL is away" in up.said
    assert "Traceback" not in up.said


@pytest.mark.long
@pytest.mark.fault
def test_up_survives_a_bad_day(start, folder):
    up = start(demo=True)
    up.wait_until_it_says(READY)
    assert "/demo/mail/" in up.said

    for name in ("web", "worker", "beat", "mail", "valkey", "postgres"):
        up.children()[name].kill()
        up.wait_until_it_says(f"{name} runs again.")
        wait_until_ready(up)
    family = up.family()
    assert up.end() == 0
    assert alive(family) == []


@pytest.mark.long
@pytest.mark.fault
def test_up_stops_orphans_that_the_kernel_did_not(start):
    up = start()
    up.wait_until_it_says(READY)
    worker = up.children()["worker"]
    # Stopped like this it can obey no signal of the kernel but SIGKILL.
    worker.suspend()
    up.end(signal.SIGKILL)

    up = start()
    up.wait_until_it_says(f"Stopping worker (pid {worker.pid}), left by an earlier run")
    up.wait_until_it_says(READY)

    assert alive([worker]) == []


def wait_until_ready(up: Up) -> None:
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            if httpx.get(f"{up.url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, up.said
        time.sleep(0.1)
