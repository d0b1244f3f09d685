from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0001_tables"),
        ("programmes", "0002_slot_of_a_prescription"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["active", "paused", "completed", "withdrawn"])
                ),
                name="programmes_programme_status_known",
            ),
        ),
    ]
