"""``manage.py set_emergency_words NAME FILE.json``: what a red flag shows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.clinics.entry import EmergencyWordsChange
from apps.clinics.services import languages_without_words, set_emergency_words
from apps.common import clock
from apps.common.errors import ServiceError
from apps.overview.management.reading import checked, json_file

OPTIONS = {"clinic": "NAME", "emergency_words": "FILE.json"}


class Command(BaseCommand):
    """Store a clinic's emergency words; languages that are left out stay."""

    help = "Store what patients of a clinic read after a red flag, by language."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "file",
            metavar="FILE.json",
            help='{"en": {"general": "...", "crisis": "..."}, "sv": {...}}',
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Store the words and say which languages have none."""
        values = {
            "clinic": options["name"],
            "emergency_words": json_file(options["file"]),
        }
        entry = checked(EmergencyWordsChange, values, options=OPTIONS)
        try:
            clinic = set_emergency_words(entry=entry, now=clock.now())
        except ServiceError as error:
            raise CommandError(error.detail) from error
        missing = ", ".join(languages_without_words(clinic))
        self.stdout.write(
            f"Stored. Still without emergency words: {missing}."
            if missing
            else "Stored. There are emergency words in every language."
        )
