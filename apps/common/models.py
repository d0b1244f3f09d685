"""Rows that belong to no room: heartbeats, receipts of retried changes."""

from django.conf import settings
from django.db import models

from .privacy import Privacy


class Heartbeat(models.Model):
    """The latest run of one sweep."""

    privacy = Privacy.OPERATIONAL

    name = models.CharField(max_length=80, primary_key=True)
    beat_at = models.DateTimeField()
    report = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"heartbeat {self.name}"


class ChangeReceipt(models.Model):
    """One PATCH or action that a client has sent under an id of its own making.

    The same id with the same content is answered again without doing anything.
    """

    privacy = Privacy.OPERATIONAL

    change_id = models.UUIDField(primary_key=True)
    digest = models.CharField(max_length=64)
    target = models.CharField(max_length=120)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"change {self.change_id}"
