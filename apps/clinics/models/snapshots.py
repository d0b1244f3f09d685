"""Earlier versions of what was recorded about a patient."""

from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from apps.common.privacy import Privacy

from .people import Clinic, Patient


class RecordKind(models.TextChoices):
    """What keeps earlier versions. Ids are unique within a kind only."""

    PATIENT = "patient"
    ONE_REP_MAX_TEST = "one_rep_max_test"
    SESSION = "session"
    CHECK_IN = "check_in"
    PAIN_TEST = "pain_test"
    FUNCTION_TEST = "function_test"
    QUESTIONNAIRE_RESPONSE = "questionnaire"
    AGREEMENT = "agreement"
    PHENOTYPE = "phenotype"
    CO_INTERVENTION = "co_intervention"
    ADVERSE_EVENT = "adverse_event"
    INTRODUCTORY_MEETING = "introductory_meeting"
    FLARE_PLAN = "flare_plan"


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    """Earlier versions of records."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Limit to records of patients whom the user may read."""
        return self.filter(patient__in=Patient.objects.visible_to(user))


class Snapshot(models.Model):
    """An earlier version of a record, as it was.

    ``content`` is the record as the API gave it out in that version.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=RecordKind)
    record_id = models.UUIDField()
    version = models.PositiveIntegerField()
    content = models.JSONField()
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    replaced_at = models.DateTimeField()
    reason = models.CharField(max_length=200)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "record_id", "version"],
                name="clinics_snapshot_one_a_version",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="clinics_snapshot_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"snapshot #{self.pk}"
