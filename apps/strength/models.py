"""1RM tests: events with their trials."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.clinical import scales
from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import ClientRecord
from apps.exercises.models import Exercise


class Side(models.TextChoices):
    """Which side of the body."""

    LEFT = "left", "Left"
    RIGHT = "right", "Right"


class Method(models.TextChoices):
    """How a 1RM was found. Methods are never mixed in one series."""

    DIRECT = "direct", "Direct"
    ESTIMATED = "estimated", "Estimated from repetitions"


class Confidence(models.TextChoices):
    """How far a 1RM can be trusted."""

    NORMAL = "normal", "Normal"
    LOW = "low", "Low: estimated from 11 or 12 repetitions"


class OneRepMaxTest(ClientRecord):
    """One test of one exercise (and side) on one day."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="one_rep_max_tests"
    )
    exercise = models.ForeignKey(
        Exercise, on_delete=models.PROTECT, related_name="one_rep_max_tests"
    )
    side = models.CharField(max_length=5, choices=Side, blank=True)
    tested_at = models.DateTimeField()
    method = models.CharField(max_length=9, choices=Method)
    equation = models.CharField(max_length=12, blank=True)
    machine = models.CharField(max_length=80, blank=True)
    tester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    analgesic_hours = models.DecimalField(
        max_digits=5, decimal_places=1, null=True, blank=True
    )
    one_rep_max_kg = models.DecimalField(max_digits=6, decimal_places=2)
    # In the unit of the trial that gave it: pounds make no detour over kilograms.
    one_rep_max_value = models.DecimalField(max_digits=7, decimal_places=3)
    unit = models.CharField(max_length=2, default="kg")
    confidence = models.CharField(max_length=6, choices=Confidence)

    objects = PatientBoundQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "patient", "exercise", "side", "-tested_at"],
                name="strength_latest",
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(one_rep_max_kg__gt=0),
                name="strength_onerepmaxtest_result_positive",
            ),
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values),
                name="strength_onerepmaxtest_confidence_known",
            ),
            models.CheckConstraint(
                condition=Q(side="") | Q(side__in=Side.values),
                name="strength_onerepmaxtest_side_known",
            ),
            models.CheckConstraint(
                condition=Q(method="direct", equation="")
                | (Q(method="estimated") & ~Q(equation="")),
                name="strength_onerepmaxtest_estimate_names_its_equation",
                violation_error_message="An estimate names its equation.",
            ),
        ]

    def __str__(self) -> str:
        return f"1RM test #{self.pk}"


class Trial(models.Model):
    """One attempt within a test."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    test = models.ForeignKey(
        OneRepMaxTest, on_delete=models.PROTECT, related_name="trials"
    )
    # Order within the test, from 0.
    position = models.PositiveSmallIntegerField()
    load_kg = models.DecimalField(max_digits=6, decimal_places=2)
    load_value = models.DecimalField(max_digits=7, decimal_places=3)
    load_unit = models.CharField(max_length=2)
    reps = models.PositiveSmallIntegerField()
    success = models.BooleanField()
    rpe = models.PositiveSmallIntegerField(null=True, blank=True)
    pain_before_mm = models.PositiveSmallIntegerField(null=True, blank=True)
    pain_after_mm = models.PositiveSmallIntegerField(null=True, blank=True)

    class TrialQuerySet(PatientBoundQuerySet):
        """Trials by the patient of their test."""

        patient_path = "test__patient"

    objects = TrialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["test", "position"], name="strength_trial_one_a_position"
            ),
            models.CheckConstraint(
                condition=Q(load_kg__range=(0, 1000)),
                name="strength_trial_load_possible",
            ),
            models.CheckConstraint(
                condition=Q(rpe__isnull=True)
                | Q(rpe__range=(scales.RPE_MIN, scales.RPE_MAX)),
                name="strength_trial_rpe_on_scale",
            ),
            models.CheckConstraint(
                condition=(
                    Q(pain_before_mm__isnull=True)
                    | Q(pain_before_mm__range=(scales.PAIN_MIN_MM, scales.PAIN_MAX_MM))
                )
                & (
                    Q(pain_after_mm__isnull=True)
                    | Q(pain_after_mm__range=(scales.PAIN_MIN_MM, scales.PAIN_MAX_MM))
                ),
                name="strength_trial_pain_on_scale",
            ),
        ]

    def __str__(self) -> str:
        return f"trial #{self.pk}"
