"""A clinic to try, and its mail."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A clinic to try, and its mail."""

    name = "apps.demo"
