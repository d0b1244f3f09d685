from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("logbook", "0002_one_load_a_set_and_answers_digest")]

    operations = [
        migrations.AddConstraint(
            model_name="diaryrating",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stamped_at__isnull", True)),
                fields=("patient", "region", "day", "pain_mm", "nth_of_day"),
                name="logbook_diaryrating_counted_without_a_stamp",
            ),
        ),
    ]
