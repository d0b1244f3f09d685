from django.db import migrations

from apps.common.rls import key_with_clinic, same_clinic

# What is not named is looked at first: somebody's temporary tables, which would then be
# read with the owner's rights.
PATH = "ALTER FUNCTION enter_clinics_of(bigint, uuid, timestamptz) SET search_path = "


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0001_tables"),
    ]

    operations = [
        key_with_clinic("clinics_membership"),
        key_with_clinic("clinics_patient"),
        same_clinic("clinics_careteammember", "patient_id", "clinics_patient"),
        same_clinic("clinics_careteammember", "membership_id", "clinics_membership"),
        same_clinic("clinics_snapshot", "patient_id", "clinics_patient"),
        migrations.RunSQL(sql=f"{PATH} public, pg_temp", reverse_sql=f"{PATH} public"),
    ]
