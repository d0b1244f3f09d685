"""Pain tests and tests of function."""

from django.apps import AppConfig


class PainTestsConfig(AppConfig):
    """Pain tests and tests of function."""

    name = "apps.pain_tests"
