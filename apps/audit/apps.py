"""Who saw and changed what: an append-only trail."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who saw and changed what: an append-only trail."""

    name = "apps.audit"
