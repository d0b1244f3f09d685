import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.common.ids
from apps.common.rls import same_clinic, wall

TABLES = ("agreement", "phenotype", "cointervention", "adverseevent")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clinics", "0005_snapshots_of_what_surrounds"),
        ("exercises", "0002_rows_of_one_clinic"),
        ("logbook", "0004_rows_of_one_clinic"),
        ("programmes", "0007_adherence_due"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AdverseEvent",
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
                ("began_on", models.DateField()),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("description", models.TextField(max_length=4000)),
                ("grade", models.PositiveSmallIntegerField()),
                ("serious", models.BooleanField()),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("unrelated", "Unrelated"),
                            ("unlikely", "Unlikely"),
                            ("possible", "Possible"),
                            ("probable", "Probable"),
                            ("definite", "Definite"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "actions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("load_reduced", "Load reduced"),
                                ("exercise_changed", "Exercise changed"),
                                ("paused", "Programme paused"),
                                ("stopped", "Programme ended"),
                                ("referred", "Referred to a physician"),
                                ("hospital", "Taken to hospital"),
                                ("other", "Other"),
                            ],
                            max_length=16,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("recovered", "Recovered"),
                            ("recovering", "Recovering"),
                            ("not_recovered", "Not recovered"),
                            ("lasting_effects", "Recovered with lasting effects"),
                            ("fatal", "Fatal"),
                            ("unknown", "Not known"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "reported_by",
                    models.CharField(
                        choices=[
                            ("patient", "The patient"),
                            ("therapist", "Who treats the patient"),
                            ("relative", "A relative or carer"),
                            ("other", "Somebody else"),
                        ],
                        max_length=9,
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
                        related_name="+",
                        to="clinics.patient",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="logbook.heldsession",
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
                        fields=["clinic", "patient", "-began_on"],
                        name="context_adverse_day",
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
                        name="context_adverseevent_void_is_signed",
                        violation_error_message="A void needs a time, a person and a reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="context_adverseevent_version_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grade__range", (1, 5))),
                        name="context_adverseevent_grade_possible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("grade__lt", 4), ("serious", True), _connector="OR"
                        ),
                        name="context_adverseevent_grave_is_serious",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grade", 5), ("outcome", "fatal")),
                            models.Q(
                                models.Q(("grade", 5), _negated=True),
                                models.Q(("outcome", "fatal"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="context_adverseevent_fatal_is_the_last_grade",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "recovered",
                                    "recovering",
                                    "not_recovered",
                                    "lasting_effects",
                                    "fatal",
                                    "unknown",
                                ],
                            ),
                            (
                                "relation__in",
                                [
                                    "unrelated",
                                    "unlikely",
                                    "possible",
                                    "probable",
                                    "definite",
                                ],
                            ),
                        ),
                        name="context_adverseevent_words_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True),
                            ("ended_on__gte", models.F("began_on")),
                            _connector="OR",
                        ),
                        name="context_adverseevent_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
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
                ("agreed_on", models.DateField()),
                (
                    "agreed_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("patient", "The patient"),
                                ("therapist", "Who entered it"),
                                ("relative", "A relative or carer"),
                            ],
                            max_length=9,
                        ),
                        size=None,
                    ),
                ),
                ("phase", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("goal", models.CharField(blank=True, max_length=400)),
                (
                    "goal_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("working_on", "Working on it"),
                            ("reached", "Reached"),
                            ("changed", "Changed to another goal"),
                            ("dropped", "No longer wanted"),
                        ],
                        max_length=10,
                    ),
                ),
                ("confidence", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "preference",
                    models.CharField(
                        blank=True,
                        choices=[("preferred", "Preferred"), ("refused", "Refused")],
                        max_length=9,
                    ),
                ),
                ("adjustment", models.TextField(blank=True, max_length=4000)),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exercises.exercise",
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
                    "programme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programmes.programme",
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
                        fields=["clinic", "patient", "-agreed_on"],
                        name="context_agreement_day",
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
                        name="context_agreement_void_is_signed",
                        violation_error_message="A void needs a time, a person and a reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="context_agreement_version_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__isnull", True),
                            ("confidence__range", (0, 10)),
                            _connector="OR",
                        ),
                        name="context_agreement_confidence_possible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("phase__isnull", True),
                            ("programme__isnull", False),
                            _connector="OR",
                        ),
                        name="context_agreement_phase_of_a_programme",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("preference", ""),
                            models.Q(
                                ("exercise__isnull", False),
                                ("preference__in", ["preferred", "refused"]),
                            ),
                            _connector="OR",
                        ),
                        name="context_agreement_preference_of_an_exercise",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("goal", ""), ("goal_status", "")),
                            models.Q(
                                models.Q(("goal", ""), _negated=True),
                                (
                                    "goal_status__in",
                                    ["working_on", "reached", "changed", "dropped"],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="context_agreement_goal_has_a_status",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CoIntervention",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("drug", "Medicine"),
                            ("injection", "Injection"),
                            ("surgery", "Surgery"),
                            ("physiotherapy", "Other physiotherapy"),
                            ("psychological", "Psychological treatment"),
                            ("pain_education", "Pain education"),
                            ("other", "Other"),
                        ],
                        max_length=14,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("first_day", models.DateField(blank=True, null=True)),
                ("last_day", models.DateField(blank=True, null=True)),
                ("dose", models.CharField(blank=True, max_length=200)),
                ("dose_changes", models.JSONField(default=list)),
                ("note", models.TextField(blank=True, max_length=4000)),
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
                        related_name="+",
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
                        fields=["clinic", "patient", "first_day"],
                        name="context_cointervention_day",
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
                        name="context_cointervention_void_is_signed",
                        violation_error_message="A void needs a time, a person and a reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="context_cointervention_version_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "drug",
                                    "injection",
                                    "surgery",
                                    "physiotherapy",
                                    "psychological",
                                    "pain_education",
                                    "other",
                                ],
                            )
                        ),
                        name="context_cointervention_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_day__isnull", True),
                            ("last_day__isnull", True),
                            ("last_day__gte", models.F("first_day")),
                            _connector="OR",
                        ),
                        name="context_cointervention_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Phenotype",
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
                ("assessed_on", models.DateField()),
                ("basis", models.TextField(max_length=4000)),
                (
                    "mechanism",
                    models.CharField(
                        choices=[
                            ("nociceptive", "Nociceptive"),
                            ("neuropathic", "Neuropathic"),
                            ("nociplastic", "Nociplastic"),
                            ("mixed", "Mixed"),
                            ("unknown", "Not known"),
                        ],
                        max_length=11,
                    ),
                ),
                ("wpi", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("sss", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "modulation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reduced", "Reduced"),
                            ("typical", "Typical"),
                            ("unclear", "Unclear"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "sensitisation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none_found", "No signs found"),
                            ("possible", "Possible"),
                            ("probable", "Probable"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "fear_of_movement",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("low", "Low"),
                            ("moderate", "Moderate"),
                            ("high", "High"),
                        ],
                        max_length=8,
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
                        related_name="+",
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
                        fields=["clinic", "patient", "-assessed_on"],
                        name="context_phenotype_latest",
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
                        name="context_phenotype_void_is_signed",
                        violation_error_message="A void needs a time, a person and a reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="context_phenotype_version_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "mechanism__in",
                                [
                                    "nociceptive",
                                    "neuropathic",
                                    "nociplastic",
                                    "mixed",
                                    "unknown",
                                ],
                            )
                        ),
                        name="context_phenotype_mechanism_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("wpi__isnull", True), ("wpi__lte", 19), _connector="OR"
                            ),
                            models.Q(
                                ("sss__isnull", True), ("sss__lte", 12), _connector="OR"
                            ),
                        ),
                        name="context_phenotype_numbers_possible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("basis", ""), _negated=True),
                        name="context_phenotype_has_a_basis",
                    ),
                ],
            },
        ),
        *(wall(f"context_{table}") for table in TABLES),
        *(
            same_clinic(f"context_{table}", "patient_id", "clinics_patient")
            for table in TABLES
        ),
        same_clinic("context_agreement", "exercise_id", "exercises_exercise"),
        same_clinic("context_agreement", "programme_id", "programmes_programme"),
        same_clinic("context_adverseevent", "session_id", "logbook_heldsession"),
    ]
