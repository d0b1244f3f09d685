"""What patients allow: the words they read, and what they decided."""

from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from apps.common.privacy import Privacy
from apps.common.records import Identified

from .people import Clinic, Patient


class Purpose(models.TextChoices):
    """What a person's data is used for; each is allowed or not by itself."""

    CARE = "care", "Treatment at this clinic"
    MESSAGES = "messages", "Mails to the patient"
    RESEARCH = "research", "Research"
    EXPORT = "export", "Passing on to other systems"


class Decision(models.TextChoices):
    """What a patient decided about one purpose."""

    GIVEN = "given", "Allowed"
    WITHDRAWN = "withdrawn", "Not allowed, or no longer"


class ConsentText(Identified):
    """A clinic's own words for one purpose. They are never changed, only followed.

    Version 1 of each purpose is shipped and has no row.
    """

    privacy = Privacy.PUBLIC

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=8, choices=Purpose)
    version = models.PositiveIntegerField()
    # {"en": "...", "sv": "..."}: always in the clinic's own language.
    texts = models.JSONField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "purpose", "version"],
                name="clinics_consenttext_one_a_version",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values),
                name="clinics_consenttext_purpose_known",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=2),
                name="clinics_consenttext_version_1_is_shipped",
            ),
        ]

    def __str__(self) -> str:
        return f"consent text #{self.pk} ({self.purpose}, version {self.version})"


class ConsentDecisionQuerySet(models.QuerySet["ConsentDecision"]):
    """Decisions of patients."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Limit to the decisions of patients whom the user may read."""
        return self.filter(patient__in=Patient.objects.visible_to(user))


class ConsentDecision(Identified):
    """One decision of a patient about one purpose, after reading one version of it.

    The newest counts; earlier ones stay.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="consent_decisions"
    )
    request_digest = models.CharField(max_length=64, editable=False)
    purpose = models.CharField(max_length=8, choices=Purpose)
    decision = models.CharField(max_length=9, choices=Decision)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=10)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()

    objects = ConsentDecisionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["patient", "purpose", "-id"], name="clinics_consent_newest"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values),
                name="clinics_consentdecision_purpose_known",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=Decision.values),
                name="clinics_consentdecision_decision_known",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1),
                name="clinics_consentdecision_version_from_one",
            ),
        ]

    def __str__(self) -> str:
        return f"consent #{self.pk} ({self.purpose}, {self.decision})"
