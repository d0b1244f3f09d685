"""What was prescribed: templates, programmes, loads, calendar."""

from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    """What was prescribed: templates, programmes, loads, calendar."""

    name = "apps.programmes"
