"""Whose adherence is to be computed."""

from django.db import models

from apps.clinics.models import Clinic, Patient
from apps.common.privacy import Privacy


class AdherenceDue(models.Model):
    """A patient whose adherence is to be computed at a time. The row is the work.

    It is written in the transaction of whatever changed an input. The lowest room that
    does so is this one, so it lives here; who computes reads it from above.
    """

    privacy = Privacy.OPERATIONAL

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "adherence due"
        indexes = [models.Index(fields=["due_at"], name="programmes_due_at")]

    def __str__(self) -> str:
        return f"adherence due for patient #{self.patient_id}"
