"""Alerts of any kind and their life."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import Identified


class AlertKind(models.TextChoices):
    """What an alert is about."""

    POSSIBLE_FLARE = "possible_flare", "Possible flare"
    ACUTE_FLARE = "acute_flare", "Acute flare"
    SUSTAINED_FLARE = "sustained_flare", "Sustained flare"
    HYPERALGESIA_WATCH = "hyperalgesia_watch", "Pattern to watch"
    HYPERALGESIA = "hyperalgesia", "Pattern suggests exercise-induced hyperalgesia"
    RISING_PAIN = "rising_pain", "Usual pain is rising"
    RED_FLAG = "red_flag", "Red flag"
    NOT_JUDGEABLE = "not_judgeable", "Too few next-day values"
    MISSED_SESSIONS = "missed_sessions", "Sessions missed"
    LOW_ADHERENCE = "low_adherence", "Low adherence"
    LOW_DOSE = "low_dose", "Comes but cannot do the dose"


class Severity(models.TextChoices):
    """How soon somebody should look."""

    INFO = "info", "For information"
    LOW = "low", "Low"
    MODERATE = "moderate", "Moderate"
    HIGH = "high", "High"


# From least to most; a kind rises only within its own line.
SEVERITY_RANK = {severity: rank for rank, severity in enumerate(Severity.values)}
KIND_RANK: dict[str, int] = {
    AlertKind.POSSIBLE_FLARE: 1,
    AlertKind.ACUTE_FLARE: 2,
    AlertKind.SUSTAINED_FLARE: 3,
    AlertKind.HYPERALGESIA_WATCH: 1,
    AlertKind.HYPERALGESIA: 2,
}
SEVERITY_STEP = 10**14


class AlertStatus(models.TextChoices):
    """Where an alert stands."""

    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Somebody looks into it"
    RESOLVED = "resolved", "Resolved"


class Judgement(models.TextChoices):
    """What a therapist found when looking."""

    TRUE_FLARE = "true_flare", "A true flare"
    SORENESS = "soreness", "Muscle soreness"
    OTHER_CAUSE = "other_cause", "Another cause"
    FALSE_ALARM = "false_alarm", "False alarm"


class Action(models.TextChoices):
    """What a therapist did about it."""

    TALKED = "talked", "Talked with the patient"
    REDUCED_LOAD = "reduced_load", "Reduced the load"
    CHANGED_MODE = "changed_mode", "Changed the kind of exercise"
    MORE_RECOVERY = "more_recovery", "More days of recovery"
    EDUCATION = "education", "Pain education"
    EIH_TEST = "eih_test", "Ordered an EIH test"
    MEDICAL_REVIEW = "medical_review", "Medical review"
    NONE = "none", "Nothing"


class Alert(Identified):
    """One reason to look at one patient, from its opening to its end.

    ``origin_key`` says what opened it ("flare:<session id>"), so that judging again
    finds the same alert instead of opening a second one. ``closed_itself_at`` is set
    when its rule ended it (the pain came to rest); a person's end is ``resolved_at``.
    An alert that closed itself counts as resolved, unless it was grave enough for a
    mail and nobody has looked yet: then it stays open until somebody does.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="alerts"
    )
    kind = models.CharField(max_length=20, choices=AlertKind)
    severity = models.CharField(max_length=8, choices=Severity)
    # Severity, then time of opening, in one number: the order of the inbox.
    urgency = models.BigIntegerField(default=0)
    origin_key = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    sentence = models.TextField()
    evidence = models.JSONField(default=dict)
    policy_version = models.CharField(max_length=40, blank=True)
    status = models.CharField(
        max_length=12, choices=AlertStatus, default=AlertStatus.OPEN
    )
    # After a correction the rule no longer holds; the alert stays and says so.
    no_longer_holds = models.BooleanField(default=False)
    # How often a later session brought back what a correction had taken away, plus 1.
    round = models.PositiveSmallIntegerField(default=1)
    # When the newest value came that it was judged with: what a person can have seen.
    judged_until = models.DateTimeField(null=True, blank=True)
    closed_itself_at = models.DateTimeField(null=True, blank=True)
    # Since somebody was told of where it stands; empty if nobody was.
    waits_since = models.DateTimeField(null=True, blank=True)
    # When managers hear of it if nobody looks; a closure since then may give more time.
    escalates_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    judgement = models.CharField(max_length=12, choices=Judgement, blank=True)
    action = models.CharField(max_length=16, choices=Action, blank=True)
    resolution_note = models.TextField(blank=True)

    objects = PatientBoundQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["clinic", "status", "-urgency", "-id"],
                name="inbox_alert_by_urgency",
            ),
            models.Index(
                fields=["escalates_at"],
                condition=Q(escalates_at__isnull=False),
                name="inbox_alert_waiting",
            ),
            models.Index(
                fields=["clinic", "opened_at"], name="inbox_alert_of_clinic_by_day"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "origin_key"], name="inbox_alert_one_an_origin"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AlertKind.values), name="inbox_alert_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values),
                name="inbox_alert_severity_known",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="inbox_alert_acknowledgement_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(
                    status="resolved",
                    resolved_at__isnull=False,
                    resolved_by__isnull=False,
                )
                & ~Q(judgement="")
                & ~Q(action="")
                | (
                    (~Q(status="resolved") | Q(closed_itself_at__isnull=False))
                    & Q(
                        resolved_at__isnull=True,
                        resolved_by__isnull=True,
                        judgement="",
                        action="",
                    )
                ),
                name="inbox_alert_resolution_is_signed_and_judged",
                violation_error_message="A resolution needs a person and a judgement.",
            ),
            models.CheckConstraint(
                condition=Q(escalates_at__isnull=True)
                | Q(status="open", waits_since__isnull=False),
                name="inbox_alert_only_open_ones_wait",
            ),
        ]

    def __str__(self) -> str:
        return f"alert #{self.pk} ({self.kind})"

    @property
    def is_resolved_by_person(self) -> bool:
        """Tell whether a person ended it, which is final."""
        return self.resolved_at is not None


class AlertAct(Identified):
    """Something that was done about an alert before it was resolved. Never changed."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="acts")
    action = models.CharField(max_length=16, choices=Action)
    note = models.TextField(blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField()

    class ActQuerySet(PatientBoundQuerySet):
        """Acts by the patient of their alert."""

        patient_path = "alert__patient"

    objects = ActQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=Action.values),
                name="inbox_alertact_action_known",
            ),
            models.CheckConstraint(
                condition=~Q(action="none") | ~Q(note=""),
                name="inbox_alertact_nothing_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"act #{self.pk} ({self.action})"


class OpeningWeek(models.Model):
    """One version of a clinic's opening hours; the latest holds, none is changed.

    ``spans`` are like ``{"weekday": 0, "opens_at": "08:00:00", "closes_at":
    "17:00:00"}`` with Monday as 0, by the clock on the clinic's wall.
    """

    privacy = Privacy.OPERATIONAL

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    spans = models.JSONField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "version"], name="inbox_openingweek_one_a_version"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="inbox_openingweek_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"opening hours #{self.pk}"
