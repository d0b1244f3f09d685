"""What was planned on which day, and what became of it."""

from django.db import models
from django.db.models import Q

from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import Identified

from .programmes import Programme


class PlannedStatus(models.TextChoices):
    """What became of a planned session."""

    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    PARTIAL = "partial", "Held in part"
    MISSED = "missed", "Missed"
    EXCUSED = "excused", "Excused by the patient"
    CANCELLED = "cancelled", "Cancelled by the clinic"


HELD_STATUSES = (PlannedStatus.HELD, PlannedStatus.PARTIAL)
WAS_EXCUSED = Q(status="excused") | Q(status_before="excused")
WAS_CANCELLED = Q(status="cancelled") | Q(status_before="cancelled")


class ExcuseReason(models.TextChoices):
    """Why a patient could not come."""

    ILLNESS = "illness", "Illness"
    PAIN_FLARE = "pain_flare", "Pain flare"
    WORK = "work", "Work"
    FAMILY = "family", "Family"
    TRAVEL = "travel", "Travel"
    OTHER = "other", "Other"


class PlannedSession(Identified):
    """One slot of the calendar. A move keeps the row and where it stood at first.

    ``status_before`` is what a held one was before, to which it returns if the session
    that fills it is taken out. Reasons of an excuse or a cancelling stay until then.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="planned_sessions"
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="planned_sessions"
    )
    number = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    original_starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=60)
    status = models.CharField(
        max_length=9, choices=PlannedStatus, default=PlannedStatus.PLANNED
    )
    status_before = models.CharField(max_length=9, choices=PlannedStatus, blank=True)
    excuse_reason = models.CharField(max_length=10, choices=ExcuseReason, blank=True)
    excused_late = models.BooleanField(default=False)
    cancel_reason = models.CharField(max_length=200, blank=True)

    objects = PatientBoundQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["clinic", "patient", "starts_at"], name="programmes_planned_day"
            ),
            models.Index(
                fields=["starts_at"],
                condition=Q(status="planned"),
                name="programmes_planned_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "number"],
                name="programmes_plannedsession_one_a_number",
            ),
            models.CheckConstraint(
                condition=Q(status__in=PlannedStatus.values),
                name="programmes_plannedsession_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status_before="")
                | Q(
                    status__in=HELD_STATUSES,
                    status_before__in=("planned", "missed", "excused", "cancelled"),
                ),
                name="programmes_plannedsession_only_held_were_something",
            ),
            models.CheckConstraint(
                condition=(WAS_EXCUSED & ~Q(excuse_reason=""))
                | (~WAS_EXCUSED & Q(excuse_reason="")),
                name="programmes_plannedsession_excuse_has_a_reason",
            ),
            models.CheckConstraint(
                condition=(WAS_CANCELLED & ~Q(cancel_reason=""))
                | (~WAS_CANCELLED & Q(cancel_reason="")),
                name="programmes_plannedsession_cancel_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"planned session #{self.pk}"
