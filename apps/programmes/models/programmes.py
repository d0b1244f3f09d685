"""What was prescribed: templates, programmes, pauses, loads in force."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import ClinicBoundQuerySet, PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import Identified
from apps.exercises.models import Exercise
from apps.programmes.scoping import TemplateQuerySet
from apps.strength.models import OneRepMaxTest, Side


class ProgrammeTemplate(Identified):
    """One version of a template: shipped (no clinic), or a clinic's own.

    Rows are only added: patients may be on a version.
    """

    privacy = Privacy.PUBLIC

    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    key = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=160)
    weeks = models.PositiveSmallIntegerField()
    sessions_per_week = models.PositiveSmallIntegerField()
    source = models.TextField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "key", "version"],
                name="programmes_template_one_a_version_of_a_clinic",
            ),
            models.UniqueConstraint(
                fields=["key", "version"],
                condition=Q(clinic__isnull=True),
                name="programmes_template_one_a_shipped_version",
            ),
        ]

    def __str__(self) -> str:
        return f"template {self.key} {self.version}"


class ProgrammeStatus(models.TextChoices):
    """Where a programme stands."""

    ACTIVE = "active", "Running"
    PAUSED = "paused", "Paused"
    COMPLETED = "completed", "Completed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Programme(Identified):
    """One patient's enrolment in one version of a template."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="programmes"
    )
    template = models.ForeignKey(
        ProgrammeTemplate, on_delete=models.PROTECT, related_name="programmes"
    )
    starts_on = models.DateField()
    # Monday is 0, as in the ISO calendar counted from zero.
    weekdays = ArrayField(models.PositiveSmallIntegerField())
    time = models.TimeField()
    goal = models.CharField(max_length=400, blank=True)
    status = models.CharField(
        max_length=9, choices=ProgrammeStatus, default=ProgrammeStatus.ACTIVE
    )
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    enrolled_at = models.DateTimeField()

    objects = PatientBoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(status__in=("active", "paused")),
                name="programmes_programme_one_at_a_time",
                violation_error_message="This patient is in a programme.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ProgrammeStatus.values),
                name="programmes_programme_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("active", "paused"), ended_on__isnull=True)
                | Q(status__in=("completed", "withdrawn"), ended_on__isnull=False),
                name="programmes_programme_ended_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"programme #{self.pk}"


class PhaseInForce(models.Model):
    """The phase of a programme from a day on; the latest holds, rows are only added."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="phases"
    )
    position = models.PositiveSmallIntegerField()
    in_force_from = models.DateField()
    reason = models.CharField(max_length=200)
    # Why intervals were started although their gate was closed.
    override_reason = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()

    class PhaseQuerySet(PatientBoundQuerySet):
        """Phases by the patient of their programme."""

        patient_path = "programme__patient"

    objects = PhaseQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "phases in force"
        indexes = [
            models.Index(
                fields=["programme", "-in_force_from"], name="programmes_phase_latest"
            ),
        ]

    def __str__(self) -> str:
        return f"phase in force #{self.pk}"


class Pause(models.Model):
    """A stretch of days without planned sessions."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="pauses"
    )
    paused_from = models.DateField()
    paused_until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class PauseQuerySet(PatientBoundQuerySet):
        """Pauses by the patient of their programme."""

        patient_path = "programme__patient"

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(paused_until__isnull=True),
                name="programmes_pause_one_open",
            ),
            models.CheckConstraint(
                condition=Q(paused_until__isnull=True)
                | Q(paused_until__gte=F("paused_from")),
                name="programmes_pause_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"pause #{self.pk}"


class Closure(Identified):
    """Days on which a clinic is closed (last day included)."""

    privacy = Privacy.PUBLIC

    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, related_name="closures"
    )
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=120)

    objects = ClinicBoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="programmes_closure_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"closure #{self.pk}"


class Prescription(Identified):
    """One exercise slot of a programme, filled with an exercise of the clinic.

    An exercise of one side at a time has two rows for its slot.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="prescriptions"
    )
    # The key of the slot in the template.
    slot = models.SlugField(max_length=60)
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=5, choices=Side, blank=True)
    position = models.PositiveSmallIntegerField()

    class PrescriptionQuerySet(PatientBoundQuerySet):
        """Prescriptions by the patient of their programme."""

        patient_path = "programme__patient"

    objects = PrescriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "position"],
                name="programmes_prescription_one_a_position",
            ),
        ]

    def __str__(self) -> str:
        return f"prescription #{self.pk}"


class LoadInForce(Identified):
    """The load of a prescription from a time on, why, and who decided it.

    The latest by ``in_force_from`` holds; rows are only added. ``sets`` and the
    repetitions are null where those of the phase hold.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="loads"
    )
    load_kg = models.DecimalField(max_digits=6, decimal_places=2)
    load_value = models.DecimalField(max_digits=7, decimal_places=3)
    load_unit = models.CharField(max_length=2)
    in_force_from = models.DateTimeField()
    percent_1rm = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True
    )
    one_rep_max_test = models.ForeignKey(
        OneRepMaxTest,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # Of the next session alone.
    sets = models.PositiveSmallIntegerField(null=True, blank=True)
    reps_min = models.PositiveSmallIntegerField(null=True, blank=True)
    reps_max = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    # The day on which the 1RM test that a restart promises is due.
    retest_by = models.DateField(null=True, blank=True)
    # What should have come before a first load; codes of the clinical core.
    missing = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    # Why a first load was set although the exercises were not tolerated.
    override_reason = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()

    class LoadQuerySet(PatientBoundQuerySet):
        """Loads by the patient of their programme."""

        patient_path = "prescription__programme__patient"

    objects = LoadQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["prescription", "-in_force_from"], name="programmes_load_latest"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(load_kg__range=(0, 1000)),
                name="programmes_loadinforce_load_possible",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="programmes_loadinforce_says_why"
            ),
            models.CheckConstraint(
                condition=Q(reps_min__isnull=True, reps_max__isnull=True)
                | Q(reps_min__gte=1, reps_max__gte=F("reps_min")),
                name="programmes_loadinforce_reps_run_upwards",
            ),
        ]

    def __str__(self) -> str:
        return f"load in force #{self.pk}"
