"""Questionnaires: assigned, filled, scored."""

from django.apps import AppConfig


class QuestionnairesConfig(AppConfig):
    """Questionnaires: assigned, filled, scored."""

    name = "apps.questionnaires"
