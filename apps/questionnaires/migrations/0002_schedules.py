"""Schedules of a clinic, and the windows of what they ask for."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.common.ids
from apps.common.rls import same_clinic, wall


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0005_snapshots_of_what_surrounds"),
        ("programmes", "0007_adherence_due"),
        ("questionnaires", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QuestionnaireSchedule",
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
                ("template_key", models.SlugField(blank=True, max_length=60)),
                ("version", models.PositiveIntegerField()),
                ("lines", models.JSONField()),
                ("set_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="questionnaire",
            name="anchor",
            field=models.CharField(
                blank=True, choices=[("start", "START"), ("end", "END")], max_length=5
            ),
        ),
        migrations.AddField(
            model_name="questionnaire",
            name="cancelled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="questionnaire",
            name="closes_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="questionnaire",
            name="opens_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="questionnaire",
            name="programme",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="programmes.programme",
            ),
        ),
        migrations.AddField(
            model_name="questionnaire",
            name="weeks_from_anchor",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="questionnaire",
            constraint=models.UniqueConstraint(
                condition=models.Q(("programme__isnull", False)),
                fields=("programme", "instrument_key", "anchor", "weeks_from_anchor"),
                name="questionnaires_questionnaire_scheduled_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaire",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("anchor", ""),
                        ("programme__isnull", True),
                        ("weeks_from_anchor__isnull", True),
                    ),
                    models.Q(
                        ("anchor__in", ["start", "end"]),
                        ("closes_on__gte", models.F("due_on")),
                        ("opens_on__lte", models.F("due_on")),
                        ("programme__isnull", False),
                        ("weeks_from_anchor__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="questionnaires_questionnaire_scheduled_has_a_window",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaire",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cancelled_at__isnull", True),
                    ("programme__isnull", False),
                    _connector="OR",
                ),
                name="questionnaires_questionnaire_only_scheduled_is_cancelled",
            ),
        ),
        migrations.AddField(
            model_name="questionnaireschedule",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinics.clinic",
            ),
        ),
        migrations.AddField(
            model_name="questionnaireschedule",
            name="set_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaireschedule",
            constraint=models.UniqueConstraint(
                fields=("clinic", "template_key", "version"),
                name="questionnaires_schedule_one_a_version",
            ),
        ),
        wall("questionnaires_questionnaireschedule"),
        same_clinic(
            "questionnaires_questionnaire", "programme_id", "programmes_programme"
        ),
    ]
