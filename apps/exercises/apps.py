"""The catalogue of exercises."""

from django.apps import AppConfig


class ExercisesConfig(AppConfig):
    """The catalogue of exercises."""

    name = "apps.exercises"
