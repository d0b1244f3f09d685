from django.db import migrations

from apps.common.rls import same_clinic


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0003_what_was_judged"),
        ("clinics", "0002_rows_of_one_clinic"),
    ]

    operations = [
        same_clinic("inbox_alert", "patient_id", "clinics_patient"),
    ]
