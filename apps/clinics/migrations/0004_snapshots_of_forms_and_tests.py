from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0003_snapshots_of_a_kind"),
    ]

    operations = [
        migrations.AlterField(
            model_name="snapshot",
            name="kind",
            field=models.CharField(
                choices=[
                    ("patient", "Patient"),
                    ("one_rep_max_test", "One Rep Max Test"),
                    ("session", "Session"),
                    ("check_in", "Check In"),
                    ("pain_test", "Pain Test"),
                    ("function_test", "Function Test"),
                    ("questionnaire", "Questionnaire Response"),
                ],
                max_length=20,
            ),
        ),
    ]
