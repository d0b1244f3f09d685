"""Clinics, who works there, patients, and who may see whom."""

from django.apps import AppConfig


class ClinicsConfig(AppConfig):
    """Clinics, who works there, patients, and who may see whom."""

    name = "apps.clinics"
