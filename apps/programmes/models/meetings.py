"""What was done with one person before the first load."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import ClientRecord

from .programmes import Prescription, Programme


class ToleranceOutcome(models.TextChoices):
    """How the exercises were borne when they were tried."""

    TOLERATED = "tolerated", "Tolerated"
    TOLERATED_ADJUSTED = "tolerated_adjusted", "Tolerated when adjusted"
    NOT_TOLERATED = "not_tolerated", "Not tolerated"


class IntroductoryMeeting(ClientRecord):
    """One meeting; what was not tolerated is adjusted and tried again in another.

    The newest that is not void counts. An empty ``tolerance`` means not tried.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="introductory_meetings"
    )
    held_at = models.DateTimeField()
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # The exercises were shown.
    instructed = models.BooleanField()
    # Each exercise was adjusted to the person, or looked at and left as it is.
    adjusted = models.BooleanField()
    tolerance = models.CharField(max_length=18, choices=ToleranceOutcome, blank=True)
    note = models.TextField(blank=True)

    objects = PatientBoundQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["programme", "-held_at"], name="programmes_meeting_latest"
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(tolerance="") | Q(tolerance__in=ToleranceOutcome.values),
                name="programmes_introductorymeeting_tolerance_known",
            ),
        ]

    def __str__(self) -> str:
        return f"introductory meeting #{self.pk}"


class ExerciseAdjustment(models.Model):
    """How one exercise was adjusted to the person."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(
        IntroductoryMeeting, on_delete=models.PROTECT, related_name="adjustments"
    )
    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=400)

    class AdjustmentQuerySet(PatientBoundQuerySet):
        """Adjustments by the patient of their meeting."""

        patient_path = "meeting__patient"

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "prescription"],
                name="programmes_exerciseadjustment_one_an_exercise",
            ),
            models.CheckConstraint(
                condition=~Q(note=""), name="programmes_exerciseadjustment_says_how"
            ),
        ]

    def __str__(self) -> str:
        return f"adjustment of an exercise #{self.pk}"
