import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.common.ids
from apps.common.rls import wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common", "0001_walls_heartbeats_receipts"),
        ("clinics", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        default=apps.common.ids.uuid7, editable=False, unique=True
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("possible_flare", "Possible flare"),
                            ("acute_flare", "Acute flare"),
                            ("sustained_flare", "Sustained flare"),
                            ("hyperalgesia_watch", "Pattern to watch"),
                            (
                                "hyperalgesia",
                                "Pattern suggests exercise-induced hyperalgesia",
                            ),
                            ("rising_pain", "Usual pain is rising"),
                            ("red_flag", "Red flag"),
                            ("not_judgeable", "Too few next-day values"),
                            ("missed_sessions", "Sessions missed"),
                            ("low_adherence", "Low adherence"),
                            ("low_dose", "Comes but cannot do the dose"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("info", "For information"),
                            ("low", "Low"),
                            ("moderate", "Moderate"),
                            ("high", "High"),
                        ],
                        max_length=8,
                    ),
                ),
                ("origin_key", models.CharField(max_length=120)),
                ("opened_at", models.DateTimeField()),
                ("sentence", models.TextField()),
                ("evidence", models.JSONField(default=dict)),
                ("policy_version", models.CharField(blank=True, max_length=40)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("acknowledged", "Somebody looks into it"),
                            ("resolved", "Resolved"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("no_longer_holds", models.BooleanField(default=False)),
                ("closed_itself_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "judgement",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("true_flare", "A true flare"),
                            ("soreness", "Muscle soreness"),
                            ("other_cause", "Another cause"),
                            ("false_alarm", "False alarm"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("talked", "Talked with the patient"),
                            ("reduced_load", "Reduced the load"),
                            ("changed_mode", "Changed the kind of exercise"),
                            ("more_recovery", "More days of recovery"),
                            ("education", "Pain education"),
                            ("eih_test", "Ordered an EIH test"),
                            ("medical_review", "Medical review"),
                            ("none", "Nothing"),
                        ],
                        max_length=16,
                    ),
                ),
                ("resolution_note", models.TextField(blank=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="clinics.patient",
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["clinic", "status", "-opened_at"],
                        name="inbox_alert_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("patient", "origin_key"),
                        name="inbox_alert_one_an_origin",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "possible_flare",
                                    "acute_flare",
                                    "sustained_flare",
                                    "hyperalgesia_watch",
                                    "hyperalgesia",
                                    "rising_pain",
                                    "red_flag",
                                    "not_judgeable",
                                    "missed_sessions",
                                    "low_adherence",
                                    "low_dose",
                                ],
                            )
                        ),
                        name="inbox_alert_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("severity__in", ["info", "low", "moderate", "high"])
                        ),
                        name="inbox_alert_severity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("acknowledged_at__isnull", True),
                                ("acknowledged_by__isnull", True),
                            ),
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                ("acknowledged_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="inbox_alert_acknowledgement_is_signed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("resolved_at__isnull", False),
                                ("resolved_by__isnull", False),
                                ("status", "resolved"),
                                models.Q(("judgement", ""), _negated=True),
                                models.Q(("action", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("status", "resolved"), _negated=True),
                                ("action", ""),
                                ("judgement", ""),
                                ("resolved_at__isnull", True),
                                ("resolved_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="inbox_alert_resolution_is_signed_and_judged",
                    ),
                ],
            },
        ),
        wall("inbox_alert"),
    ]
