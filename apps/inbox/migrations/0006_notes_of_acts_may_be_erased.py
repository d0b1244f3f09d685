from django.db import migrations

from apps.common.rls import APP_ROLE

TABLE = "inbox_alertact"
# An erasure empties the words of an act and nothing else of it; whoever does not say
# that they are erasing cannot even do that.
ERASABLE = f"""
    CREATE OR REPLACE FUNCTION {TABLE}_is_append_only() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE'
                AND current_setting('app.erasing', true) = 'on'
                AND NEW.note IN ('', '[erased]')
                AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note'
            THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION '{TABLE} is append-only';
        END $$;
    GRANT UPDATE (note) ON {TABLE} TO {APP_ROLE};
"""
STRICT = f"""
    REVOKE UPDATE (note) ON {TABLE} FROM {APP_ROLE};
    CREATE OR REPLACE FUNCTION {TABLE}_is_append_only() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{TABLE} is append-only';
        END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0005_escalation_acts_and_opening_hours"),
    ]

    operations = [migrations.RunSQL(sql=ERASABLE, reverse_sql=STRICT)]
