"""A kept connection is asked whether it lives without a round trip, and rightly."""

import psycopg
import pytest
from django.db import DatabaseError, connections

from apps.common.postgresql.base import DatabaseWrapper


@pytest.fixture
def kept():
    """Return a connection of its own, as a thread of the web process keeps one."""
    connection = connections["default"].copy()
    connection.connect()
    yield connection
    connection.close()


def backend_of(connection) -> int:
    return connection.connection.info.backend_pid


def test_is_usable_without_a_round_trip(db, kept, monkeypatch):
    def fails(self):
        raise AssertionError("it was asked")

    monkeypatch.setattr(DatabaseWrapper.__mro__[1], "is_usable", fails)

    assert kept.is_usable()


def test_is_usable_says_no_when_the_server_has_ended_it(db, kept, database_server):
    with psycopg.connect(database_server.admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [backend_of(kept)])

    assert not kept.is_usable()


def test_is_usable_says_no_when_it_was_closed_here(db, kept):
    kept.connection.close()

    assert not kept.is_usable()


def test_is_usable_says_yes_when_the_server_only_said_something(
    db, kept, database_server
):
    with kept.cursor() as cursor:
        cursor.execute("LISTEN something")
    with psycopg.connect(kept.connection.info.dsn, autocommit=True) as other:
        other.execute("NOTIFY something")

    assert kept.is_usable()


def test_is_usable_says_no_in_a_transaction_that_has_failed(db, kept):
    kept.set_autocommit(False)
    with kept.cursor() as cursor, pytest.raises(DatabaseError):
        cursor.execute("SELECT 1 / 0")

    assert not kept.is_usable()
