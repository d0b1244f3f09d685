"""What is to be judged."""

from django.db import models

from apps.clinics.models import Clinic, Patient
from apps.common.privacy import Privacy


class JudgementDue(models.Model):
    """A patient whose sessions from a time on are to be judged. The row is the work.

    It is written in the transaction of whatever changed an input, so it lives here and
    not with the judge, who reads it from above.
    """

    privacy = Privacy.OPERATIONAL

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    from_started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reason = models.CharField(max_length=60)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "judgements due"
        indexes = [models.Index(fields=["due_at"], name="logbook_due_at")]

    def __str__(self) -> str:
        return f"judgement due for patient #{self.patient_id}"
