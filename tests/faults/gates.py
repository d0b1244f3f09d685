"""Holding a process between two steps, by the locks of a real PostgreSQL.

A second connection holds a lock; whoever comes to that place waits for it, and shows in
``pg_stat_activity`` as blocked by that connection. Nothing of the product is changed.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import psycopg

WAIT_S = 60
LOCK_NUMBER = 7304
FUNCTION = f"""
    CREATE OR REPLACE FUNCTION fault_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared({LOCK_NUMBER}); RETURN NULL; END $$
"""
BLOCKED = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database()
    AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


class Place(Protocol):
    """Somewhere on the way of a transaction where it can be held."""

    def close(self, connection: psycopg.Connection, *, patient_id: int) -> None:
        """Let nobody pass who works for this patient."""

    def open(self, connection: psycopg.Connection) -> None:
        """Let everybody pass again."""


@dataclass(frozen=True)
class Written:
    """Right after a row of the patient was written, in the same transaction.

    ``at_commit``: not before everything else has been written too, inside COMMIT.
    """

    table: str
    event: str = "INSERT"
    condition: str = ""
    at_commit: bool = False

    def close(self, connection: psycopg.Connection, *, patient_id: int) -> None:
        connection.execute(FUNCTION)
        connection.execute(f"SELECT pg_advisory_lock({LOCK_NUMBER})")
        kind, when = "TRIGGER", ""
        if self.at_commit:
            kind, when = "CONSTRAINT TRIGGER", "DEFERRABLE INITIALLY DEFERRED"
        condition = f"NEW.patient_id = {patient_id}"
        if self.condition:
            condition += f" AND {self.condition}"
        connection.execute(
            f"CREATE {kind} fault_gate AFTER {self.event} ON {self.table}"
            f" {when} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION fault_gate()"
        )

    def open(self, connection: psycopg.Connection) -> None:
        connection.execute(f"SELECT pg_advisory_unlock({LOCK_NUMBER})")
        connection.execute(f"DROP TRIGGER IF EXISTS fault_gate ON {self.table}")


@dataclass(frozen=True)
class Locked:
    """Before a table is read or written for the first time."""

    table: str
    mode: str = "ACCESS EXCLUSIVE"

    def close(self, connection: psycopg.Connection, *, patient_id: int) -> None:
        connection.execute("BEGIN")
        connection.execute(f"LOCK TABLE {self.table} IN {self.mode} MODE")

    def open(self, connection: psycopg.Connection) -> None:
        connection.execute("ROLLBACK")


@dataclass(frozen=True)
class MailLocked:
    """Before the patient's mail in the outbox is touched again."""

    def close(self, connection: psycopg.Connection, *, patient_id: int) -> None:
        connection.execute("BEGIN")
        connection.execute(
            "SELECT 1 FROM messaging_outboxmail WHERE patient_id = %s FOR UPDATE",
            [patient_id],
        )

    def open(self, connection: psycopg.Connection) -> None:
        connection.execute("ROLLBACK")


class Gate:
    """A place that is closed now."""

    def __init__(self, connection: psycopg.Connection, *, place: Place) -> None:
        self._connection = connection
        self._place = place
        self._is_closed = True

    def waiting(self) -> list[int]:
        """Return the backends that stand before the gate."""
        # A transaction sees the activity as it was when it first looked.
        self._connection.execute("SELECT pg_stat_clear_snapshot()")
        return [pid for (pid,) in self._connection.execute(BLOCKED).fetchall()]

    def wait_until_reached(self, count: int = 1) -> list[int]:
        """Return the backends as soon as ``count`` stand before the gate."""
        deadline = time.monotonic() + WAIT_S
        while len(pids := self.waiting()) < count:
            assert time.monotonic() < deadline, f"nobody came to {self._place}"
            time.sleep(0.01)
        return pids

    def cut(self) -> None:
        """End the connections of those that wait, on the server's side."""
        for pid in self.wait_until_reached():
            self._connection.execute("SELECT pg_terminate_backend(%s)", [pid])

    def open(self) -> None:
        """Let everybody pass again; safe to repeat."""
        if self._is_closed:
            self._is_closed = False
            self._place.open(self._connection)


@contextmanager
def closed(place: Place, *, admin_url: str, patient_id: int) -> Iterator[Gate]:
    """Close a place for the block; it is open afterwards in any case."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        place.close(connection, patient_id=patient_id)
        gate = Gate(connection, place=place)
        try:
            yield gate
        finally:
            # The server itself may have been stopped meanwhile, and all locks with it.
            with suppress(psycopg.OperationalError):
                gate.open()
