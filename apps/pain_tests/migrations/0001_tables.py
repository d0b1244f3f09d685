import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.common.ids
from apps.common.rls import append_only, key_with_clinic, same_clinic, wall

TABLES = ("paintestsettings", "p50order", "paintest", "functiontest")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clinics", "0004_snapshots_of_forms_and_tests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="P50Order",
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
                ("request_digest", models.CharField(editable=False, max_length=64)),
                ("steps", models.JSONField(blank=True, null=True)),
                ("threshold_kpa", models.FloatField()),
                ("maximum_kpa", models.FloatField()),
                ("seed", models.BigIntegerField()),
                ("method", models.CharField(max_length=20)),
                ("pressures_kpa", models.JSONField()),
                ("series_kpa", models.JSONField()),
                ("made_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="p50_orders",
                        to="clinics.patient",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PainTestSettings",
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
                ("version", models.PositiveIntegerField()),
                ("p50_degree", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("bp_rule", models.CharField(blank=True, max_length=3)),
                ("set_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PainTest",
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
                ("request_digest", models.CharField(editable=False, max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                ("recorded_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("clock_offset_s", models.IntegerField(default=0)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("void_reason", models.CharField(blank=True, max_length=200)),
                ("tested_at", models.DateTimeField()),
                ("device", models.CharField(blank=True, max_length=200)),
                ("preparation", models.JSONField()),
                ("measurements", models.JSONField()),
                ("ppt_average_kpa", models.FloatField(blank=True, null=True)),
                ("mvc_n", models.FloatField(blank=True, null=True)),
                ("target_n", models.FloatField(blank=True, null=True)),
                ("eih_score", models.FloatField(blank=True, null=True)),
                ("p50_kpa", models.FloatField(blank=True, null=True)),
                ("cpm_percent", models.FloatField(blank=True, null=True)),
                ("details", models.JSONField()),
                ("questions", models.JSONField()),
                ("refusals", models.JSONField()),
                ("deviations", models.JSONField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "p50_order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pain_tests",
                        to="pain_tests.p50order",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pain_tests",
                        to="clinics.patient",
                    ),
                ),
                (
                    "voided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "settings",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pain_tests.paintestsettings",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FunctionTest",
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
                ("request_digest", models.CharField(editable=False, max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                ("recorded_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("clock_offset_s", models.IntegerField(default=0)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("void_reason", models.CharField(blank=True, max_length=200)),
                ("tested_at", models.DateTimeField()),
                ("kind", models.CharField(max_length=24)),
                ("side", models.CharField(blank=True, max_length=5)),
                ("movement", models.CharField(blank=True, max_length=80)),
                ("unit", models.CharField(max_length=8)),
                ("device", models.CharField(blank=True, max_length=200)),
                ("trials", models.JSONField()),
                ("best", models.FloatField(blank=True, null=True)),
                ("refusals", models.JSONField()),
                ("deviations", models.JSONField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="function_tests",
                        to="clinics.patient",
                    ),
                ),
                (
                    "voided_by",
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
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["clinic", "patient", "kind", "-tested_at"],
                        name="pain_tests_function",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("void_reason", ""),
                                ("voided_at__isnull", True),
                                ("voided_by__isnull", True),
                            ),
                            models.Q(
                                ("voided_at__isnull", False),
                                ("voided_by__isnull", False),
                                models.Q(("void_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="pain_tests_functiontest_void_is_signed",
                        violation_error_message="A void needs a time, a person and a reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="pain_tests_functiontest_version_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "six_minute_walk",
                                    "grip_force",
                                    "chair_stand_30_s",
                                    "chair_stand_5_times",
                                    "knee_extension_force",
                                    "elbow_flexion_force",
                                    "range_of_motion",
                                ],
                            )
                        ),
                        name="pain_tests_functiontest_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["", "left", "right"])),
                        name="pain_tests_functiontest_side_known",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="p50order",
            constraint=models.CheckConstraint(
                condition=models.Q(("seed__gte", 0)),
                name="pain_tests_p50order_seed_from_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="p50order",
            constraint=models.CheckConstraint(
                condition=models.Q(("maximum_kpa__gt", models.F("threshold_kpa"))),
                name="pain_tests_p50order_range_rises",
            ),
        ),
        migrations.AddConstraint(
            model_name="paintestsettings",
            constraint=models.UniqueConstraint(
                fields=("clinic", "version"), name="pain_tests_settings_one_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="paintestsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)),
                name="pain_tests_settings_from_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="paintestsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("p50_degree__isnull", True),
                    ("p50_degree__in", (1, 2, 3)),
                    _connector="OR",
                ),
                name="pain_tests_settings_degree_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="paintestsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("bp_rule", ""), ("bp_rule__in", ["or", "and"]), _connector="OR"
                ),
                name="pain_tests_settings_rule_known",
            ),
        ),
        migrations.AddIndex(
            model_name="paintest",
            index=models.Index(
                fields=["clinic", "patient", "-tested_at"], name="pain_tests_latest"
            ),
        ),
        migrations.AddConstraint(
            model_name="paintest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("void_reason", ""),
                        ("voided_at__isnull", True),
                        ("voided_by__isnull", True),
                    ),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="pain_tests_paintest_void_is_signed",
                violation_error_message="A void needs a time, a person and a reason.",
            ),
        ),
        migrations.AddConstraint(
            model_name="paintest",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)),
                name="pain_tests_paintest_version_from_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="paintest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at__isnull", True)),
                fields=("p50_order",),
                name="pain_tests_paintest_one_an_order",
                violation_error_message="This order was used in another test.",
            ),
        ),
        migrations.AddConstraint(
            model_name="paintest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("p50_kpa__isnull", True),
                    models.Q(("p50_order__isnull", False), ("settings__isnull", False)),
                    _connector="OR",
                ),
                name="pain_tests_paintest_p50_has_order_and_settings",
            ),
        ),
        migrations.AddConstraint(
            model_name="paintest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ppt_average_kpa__isnull", True),
                        ("ppt_average_kpa__gt", 0),
                        _connector="OR",
                    ),
                    models.Q(
                        ("p50_kpa__isnull", True), ("p50_kpa__gte", 0), _connector="OR"
                    ),
                ),
                name="pain_tests_paintest_pressures_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="paintest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("mvc_n__isnull", True), ("target_n__isnull", True)),
                    models.Q(("mvc_n__gt", 0), ("target_n__gt", 0)),
                    _connector="OR",
                ),
                name="pain_tests_paintest_target_of_a_force",
            ),
        ),
        *(wall(f"pain_tests_{table}") for table in TABLES),
        append_only("pain_tests_paintestsettings"),
        append_only("pain_tests_p50order"),
        key_with_clinic("pain_tests_paintestsettings"),
        key_with_clinic("pain_tests_p50order"),
        same_clinic("pain_tests_p50order", "patient_id", "clinics_patient"),
        same_clinic("pain_tests_paintest", "patient_id", "clinics_patient"),
        same_clinic("pain_tests_paintest", "p50_order_id", "pain_tests_p50order"),
        same_clinic(
            "pain_tests_paintest", "settings_id", "pain_tests_paintestsettings"
        ),
        same_clinic("pain_tests_functiontest", "patient_id", "clinics_patient"),
    ]
