import django.db.models.deletion
from django.db import migrations, models

from apps.common.rls import APP_ROLE, SWEEP_ROLE, append_only

TABLE = "programmes_programmetemplate"
OWN = "clinic_id = ANY ((SELECT entered_clinic_ids())::bigint[])"

# What is shipped has no clinic: everybody reads it, and nobody inside a clinic's wall
# can add to it, because a row without a clinic never passes the check. load_templates
# steps into the sweep's role for that.
WALL = f"""
    ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY {TABLE}_own_clinics ON {TABLE} TO {APP_ROLE}
        USING (clinic_id IS NULL OR {OWN}) WITH CHECK ({OWN});
    CREATE POLICY {TABLE}_sweep ON {TABLE} TO {SWEEP_ROLE}
        USING (true) WITH CHECK (true);
"""
NO_WALL = f"""
    DROP POLICY {TABLE}_sweep ON {TABLE};
    DROP POLICY {TABLE}_own_clinics ON {TABLE};
    ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0001_tables"),
        ("programmes", "0003_known_status"),
    ]

    operations = [
        migrations.AddField(
            model_name="programmetemplate",
            name="clinic",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinics.clinic",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="programmetemplate",
            name="programmes_template_one_a_version",
        ),
        migrations.AddConstraint(
            model_name="programmetemplate",
            constraint=models.UniqueConstraint(
                fields=("clinic", "key", "version"),
                name="programmes_template_one_a_version_of_a_clinic",
            ),
        ),
        migrations.AddConstraint(
            model_name="programmetemplate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("clinic__isnull", True)),
                fields=("key", "version"),
                name="programmes_template_one_a_shipped_version",
            ),
        ),
        migrations.RunSQL(sql=WALL, reverse_sql=NO_WALL),
        append_only(TABLE),
    ]
