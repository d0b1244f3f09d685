"""The numbers and formulas that a clinic has put in the place of the shipped ones."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.clinical.intensity.heart_rate import CHOICES, DEFAULT_FORMULA
from apps.clinics.models import Clinic
from apps.clinics.scoping import ClinicBoundQuerySet
from apps.common.privacy import Privacy


class ClinicRules(models.Model):
    """One version of the rules that a clinic follows; never changed.

    ``load_policy`` and ``adherence_policy`` hold only the numbers that are not the
    shipped ones, so that a clinic which never asked for a number keeps following the
    release.
    """

    privacy = Privacy.OPERATIONAL

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    load_policy = models.JSONField(default=dict, blank=True)
    adherence_policy = models.JSONField(default=dict, blank=True)
    hrmax_formula = models.CharField(max_length=20, default=DEFAULT_FORMULA)
    beta_blocker_formula = models.BooleanField(default=False)
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()

    objects = ClinicBoundQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "clinic rules"
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "version"], name="programmes_rules_one_a_version"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="programmes_rules_from_one"
            ),
            models.CheckConstraint(
                condition=Q(hrmax_formula__in=CHOICES),
                name="programmes_rules_formula_known",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="programmes_rules_say_why",
                violation_error_message="Say why the rules change.",
            ),
        ]

    def __str__(self) -> str:
        return f"clinic rules #{self.pk}"
