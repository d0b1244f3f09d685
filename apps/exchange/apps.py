"""What comes in from files and goes out to them."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """What comes in from files and goes out to them."""

    name = "apps.exchange"
