"""What became of each planned session and check-in, from when on it counts.

The plain rules make these rows when something was recorded. Time changes none of them:
it only decides which of them count.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.clinical.adherence.outcomes import Result
from apps.clinics.models import Clinic
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.logbook.models import HeldSession
from apps.programmes.models import PlannedSession, Programme

# Enough that a sum over a programme, rounded again, is what exact fractions give.
DOSE_DECIMALS = 24


class ByProgramme(PatientBoundQuerySet):
    """Rows by the patient of their programme."""

    patient_path = "programme__patient"


class CourseOutcome(models.Model):
    """A programme as a whole: when its figures change next, and how it may end.

    ``inputs_digest`` is of the rows that its outcomes were made from: a complete pass
    compares it with those that are there.
    """

    privacy = Privacy.HEALTH

    programme = models.OneToOneField(
        Programme, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    inputs_digest = models.CharField(max_length=32)
    is_running = models.BooleanField()
    # When they count as dropped out, if nothing else is recorded by then.
    withdrawn_from = models.DateTimeField(null=True)
    silent_from = models.DateTimeField(null=True)
    # Reasons of which alerts stand open: what begins is told once.
    told = ArrayField(models.CharField(max_length=20), default=list)
    # When time alone changes a figure next; empty: no more.
    changes_at = models.DateTimeField(null=True)

    objects = ByProgramme.as_manager()

    class Meta:
        indexes = [models.Index(fields=["changes_at"], name="adherence_changes_at")]

    def __str__(self) -> str:
        return f"outcome of programme #{self.programme_id}"


class SlotOutcome(models.Model):
    """What became of one planned session; it counts from ``due_at`` on.

    A session that nobody was asked to do adds nothing to any sum. One whose dose is not
    known has no planned sets and kilograms.
    """

    privacy = Privacy.HEALTH

    planned_session = models.OneToOneField(
        PlannedSession, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="slot_outcomes"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    result = models.CharField(
        max_length=9, choices=[(each.value, each.value) for each in Result]
    )
    excused_pain_flare = models.BooleanField()
    excused_late = models.BooleanField()
    # Missed ones of the programme that come due before it.
    misses_before = models.PositiveSmallIntegerField()
    dose = models.DecimalField(
        max_digits=DOSE_DECIMALS + 1, decimal_places=DOSE_DECIMALS, null=True
    )
    planned_kg = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    planned_sets = models.PositiveIntegerField()
    sets_on_plan = models.PositiveIntegerField()
    sets_judged = models.PositiveIntegerField()
    seconds_done = models.PositiveIntegerField()
    seconds_planned = models.PositiveIntegerField()
    exercises_done = models.PositiveIntegerField()
    exercises_planned = models.PositiveIntegerField()

    objects = ByProgramme.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=[each.value for each in Result]),
                name="adherence_slotoutcome_result_known",
            ),
            models.CheckConstraint(
                condition=Q(dose__isnull=True) | Q(dose__range=(0, 1)),
                name="adherence_slotoutcome_dose_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"outcome of planned session #{self.planned_session_id}"


class SessionCheckIns(models.Model):
    """Which check-ins around a session are expected, and which came in their window.

    Each counts from when its window closes; one that is not expected has no such time.
    """

    privacy = Privacy.HEALTH

    session = models.OneToOneField(
        HeldSession, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="session_check_ins"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    pre_closes_at = models.DateTimeField(null=True)
    post_closes_at = models.DateTimeField(null=True)
    h24_closes_at = models.DateTimeField(null=True)
    h48_closes_at = models.DateTimeField(null=True)
    pre_in_window = models.BooleanField()
    post_in_window = models.BooleanField()
    h24_in_window = models.BooleanField()
    h48_in_window = models.BooleanField()

    objects = ByProgramme.as_manager()

    class Meta:
        verbose_name_plural = "session check-ins"

    def __str__(self) -> str:
        return f"check-ins around session #{self.session_id}"
