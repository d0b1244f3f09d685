from django.db import migrations

from apps.common.rls import key_with_clinic, same_clinic


class Migration(migrations.Migration):
    dependencies = [
        ("strength", "0003_known_confidence_and_side"),
        ("clinics", "0002_rows_of_one_clinic"),
        ("exercises", "0002_rows_of_one_clinic"),
    ]

    operations = [
        key_with_clinic("strength_onerepmaxtest"),
        same_clinic("strength_onerepmaxtest", "patient_id", "clinics_patient"),
        same_clinic("strength_onerepmaxtest", "exercise_id", "exercises_exercise"),
        same_clinic("strength_trial", "test_id", "strength_onerepmaxtest"),
    ]
