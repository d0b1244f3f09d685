import django.db.models.deletion
from django.conf import settings
from django.core.management import call_command
from django.db import migrations, models


def create_cache_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias)


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION entered_clinic_ids() RETURNS bigint[]
                LANGUAGE sql STABLE PARALLEL SAFE AS $$
                SELECT coalesce(
                    string_to_array(
                        nullif(current_setting('app.clinic_ids', true), ''), ','
                    )::bigint[],
                    '{}'::bigint[]
                ) $$;
            """,
            reverse_sql="DROP FUNCTION entered_clinic_ids()",
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "name",
                    models.CharField(max_length=80, primary_key=True, serialize=False),
                ),
                ("beat_at", models.DateTimeField()),
                ("report", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="ChangeReceipt",
            fields=[
                ("change_id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("target", models.CharField(max_length=120)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunPython(create_cache_table, migrations.RunPython.noop),
    ]
