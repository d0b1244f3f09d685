"""What surrounds the exercise of one person."""

from django.apps import AppConfig


class ContextConfig(AppConfig):
    """What surrounds the exercise of one person."""

    name = "apps.context"
