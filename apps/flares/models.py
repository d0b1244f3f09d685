"""What the detector noticed: policies and verdicts."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import Identified
from apps.inbox.models import Severity
from apps.logbook.models import HeldSession


class DetectorPolicy(Identified):
    """One version of the detector's numbers: shipped (no clinic), or a clinic's own.

    Rows are only added, because verdicts name the version that made them. A clinic's
    own is known by an id of the client's making, as everything that is sent.
    """

    privacy = Privacy.OPERATIONAL

    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    key = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    based_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    drafted_at = models.DateTimeField(null=True, blank=True)
    request_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "detector policies"
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "key", "version"],
                name="flares_detectorpolicy_one_a_version_of_a_clinic",
            ),
            models.UniqueConstraint(
                fields=["key", "version"],
                condition=Q(clinic__isnull=True),
                name="flares_detectorpolicy_one_a_shipped_version",
            ),
            models.CheckConstraint(
                condition=Q(
                    clinic__isnull=True,
                    based_on__isnull=True,
                    drafted_by__isnull=True,
                    drafted_at__isnull=True,
                )
                | Q(
                    clinic__isnull=False,
                    based_on__isnull=False,
                    drafted_by__isnull=False,
                    drafted_at__isnull=False,
                )
                & ~Q(reason=""),
                name="flares_detectorpolicy_own_is_accounted_for",
                violation_error_message="A clinic's own numbers name who drafted them, "
                "from which version, and why.",
            ),
        ]

    def __str__(self) -> str:
        return f"policy {self.key} {self.version}"


class PolicyMode(models.TextChoices):
    """Whether verdicts reach people."""

    SHADOW = "shadow", "Computed, shown to managers only"
    LIVE = "live", "Alerts therapists"


class ClinicPolicy(models.Model):
    """The policy a clinic judges by; live only after a named person signed it."""

    privacy = Privacy.OPERATIONAL

    clinic = models.OneToOneField(
        Clinic, on_delete=models.PROTECT, related_name="flare_policy"
    )
    policy = models.ForeignKey(
        DetectorPolicy, on_delete=models.PROTECT, related_name="+"
    )
    mode = models.CharField(max_length=6, choices=PolicyMode, default=PolicyMode.SHADOW)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "clinic policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    mode="shadow", signed_by__isnull=True, signed_at__isnull=True
                )
                | Q(mode="live", signed_by__isnull=False, signed_at__isnull=False),
                name="flares_clinicpolicy_live_is_signed",
                violation_error_message="A policy goes live by a signature.",
            ),
        ]

    def __str__(self) -> str:
        return f"policy of clinic #{self.clinic_id}"


class ReplayStatus(models.TextChoices):
    """How far a replay is."""

    QUEUED = "queued", "Waits for a worker"
    RUNNING = "running", "Some patients are judged"
    DONE = "done", "All patients are judged"
    FAILED = "failed", "Given up after several attempts"
    CANCELLED = "cancelled", "Taken back by a person"


UNFINISHED = (ReplayStatus.QUEUED, ReplayStatus.RUNNING)


class PolicyReplay(Identified):
    """A clinic's past judged by a policy, beside the one in force when it was asked.

    The row is the work: a worker takes it for some patients at a time and adds what
    they count up to, so that one that is killed has done all of them or none. It
    holds counts and no patient.
    """

    privacy = Privacy.OPERATIONAL

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(
        DetectorPolicy, on_delete=models.PROTECT, related_name="replays"
    )
    in_force = models.ForeignKey(
        DetectorPolicy, on_delete=models.PROTECT, related_name="+"
    )
    # Days of sessions that count, both included; none means without a limit.
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    status = models.CharField(
        max_length=9, choices=ReplayStatus, default=ReplayStatus.QUEUED
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    patients_total = models.PositiveIntegerField()
    patients_done = models.PositiveIntegerField(default=0)
    # The key of the last patient who was judged: the next ones come after it.
    judged_up_to = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(status__in=["queued", "running"]),
                name="flares_policyreplay_waiting",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic"],
                condition=Q(status__in=["queued", "running"]),
                name="flares_policyreplay_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ReplayStatus.values),
                name="flares_policyreplay_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"replay #{self.pk} ({self.status})"


class VerdictAlertStatus(models.TextChoices):
    """What episodes and silence made of the raw rules."""

    OPENED = "opened", "Opened an alert"
    RAISED = "raised", "Raised an open alert"
    APPENDED = "appended", "Added to an open alert"
    SILENT = "silent", "Silent: told not long ago"
    SHADOW = "shadow", "Would have alerted"
    NONE = "none", "No rule fired"


class Verdict(Identified):
    """What one policy said about one session, with every number. Never edited.

    A new verdict supersedes the old one, which stays readable.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(
        HeldSession, on_delete=models.PROTECT, related_name="verdicts"
    )
    policy = models.ForeignKey(
        DetectorPolicy, on_delete=models.PROTECT, related_name="+"
    )
    inputs_digest = models.CharField(max_length=64)
    judged_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    med_mm = models.FloatField(null=True)
    ref_mm = models.FloatField(null=True)
    sig_mm = models.FloatField(null=True)
    immediate_mm = models.FloatField(null=True)
    d24_mm = models.FloatField(null=True)
    d48_mm = models.FloatField(null=True)
    response_mm = models.FloatField(null=True)
    likely_doms = models.BooleanField()
    novel = models.BooleanField()
    confounded = models.BooleanField()
    usable = models.BooleanField()
    tiers = ArrayField(models.CharField(max_length=10), default=list)
    alert_status = models.CharField(max_length=8, choices=VerdictAlertStatus)
    # Of the gravest rule that holds; empty when none does.
    severity = models.CharField(max_length=8, choices=Severity, blank=True)
    # n, mean_mm, z and at_least_10; null without a usable R.
    pattern = models.JSONField(null=True)
    # What else the verdict stands on: recalled values, unasked red flags, "about".
    remarks = models.JSONField(default=dict)

    objects = PatientBoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(superseded_at__isnull=True),
                name="flares_verdict_one_current_a_session",
            ),
            models.CheckConstraint(
                condition=Q(alert_status__in=VerdictAlertStatus.values),
                name="flares_verdict_alert_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"verdict #{self.pk}"

    @property
    def says_something(self) -> bool:
        """Tell whether there was anything to judge: a reference level or a rule."""
        return self.ref_mm is not None or bool(self.tiers)
