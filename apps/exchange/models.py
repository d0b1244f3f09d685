"""What patients ask of all their data: a copy, or its end."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from apps.clinics.models import Clinic, Membership, Patient, Role
from apps.common import clock
from apps.common.privacy import Privacy
from apps.common.records import Identified


class ExportState(models.TextChoices):
    """How far the making of a copy is."""

    ASKED = "asked", "Asked for; a worker makes it"
    READY = "ready", "Can be fetched"
    FAILED = "failed", "Could not be made"
    EXPIRED = "expired", "Its time is over, or a newer one took its place"


class DataExportQuerySet(models.QuerySet["DataExport"]):
    """Copies that patients asked for."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Limit to the user's own: nobody else sees that there is one."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(patient__user=user)


class DataExport(Identified):
    """One copy of all data of a patient, asked for by them. The row is the work."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="data_exports"
    )
    state = models.CharField(
        max_length=7, choices=ExportState, default=ExportState.ASKED
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    size_bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state="asked"),
                name="exchange_export_due",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(state="ready"),
                name="exchange_export_expires",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(state="asked"),
                name="exchange_dataexport_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ExportState.values),
                name="exchange_dataexport_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready")
                | Q(made_at__isnull=False, expires_at__isnull=False),
                name="exchange_dataexport_ready_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"data export #{self.pk} ({self.state})"


class DataExportFileQuerySet(models.QuerySet["DataExportFile"]):
    """Files of copies."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Limit to the user's own."""
        return self.filter(export__in=DataExport.objects.visible_to(user))


class DataExportFile(models.Model):
    """The file of one copy. It is deleted when its time is over.

    In the database, because any web process of any machine must find it.
    """

    privacy = Privacy.HEALTH

    export = models.OneToOneField(
        DataExport, on_delete=models.PROTECT, primary_key=True, related_name="file"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField()

    objects = DataExportFileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"file of data export #{self.export_id}"


class ErasureRequestQuerySet(models.QuerySet["ErasureRequest"]):
    """Wishes to be erased."""

    def visible_to(self, user: Any) -> Self:
        """Limit to the user's own, and those of clinics that they manage now."""
        if not user.is_authenticated:
            return self.none()
        managing = Membership.objects.active_at(clock.now()).filter(
            user=user, role=Role.MANAGER
        )
        return self.filter(
            Q(patient__user=user) | Q(clinic__in=managing.values("clinic"))
        )

    def waiting(self) -> Self:
        """Limit to those that are neither carried out nor taken back."""
        return self.filter(taken_back_at__isnull=True, erased_at__isnull=True)


class ErasureRequest(Identified):
    """One wish of a patient to be erased; it can be taken back until ``due_at``."""

    privacy = Privacy.PERSONAL

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="erasure_requests"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    erased_at = models.DateTimeField(null=True)

    objects = ErasureRequestQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(taken_back_at__isnull=True, erased_at__isnull=True),
                name="exchange_erasure_due",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(taken_back_at__isnull=True),
                name="exchange_erasurerequest_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="exchange_erasurerequest_taking_back_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | Q(erased_at__isnull=True),
                name="exchange_erasurerequest_erased_or_taken_back",
            ),
        ]

    def __str__(self) -> str:
        return f"erasure request #{self.pk}"
