"""The catalogue: what can be done, and how its load is told."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.clinics.models import Clinic
from apps.clinics.scoping import ClinicBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import Identified


class LoadKind(models.TextChoices):
    """How the load of an exercise is told."""

    EXTERNAL = "external", "A weight"
    LEVER = "lever", "A lever level 0-4 of the own body"
    HOLD = "hold", "Seconds held"
    HEART_RATE = "heart_rate", "A heart rate"
    EFFORT = "effort", "Perceived effort"


class Exercise(Identified):
    """One exercise of one clinic, with the steps of its machine."""

    privacy = Privacy.PUBLIC

    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, related_name="exercises"
    )
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    region = models.CharField(max_length=20)
    muscle_groups = ArrayField(models.CharField(max_length=40), default=list)
    modality = models.CharField(max_length=20)
    load_kind = models.CharField(max_length=12, choices=LoadKind)
    increment_value = models.DecimalField(
        max_digits=6, decimal_places=3, null=True, blank=True
    )
    increment_unit = models.CharField(max_length=2, default="kg")
    minimum_value = models.DecimalField(
        max_digits=6, decimal_places=3, null=True, blank=True
    )
    unilateral = models.BooleanField(default=False)
    eccentric = models.BooleanField(default=False)
    basis = models.CharField(max_length=8, blank=True)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    objects = ClinicBoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "slug"],
                name="exercises_exercise_one_a_slug",
                violation_error_message="This clinic has an exercise of this slug.",
            ),
            models.CheckConstraint(
                condition=Q(load_kind__in=LoadKind.values),
                name="exercises_exercise_load_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(increment_value__isnull=True) | Q(increment_value__gt=0),
                name="exercises_exercise_increment_positive",
            ),
            models.CheckConstraint(
                condition=Q(minimum_value__isnull=True) | Q(minimum_value__gte=0),
                name="exercises_exercise_minimum_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(load_kind="external")
                | Q(increment_value__isnull=False, minimum_value__isnull=False),
                name="exercises_exercise_weights_have_steps",
                violation_error_message="A weight needs its increment and minimum.",
            ),
        ]

    def __str__(self) -> str:
        return f"exercise {self.slug}"
