"""What was done: held sessions, exercises, sets."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import ClientRecord
from apps.exercises.models import Exercise
from apps.programmes.models import PlannedSession, Programme
from apps.strength.models import Side

from .on_scale import PAIN_RANGE, RPE_RANGE, on_scale


class Setting(models.TextChoices):
    """Where a session was held."""

    SUPERVISED = "supervised", "Supervised"
    HOME = "home", "At home"


class SessionStatus(models.TextChoices):
    """How much of the plan was done."""

    HELD = "held", "Held"
    PARTIAL = "partial", "Held in part"


class HeldSession(ClientRecord):
    """One training session that took place."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="held_sessions"
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    planned_session = models.ForeignKey(
        PlannedSession,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="held_sessions",
    )
    setting = models.CharField(max_length=10, choices=Setting)
    supervised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    # The patient's zone when it was entered: days are counted in it.
    time_zone = models.CharField(max_length=64)
    status = models.CharField(max_length=7, choices=SessionStatus)
    # Activity, minutes and RPE.
    warm_up = models.JSONField(null=True, blank=True)
    stretched = models.BooleanField(null=True, blank=True)
    blood_pressure = models.JSONField(null=True, blank=True)
    acute_illness = models.BooleanField(null=True, blank=True)
    broken_off_because = models.CharField(max_length=200, blank=True)
    confounders = ArrayField(models.CharField(max_length=12), default=list)
    # 40 exercises of 20 sets of 200 repetitions with 1000 kg have a place.
    volume_kg = models.DecimalField(max_digits=11, decimal_places=2)
    note = models.TextField(blank=True)

    # Of the next session that is not void; only set on sessions loaded in full.
    next_started_at: datetime | None

    objects = PatientBoundQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "patient", "-started_at"], name="logbook_session_day"
            ),
            # For sweeps, which look for those of the last days over all clinics.
            models.Index(
                fields=["ended_at"],
                condition=Q(voided_at__isnull=True),
                name="logbook_session_end",
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ended_at__gt=F("started_at")),
                name="logbook_heldsession_ends_after_it_starts",
                violation_error_message="A session ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=SessionStatus.values),
                name="logbook_heldsession_status_known",
            ),
            models.UniqueConstraint(
                fields=["planned_session"],
                condition=Q(voided_at__isnull=True),
                name="logbook_heldsession_one_a_slot",
                violation_error_message="This planned session was held already.",
            ),
        ]

    def __str__(self) -> str:
        return f"session #{self.pk}"


class ExerciseEntry(models.Model):
    """One exercise within a session: its sets, a bout, or why it was left out."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(
        HeldSession, on_delete=models.PROTECT, related_name="exercise_entries"
    )
    position = models.PositiveSmallIntegerField()
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=5, choices=Side, blank=True)
    machine = models.CharField(max_length=80, blank=True)
    skipped_reason = models.CharField(max_length=10, blank=True)
    # Only a therapist's override; what the plan says is computed.
    novel = models.BooleanField(null=True, blank=True)
    novel_reason = models.CharField(max_length=200, blank=True)
    explosive = models.BooleanField(default=False)
    # Aerobic work: minutes, distance, heart rates, watts, effort.
    bout = models.JSONField(null=True, blank=True)

    class EntryQuerySet(PatientBoundQuerySet):
        """Entries by the patient of their session."""

        patient_path = "session__patient"

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "position"],
                name="logbook_exerciseentry_one_a_position",
            ),
            models.CheckConstraint(
                condition=Q(novel__isnull=True, novel_reason="")
                | (Q(novel__isnull=False) & ~Q(novel_reason="")),
                name="logbook_exerciseentry_override_says_why",
                violation_error_message="An override of novelty needs a reason.",
            ),
            models.CheckConstraint(
                condition=Q(bout__isnull=True) | Q(skipped_reason=""),
                name="logbook_exerciseentry_skipped_has_no_bout",
                violation_error_message="What was skipped was not done.",
            ),
        ]

    def __str__(self) -> str:
        return f"exercise entry #{self.pk}"


class SetEntry(models.Model):
    """One set, with exactly one kind of load."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    exercise_entry = models.ForeignKey(
        ExerciseEntry, on_delete=models.PROTECT, related_name="sets"
    )
    position = models.PositiveSmallIntegerField()
    reps = models.PositiveSmallIntegerField(null=True, blank=True)
    load_kg = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    load_value = models.DecimalField(
        max_digits=7, decimal_places=3, null=True, blank=True
    )
    load_unit = models.CharField(max_length=2, blank=True)
    lever_level = models.PositiveSmallIntegerField(null=True, blank=True)
    seconds = models.PositiveSmallIntegerField(null=True, blank=True)
    rpe = models.PositiveSmallIntegerField(null=True, blank=True)
    pain_mm = models.PositiveSmallIntegerField(null=True, blank=True)

    class SetQuerySet(PatientBoundQuerySet):
        """Sets by the patient of their session."""

        patient_path = "exercise_entry__session__patient"

    objects = SetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exercise_entry", "position"],
                name="logbook_setentry_one_a_position",
            ),
            models.CheckConstraint(
                condition=Q(
                    load_kg__isnull=False,
                    lever_level__isnull=True,
                    seconds__isnull=True,
                )
                | Q(
                    load_kg__isnull=True,
                    lever_level__isnull=False,
                    seconds__isnull=True,
                )
                | Q(
                    load_kg__isnull=True,
                    lever_level__isnull=True,
                    seconds__isnull=False,
                ),
                name="logbook_setentry_exactly_one_load",
                violation_error_message="A set has exactly one kind of load.",
            ),
            models.CheckConstraint(
                condition=Q(
                    load_kg__isnull=False,
                    load_value__isnull=False,
                    load_unit__in=("kg", "lb"),
                )
                | Q(load_kg__isnull=True, load_value__isnull=True, load_unit=""),
                name="logbook_setentry_load_as_typed",
                violation_error_message="A load is kept as it was typed.",
            ),
            models.CheckConstraint(
                condition=on_scale("load_kg", (0, 1000)),
                name="logbook_setentry_load_possible",
            ),
            models.CheckConstraint(
                condition=on_scale("reps", (0, 200)),
                name="logbook_setentry_reps_possible",
            ),
            models.CheckConstraint(
                condition=on_scale("seconds", (1, 7200)),
                name="logbook_setentry_seconds_possible",
            ),
            models.CheckConstraint(
                condition=on_scale("lever_level", (0, 4)),
                name="logbook_setentry_lever_level_known",
            ),
            models.CheckConstraint(
                condition=on_scale("rpe", RPE_RANGE),
                name="logbook_setentry_rpe_on_scale",
            ),
            models.CheckConstraint(
                condition=on_scale("pain_mm", PAIN_RANGE),
                name="logbook_setentry_pain_on_scale",
                violation_error_message="Pain must be between 0 and 100 mm.",
            ),
        ]

    def __str__(self) -> str:
        return f"set #{self.pk}"
