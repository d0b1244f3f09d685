"""The next load: proposed by the load table, decided by a person."""

from django.apps import AppConfig


class ProgressionConfig(AppConfig):
    """The next load: proposed by the load table, decided by a person."""

    name = "apps.progression"
