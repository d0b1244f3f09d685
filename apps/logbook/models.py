"""What was done and felt: held sessions, exercises, sets, check-ins, versions."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.clinical import scales
from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import ClientRecord
from apps.exercises.models import Exercise
from apps.programmes.models import PlannedSession, Programme
from apps.strength.models import Side

PAIN_RANGE = (scales.PAIN_MIN_MM, scales.PAIN_MAX_MM)
RPE_RANGE = (scales.RPE_MIN, scales.RPE_MAX)


def on_scale(field: str, bounds: tuple[int, int]) -> Q:
    """Return the condition "not answered, or within the scale"."""
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__range": bounds})


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


class JudgementDue(models.Model):
    """A patient whose sessions from a time on are to be judged. The row is the work.

    It is written in the transaction of whatever changed an input, so it lives here and
    not with the judge, who reads it from above.
    """

    privacy = Privacy.OPERATIONAL

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    from_started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reason = models.CharField(max_length=60)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "judgements due"
        indexes = [models.Index(fields=["due_at"], name="logbook_due_at")]

    def __str__(self) -> str:
        return f"judgement due for patient #{self.patient_id}"
