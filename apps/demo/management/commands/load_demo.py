"""``manage.py load_demo``: a clinic to try, with dates relative to today."""

from django.core.management.base import BaseCommand, CommandParser

from apps.common import clock
from apps.demo import clinic
from apps.demo.people import ACCOUNTS


class Command(BaseCommand):
    """Make the demo clinic, once."""

    help = "Make the demo clinic where there is none, and print the accounts to try."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--quiet", action="store_true", help="print the accounts to try, no more"
        )
        parser.add_argument(
            "--no-patients", action="store_true", help="clinics and accounts only"
        )
        parser.add_argument("--seed", type=int, default=7)

    def handle(
        self, *, quiet: bool, no_patients: bool, seed: int, **options: object
    ) -> None:
        def say(text: str) -> None:
            if not quiet:
                self.stdout.write(text)

        say(
            clinic.make_demo(
                now=clock.now(), seed=seed, say=say, with_patients=not no_patients
            )
        )
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.email:<24} {account.shows}")
