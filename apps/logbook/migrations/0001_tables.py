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
        ("exercises", "0001_tables"),
        ("programmes", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HeldSession",
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
                    "setting",
                    models.CharField(
                        choices=[("supervised", "Supervised"), ("home", "At home")],
                        max_length=10,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("time_zone", models.CharField(max_length=64)),
                (
                    "status",
                    models.CharField(
                        choices=[("held", "Held"), ("partial", "Held in part")],
                        max_length=7,
                    ),
                ),
                ("warm_up", models.JSONField(blank=True, null=True)),
                ("stretched", models.BooleanField(blank=True, null=True)),
                ("blood_pressure", models.JSONField(blank=True, null=True)),
                ("acute_illness", models.BooleanField(blank=True, null=True)),
                ("broken_off_because", models.CharField(blank=True, max_length=200)),
                (
                    "confounders",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12),
                        default=list,
                        size=None,
                    ),
                ),
                ("volume_kg", models.DecimalField(decimal_places=2, max_digits=9)),
                ("note", models.TextField(blank=True)),
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
                        related_name="held_sessions",
                        to="clinics.patient",
                    ),
                ),
                (
                    "planned_session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_sessions",
                        to="programmes.plannedsession",
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
                    "supervised_by",
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
            name="ExerciseEntry",
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
                (
                    "side",
                    models.CharField(
                        blank=True,
                        choices=[("left", "Left"), ("right", "Right")],
                        max_length=5,
                    ),
                ),
                ("machine", models.CharField(blank=True, max_length=80)),
                ("skipped_reason", models.CharField(blank=True, max_length=10)),
                ("novel", models.BooleanField(blank=True, null=True)),
                ("novel_reason", models.CharField(blank=True, max_length=200)),
                ("explosive", models.BooleanField(default=False)),
                ("bout", models.JSONField(blank=True, null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "exercise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exercises.exercise",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exercise_entries",
                        to="logbook.heldsession",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CheckIn",
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
                    "moment",
                    models.CharField(
                        choices=[
                            ("run_in", "Before the programme"),
                            ("pre", "Before the session"),
                            ("during", "During the session"),
                            ("post", "Right after the session"),
                            ("h24", "About 24 hours after"),
                            ("h48", "About 48 hours after"),
                        ],
                        max_length=6,
                    ),
                ),
                ("answered_at", models.DateTimeField()),
                ("day", models.DateField()),
                ("time_zone", models.CharField(max_length=64)),
                ("in_window", models.BooleanField(default=True)),
                ("scale", models.CharField(default="VAS", max_length=5)),
                (
                    "pain_mm",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="pain (mm)"
                    ),
                ),
                (
                    "worst_pain_mm",
                    models.PositiveSmallIntegerField(blank=True, null=True),
                ),
                (
                    "movement_pain_mm",
                    models.PositiveSmallIntegerField(blank=True, null=True),
                ),
                ("fatigue_mm", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "soreness_mm",
                    models.PositiveSmallIntegerField(blank=True, null=True),
                ),
                (
                    "session_rpe",
                    models.PositiveSmallIntegerField(blank=True, null=True),
                ),
                ("sleep", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("confidence", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("location", models.CharField(blank=True, max_length=12)),
                (
                    "new_places",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        size=None,
                    ),
                ),
                ("flare", models.CharField(blank=True, max_length=6)),
                ("analgesic", models.CharField(blank=True, max_length=5)),
                (
                    "red_flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        blank=True,
                        null=True,
                        size=None,
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
                        related_name="check_ins",
                        to="clinics.patient",
                    ),
                ),
                (
                    "planned_session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programmes.plannedsession",
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
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_ins",
                        to="logbook.heldsession",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="JudgementDue",
            fields=[
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="clinics.patient",
                    ),
                ),
                ("from_started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=60)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinics.clinic",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "judgements due",
            },
        ),
        migrations.CreateModel(
            name="SetEntry",
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
                ("reps", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "load_kg",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=6, null=True
                    ),
                ),
                (
                    "load_value",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=7, null=True
                    ),
                ),
                ("load_unit", models.CharField(blank=True, max_length=2)),
                (
                    "lever_level",
                    models.PositiveSmallIntegerField(blank=True, null=True),
                ),
                ("seconds", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("rpe", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("pain_mm", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "exercise_entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sets",
                        to="logbook.exerciseentry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DiaryRating",
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
                ("region", models.CharField(max_length=80)),
                ("day", models.DateField()),
                ("stamped_at", models.DateTimeField(blank=True, null=True)),
                ("original_value", models.CharField(max_length=20)),
                ("pain_mm", models.PositiveSmallIntegerField()),
                ("file_digest", models.CharField(max_length=64)),
                ("line", models.PositiveIntegerField()),
                ("nth_of_day", models.PositiveSmallIntegerField(default=1)),
                ("imported_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinics.clinic",
                    ),
                ),
                (
                    "imported_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="diary_ratings",
                        to="clinics.patient",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["clinic", "patient", "day"], name="logbook_diary_day"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("stamped_at__isnull", False)),
                        fields=("patient", "region", "stamped_at"),
                        name="logbook_diaryrating_one_a_stamp",
                    ),
                    models.UniqueConstraint(
                        fields=("patient", "file_digest", "line"),
                        name="logbook_diaryrating_one_a_line",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pain_mm__range", (0, 100))),
                        name="logbook_diaryrating_pain_on_scale",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="heldsession",
            index=models.Index(
                fields=["clinic", "patient", "-started_at"], name="logbook_session_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="heldsession",
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
                name="logbook_heldsession_void_is_signed",
                violation_error_message="A void needs a time, a person and a reason.",
            ),
        ),
        migrations.AddConstraint(
            model_name="heldsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)),
                name="logbook_heldsession_version_from_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="heldsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__gt", models.F("started_at"))),
                name="logbook_heldsession_ends_after_it_starts",
                violation_error_message="A session ends after it starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="heldsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["held", "partial"])),
                name="logbook_heldsession_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="heldsession",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at__isnull", True)),
                fields=("planned_session",),
                name="logbook_heldsession_one_a_slot",
                violation_error_message="This planned session was held already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="exerciseentry",
            constraint=models.UniqueConstraint(
                fields=("session", "position"),
                name="logbook_exerciseentry_one_a_position",
            ),
        ),
        migrations.AddConstraint(
            model_name="exerciseentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("novel__isnull", True), ("novel_reason", "")),
                    models.Q(
                        ("novel__isnull", False),
                        models.Q(("novel_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="logbook_exerciseentry_override_says_why",
                violation_error_message="An override of novelty needs a reason.",
            ),
        ),
        migrations.AddIndex(
            model_name="checkin",
            index=models.Index(
                fields=["clinic", "patient", "-answered_at"], name="logbook_checkin_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
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
                name="logbook_checkin_void_is_signed",
                violation_error_message="A void needs a time, a person and a reason.",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)),
                name="logbook_checkin_version_from_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("in_window", True),
                    ("moment__in", ("pre", "post")),
                    ("voided_at__isnull", True),
                ),
                fields=("session", "moment"),
                name="logbook_checkin_one_pre_and_post",
                violation_error_message="This moment already has a check-in.",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("moment__in", ["run_in", "pre", "during", "post", "h24", "h48"])
                ),
                name="logbook_checkin_moment_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(("scale__in", ("VAS", "NRS11"))),
                name="logbook_checkin_scale_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pain_mm__isnull", True),
                    ("pain_mm__range", (0, 100)),
                    _connector="OR",
                ),
                name="logbook_checkin_pain_mm_on_scale",
                violation_error_message="The scale goes from 0 to 100 mm.",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("worst_pain_mm__isnull", True),
                    ("worst_pain_mm__range", (0, 100)),
                    _connector="OR",
                ),
                name="logbook_checkin_worst_pain_mm_on_scale",
                violation_error_message="The scale goes from 0 to 100 mm.",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("movement_pain_mm__isnull", True),
                    ("movement_pain_mm__range", (0, 100)),
                    _connector="OR",
                ),
                name="logbook_checkin_movement_pain_mm_on_scale",
                violation_error_message="The scale goes from 0 to 100 mm.",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fatigue_mm__isnull", True),
                    ("fatigue_mm__range", (0, 100)),
                    _connector="OR",
                ),
                name="logbook_checkin_fatigue_mm_on_scale",
                violation_error_message="The scale goes from 0 to 100 mm.",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("soreness_mm__isnull", True),
                    ("soreness_mm__range", (0, 100)),
                    _connector="OR",
                ),
                name="logbook_checkin_soreness_mm_on_scale",
                violation_error_message="The scale goes from 0 to 100 mm.",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("session_rpe__isnull", True),
                    ("session_rpe__range", (6, 20)),
                    _connector="OR",
                ),
                name="logbook_checkin_session_rpe_on_scale",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sleep__isnull", True), ("sleep__range", (0, 10)), _connector="OR"
                ),
                name="logbook_checkin_sleep_on_scale",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confidence__isnull", True),
                    ("confidence__range", (0, 10)),
                    _connector="OR",
                ),
                name="logbook_checkin_confidence_on_scale",
            ),
        ),
        migrations.AddIndex(
            model_name="judgementdue",
            index=models.Index(fields=["due_at"], name="logbook_due_at"),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.UniqueConstraint(
                fields=("exercise_entry", "position"),
                name="logbook_setentry_one_a_position",
            ),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("lever_level__isnull", True),
                        ("load_kg__isnull", False),
                        ("load_value__isnull", False),
                    ),
                    models.Q(("load_kg__isnull", True), ("load_value__isnull", True)),
                    _connector="OR",
                ),
                name="logbook_setentry_one_kind_of_load",
            ),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("load_kg__isnull", True),
                    ("load_kg__range", (0, 1000)),
                    _connector="OR",
                ),
                name="logbook_setentry_load_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reps__isnull", True), ("reps__range", (0, 200)), _connector="OR"
                ),
                name="logbook_setentry_reps_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("seconds__isnull", True),
                    ("seconds__range", (1, 7200)),
                    _connector="OR",
                ),
                name="logbook_setentry_seconds_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lever_level__isnull", True),
                    ("lever_level__range", (0, 4)),
                    _connector="OR",
                ),
                name="logbook_setentry_lever_level_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rpe__isnull", True), ("rpe__range", (6, 20)), _connector="OR"
                ),
                name="logbook_setentry_rpe_on_scale",
            ),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pain_mm__isnull", True),
                    ("pain_mm__range", (0, 100)),
                    _connector="OR",
                ),
                name="logbook_setentry_pain_on_scale",
                violation_error_message="Pain must be between 0 and 100 mm.",
            ),
        ),
        wall("logbook_heldsession"),
        wall("logbook_exerciseentry", deletable=True),
        wall("logbook_setentry", deletable=True),
        wall("logbook_checkin"),
        wall("logbook_diaryrating"),
        wall("logbook_judgementdue", deletable=True),
    ]
