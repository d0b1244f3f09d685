"""What every room shares."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """The base of all apps."""

    name = "apps.common"
