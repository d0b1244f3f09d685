"""Whose next loads are to be proposed."""

from django.db import models

from apps.common.privacy import Privacy

from .people import Clinic, Patient


class ProposalDue(models.Model):
    """A patient whose load proposals are to be drafted at a time. The row is the work.

    It is written in the transaction of whatever changed an input. The lowest room that
    does so is this one, so it lives here; who drafts reads it from above.
    """

    privacy = Privacy.OPERATIONAL

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "proposals due"
        indexes = [models.Index(fields=["due_at"], name="clinics_proposal_due_at")]

    def __str__(self) -> str:
        return f"proposals due for patient #{self.patient_id}"
