"""1RM tests."""

from django.apps import AppConfig


class StrengthConfig(AppConfig):
    """1RM tests."""

    name = "apps.strength"
