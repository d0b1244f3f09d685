import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.common.ids
from apps.common.rls import wall

# Run with the owner's rights: whoever signs in must find their clinics before any wall is
# open. It opens the wall for this transaction and tells which clinics they are.
ENTER = """
CREATE FUNCTION enter_clinics_of(
    person bigint, only_clinic uuid, at_time timestamptz
) RETURNS bigint[]
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE
        ids bigint[];
    BEGIN
        SELECT coalesce(array_agg(DISTINCT theirs.clinic_id), '{}') INTO ids
        FROM (
            SELECT clinic_id FROM clinics_membership
            WHERE user_id = person
                AND active_from <= at_time
                AND (active_until IS NULL OR active_until > at_time)
            UNION ALL
            SELECT clinic_id FROM clinics_patient WHERE user_id = person
        ) theirs
        JOIN clinics_clinic clinic ON clinic.id = theirs.clinic_id
        WHERE only_clinic IS NULL OR clinic.public_id = only_clinic;
        PERFORM set_config('app.clinic_ids', array_to_string(ids, ','), true);
        RETURN ids;
    END $$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common", "0001_walls_heartbeats_receipts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Clinic",
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
                ("name", models.CharField(max_length=120, unique=True)),
                ("time_zone", models.CharField(max_length=64)),
                ("language", models.CharField(default="en", max_length=10)),
                ("emergency_words", models.JSONField(default=dict)),
                ("quiet_from", models.TimeField(default="20:00")),
                ("quiet_until", models.TimeField(default="07:00")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Membership",
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
                    "role",
                    models.CharField(
                        choices=[
                            ("therapist", "Physiotherapist"),
                            ("manager", "Manager"),
                            ("assessor", "Blinded assessor"),
                            ("trial_lead", "Trial lead"),
                        ],
                        max_length=12,
                    ),
                ),
                ("active_from", models.DateTimeField()),
                ("active_until", models.DateTimeField(blank=True, null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Patient",
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
                ("email", models.EmailField(max_length=254)),
                ("given_name", models.CharField(max_length=80)),
                ("family_name", models.CharField(max_length=80)),
                ("birth_year", models.PositiveSmallIntegerField()),
                (
                    "sex",
                    models.CharField(
                        choices=[
                            ("female", "Female"),
                            ("male", "Male"),
                            ("other", "Other or not said"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "condition",
                    models.CharField(
                        choices=[
                            ("fibromyalgia", "Fibromyalgia"),
                            ("chronic_low_back_pain", "Chronic low back pain"),
                            ("osteoarthritis", "Osteoarthritis"),
                            ("chronic_neck_pain", "Chronic neck pain"),
                            ("other", "Other"),
                            ("none", "None (healthy control)"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Treated here"),
                            ("ended", "Treatment ended"),
                        ],
                        default="active",
                        max_length=8,
                    ),
                ),
                ("time_zone", models.CharField(max_length=64)),
                ("language", models.CharField(default="en", max_length=10)),
                ("pem", models.BooleanField(blank=True, null=True)),
                (
                    "weight_kg",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=4, null=True
                    ),
                ),
                (
                    "height_cm",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=4, null=True
                    ),
                ),
                ("diagnosed_on", models.DateField(blank=True, null=True)),
                ("hr_rest", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "hr_max_measured",
                    models.PositiveSmallIntegerField(blank=True, null=True),
                ),
                ("beta_blocker", models.BooleanField(blank=True, null=True)),
                ("pacemaker", models.BooleanField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="patients",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="patient_records",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CareTeamMember",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("regular", "Treats the patient"),
                            ("cover", "Stands in for a while"),
                            ("break_glass", "Opened with a reason for 24 hours"),
                        ],
                        default="regular",
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("active_from", models.DateTimeField()),
                ("active_until", models.DateTimeField(blank=True, null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_of",
                        to="clinics.membership",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_team",
                        to="clinics.patient",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Snapshot",
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
                ("kind", models.CharField(max_length=20)),
                ("record_id", models.UUIDField()),
                ("version", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("replaced_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
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
                    "replaced_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
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
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=161)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("therapist", "Physiotherapist"),
                            ("manager", "Manager"),
                            ("assessor", "Blinded assessor"),
                            ("trial_lead", "Trial lead"),
                        ],
                        max_length=12,
                    ),
                ),
                ("patient_id", models.BigIntegerField(null=True)),
                ("language", models.CharField(default="en", max_length=10)),
                ("time_zone", models.CharField(default="UTC", max_length=64)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accepted_by",
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
                        related_name="invitations",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("patient_id__isnull", False), ("role", "")),
                            models.Q(
                                ("patient_id__isnull", True),
                                models.Q(("role", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="clinics_invitation_for_a_patient_or_a_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("accepted_at__isnull", True),
                                ("accepted_by__isnull", True),
                            ),
                            models.Q(
                                ("accepted_at__isnull", False),
                                ("accepted_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="clinics_invitation_acceptance_is_signed",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active_until__isnull", True)),
                fields=("user", "clinic", "role"),
                name="clinics_membership_one_a_role",
                violation_error_message="This person has this role already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ["therapist", "manager", "assessor", "trial_lead"])
                ),
                name="clinics_membership_role_known",
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                fields=["clinic", "family_name", "given_name"], name="clinics_pat_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.UniqueConstraint(
                fields=("clinic", "email"),
                name="clinics_patient_one_record_an_address",
                violation_error_message="This clinic has a patient with this address.",
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.UniqueConstraint(
                fields=("clinic", "user"), name="clinics_patient_one_record_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(("birth_year__range", (1900, 2100))),
                name="clinics_patient_birth_year_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "condition__in",
                        [
                            "fibromyalgia",
                            "chronic_low_back_pain",
                            "osteoarthritis",
                            "chronic_neck_pain",
                            "other",
                            "none",
                        ],
                    )
                ),
                name="clinics_patient_condition_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="careteammember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active_until__isnull", True)),
                fields=("patient", "membership"),
                name="clinics_careteammember_once_a_therapist",
            ),
        ),
        migrations.AddConstraint(
            model_name="careteammember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "regular"),
                    models.Q(
                        ("active_until__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="clinics_careteammember_guests_leave_and_say_why",
                violation_error_message="Cover needs an end and a reason.",
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.UniqueConstraint(
                fields=("record_id", "version"), name="clinics_snapshot_one_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="clinics_snapshot_says_why",
            ),
        ),
        wall("clinics_patient"),
        wall("clinics_careteammember"),
        wall("clinics_snapshot"),
        migrations.RunSQL(sql=ENTER, reverse_sql="DROP FUNCTION enter_clinics_of"),
    ]
