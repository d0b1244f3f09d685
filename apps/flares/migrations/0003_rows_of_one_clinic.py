from django.db import migrations

from apps.common.rls import same_clinic


class Migration(migrations.Migration):
    dependencies = [
        ("flares", "0002_verdict_severity"),
        ("clinics", "0002_rows_of_one_clinic"),
        ("logbook", "0004_rows_of_one_clinic"),
    ]

    operations = [
        same_clinic("flares_verdict", "patient_id", "clinics_patient"),
        same_clinic("flares_verdict", "session_id", "logbook_heldsession"),
    ]
