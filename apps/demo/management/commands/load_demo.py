"""``manage.py load_demo``: a clinic to try, with dates relative to today."""

from django.core.management.base import BaseCommand, CommandParser

from apps.common import clock
from apps.demo import clinic
from apps.demo.people import ACCOUNTS


class Command(BaseCommand):
    """Make the demo clinic, once."""

    help = "Make the demo clinic; does nothing where it exists."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--accounts", action="store_true", help="only print the accounts to try"
        )
        parser.add_argument(
            "--no-patients", action="store_true", help="clinics and accounts only"
        )
        parser.add_argument("--seed", type=int, default=7)

    def handle(
        self, *, accounts: bool, no_patients: bool, seed: int, **options: object
    ) -> None:
        if accounts:
            for account in ACCOUNTS:
                self.stdout.write(f"  {account.email:<24} {account.shows}")
            return
        made = clinic.make_demo(
            now=clock.now(),
            seed=seed,
            say=self.stdout.write,
            with_patients=not no_patients,
        )
        self.stdout.write(made)
