"""Many rows in one short statement: one array a column, whatever the number of rows."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


def upsert(model: type[Model], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, or give those that are there the new values.

    Args:
        rows: The values of all columns of a row, in the order of the model's fields.

    A statement with a parameter for each value takes several times as long to build and
    to parse as its rows take to write.
    """
    if not rows:
        return
    meta = model._meta
    fields = meta.concrete_fields
    names = [connection.ops.quote_name(str(field.column)) for field in fields]
    arrays = [f"%s::{field.rel_db_type(connection)}[]" for field in fields]
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in names)
    key = connection.ops.quote_name(str(meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {connection.ops.quote_name(meta.db_table)} ({", ".join(names)})
            SELECT * FROM unnest({", ".join(arrays)})
            ON CONFLICT ({key}) DO UPDATE SET {changes}
            """,  # noqa: S608
            [list(column) for column in zip(*rows, strict=True)],
        )
