"""Migration operations that build the wall between clinics."""

from django.db import migrations

SWEEP_ROLE = "eihtrack_sweep"
APP_ROLE = "eihtrack_app"


def wall(
    table: str, *, deletable: bool = False, clinicless: bool = False
) -> migrations.RunSQL:
    """Return the operation that puts row-level security on ``table``.

    The table needs a ``clinic_id``. Rows of other clinics can be neither read nor
    written. Clinical rows are never deleted, so the right to do so is taken away
    unless ``deletable``. ``clinicless`` rows (``clinic_id`` null) may be added by
    anybody and are read by the sweeps alone.
    """
    both = f"{APP_ROLE}, {SWEEP_ROLE}"
    own = "clinic_id = ANY ((SELECT entered_clinic_ids())::bigint[])"
    addable = f"clinic_id IS NULL OR {own}" if clinicless else own
    rights = "" if deletable else f"REVOKE DELETE ON {table} FROM {both};"
    return migrations.RunSQL(
        sql=f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            CREATE POLICY {table}_own_clinics ON {table} TO {APP_ROLE}
                USING ({own}) WITH CHECK ({addable});
            CREATE POLICY {table}_sweep ON {table} TO {SWEEP_ROLE}
                USING (true) WITH CHECK (true);
            {rights}
        """,
        reverse_sql=f"""
            DROP POLICY {table}_sweep ON {table};
            DROP POLICY {table}_own_clinics ON {table};
            ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
            GRANT DELETE ON {table} TO {both};
        """,
    )


def key_with_clinic(table: str) -> migrations.RunSQL:
    """Return the operation after which ``same_clinic`` may point at ``table``."""
    return migrations.RunSQL(
        sql=f"ALTER TABLE {table} ADD CONSTRAINT {table}_key_with_clinic "
        "UNIQUE (id, clinic_id)",
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {table}_key_with_clinic",
    )


def same_clinic(table: str, column: str, target: str) -> migrations.RunSQL:
    """Return the operation after which ``column`` leads to rows of the own clinic only.

    A foreign key is checked with its owner's eyes, which see over the wall, so a row of
    one clinic could hang on a row of another.
    """
    name = f"{table}_{column}_same_clinic"
    return migrations.RunSQL(
        sql=f"ALTER TABLE {table} ADD CONSTRAINT {name} "
        f"FOREIGN KEY ({column}, clinic_id) REFERENCES {target} (id, clinic_id)",
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def append_only(table: str) -> migrations.RunSQL:
    """Return the operation after which rows of ``table`` can only be added."""
    return migrations.RunSQL(
        sql=f"""
            CREATE FUNCTION {table}_is_append_only() RETURNS trigger
                LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION '{table} is append-only';
                END $$;
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only();
            REVOKE UPDATE, DELETE ON {table} FROM {APP_ROLE}, {SWEEP_ROLE};
        """,
        reverse_sql=f"""
            GRANT UPDATE, DELETE ON {table} TO {APP_ROLE}, {SWEEP_ROLE};
            DROP TRIGGER {table}_append_only ON {table};
            DROP FUNCTION {table}_is_append_only();
        """,
    )
