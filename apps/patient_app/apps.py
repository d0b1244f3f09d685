"""Registers the patient app."""

from django.apps import AppConfig


class PatientAppConfig(AppConfig):
    """Pages for patients: no models, no rules."""

    name = "apps.patient_app"
