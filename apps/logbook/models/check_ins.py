"""What was felt: check-ins around a session."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import ClientRecord
from apps.programmes.models import PlannedSession

from .on_scale import PAIN_RANGE, RPE_RANGE, on_scale
from .sessions import HeldSession


class Moment(models.TextChoices):
    """When, around a session, a check-in was given."""

    RUN_IN = "run_in", "Before the programme"
    PRE = "pre", "Before the session"
    DURING = "during", "During the session"
    POST = "post", "Right after the session"
    H24 = "h24", "About 24 hours after"
    H48 = "h48", "About 48 hours after"


class CheckIn(ClientRecord):
    """What a patient felt at one moment. Null means not answered, never zero."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="check_ins"
    )
    session = models.ForeignKey(
        HeldSession,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="check_ins",
    )
    planned_session = models.ForeignKey(
        PlannedSession,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    moment = models.CharField(max_length=6, choices=Moment)
    answered_at = models.DateTimeField()
    # The patient's day and zone when it was answered.
    day = models.DateField()
    time_zone = models.CharField(max_length=64)
    # Null: the session is not known yet, so nobody can say.
    in_window = models.BooleanField(null=True, blank=True, default=True)
    scale = models.CharField(max_length=5, default="VAS")
    pain_mm = models.PositiveSmallIntegerField("pain (mm)", null=True, blank=True)
    worst_pain_mm = models.PositiveSmallIntegerField(null=True, blank=True)
    movement_pain_mm = models.PositiveSmallIntegerField(null=True, blank=True)
    fatigue_mm = models.PositiveSmallIntegerField(null=True, blank=True)
    soreness_mm = models.PositiveSmallIntegerField(null=True, blank=True)
    session_rpe = models.PositiveSmallIntegerField(null=True, blank=True)
    sleep = models.PositiveSmallIntegerField(null=True, blank=True)
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    location = models.CharField(max_length=12, blank=True)
    new_places = ArrayField(models.CharField(max_length=40), default=list)
    flare = models.CharField(max_length=6, blank=True)
    analgesic = models.CharField(max_length=5, blank=True)
    # Null: not asked. Empty: asked, none.
    red_flags = ArrayField(models.CharField(max_length=24), null=True, blank=True)
    # Before a session alone: whether to train today.
    blood_pressure = models.JSONField(null=True, blank=True)
    acute_illness = models.BooleanField(null=True, blank=True)
    # Of the answers alone, to know again one that is sent inside its session too.
    answers_digest = models.CharField(max_length=64, editable=False)

    objects = PatientBoundQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "patient", "-answered_at"], name="logbook_checkin_day"
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["session", "moment"],
                condition=Q(
                    moment__in=("pre", "post"), in_window=True, voided_at__isnull=True
                ),
                name="logbook_checkin_one_pre_and_post",
                violation_error_message="This moment already has a check-in.",
            ),
            models.CheckConstraint(
                condition=Q(moment__in=Moment.values),
                name="logbook_checkin_moment_known",
            ),
            models.CheckConstraint(
                condition=Q(scale__in=("VAS", "NRS11")),
                name="logbook_checkin_scale_known",
            ),
            *(
                models.CheckConstraint(
                    condition=on_scale(field, PAIN_RANGE),
                    name=f"logbook_checkin_{field}_on_scale",
                    violation_error_message="The scale goes from 0 to 100 mm.",
                )
                for field in (
                    "pain_mm",
                    "worst_pain_mm",
                    "movement_pain_mm",
                    "fatigue_mm",
                    "soreness_mm",
                )
            ),
            models.CheckConstraint(
                condition=on_scale("session_rpe", RPE_RANGE),
                name="logbook_checkin_session_rpe_on_scale",
            ),
            models.CheckConstraint(
                condition=on_scale("sleep", (0, 10)),
                name="logbook_checkin_sleep_on_scale",
            ),
            models.CheckConstraint(
                condition=on_scale("confidence", (0, 10)),
                name="logbook_checkin_confidence_on_scale",
            ),
        ]

    def __str__(self) -> str:
        return f"check-in #{self.pk} ({self.moment})"
