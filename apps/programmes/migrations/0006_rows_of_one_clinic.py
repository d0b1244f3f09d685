from django.db import migrations

from apps.common.rls import key_with_clinic, same_clinic


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0005_what_a_held_session_was"),
        ("clinics", "0002_rows_of_one_clinic"),
        ("exercises", "0002_rows_of_one_clinic"),
        ("strength", "0004_rows_of_one_clinic"),
    ]

    operations = [
        key_with_clinic("programmes_plannedsession"),
        key_with_clinic("programmes_prescription"),
        key_with_clinic("programmes_programme"),
        same_clinic("programmes_programme", "patient_id", "clinics_patient"),
        same_clinic("programmes_phaseinforce", "programme_id", "programmes_programme"),
        same_clinic("programmes_pause", "programme_id", "programmes_programme"),
        same_clinic("programmes_prescription", "programme_id", "programmes_programme"),
        same_clinic("programmes_prescription", "exercise_id", "exercises_exercise"),
        same_clinic(
            "programmes_loadinforce", "prescription_id", "programmes_prescription"
        ),
        same_clinic(
            "programmes_loadinforce", "one_rep_max_test_id", "strength_onerepmaxtest"
        ),
        same_clinic("programmes_plannedsession", "patient_id", "clinics_patient"),
        same_clinic(
            "programmes_plannedsession", "programme_id", "programmes_programme"
        ),
    ]
