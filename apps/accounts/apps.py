"""People, their sign-in and their tokens."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, their sign-in and their tokens."""

    name = "apps.accounts"
