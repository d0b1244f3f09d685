"""What was done and felt: sessions, sets, check-ins."""

from django.apps import AppConfig


class LogbookConfig(AppConfig):
    """What was done and felt: sessions, sets, check-ins."""

    name = "apps.logbook"
