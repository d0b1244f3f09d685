import django.contrib.postgres.fields
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
        ("logbook", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DetectorPolicy",
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
                ("key", models.SlugField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name_plural": "detector policies",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key", "version"),
                        name="flares_detectorpolicy_one_a_version",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClinicPolicy",
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
                    "mode",
                    models.CharField(
                        choices=[
                            ("shadow", "Computed, shown to managers only"),
                            ("live", "Alerts therapists"),
                        ],
                        default="shadow",
                        max_length=6,
                    ),
                ),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "clinic",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flare_policy",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="flares.detectorpolicy",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "clinic policies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("mode", "shadow"),
                                ("signed_at__isnull", True),
                                ("signed_by__isnull", True),
                            ),
                            models.Q(
                                ("mode", "live"),
                                ("signed_at__isnull", False),
                                ("signed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="flares_clinicpolicy_live_is_signed",
                        violation_error_message="A policy goes live by a signature.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Verdict",
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
                ("inputs_digest", models.CharField(max_length=64)),
                ("judged_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("med_mm", models.FloatField(null=True)),
                ("ref_mm", models.FloatField(null=True)),
                ("sig_mm", models.FloatField(null=True)),
                ("immediate_mm", models.FloatField(null=True)),
                ("d24_mm", models.FloatField(null=True)),
                ("d48_mm", models.FloatField(null=True)),
                ("response_mm", models.FloatField(null=True)),
                ("likely_doms", models.BooleanField()),
                ("novel", models.BooleanField()),
                ("confounded", models.BooleanField()),
                ("usable", models.BooleanField()),
                (
                    "tiers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "alert_status",
                    models.CharField(
                        choices=[
                            ("opened", "Opened an alert"),
                            ("raised", "Raised an open alert"),
                            ("appended", "Added to an open alert"),
                            ("silent", "Silent: told not long ago"),
                            ("shadow", "Would have alerted"),
                            ("none", "No rule fired"),
                        ],
                        max_length=8,
                    ),
                ),
                ("pattern", models.JSONField(null=True)),
                ("remarks", models.JSONField(default=dict)),
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
                        related_name="+",
                        to="clinics.patient",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="flares.detectorpolicy",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verdicts",
                        to="logbook.heldsession",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=("session",),
                        name="flares_verdict_one_current_a_session",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "alert_status__in",
                                [
                                    "opened",
                                    "raised",
                                    "appended",
                                    "silent",
                                    "shadow",
                                    "none",
                                ],
                            )
                        ),
                        name="flares_verdict_alert_status_known",
                    ),
                ],
            },
        ),
        wall("flares_clinicpolicy"),
        wall("flares_verdict"),
    ]
