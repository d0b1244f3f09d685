"""Store the detector policies that this version ships."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.flares.policies import ChangedPolicyError, load_policies


class Command(BaseCommand):
    help = "Store the shipped detector policies; refuse a version that has changed."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            policies = load_policies()
        except ChangedPolicyError as error:
            raise CommandError(str(error)) from error
        for policy in policies:
            self.stdout.write(str(policy))
