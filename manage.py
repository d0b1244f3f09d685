#!/usr/bin/env python
"""Django's command line."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eihtrack.settings.local")
    if sys.argv[1:2] == ["up"]:
        # It starts other processes and needs no Django itself: a second saved.
        from apps.common.stack.up import main as up

        up(sys.argv[2:])
        return
    try:
        from django.core.management import execute_from_command_line
        from django.db import OperationalError
    except ImportError as error:
        raise SystemExit(
            "Django is not installed here. Run `make demo` once, or activate .venv."
        ) from error
    if os.environ["DJANGO_SETTINGS_MODULE"] == "eihtrack.settings.local":
        from apps.common.stack.running import use_running_stack

        use_running_stack()
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        raise SystemExit(
            f"The database does not answer. Is `make demo` running?\n{error}"
        ) from error


if __name__ == "__main__":
    main()
