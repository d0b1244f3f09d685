from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("logbook", "0001_tables")]

    operations = [
        migrations.AddField(
            model_name="checkin",
            name="answers_digest",
            field=models.CharField(default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(
            model_name="setentry",
            name="logbook_setentry_one_kind_of_load",
        ),
        migrations.AlterField(
            model_name="checkin",
            name="in_window",
            field=models.BooleanField(blank=True, default=True, null=True),
        ),
        migrations.AlterField(
            model_name="heldsession",
            name="volume_kg",
            field=models.DecimalField(decimal_places=2, max_digits=11),
        ),
        migrations.AddConstraint(
            model_name="exerciseentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("bout__isnull", True), ("skipped_reason", ""), _connector="OR"
                ),
                name="logbook_exerciseentry_skipped_has_no_bout",
                violation_error_message="What was skipped was not done.",
            ),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("lever_level__isnull", True),
                        ("load_kg__isnull", False),
                        ("seconds__isnull", True),
                    ),
                    models.Q(
                        ("lever_level__isnull", False),
                        ("load_kg__isnull", True),
                        ("seconds__isnull", True),
                    ),
                    models.Q(
                        ("lever_level__isnull", True),
                        ("load_kg__isnull", True),
                        ("seconds__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="logbook_setentry_exactly_one_load",
                violation_error_message="A set has exactly one kind of load.",
            ),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("load_kg__isnull", False),
                        ("load_unit__in", ("kg", "lb")),
                        ("load_value__isnull", False),
                    ),
                    models.Q(
                        ("load_kg__isnull", True),
                        ("load_unit", ""),
                        ("load_value__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="logbook_setentry_load_as_typed",
                violation_error_message="A load is kept as it was typed.",
            ),
        ),
    ]
