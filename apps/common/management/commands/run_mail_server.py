"""Run the SMTP server that delivers nothing and keeps everything as files."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.common.stack import mail


class Command(BaseCommand):
    help = "Take all mail by SMTP and keep each as an .eml file."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        mail.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        mail.run(
            host=options["host"],
            port=options["port"],
            folder=options["folder"],
            refuse_with=options["refuse_with"],
            delay_s=options["delay_s"],
        )
