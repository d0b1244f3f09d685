"""What is in the tables, so that a refused request can be held to writing nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from apps.common import tenancy

MODELS = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
TABLES = sorted(model._meta.db_table for model in MODELS)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Run a block of which nothing remains."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Ledger:
    """The content of every table at one moment of the test's transaction."""

    def __init__(self) -> None:
        self._before = contents(TABLES)

    def watch(self, call: Callable[[], Any]) -> tuple[Any, list[str]]:
        """Return what the call returns and the tables that it changed."""
        before = attempts()
        result = call()
        # The server counts each attempt, also one that was taken back, so a table
        # without one cannot have changed and need not be read.
        tried = {
            table
            for table, count in attempts().items()
            if count != before.get(table, 0) and table in self._before
        }
        after = contents(tried)
        return result, sorted(
            each for each in after if after[each] != self._before[each]
        )


def attempts() -> dict[str, int]:
    """Return how many rows the transaction tried to write, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del "
            "FROM pg_stat_xact_user_tables WHERE schemaname = 'public'"
        )
        return dict(cursor.fetchall())


def contents(tables: Iterable[str]) -> dict[str, str]:
    """Return a fingerprint of each table: every row with who wrote it last."""
    one_table = (
        "SELECT '{0}', count(*) || ':' || coalesce("
        "sum(hashtextextended(t::text || t.xmin::text, 0)), 0) FROM {0} t"
    )
    query = " UNION ALL ".join(one_table.format(table) for table in tables)
    if not query:
        return {}
    with tenancy.across_clinics(), connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())
