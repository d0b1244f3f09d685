import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.common.ids
from apps.common.rls import APP_ROLE, SWEEP_ROLE, append_only, wall

TABLE = "flares_detectorpolicy"
OWN = "clinic_id = ANY ((SELECT entered_clinic_ids())::bigint[])"

# What is shipped has no clinic: everybody reads it, and nobody inside a clinic's wall
# can add to it, because a row without a clinic never passes the check.
WALL = f"""
    ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY {TABLE}_own_clinics ON {TABLE} TO {APP_ROLE}
        USING (clinic_id IS NULL OR {OWN}) WITH CHECK ({OWN});
    CREATE POLICY {TABLE}_sweep ON {TABLE} TO {SWEEP_ROLE}
        USING (true) WITH CHECK (true);
"""
NO_WALL = f"""
    DROP POLICY {TABLE}_sweep ON {TABLE};
    DROP POLICY {TABLE}_own_clinics ON {TABLE};
    ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0005_snapshots_of_what_surrounds"),
        ("flares", "0003_rows_of_one_clinic"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PolicyReplay",
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
                ("first_day", models.DateField(blank=True, null=True)),
                ("last_day", models.DateField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Waits for a worker"),
                            ("running", "Some patients are judged"),
                            ("done", "All patients are judged"),
                            ("failed", "Given up after several attempts"),
                            ("cancelled", "Taken back by a person"),
                        ],
                        default="queued",
                        max_length=9,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("patients_total", models.PositiveIntegerField()),
                ("patients_done", models.PositiveIntegerField(default=0)),
                ("judged_up_to", models.BigIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="detectorpolicy",
            name="flares_detectorpolicy_one_a_version",
        ),
        migrations.AddField(
            model_name="detectorpolicy",
            name="based_on",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="flares.detectorpolicy",
            ),
        ),
        migrations.AddField(
            model_name="detectorpolicy",
            name="clinic",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinics.clinic",
            ),
        ),
        migrations.AddField(
            model_name="detectorpolicy",
            name="drafted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="detectorpolicy",
            name="drafted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="detectorpolicy",
            name="reason",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="detectorpolicy",
            name="request_digest",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddConstraint(
            model_name="detectorpolicy",
            constraint=models.UniqueConstraint(
                fields=("clinic", "key", "version"),
                name="flares_detectorpolicy_one_a_version_of_a_clinic",
            ),
        ),
        migrations.AddConstraint(
            model_name="detectorpolicy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("clinic__isnull", True)),
                fields=("key", "version"),
                name="flares_detectorpolicy_one_a_shipped_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="detectorpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("based_on__isnull", True),
                        ("clinic__isnull", True),
                        ("drafted_at__isnull", True),
                        ("drafted_by__isnull", True),
                    ),
                    models.Q(
                        ("based_on__isnull", False),
                        ("clinic__isnull", False),
                        ("drafted_at__isnull", False),
                        ("drafted_by__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="flares_detectorpolicy_own_is_accounted_for",
                violation_error_message="A clinic's own numbers name who drafted them, from which version, and why.",
            ),
        ),
        migrations.AddField(
            model_name="policyreplay",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="policyreplay",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinics.clinic",
            ),
        ),
        migrations.AddField(
            model_name="policyreplay",
            name="in_force",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="flares.detectorpolicy",
            ),
        ),
        migrations.AddField(
            model_name="policyreplay",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replays",
                to="flares.detectorpolicy",
            ),
        ),
        migrations.AddIndex(
            model_name="policyreplay",
            index=models.Index(
                condition=models.Q(("status__in", ["queued", "running"])),
                fields=["due_at"],
                name="flares_policyreplay_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyreplay",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["queued", "running"])),
                fields=("clinic",),
                name="flares_policyreplay_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyreplay",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["queued", "running", "done", "failed", "cancelled"])
                ),
                name="flares_policyreplay_status_known",
            ),
        ),
        migrations.RunSQL(sql=WALL, reverse_sql=NO_WALL),
        append_only(TABLE),
        wall("flares_policyreplay"),
    ]
