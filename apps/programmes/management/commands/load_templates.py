"""Load the shipped programme templates."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.errors import ServiceError
from apps.programmes.services import load_templates


class Command(BaseCommand):
    """``manage.py load_templates``: after an upgrade; safe to repeat."""

    help = "Load the programme templates that are shipped; refuse an edited version."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the files and say what was new."""
        try:
            report = load_templates()
        except ServiceError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(
            f"{report.loaded} template(s) loaded, {report.unchanged} unchanged."
        )
