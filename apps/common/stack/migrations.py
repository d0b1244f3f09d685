"""Whether a database has been brought to this version of the code.

Asking Django takes longer than starting PostgreSQL. So the table in which Django notes
its migrations carries, as its comment, a digest of all that decides about them. It
goes and comes with the table when a database is dropped, restored or copied.
"""

import hashlib

import psycopg
from psycopg import sql

from .roles import connect
from .services import ROOT

# The requirements decide about the migrations of libraries, the settings about which.
SOURCES = ("apps/*/migrations/*.py", "eihtrack/settings/*.py", "requirements/local.txt")


def is_migrated(owner_url: str) -> bool:
    """Tell whether nothing has changed since ``note_migrated``."""
    with connect(owner_url) as connection:
        try:
            row = connection.execute(
                "SELECT obj_description('django_migrations'::regclass)"
            ).fetchone()
            return row is not None and row[0] == _state(connection)
        except psycopg.errors.UndefinedTable:
            return False


def note_migrated(owner_url: str) -> None:
    """Note that the migrations of this version of the code have all run."""
    with connect(owner_url) as connection:
        connection.execute(
            sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(
                _state(connection)
            )
        )


def _state(connection: psycopg.Connection[tuple[object, ...]]) -> str:
    # The rows too: someone may have gone back by hand.
    rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2")
    digest = hashlib.sha256(repr(rows.fetchall()).encode())
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()
