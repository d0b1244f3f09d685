"""The append-only trail: who saw and changed what, when, from where."""

from django.db import models
from django.db.models import Q

from apps.common.ids import uuid7
from apps.common.privacy import Privacy

LOOK = "look"


class AuditEvent(models.Model):
    """One look at a patient or one change.

    Plain ids instead of foreign keys: the trail outlives what it speaks of.
    """

    privacy = Privacy.PERSONAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    clinic_id = models.BigIntegerField(null=True)
    patient_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=60, blank=True)
    subject_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    address = models.CharField(max_length=45, blank=True)
    door = models.CharField(max_length=20, blank=True)
    # Looks of the same person at the same patient within 15 minutes are one event.
    quarter_hour = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["clinic_id", "at"], name="audit_by_clinic"),
            models.Index(fields=["clinic_id", "patient_id", "at"], name="audit_by_pat"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["actor_id", "patient_id", "quarter_hour"],
                condition=Q(quarter_hour__isnull=False),
                name="audit_auditevent_one_look_a_quarter_hour",
            ),
        ]

    def __str__(self) -> str:
        return f"audit event {self.pk}"
