"""The product's own processes: how each is started."""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .processes import Process
from .run_folder import RunFolder

ROOT = Path(__file__).resolve().parents[3]
# A sweep is safe to repeat, so a worker that will not end may be killed after this.
WARM_SHUTDOWN_S = 15
WEB_SHUTDOWN_S = 10


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key, as files."""

    chain: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Services:
    """Starts the processes of one stack with its environment."""

    folder: RunFolder
    env: Mapping[str, str]
    host: str
    port: int
    mail_port: int
    certificate: Certificate | None = None

    def start_mail(self, *options: str) -> Process:
        """Start the SMTP server that keeps all mail."""
        return self._start(
            name="mail",
            command=[
                *python("-m", "apps.common.stack.mail", "--folder"),
                *(str(self.folder.mail), "--port", str(self.mail_port), *options),
            ],
        )

    def start_web(self) -> Process:
        """Start the web server: one process, several threads."""
        tls = []
        if self.certificate:
            chain, key = str(self.certificate.chain), str(self.certificate.key)
            tls = ["--ssl-certificate", chain, "--ssl-keyfile", key]
        return self._start(
            name="web",
            command=[
                # Without lifespan: there is nothing to do at the start and the end.
                *python("-m", "granian", "--interface", "asginl"),
                *("--host", self.host, "--port", str(self.port), "--workers", "1"),
                *("--no-ws", "--workers-kill-timeout", "5", *tls),
                "eihtrack.asgi:application",
            ],
            stop_timeout_s=WEB_SHUTDOWN_S,
        )

    def start_worker(self) -> Process:
        """Start the workers of all three queues."""
        return self._start(
            name="worker",
            command=[
                *python("-m", "celery", "-A", "eihtrack", "worker"),
                *("--loglevel", "INFO", "--concurrency", "2"),
                *("--queues", "urgent,default,bulk"),
                # There is only this one: nobody to gossip with.
                *("--without-gossip", "--without-mingle"),
            ],
            stop_timeout_s=WARM_SHUTDOWN_S,
        )

    def start_beat(self) -> Process:
        """Start the clock that sends every sweep."""
        self.folder.beat_schedule.parent.mkdir(exist_ok=True)
        return self._start(
            name="beat",
            command=[
                *python("-m", "celery", "-A", "eihtrack.beat", "beat"),
                *("--loglevel", "INFO", "--pidfile", ""),
                *("--schedule", str(self.folder.beat_schedule)),
            ],
        )

    def start_command(
        self, *arguments: str, env: Mapping[str, str] | None = None
    ) -> Process:
        """Start a management command, with another environment if one is given."""
        return self._start(
            name=arguments[0], command=python("manage.py", *arguments), env=env
        )

    def _start(
        self,
        *,
        name: str,
        command: list[str],
        env: Mapping[str, str] | None = None,
        stop_timeout_s: float = 10,
    ) -> Process:
        process = Process(
            name=name,
            command=command,
            log=self.folder.log(name),
            env=self.env if env is None else env,
            folder=ROOT,
            stop_signal=signal.SIGTERM,
            stop_timeout_s=stop_timeout_s,
        )
        process.start()
        return process


def python(*arguments: str) -> list[str]:
    """Return a command line for the interpreter that runs now."""
    return [sys.executable, *arguments]


# What another terminal needs to know to work on the running stack.
ADDRESSES = (
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_HOST",
    "EMAIL_PORT",
    "MAIL_DIR",
    "RUN_DIR",
    "BASE_URL",
)


def child_environment(
    *,
    folder: RunFolder,
    app_url: str,
    broker_url: str,
    mail_port: int,
    base_url: str,
    settings_module: str,
) -> dict[str, str]:
    """Return the environment of the product's processes."""
    defaults = {
        # Threads would each keep an arena of their own; two are enough here.
        "MALLOC_ARENA_MAX": "2",
        # The checks import every view, which worker and clock never need otherwise:
        # a fifth of their memory. The tests run the checks.
        "CELERY_SKIP_CHECKS": "1",
        "PYTHONUNBUFFERED": "1",
    }
    own = {
        "DJANGO_SETTINGS_MODULE": settings_module,
        "DATABASE_URL": app_url,
        "REDIS_URL": broker_url,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail_port),
        "MAIL_DIR": str(folder.mail),
        "RUN_DIR": str(folder.root),
        "BASE_URL": base_url,
    }
    return defaults | dict(os.environ) | own
