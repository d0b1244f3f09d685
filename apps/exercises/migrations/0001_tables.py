import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import apps.common.ids
from apps.common.rls import wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common", "0001_walls_heartbeats_receipts"),
        ("clinics", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Exercise",
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
                ("slug", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("region", models.CharField(max_length=20)),
                (
                    "muscle_groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        size=None,
                    ),
                ),
                ("modality", models.CharField(max_length=20)),
                (
                    "load_kind",
                    models.CharField(
                        choices=[
                            ("external", "A weight"),
                            ("lever", "A lever level 0-4 of the own body"),
                            ("hold", "Seconds held"),
                            ("heart_rate", "A heart rate"),
                            ("effort", "Perceived effort"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "increment_value",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=6, null=True
                    ),
                ),
                ("increment_unit", models.CharField(default="kg", max_length=2)),
                (
                    "minimum_value",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=6, null=True
                    ),
                ),
                ("unilateral", models.BooleanField(default=False)),
                ("eccentric", models.BooleanField(default=False)),
                ("basis", models.CharField(blank=True, max_length=8)),
                ("is_active", models.BooleanField(default=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exercises",
                        to="clinics.clinic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clinic", "slug"),
                        name="exercises_exercise_one_a_slug",
                        violation_error_message="This clinic has an exercise of this slug.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "load_kind__in",
                                ["external", "lever", "hold", "heart_rate", "effort"],
                            )
                        ),
                        name="exercises_exercise_load_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("increment_value__isnull", True),
                            ("increment_value__gt", 0),
                            _connector="OR",
                        ),
                        name="exercises_exercise_increment_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minimum_value__isnull", True),
                            ("minimum_value__gte", 0),
                            _connector="OR",
                        ),
                        name="exercises_exercise_minimum_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("load_kind", "external"), _negated=True),
                            models.Q(
                                ("increment_value__isnull", False),
                                ("minimum_value__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="exercises_exercise_weights_have_steps",
                        violation_error_message="A weight needs its increment and minimum.",
                    ),
                ],
            },
        ),
        wall("exercises_exercise"),
    ]
