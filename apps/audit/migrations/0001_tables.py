from django.db import migrations, models

import apps.common.ids
from apps.common.rls import append_only, wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common", "0001_walls_heartbeats_receipts"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=apps.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("clinic_id", models.BigIntegerField(null=True)),
                ("patient_id", models.BigIntegerField(null=True)),
                ("action", models.CharField(max_length=60)),
                ("subject", models.CharField(blank=True, max_length=60)),
                ("subject_id", models.UUIDField(null=True)),
                ("detail", models.JSONField(default=dict)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("door", models.CharField(blank=True, max_length=20)),
                ("quarter_hour", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["clinic_id", "at"], name="audit_by_clinic"),
                    models.Index(
                        fields=["clinic_id", "patient_id", "at"], name="audit_by_pat"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("quarter_hour__isnull", False)),
                        fields=("actor_id", "patient_id", "quarter_hour"),
                        name="audit_auditevent_one_look_a_quarter_hour",
                    )
                ],
            },
        ),
        wall("audit_auditevent", clinicless=True),
        append_only("audit_auditevent"),
    ]
