"""Who needs me, and one patient's time line."""

from django.apps import AppConfig


class OverviewConfig(AppConfig):
    """Who needs me, and one patient's time line."""

    name = "apps.overview"
