"""``manage.py run_sweep NAME``: run one sweep in this process, at any time of day."""

import json
from contextlib import nullcontext
from datetime import datetime

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.common import clock


class Command(BaseCommand):
    """Run one of the sweeps that Beat runs."""

    help = "Run one sweep here and now, or at another time with --now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=sorted(settings.SWEEPS))
        parser.add_argument(
            "--now", help="ISO 8601 with an offset, for example 2026-03-29T03:00+02:00"
        )

    def handle(self, *, name: str, now: str | None, **options: object) -> None:
        current_app.loader.import_default_modules()
        with clock.moved_to(_instant(now)) if now else nullcontext():
            self.stdout.write(json.dumps(current_app.tasks[name]()))


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--now must be ISO 8601, got {text!r}.") from error
    if instant.tzinfo is None:
        raise CommandError(f"--now needs an offset, got {text!r}.")
    return instant
