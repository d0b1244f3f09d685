"""Adherence as it was computed last."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.clinical.adherence import course, figures
from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import Identified
from apps.programmes.models import Programme


class Window(models.TextChoices):
    """A rolling window, up to the time of computing."""

    TWO_WEEKS = course.Window.TWO_WEEKS.value, "Two weeks"
    FOUR_WEEKS = course.Window.FOUR_WEEKS.value, "Four weeks"
    PROGRAMME = course.Window.PROGRAMME.value, "The whole programme"


class Light(models.TextChoices):
    """The traffic light."""

    GREEN = course.Light.GREEN.value, "Comes"
    AMBER = course.Light.AMBER.value, "Comes less"
    RED = course.Light.RED.value, "Hardly comes"
    TOO_EARLY = course.Light.TOO_EARLY.value, "Too early to say"


class DropOut(models.TextChoices):
    """Why somebody counts as dropped out."""

    WITHDRAWN = course.DropOut.WITHDRAWN.value, "Withdrawal was recorded"
    SILENT = course.DropOut.SILENT.value, "No session for long, and none booked"


class DoseWeight(models.TextChoices):
    """By what the doses of several sessions are weighted."""

    KG = figures.DoseWeight.KG.value, "Prescribed kilograms"
    SETS = figures.DoseWeight.SETS.value, "Prescribed sets"


# Part and whole of each share that is stored as two whole numbers.
PARTS = (
    ("attended", "due"),
    ("excused", "due"),
    ("missed", "due"),
    ("sets_on_plan", "sets_judged"),
    ("seconds_done", "seconds_planned"),
    ("exercises_done", "exercises_planned"),
    ("check_ins_in_window", "check_ins_expected"),
    ("dose_done", "dose_prescribed"),
    ("attended_dose_done", "attended_dose_prescribed"),
)


class AdherenceSnapshot(Identified):
    """The adherence of one programme over one window, as computed last.

    Light, misses in a row, drop-out and reasons are of the programme at that time and
    the same on all its windows. Doses are sums of kilograms or sets, as ``dose_weight``
    says; their ratios are kept because they are rounded from exact sums. A pass that
    finds the same figures leaves the row alone: ``computed_at`` is when they came out.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="adherence"
    )
    window = models.CharField(max_length=9, choices=Window)
    computed_at = models.DateTimeField()

    due = models.PositiveIntegerField()
    attended = models.PositiveIntegerField()
    held = models.PositiveIntegerField()
    partial = models.PositiveIntegerField()
    excused = models.PositiveIntegerField()
    excused_pain_flare = models.PositiveIntegerField()
    excused_late = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()
    cancelled = models.PositiveIntegerField()
    paused = models.PositiveIntegerField()
    dose_modified = models.PositiveIntegerField()
    without_known_dose = models.PositiveIntegerField()
    attended_without_known_dose = models.PositiveIntegerField()
    sets_on_plan = models.PositiveIntegerField()
    sets_judged = models.PositiveIntegerField()
    seconds_done = models.PositiveIntegerField()
    seconds_planned = models.PositiveIntegerField()
    exercises_done = models.PositiveIntegerField()
    exercises_planned = models.PositiveIntegerField()
    check_ins_in_window = models.PositiveIntegerField()
    check_ins_expected = models.PositiveIntegerField()
    # Empty where no dose is known.
    dose_weight = models.CharField(max_length=4, choices=DoseWeight, blank=True)
    dose_done = models.DecimalField(max_digits=18, decimal_places=6)
    dose_prescribed = models.DecimalField(max_digits=18, decimal_places=6)
    attended_dose_done = models.DecimalField(max_digits=18, decimal_places=6)
    attended_dose_prescribed = models.DecimalField(max_digits=18, decimal_places=6)
    dose = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    dose_when_attended = models.DecimalField(max_digits=5, decimal_places=4, null=True)

    light = models.CharField(max_length=9, choices=Light)
    misses_in_a_row = models.PositiveIntegerField()
    # Empty for who takes part.
    drop_out = models.CharField(max_length=9, choices=DropOut, blank=True)
    # To alert the therapist, while the programme runs.
    reasons = ArrayField(models.CharField(max_length=20), default=list)

    objects = PatientBoundQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "window"], name="adherence_snap_clinic"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "window"],
                name="adherence_snapshot_one_a_window",
            ),
            models.CheckConstraint(
                condition=Q(window__in=Window.values),
                name="adherence_snapshot_window_known",
            ),
            models.CheckConstraint(
                condition=Q(light__in=Light.values),
                name="adherence_snapshot_light_known",
            ),
            models.CheckConstraint(
                condition=Q(due=F("attended") + F("excused") + F("missed"))
                & Q(attended=F("held") + F("partial")),
                name="adherence_snapshot_counts_add_up",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{part}__lte": F(whole)}),
                    name=f"adherence_snapshot_{part}_within",
                )
                for part, whole in PARTS
            ),
        ]

    def __str__(self) -> str:
        return f"adherence #{self.pk} ({self.window})"
