from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0001_tables"),
        ("inbox", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="alert",
            name="inbox_alert_resolution_is_signed_and_judged",
        ),
        migrations.RemoveIndex(
            model_name="alert",
            name="inbox_alert_open",
        ),
        migrations.AddField(
            model_name="alert",
            name="urgency",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                fields=["clinic", "status", "-urgency", "-id"],
                name="inbox_alert_by_urgency",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("resolved_at__isnull", False),
                        ("resolved_by__isnull", False),
                        ("status", "resolved"),
                        models.Q(("judgement", ""), _negated=True),
                        models.Q(("action", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(
                            models.Q(("status", "resolved"), _negated=True),
                            ("closed_itself_at__isnull", False),
                            _connector="OR",
                        ),
                        ("action", ""),
                        ("judgement", ""),
                        ("resolved_at__isnull", True),
                        ("resolved_by__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="inbox_alert_resolution_is_signed_and_judged",
                violation_error_message="A resolution needs a person and a judgement.",
            ),
        ),
    ]
