"""Run everything on one machine: database, broker, mail, web, workers, clock."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.common.stack import up


class Command(BaseCommand):
    help = "Run everything on one machine until Ctrl-C; data stay in RUN_DIR."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        up.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        arguments = [f"--port={options['port']}", f"--host={options['host']}"]
        arguments.append(f"--run-dir={options['run_dir']}")
        arguments += ["--no-demo"] if options["no_demo"] else []
        arguments += ["--https"] if options["https"] else []
        arguments += ["--new-passwords"] if options["new_passwords"] else []
        # Replaces this process: what supervises does not need Django in its memory.
        command = [sys.executable, "-m", up.__name__, *arguments]
        os.execv(command[0], command)  # noqa: S606 - there is nothing to quote
