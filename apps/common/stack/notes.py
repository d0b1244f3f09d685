"""What was done to a database, noted in it, so that a start need not do it again.

Asking Django takes longer than starting PostgreSQL. So a table carries, as its comment,
what was done and a digest of all the code that decides about it. The note goes and
comes with the table when a database is dropped, restored or copied.
"""

import hashlib

import psycopg
from psycopg import sql

from .roles import connect
from .services import ROOT

# The requirements decide about the migrations of libraries, the settings about which.
MIGRATIONS = (
    "apps/*/migrations/*.py",
    "eihtrack/settings/*.py",
    "requirements/local.txt",
)
DEMO = ("apps/demo/**/*.py",)
DEMO_CLINIC = "Lindhaga Pain Rehabilitation"


def is_migrated(owner_url: str) -> bool:
    """Tell whether nothing has changed since ``note_migrated``."""
    with connect(owner_url) as connection:
        note = _note_on("django_migrations", connection)
        return note is not None and note == _migrations(connection)


def note_migrated(owner_url: str) -> None:
    """Note that the migrations of this version of the code have all run."""
    with connect(owner_url) as connection:
        _note("django_migrations", _migrations(connection), connection)


def demo_accounts(owner_url: str) -> str | None:
    """Return what was kept by ``note_demo``; None if the demo must be loaded first."""
    with connect(owner_url) as connection:
        # The note outlives the rows when tables are emptied.
        found = connection.execute(
            "SELECT EXISTS (SELECT FROM clinics_clinic WHERE name = %s)", [DEMO_CLINIC]
        ).fetchone()
        note = _note_on("clinics_clinic", connection) if found == (True,) else None
    digest, _, accounts = (note or "").partition("\n")
    return accounts if digest == _digest(*DEMO) else None


def note_demo(owner_url: str, accounts: str) -> None:
    """Note that the demo is loaded, and the accounts to try."""
    with connect(owner_url) as connection:
        _note("clinics_clinic", f"{_digest(*DEMO)}\n{accounts}", connection)


def _migrations(connection: psycopg.Connection[tuple[object, ...]]) -> str:
    # The rows too: someone may have gone back by hand.
    rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2")
    return _digest(*MIGRATIONS, of=repr(rows.fetchall()))


def _digest(*patterns: str, of: str = "") -> str:
    digest = hashlib.sha256(of.encode())
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _note_on(
    table: str, connection: psycopg.Connection[tuple[object, ...]]
) -> str | None:
    row = connection.execute(
        "SELECT obj_description(to_regclass(%s), 'pg_class')", [table]
    ).fetchone()
    return None if row is None or row[0] is None else str(row[0])


def _note(
    table: str, text: str, connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    connection.execute(
        sql.SQL("COMMENT ON TABLE {} IS {}").format(sql.Identifier(table), text)
    )
