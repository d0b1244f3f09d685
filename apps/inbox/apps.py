"""Alerts and their life."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Alerts and their life."""

    name = "apps.inbox"
