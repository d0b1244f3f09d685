from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0001_tables"),
        ("exercises", "0001_tables"),
        ("strength", "0002_result_in_its_unit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="onerepmaxtest",
            name="confidence",
            field=models.CharField(
                choices=[
                    ("normal", "Normal"),
                    ("low", "Low: estimated from 11 or 12 repetitions"),
                ],
                max_length=6,
            ),
        ),
        migrations.AddConstraint(
            model_name="onerepmaxtest",
            constraint=models.CheckConstraint(
                condition=models.Q(("confidence__in", ["normal", "low"])),
                name="strength_onerepmaxtest_confidence_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="onerepmaxtest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("side", ""), ("side__in", ["left", "right"]), _connector="OR"
                ),
                name="strength_onerepmaxtest_side_known",
            ),
        ),
    ]
