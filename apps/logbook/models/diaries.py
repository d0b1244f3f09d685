"""What was written down elsewhere: imported diaries."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy

from .on_scale import PAIN_RANGE


class DiaryRating(models.Model):
    """One pain rating of an imported diary; it feeds reports and the resting level."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="diary_ratings"
    )
    region = models.CharField(max_length=80)
    # The day in the person's own reckoning, and the stamp if the diary had one.
    day = models.DateField()
    stamped_at = models.DateTimeField(null=True, blank=True)
    original_value = models.CharField(max_length=20)
    pain_mm = models.PositiveSmallIntegerField()
    file_digest = models.CharField(max_length=64)
    line = models.PositiveIntegerField()
    # Which of several equal ratings of the same day without a stamp this is.
    nth_of_day = models.PositiveSmallIntegerField(default=1)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    imported_at = models.DateTimeField()

    objects = PatientBoundQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "patient", "day"], name="logbook_diary_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "region", "stamped_at"],
                condition=Q(stamped_at__isnull=False),
                name="logbook_diaryrating_one_a_stamp",
            ),
            models.UniqueConstraint(
                fields=["patient", "region", "day", "pain_mm", "nth_of_day"],
                condition=Q(stamped_at__isnull=True),
                name="logbook_diaryrating_counted_without_a_stamp",
            ),
            models.UniqueConstraint(
                fields=["patient", "file_digest", "line"],
                name="logbook_diaryrating_one_a_line",
            ),
            models.CheckConstraint(
                condition=Q(pain_mm__range=PAIN_RANGE),
                name="logbook_diaryrating_pain_on_scale",
            ),
        ]

    def __str__(self) -> str:
        return f"diary rating #{self.pk}"
