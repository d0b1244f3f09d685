"""Processes that are kept running, and stopped without a trace."""

import itertools
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from apps.common.stack.errors import StackError
from apps.common.stack.processes import Process
from apps.common.stack.run_folder import RunFolder
from apps.common.stack.supervisor import Supervisor

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('ready', flush=True); time.sleep(60)"
)
PARENT = (
    "import subprocess, sys, time;"
    "c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(c.pid, flush=True); time.sleep(60)"
)


def python_process(code: str, *, log: Path, stop_timeout_s: float = 5) -> Process:
    process = Process(
        name="p",
        command=[sys.executable, "-c", code],
        log=log,
        stop_timeout_s=stop_timeout_s,
    )
    process.start()
    return process


def wait_for(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def supervisor():
    said = []
    supervisor = Supervisor(say=said.append, remember=lambda *_: None)
    supervisor.said = said
    yield supervisor
    supervisor.stop()


def test_process_that_ignores_the_polite_signal_is_killed(tmp_path):
    process = python_process(STUBBORN, log=tmp_path / "log", stop_timeout_s=0.2)
    wait_for(lambda: "ready" in process.log_tail())

    process.stop()

    assert process.exit_code == -signal.SIGKILL


def test_process_takes_its_children_with_it(tmp_path):
    process = python_process(PARENT, log=tmp_path / "log")
    wait_for(process.log_tail)
    grandchild = int(process.log_tail())

    process.stop()

    wait_for(lambda: is_gone(grandchild))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_process_ends_when_its_parent_is_killed(tmp_path):
    log = tmp_path / "log"
    code = (
        "import sys, time; from pathlib import Path;"
        "from apps.common.stack.processes import Process;"
        "p = Process(name='p', command=['sleep', '60'], log=Path(sys.argv[1]));"
        "p.start(); print(p.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(log)], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())

    parent.kill()
    parent.communicate()

    wait_for(lambda: is_gone(child))


def test_supervisor_restarts_what_died_after_a_pause_and_says_so(supervisor, tmp_path):
    first = supervisor.start(
        name="web", start=lambda: python_process(STUBBORN, log=tmp_path / "log")
    )
    first.kill()

    supervisor.watch(now=100.0)
    supervisor.watch(now=100.4)
    not_yet = supervisor.process("web")
    supervisor.watch(now=100.5)

    assert not_yet is first
    assert supervisor.process("web").is_running
    assert supervisor.said == [
        "web was killed by signal 9; starting it again in 0.5 s.",
        "web runs again.",
    ]


def test_supervisor_gives_up_at_the_fifth_death_in_a_minute(supervisor, tmp_path):
    def start() -> Process:
        process = python_process("raise SystemExit('no way')", log=tmp_path / "log")
        wait_for(lambda: not process.is_running)
        return process

    supervisor.start(name="beat", start=start)

    def watch_for_a_minute() -> None:
        for now in range(59):
            supervisor.watch(now=float(now))

    with pytest.raises(StackError, match=r"(?s)beat ended \(1\), 5 times.*no way"):
        watch_for_a_minute()


def test_supervisor_goes_on_if_deaths_are_rare(supervisor, tmp_path):
    def start() -> Process:
        process = python_process("", log=tmp_path / "log")
        wait_for(lambda: not process.is_running)
        return process

    supervisor.start(name="beat", start=start)

    for now in itertools.islice(itertools.count(0, 20), 30):
        supervisor.watch(now=float(now))

    assert supervisor.said.count("beat runs again.") >= 9


def test_supervisor_stops_the_last_first(tmp_path):
    stopped = []

    class Noted(Process):
        def stop(self) -> None:
            stopped.append(self.name)

    supervisor = Supervisor(say=print, remember=lambda *_: None)
    for name in ("postgres", "web", "beat"):
        supervisor.start(
            name=name,
            start=lambda name=name: Noted(name=name, command=[], log=tmp_path / name),
        )

    supervisor.stop()

    assert stopped == ["beat", "web", "postgres"]


def test_run_folder_stops_an_orphan_of_an_earlier_run(tmp_path):
    said = []
    folder = RunFolder(tmp_path)
    orphan = python_process("import time; time.sleep(60)", log=tmp_path / "log")
    folder.remember(name="worker", pid=orphan.pid)

    folder.stop_orphans(say=said.append)

    assert not orphan.is_running
    assert said == [f"Stopping worker (pid {orphan.pid}), left by an earlier run."]
    assert list((tmp_path / "children").iterdir()) == []


def test_run_folder_leaves_a_stranger_alone_that_got_the_number(tmp_path):
    folder = RunFolder(tmp_path)
    stranger = python_process("import time; time.sleep(60)", log=tmp_path / "log")
    folder.remember(name="worker", pid=stranger.pid)
    note = tmp_path / "children" / "worker"
    noted = json.loads(note.read_text())
    note.write_text(json.dumps(noted | {"started": noted["started"] - 60}))

    folder.stop_orphans(say=print)

    assert stranger.is_running
    stranger.kill()


def test_run_folder_is_held_by_one_at_a_time(tmp_path):
    folder = RunFolder(tmp_path)

    with (
        folder.hold(about="http://localhost:8000"),
        pytest.raises(StackError, match=r"already \(pid \d+, http://localhost:8000\)"),
        folder.hold(about="the second"),
    ):
        pass

    with folder.hold(about="the third"):
        pass


def test_run_folder_keeps_passwords_for_its_owner_alone(tmp_path):
    folder = RunFolder(tmp_path)

    folder.keep_passwords({"eihtrack_app": "secret"})

    assert folder.passwords() == {"eihtrack_app": "secret"}
    assert (tmp_path / "passwords.json").stat().st_mode & 0o777 == 0o600
