from django.db import migrations

from apps.common.rls import key_with_clinic, same_clinic


class Migration(migrations.Migration):
    dependencies = [
        ("logbook", "0003_diary_ratings_without_a_stamp"),
        ("clinics", "0002_rows_of_one_clinic"),
        ("exercises", "0002_rows_of_one_clinic"),
        ("programmes", "0006_rows_of_one_clinic"),
    ]

    operations = [
        key_with_clinic("logbook_exerciseentry"),
        key_with_clinic("logbook_heldsession"),
        same_clinic("logbook_heldsession", "patient_id", "clinics_patient"),
        same_clinic("logbook_heldsession", "programme_id", "programmes_programme"),
        same_clinic(
            "logbook_heldsession", "planned_session_id", "programmes_plannedsession"
        ),
        same_clinic("logbook_exerciseentry", "session_id", "logbook_heldsession"),
        same_clinic("logbook_exerciseentry", "exercise_id", "exercises_exercise"),
        same_clinic("logbook_setentry", "exercise_entry_id", "logbook_exerciseentry"),
        same_clinic("logbook_checkin", "patient_id", "clinics_patient"),
        same_clinic("logbook_checkin", "session_id", "logbook_heldsession"),
        same_clinic(
            "logbook_checkin", "planned_session_id", "programmes_plannedsession"
        ),
        same_clinic("logbook_diaryrating", "patient_id", "clinics_patient"),
        same_clinic("logbook_judgementdue", "patient_id", "clinics_patient"),
    ]
