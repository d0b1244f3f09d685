"""``manage.py create_clinic NAME``: open a clinic and invite its manager."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.clinics.entry import ClinicEntry, StaffInvitation
from apps.clinics.models import Clinic, Role
from apps.clinics.services import languages_without_words
from apps.common import clock
from apps.common.errors import ServiceError
from apps.overview.management.reading import checked, json_file
from apps.overview.services import open_clinic

PLACE = {"time_zone": "--time-zone", "language": "--language"}
CLINIC = PLACE | {"name": "NAME", "emergency_words": "--emergency-words"}
MANAGER = PLACE | {"name": "--manager-name", "email": "--manager-email"}
WITHOUT_WORDS = (
    "DO NOT GO LIVE YET. There are no emergency words in {languages}: whoever reads "
    "that language is told nothing after a red flag. Write general and crisis words "
    "for each and store them with manage.py set_emergency_words."
)


class Command(BaseCommand):
    """Open a clinic with all that is shipped; a letter goes to its manager."""

    help = (
        "Open a clinic: catalogue, templates, the policy in shadow, and an invitation "
        "by mail to its manager, who invites everybody else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--time-zone", required=True, help="Europe/Stockholm")
        parser.add_argument("--language", default="en")
        parser.add_argument("--manager-email", required=True)
        parser.add_argument("--manager-name", required=True)
        parser.add_argument(
            "--emergency-words",
            metavar="FILE.json",
            help='{"en": {"general": "...", "crisis": "..."}, "sv": {...}}',
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Open the clinic and say what is still to be done."""
        place = {name: options[name] for name in PLACE}
        words = options["emergency_words"]
        clinic = {
            "name": options["name"],
            "emergency_words": json_file(words) if words else {},
        }
        manager = {
            "name": options["manager_name"],
            "email": options["manager_email"],
            "role": Role.MANAGER,
        }
        entry = checked(ClinicEntry, clinic | place, options=CLINIC)
        invited = checked(StaffInvitation, manager | place, options=MANAGER)
        try:
            opened = open_clinic(entry=entry, manager=invited, now=clock.now())
        except ServiceError as error:
            raise CommandError(error.detail) from error
        self._tell(opened, email=invited.email)

    def _tell(self, clinic: Clinic, *, email: str) -> None:
        self.stdout.write(
            f"Made {clinic.name} ({clinic.public_id}). An invitation goes to {email}.\n"
            "Its policy runs in shadow: nobody is alerted until a person signs it."
        )
        if missing := languages_without_words(clinic):
            warning = WITHOUT_WORDS.format(languages=", ".join(missing))
            self.stdout.write(self.style.WARNING(warning))
