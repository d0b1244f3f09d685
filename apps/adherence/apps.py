"""How much of what was prescribed was done."""

from django.apps import AppConfig


class AdherenceConfig(AppConfig):
    """How much of what was prescribed was done."""

    name = "apps.adherence"
