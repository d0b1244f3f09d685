"""Every table of the database, met by code that forgot to ask who may see what.

The tables come from Django's registry: a new one fails here until it stands inside the
wall with a row of each clinic in the scene, or is named below with the reason.
"""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ForeignKey
from psycopg import sql

from apps.common import tenancy
from tests.contracts.scene import Scene
from tests.contracts.test_models import OUTSIDE_THE_WALL as WITH_CLINIC_OUTSIDE

from .ledger import Ledger, rolled_back

pytestmark = pytest.mark.requirement("A1")

OUTSIDE_THE_WALL = {
    "accounts.ApiToken": "who sends a token is not known before it is found",
    "accounts.User": "who signs in is not known before they are found",
    "accounts.User_groups": "the library's; nobody is in a group",
    "accounts.User_user_permissions": "the library's; nobody has such a permission",
    "account.EmailAddress": "the sign-in library's, by person",
    "account.EmailConfirmation": "the sign-in library's, by person",
    "auth.Group": "the library's; there are none",
    "auth.Group_permissions": "the library's; there are none",
    "auth.Permission": "the library's list of its own words",
    "clinics.Clinic": "names of clinics are public",
    "common.ChangeReceipt": "ids and digests; a retry may come from any clinic",
    "common.Heartbeat": "when each sweep ran",
    "contenttypes.ContentType": "the library's list of our tables",
    "mfa.Authenticator": "the sign-in library's, by person",
    "sessions.Session": "the library's; who is signed in is not known before",
    "usersessions.UserSession": "the library's, by person: where one is signed in",
} | WITH_CLINIC_OUTSIDE
"""Tables without row-level security, and why."""
READ_BY_ALL = {
    "programmes.ProgrammeTemplate": "what is shipped has no clinic",
    "flares.DetectorPolicy": "what is shipped has no clinic",
}
"""Tables inside the wall of which some rows are everybody's, and why."""
ADDED_BY_ALL = {
    "audit.AuditEvent": "what happens before a clinic is known leaves a trace",
    "messaging.OutboxMail": "the mail of a sign-in is nobody's patient's",
}
"""Tables inside the wall that take rows without a clinic, and why."""

LEADING_OUT = {
    "programmes.Programme.template": "what is shipped has no clinic",
    "flares.ClinicPolicy.policy": "what is shipped has no clinic",
    "flares.DetectorPolicy.based_on": "what is shipped has no clinic",
    "flares.PolicyReplay.in_force": "what is shipped has no clinic",
    "flares.PolicyReplay.policy": "what is shipped has no clinic",
    "flares.Verdict.policy": "what is shipped has no clinic",
}
"""Links to tables with a clinic that may lead out of the own one, and why."""

MODELS = apps.get_models(include_auto_created=True)
WALLED = [model for model in MODELS if model._meta.label not in OUTSIDE_THE_WALL]
REFUSALS = ("row-level security", "permission denied")


def label(model) -> str:
    return model._meta.label


def run(statement: str, *values: Any, **names: str) -> tuple[int, list[tuple]]:
    """Run a statement as the app; return how many rows it touched and gave back."""
    named = {name: sql.Identifier(each) for name, each in names.items()}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**named), values)
        return cursor.rowcount, cursor.fetchall() if cursor.description else []


def refused(statement: str, *values: Any, **names: str) -> bool:
    """Say whether the database itself refuses the statement to the app."""
    try:
        with transaction.atomic():
            run(statement, *values, **names)
    except DatabaseError as error:
        return any(reason in str(error) for reason in REFUSALS)
    return False


@pytest.fixture(scope="module")
def own(scene: Scene) -> int:
    """Return the clinic that the tests enter."""
    return scene.clinics["own"].pk


@pytest.fixture(scope="module")
def foreign(scene: Scene) -> int:
    """Return the clinic that they do not."""
    return scene.clinics["stranger"].pk


@pytest.fixture
def inside(own: int) -> Iterator[None]:
    """Enter the own clinic alone, until the test ends."""
    with rolled_back():
        tenancy.enter_clinics([own])
        yield


@pytest.fixture
def nowhere(scene: Scene) -> Iterator[None]:
    """Enter no clinic at all, as code does that forgot it."""
    with rolled_back():
        tenancy.enter_clinics([])
        yield


def rows_of(table: str, clinic: int) -> list[str]:
    """Return all rows of a clinic as JSON, as a sweep sees them."""
    with tenancy.across_clinics():
        _, rows = run(
            "SELECT to_jsonb(t)::text FROM {table} t WHERE clinic_id = %s",
            clinic,
            table=table,
        )
    return [text for (text,) in rows]


def test_every_table_stands_inside_the_wall_or_says_why_not(scene):
    _, rows = run(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') "
        "AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity"
    )
    outside = {model._meta.db_table for model in MODELS} - {
        model._meta.db_table for model in WALLED
    }
    without_model = {"common_cache", "django_migrations"}

    assert {name for (name,) in rows} == outside | without_model
    assert {label(model) for model in MODELS} >= set(OUTSIDE_THE_WALL)


@pytest.mark.parametrize("model", WALLED, ids=label)
class TestEveryTable:
    def test_nothing_is_read_without_entering(self, model, own, foreign, nowhere):
        table = model._meta.db_table
        assert rows_of(table, own) + rows_of(table, foreign)

        assert set(clinics_read(table)) <= allowed(model)
        assert model._default_manager.exclude(clinic_id=None).count() == 0

    def test_the_other_clinic_is_not_read(self, model, own, foreign, inside):
        table = model._meta.db_table
        assert rows_of(table, foreign), "The scene lacks a row of the other clinic."
        assert rows_of(table, own), "The scene lacks a row of the own clinic."

        assert set(clinics_read(table)) == {own} | allowed(model)
        assert not model._default_manager.filter(clinic_id=foreign).exists()
        _, rows = run(
            "SELECT 1 FROM clinics_clinic c JOIN {table} t ON t.clinic_id = c.id "
            "WHERE c.id = %s",
            foreign,
            table=table,
        )
        assert rows == []
        with connection.cursor() as cursor:
            copy = sql.SQL("COPY (SELECT clinic_id FROM {}) TO STDOUT")
            with cursor.copy(copy.format(sql.Identifier(table))) as lines:
                read = b"".join(bytes(each) for each in lines).decode().split()
        assert str(own) in read
        assert str(foreign) not in read

    def test_the_other_clinic_is_not_written(
        self, model, own, foreign, inside, ledger: Ledger
    ):
        table = model._meta.db_table
        (theirs, *_) = rows_of(table, foreign)
        add = (
            "INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s)"
        )

        def write() -> None:
            for statement in (
                "UPDATE {table} SET clinic_id = clinic_id WHERE clinic_id = %s",
                "DELETE FROM {table} WHERE clinic_id = %s",
            ):
                if not refused(statement, foreign, table=table):
                    assert run(statement, foreign, table=table)[0] == 0
            moved = "UPDATE {table} SET clinic_id = %s WHERE clinic_id = %s"
            assert refused(moved, foreign, own, table=table)
            # Told before any uniqueness, so it does not tell what is there.
            for way in ("", " ON CONFLICT DO NOTHING"):
                assert refused(f"{add}{way}", theirs, table=table)

        _, changed = ledger.watch(write)
        assert changed == []

    def test_nothing_is_written_without_entering(
        self, model, own, foreign, nowhere, ledger: Ledger
    ):
        table = model._meta.db_table
        add = (
            "INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s)"
        )
        kept = [rows_of(table, clinic)[0] for clinic in (own, foreign)]

        def write() -> None:
            for statement in (
                "UPDATE {table} SET clinic_id = clinic_id",
                "DELETE FROM {table}",
            ):
                if not refused(statement, table=table):
                    assert run(statement, table=table)[0] == 0
            for row in kept:
                assert refused(add, row, table=table)

        _, changed = ledger.watch(write)
        assert changed == []

    def test_a_taken_key_does_not_let_one_write_over_it(
        self, model, own, foreign, inside, ledger: Ledger
    ):
        table = model._meta.db_table
        (theirs, *_) = rows_of(table, foreign)
        key = model._meta.pk.column
        as_ours = (
            "INSERT INTO {table} SELECT * FROM jsonb_populate_record("
            "NULL::{table}, %s::jsonb || jsonb_build_object('clinic_id', %s::bigint)) "
        )

        def write() -> None:
            over = "ON CONFLICT ({key}) DO UPDATE SET clinic_id = EXCLUDED.clinic_id"
            assert refused(f"{as_ours}{over}", theirs, own, table=table, key=key)
            count, _ = run(
                f"{as_ours} ON CONFLICT DO NOTHING", theirs, own, table=table
            )
            assert count == 0

        _, changed = ledger.watch(write)
        assert changed == []


def clinics_read(table: str) -> list[int | None]:
    _, rows = run("SELECT DISTINCT clinic_id FROM {table}", table=table)
    return [clinic for (clinic,) in rows]


def allowed(model) -> set[None]:
    return {None} if label(model) in READ_BY_ALL else set()


LINKS = [
    (model, column)
    for model in WALLED
    for column in model._meta.concrete_fields
    if isinstance(column, ForeignKey)
    and any(each.attname == "clinic_id" for each in column.related_model._meta.fields)
]


def same_clinic(column: ForeignKey) -> str:
    """Return how the database tells a link that stays within one clinic."""
    target = column.related_model._meta.db_table
    return (
        f"FOREIGN KEY ({column.column}, clinic_id) REFERENCES {target}(id, clinic_id)"
    )


def test_every_link_between_walled_rows_stays_within_one_clinic(scene):
    """A foreign key is checked with its owner's eyes, which see over the wall."""
    _, rows = run(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND convalidated"
    )
    missing = {
        f"{label(model)}.{column.name}"
        for model, column in LINKS
        if (model._meta.db_table, same_clinic(column)) not in rows
    }

    assert len(LINKS) >= 30
    assert missing == set(LEADING_OUT)


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        ("logbook_heldsession", "patient_id", "clinics_patient"),
        ("logbook_exerciseentry", "exercise_id", "exercises_exercise"),
        ("clinics_careteammember", "membership_id", "clinics_membership"),
    ],
)
def test_a_row_cannot_hang_on_a_row_of_another_clinic(
    table, column, target, own, foreign, inside
):
    ours = json.loads(rows_of(table, own)[0])["id"]
    theirs = max(json.loads(each)["id"] for each in rows_of(target, foreign))
    hang = "UPDATE {table} SET {column} = %s WHERE id = %s"

    with pytest.raises(IntegrityError, match="same_clinic"), transaction.atomic():
        run(hang, theirs, ours, table=table, column=column)


@pytest.mark.parametrize("model", WALLED, ids=label)
def test_rows_without_a_clinic_are_added_only_where_they_are_meant_to_be(
    model, own, inside
):
    table = model._meta.db_table
    (ours, *_) = rows_of(table, own)
    orphan = (
        "INSERT INTO {table} SELECT * FROM jsonb_populate_record("
        "NULL::{table}, %s::jsonb || '{{\"clinic_id\": null}}') ON CONFLICT DO NOTHING"
    )

    assert refused(orphan, ours, table=table) is (label(model) not in ADDED_BY_ALL)


def test_rows_cannot_be_loaded_past_the_wall(scene, own, inside):
    for model in WALLED:
        copy = sql.SQL("COPY {} FROM STDIN").format(
            sql.Identifier(model._meta.db_table)
        )
        with (
            pytest.raises(psycopg.Error, match="row-level security"),
            transaction.atomic(),
            connection.cursor() as cursor,
            cursor.copy(copy),
        ):
            pass


@pytest.mark.parametrize(
    "ids", ["abc", "1,,2", "NULL", "{1}", "1;2", "1e3", "9" * 30, ",", "1, x"]
)
def test_strange_words_about_clinics_open_nothing(ids, scene, nowhere):
    run("SELECT set_config('app.clinic_ids', %s, true)", ids)

    for model in WALLED:
        with pytest.raises(DatabaseError), transaction.atomic():
            run("SELECT 1 FROM {table}", table=model._meta.db_table)


@pytest.mark.parametrize("ids", ["", "0", "-1", "9223372036854775807"])
def test_words_about_no_clinic_open_nothing(ids, scene, nowhere):
    run("SELECT set_config('app.clinic_ids', %s, true)", ids)

    for model in WALLED:
        assert set(clinics_read(model._meta.db_table)) <= allowed(model)
