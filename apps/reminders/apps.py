"""Who is told what, when, and what a letter leads to."""

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """Who is told what, when, and what a letter leads to."""

    name = "apps.reminders"
