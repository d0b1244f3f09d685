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
        ("exercises", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OneRepMaxTest",
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
                (
                    "side",
                    models.CharField(
                        blank=True,
                        choices=[("left", "Left"), ("right", "Right")],
                        max_length=5,
                    ),
                ),
                ("tested_at", models.DateTimeField()),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("direct", "Direct"),
                            ("estimated", "Estimated from repetitions"),
                        ],
                        max_length=9,
                    ),
                ),
                ("equation", models.CharField(blank=True, max_length=12)),
                ("machine", models.CharField(blank=True, max_length=80)),
                (
                    "analgesic_hours",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=5, null=True
                    ),
                ),
                ("one_rep_max_kg", models.DecimalField(decimal_places=2, max_digits=6)),
                ("unit", models.CharField(default="kg", max_length=2)),
                ("confidence", models.CharField(max_length=6)),
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
                    "exercise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="one_rep_max_tests",
                        to="exercises.exercise",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="one_rep_max_tests",
                        to="clinics.patient",
                    ),
                ),
                (
                    "tester",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            },
        ),
        migrations.CreateModel(
            name="Trial",
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
                ("position", models.PositiveSmallIntegerField()),
                ("load_kg", models.DecimalField(decimal_places=2, max_digits=6)),
                ("load_value", models.DecimalField(decimal_places=3, max_digits=7)),
                ("load_unit", models.CharField(max_length=2)),
                ("reps", models.PositiveSmallIntegerField()),
                ("success", models.BooleanField()),
                ("rpe", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "pain_before_mm",
                    models.PositiveSmallIntegerField(blank=True, null=True),
                ),
                (
                    "pain_after_mm",
                    models.PositiveSmallIntegerField(blank=True, null=True),
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
                    "test",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trials",
                        to="strength.onerepmaxtest",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="onerepmaxtest",
            index=models.Index(
                fields=["clinic", "patient", "exercise", "side", "-tested_at"],
                name="strength_latest",
            ),
        ),
        migrations.AddConstraint(
            model_name="onerepmaxtest",
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
                name="strength_onerepmaxtest_void_is_signed",
                violation_error_message="A void needs a time, a person and a reason.",
            ),
        ),
        migrations.AddConstraint(
            model_name="onerepmaxtest",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)),
                name="strength_onerepmaxtest_version_from_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="onerepmaxtest",
            constraint=models.CheckConstraint(
                condition=models.Q(("one_rep_max_kg__gt", 0)),
                name="strength_onerepmaxtest_result_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="onerepmaxtest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("equation", ""), ("method", "direct")),
                    models.Q(
                        ("method", "estimated"),
                        models.Q(("equation", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="strength_onerepmaxtest_estimate_names_its_equation",
                violation_error_message="An estimate names its equation.",
            ),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.UniqueConstraint(
                fields=("test", "position"), name="strength_trial_one_a_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.CheckConstraint(
                condition=models.Q(("load_kg__range", (0, 1000))),
                name="strength_trial_load_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rpe__isnull", True), ("rpe__range", (6, 20)), _connector="OR"
                ),
                name="strength_trial_rpe_on_scale",
            ),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("pain_before_mm__isnull", True),
                        ("pain_before_mm__range", (0, 100)),
                        _connector="OR",
                    ),
                    models.Q(
                        ("pain_after_mm__isnull", True),
                        ("pain_after_mm__range", (0, 100)),
                        _connector="OR",
                    ),
                ),
                name="strength_trial_pain_on_scale",
            ),
        ),
        wall("strength_onerepmaxtest"),
        wall("strength_trial", deletable=True),
    ]
