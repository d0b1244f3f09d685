"""What became of planned sessions and check-ins, added up, and from when on it counts.

The plain rules make these rows when something was recorded. Time changes none of them:
it only decides how far they count.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.clinical.adherence.outcomes import Result
from apps.clinics.models import Clinic
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.programmes.models import ClinicRules, PlannedSession, Programme

# Enough that the difference of two sums, rounded again, is what exact fractions give.
DOSE_DECIMALS = 24
# Part and whole among the running sums.
PARTS = (
    ("doses_in_kg", "doses"),
    ("attended_doses", "doses"),
    ("kg_done", "attended_kg_planned"),
    ("attended_kg_planned", "kg_planned"),
    ("sets_done", "attended_sets_planned"),
    ("attended_sets_planned", "sets_planned"),
    ("sets_on_plan", "sets_judged"),
    ("seconds_done", "seconds_planned"),
    ("exercises_done", "exercises_planned"),
)


class ByProgramme(PatientBoundQuerySet):
    """Rows by the patient of their programme."""

    patient_path = "programme__patient"


class CourseOutcome(models.Model):
    """A programme as a whole: when its figures change next, and how it may end.

    ``inputs_digest`` is of the rows that its outcomes were made from: a complete pass
    compares it with those that are there. ``rules`` are those of the clinic then, null
    for what is shipped; whoever changes numbers of adherence has it made anew.
    """

    privacy = Privacy.HEALTH

    programme = models.OneToOneField(
        Programme, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    inputs_digest = models.CharField(max_length=32)
    rules = models.ForeignKey(
        ClinicRules,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
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


class CourseCalendar(models.Model):
    """When what is counted in a programme counts from, each list in order of time.

    A planned session counts from when it is due, a check-in when its window has closed.
    How many count by a moment is the place of that moment in the list.
    """

    privacy = Privacy.HEALTH

    programme = models.OneToOneField(
        Programme, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    slots_due_at = ArrayField(models.DateTimeField())
    # Of the check-ins that are expected, and of those among them that came in time.
    check_ins_close_at = ArrayField(models.DateTimeField())
    answered_close_at = ArrayField(models.DateTimeField())

    objects = ByProgramme.as_manager()

    def __str__(self) -> str:
        return f"calendar of programme #{self.programme_id}"


class CourseWeeks(models.Model):
    """In which week of the programme what its calendar lists lies, list by list.

    It stands beside the calendar because only whoever reads about periods or moments
    needs it: a complete pass does not.
    """

    privacy = Privacy.HEALTH

    programme = models.OneToOneField(
        Programme, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # By ``slots_due_at`` of the calendar.
    slot_weeks = ArrayField(models.SmallIntegerField())
    # By ``check_ins_close_at``.
    check_in_weeks = ArrayField(models.SmallIntegerField())
    check_in_moments = ArrayField(models.CharField(max_length=4))
    check_ins_answered = ArrayField(models.BooleanField())

    objects = ByProgramme.as_manager()

    class Meta:
        verbose_name_plural = "course weeks"

    def __str__(self) -> str:
        return f"weeks of programme #{self.programme_id}"


class SlotOutcome(models.Model):
    """What became of one planned session, with the sums of its programme up to it.

    The sums are what the programme stands at when the session comes due, so what lies
    between two moments is the difference of two rows, however long that time is. A
    session that nobody was asked to do adds nothing but itself to them, and one whose
    dose is not known adds no planned sets and kilograms.
    """

    privacy = Privacy.HEALTH

    planned_session = models.OneToOneField(
        PlannedSession, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        related_name="slot_outcomes",
        db_index=False,
    )
    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Place in the programme by when they come due, from 1.
    nth = models.PositiveSmallIntegerField()
    result = models.CharField(
        max_length=9, choices=[(each.value, each.value) for each in Result]
    )
    misses_in_a_row = models.PositiveSmallIntegerField()

    held = models.PositiveSmallIntegerField()
    partial = models.PositiveSmallIntegerField()
    excused = models.PositiveSmallIntegerField()
    excused_pain_flare = models.PositiveSmallIntegerField()
    excused_late = models.PositiveSmallIntegerField()
    missed = models.PositiveSmallIntegerField()
    cancelled = models.PositiveSmallIntegerField()
    paused = models.PositiveSmallIntegerField()
    dose_modified = models.PositiveSmallIntegerField()
    # Sessions of known dose, and those among them whose plan is known in kilograms.
    doses = models.PositiveSmallIntegerField()
    attended_doses = models.PositiveSmallIntegerField()
    doses_in_kg = models.PositiveSmallIntegerField()
    kg_done = models.DecimalField(max_digits=38, decimal_places=DOSE_DECIMALS)
    kg_planned = models.DecimalField(max_digits=14, decimal_places=2)
    attended_kg_planned = models.DecimalField(max_digits=14, decimal_places=2)
    sets_done = models.DecimalField(max_digits=38, decimal_places=DOSE_DECIMALS)
    sets_planned = models.PositiveIntegerField()
    attended_sets_planned = models.PositiveIntegerField()
    sets_on_plan = models.PositiveIntegerField()
    sets_judged = models.PositiveIntegerField()
    seconds_done = models.PositiveIntegerField()
    seconds_planned = models.PositiveIntegerField()
    exercises_done = models.PositiveIntegerField()
    exercises_planned = models.PositiveIntegerField()

    objects = ByProgramme.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["programme", "nth"], name="adherence_slot_nth"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=[each.value for each in Result]),
                name="adherence_slotoutcome_result_known",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{part}__lte": F(whole)}),
                    name=f"adherence_slotoutcome_{part}_within",
                )
                for part, whole in PARTS
            ),
        ]

    def __str__(self) -> str:
        return f"outcome of planned session #{self.planned_session_id}"
