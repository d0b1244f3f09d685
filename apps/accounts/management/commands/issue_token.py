"""``manage.py issue_token EMAIL``: print a bearer token for scripts."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.models import TokenScope, User
from apps.accounts.services import LONGEST_LIFE, issue_token
from apps.common import clock


class Command(BaseCommand):
    """Print a new token of a person, once."""

    help = "Print a bearer token of the person with this address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="command line")
        parser.add_argument("--scope", choices=TokenScope.values, default="full")
        parser.add_argument("--days", type=int, default=30)

    def handle(
        self, *, email: str, name: str, scope: str, days: int, **options: object
    ) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody has the address {email}.")
        if not 1 <= days <= LONGEST_LIFE.days:
            raise CommandError(f"--days must be 1 to {LONGEST_LIFE.days}, got {days}.")
        now = clock.now()
        _, text = issue_token(
            user=user,
            name=name,
            scope=scope,
            expires_at=now + timedelta(days=days),
            now=now,
        )
        self.stdout.write(text)
