import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.common.ids
from apps.common.rls import append_only, key_with_clinic, same_clinic, wall


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0005_snapshots_of_what_surrounds"),
        ("inbox", "0004_rows_of_one_clinic"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertAct",
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
                    "action",
                    models.CharField(
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
                ("note", models.TextField(blank=True)),
                ("done_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="OpeningWeek",
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
                ("spans", models.JSONField()),
                ("set_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="alert",
            name="escalated_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="escalates_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="waits_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("escalates_at__isnull", False)),
                fields=["escalates_at"],
                name="inbox_alert_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                fields=["clinic", "opened_at"], name="inbox_alert_of_clinic_by_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("escalates_at__isnull", True),
                    models.Q(("status", "open"), ("waits_since__isnull", False)),
                    _connector="OR",
                ),
                name="inbox_alert_only_open_ones_wait",
            ),
        ),
        migrations.AddField(
            model_name="alertact",
            name="alert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="acts",
                to="inbox.alert",
            ),
        ),
        migrations.AddField(
            model_name="alertact",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinics.clinic",
            ),
        ),
        migrations.AddField(
            model_name="alertact",
            name="done_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="openingweek",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinics.clinic",
            ),
        ),
        migrations.AddField(
            model_name="openingweek",
            name="set_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="alertact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "action__in",
                        [
                            "talked",
                            "reduced_load",
                            "changed_mode",
                            "more_recovery",
                            "education",
                            "eih_test",
                            "medical_review",
                            "none",
                        ],
                    )
                ),
                name="inbox_alertact_action_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action", "none"), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="inbox_alertact_nothing_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="openingweek",
            constraint=models.UniqueConstraint(
                fields=("clinic", "version"), name="inbox_openingweek_one_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="openingweek",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)),
                name="inbox_openingweek_from_one",
            ),
        ),
        wall("inbox_alertact"),
        append_only("inbox_alertact"),
        key_with_clinic("inbox_alert"),
        same_clinic("inbox_alertact", "alert_id", "inbox_alert"),
        wall("inbox_openingweek"),
        append_only("inbox_openingweek"),
    ]
