"""Pain tests, the orders of their pressures, and tests of function."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.clinical.pain_tests.function_tests import FunctionTestKind
from apps.clinical.pain_tests.p50 import DEGREES
from apps.clinical.pain_tests.readiness import BloodPressureRule
from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import AssessedQuerySet
from apps.common.privacy import Privacy
from apps.common.records import ClientRecord, Identified


class PainTestSettings(models.Model):
    """One version of what a clinic has decided about pain tests; never changed.

    Null means that it is not decided: what needs it is refused, nothing is assumed.
    """

    privacy = Privacy.OPERATIONAL

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    p50_degree = models.PositiveSmallIntegerField(null=True, blank=True)
    bp_rule = models.CharField(max_length=3, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "version"], name="pain_tests_settings_one_a_version"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="pain_tests_settings_from_one"
            ),
            models.CheckConstraint(
                condition=Q(p50_degree__isnull=True) | Q(p50_degree__in=DEGREES),
                name="pain_tests_settings_degree_known",
            ),
            models.CheckConstraint(
                condition=Q(bp_rule="")
                | Q(bp_rule__in=[str(rule) for rule in BloodPressureRule]),
                name="pain_tests_settings_rule_known",
            ),
        ]

    def __str__(self) -> str:
        return f"pain test settings #{self.pk}"


class P50Order(Identified):
    """The pressures of one P50 calibration in the order to give them; never changed."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="p50_orders"
    )
    request_digest = models.CharField(max_length=64, editable=False)
    # The rising pressures and their ratings, where they were told.
    steps = models.JSONField(null=True, blank=True)
    threshold_kpa = models.FloatField()
    maximum_kpa = models.FloatField()
    seed = models.BigIntegerField()
    # How the seed became the order.
    method = models.CharField(max_length=20)
    pressures_kpa = models.JSONField()
    series_kpa = models.JSONField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    objects = AssessedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seed__gte=0), name="pain_tests_p50order_seed_from_zero"
            ),
            models.CheckConstraint(
                condition=Q(maximum_kpa__gt=models.F("threshold_kpa")),
                name="pain_tests_p50order_range_rises",
            ),
        ]

    def __str__(self) -> str:
        return f"P50 order #{self.pk}"


class PainTest(ClientRecord):
    """The pain tests of one visit: what was measured, and what it gives.

    Signals are kept as floats, unrounded. What was measured is written and read as a
    whole, so each procedure is one document; results that are compared over time are
    columns. Null means not tested, or that there is a refusal.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="pain_tests"
    )
    tested_at = models.DateTimeField()
    device = models.CharField(max_length=200, blank=True)
    # Last doses, blood pressure, why it went on all the same; as entered.
    preparation = models.JSONField()
    # ppt, mvc_n, eih, p50, cpm; as entered, without what was not done.
    measurements = models.JSONField()
    p50_order = models.ForeignKey(
        P50Order,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="pain_tests",
    )
    # What the results were computed under; null when the clinic had decided nothing.
    settings = models.ForeignKey(
        PainTestSettings,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ppt_average_kpa = models.FloatField(null=True, blank=True)
    mvc_n = models.FloatField(null=True, blank=True)
    target_n = models.FloatField(null=True, blank=True)
    eih_score = models.FloatField(null=True, blank=True)
    p50_kpa = models.FloatField(null=True, blank=True)
    cpm_percent = models.FloatField(null=True, blank=True)
    # What stands behind the results, by procedure.
    details = models.JSONField()
    questions = models.JSONField()
    refusals = models.JSONField()
    deviations = models.JSONField()

    objects = AssessedQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "patient", "-tested_at"], name="pain_tests_latest"
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["p50_order"],
                condition=Q(voided_at__isnull=True),
                name="pain_tests_paintest_one_an_order",
                violation_error_message="This order was used in another test.",
            ),
            models.CheckConstraint(
                condition=Q(p50_kpa__isnull=True)
                | Q(p50_order__isnull=False, settings__isnull=False),
                name="pain_tests_paintest_p50_has_order_and_settings",
            ),
            models.CheckConstraint(
                condition=(Q(ppt_average_kpa__isnull=True) | Q(ppt_average_kpa__gt=0))
                & (Q(p50_kpa__isnull=True) | Q(p50_kpa__gte=0)),
                name="pain_tests_paintest_pressures_possible",
            ),
            models.CheckConstraint(
                condition=Q(mvc_n__isnull=True, target_n__isnull=True)
                | Q(mvc_n__gt=0, target_n__gt=0),
                name="pain_tests_paintest_target_of_a_force",
            ),
        ]

    def __str__(self) -> str:
        return f"pain test #{self.pk}"


class FunctionTest(ClientRecord):
    """One test of function: its trials in one unit, and the best of them."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="function_tests"
    )
    tested_at = models.DateTimeField()
    kind = models.CharField(max_length=24)
    side = models.CharField(max_length=5, blank=True)
    # Joint and movement of a range of motion.
    movement = models.CharField(max_length=80, blank=True)
    unit = models.CharField(max_length=8)
    device = models.CharField(max_length=200, blank=True)
    # In the order done; null where one gave no value.
    trials = models.JSONField()
    best = models.FloatField(null=True, blank=True)
    refusals = models.JSONField()
    deviations = models.JSONField()

    objects = AssessedQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "patient", "kind", "-tested_at"],
                name="pain_tests_function",
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=[str(kind) for kind in FunctionTestKind]),
                name="pain_tests_functiontest_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(side__in=["", "left", "right"]),
                name="pain_tests_functiontest_side_known",
            ),
        ]

    def __str__(self) -> str:
        return f"function test #{self.pk}"
