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
    """One version of the detector's numbers. A version never changes."""

    privacy = Privacy.PUBLIC

    key = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "detector policies"
        constraints = [
            models.UniqueConstraint(
                fields=["key", "version"], name="flares_detectorpolicy_one_a_version"
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
