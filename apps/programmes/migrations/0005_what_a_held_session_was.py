from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0001_tables"),
        ("programmes", "0004_templates_of_a_clinic"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="plannedsession",
            name="programmes_plannedsession_excuse_has_a_reason",
        ),
        migrations.RemoveConstraint(
            model_name="plannedsession",
            name="programmes_plannedsession_cancel_has_a_reason",
        ),
        migrations.AddField(
            model_name="plannedsession",
            name="status_before",
            field=models.CharField(
                blank=True,
                choices=[
                    ("planned", "Planned"),
                    ("held", "Held"),
                    ("partial", "Held in part"),
                    ("missed", "Missed"),
                    ("excused", "Excused by the patient"),
                    ("cancelled", "Cancelled by the clinic"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status_before", ""),
                    models.Q(
                        ("status__in", ("held", "partial")),
                        (
                            "status_before__in",
                            ("planned", "missed", "excused", "cancelled"),
                        ),
                    ),
                    _connector="OR",
                ),
                name="programmes_plannedsession_only_held_were_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(
                            ("status", "excused"),
                            ("status_before", "excused"),
                            _connector="OR",
                        ),
                        models.Q(("excuse_reason", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(
                            ("status", "excused"),
                            ("status_before", "excused"),
                            _connector="OR",
                            _negated=True,
                        ),
                        ("excuse_reason", ""),
                    ),
                    _connector="OR",
                ),
                name="programmes_plannedsession_excuse_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(
                            ("status", "cancelled"),
                            ("status_before", "cancelled"),
                            _connector="OR",
                        ),
                        models.Q(("cancel_reason", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(
                            ("status", "cancelled"),
                            ("status_before", "cancelled"),
                            _connector="OR",
                            _negated=True,
                        ),
                        ("cancel_reason", ""),
                    ),
                    _connector="OR",
                ),
                name="programmes_plannedsession_cancel_has_a_reason",
            ),
        ),
    ]
