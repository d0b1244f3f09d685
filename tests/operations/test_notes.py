"""What a start need not do again is noted where it was done, and only there."""

import psycopg
import pytest

from apps.common.stack import notes, roles


@pytest.fixture
def database(database_server, worker_name):
    """Return the name of a fresh database, migrated and otherwise empty."""
    name = database_server.new_database(f"notes_{worker_name}")
    yield name
    database_server.drop_database(name)


@pytest.fixture
def owner_url(database_server, database) -> str:
    """Return its address for the owner of its tables."""
    return database_server.url(database=database, role=roles.OWNER)


def run(url, statement):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement)


def make_clinic(url, name):
    run(
        url,
        "INSERT INTO clinics_clinic (public_id, name, time_zone, language,"
        " emergency_words, quiet_from, quiet_until)"
        f" VALUES (gen_random_uuid(), '{name}', 'UTC', 'en', '{{}}', '20:00', '07:00')",
    )


def test_is_migrated_only_once_it_was_noted_and_until_a_row_is_missing(owner_url):
    assert not notes.is_migrated(owner_url)

    notes.note_migrated(owner_url)
    assert notes.is_migrated(owner_url)

    run(owner_url, "DELETE FROM django_migrations WHERE app = 'flares'")
    assert not notes.is_migrated(owner_url)


def test_is_migrated_says_no_where_there_is_no_table(database_server, worker_name):
    name = f"bare_{worker_name}"
    run(database_server.admin_url, f"CREATE DATABASE {name}")
    try:
        url = database_server.url(database=name, role=roles.OWNER)
        assert not notes.is_migrated(url)
    finally:
        database_server.drop_database(name)


def test_demo_accounts_are_kept_while_the_demo_and_its_code_are_the_same(
    owner_url, monkeypatch
):
    make_clinic(owner_url, notes.DEMO_CLINIC)
    assert notes.demo_accounts(owner_url) is None

    notes.note_demo(owner_url, "  anna@demo.example\n  it's Tove's\n")
    assert notes.demo_accounts(owner_url) == "  anna@demo.example\n  it's Tove's\n"

    monkeypatch.setattr(notes, "DEMO", ("apps/audit/*.py",))
    assert notes.demo_accounts(owner_url) is None


def test_demo_accounts_are_gone_with_the_demo_clinic(owner_url):
    make_clinic(owner_url, notes.DEMO_CLINIC)
    notes.note_demo(owner_url, "  anna@demo.example\n")
    run(owner_url, "DELETE FROM clinics_clinic")
    make_clinic(owner_url, "Clinic by the sea")

    assert notes.demo_accounts(owner_url) is None
