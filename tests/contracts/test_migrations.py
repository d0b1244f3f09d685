"""Migrations are complete, in one line, and named by hand."""

import re
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

OURS = sorted(
    config.label for config in apps.get_app_configs() if config.name.startswith("apps.")
)


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    """Return the migrations on disk."""
    return MigrationLoader(connection=None)


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=out)
    except SystemExit:
        pytest.fail(out.getvalue())


@pytest.mark.parametrize("label", OURS)
def test_migrations_of_an_app_form_one_line(loader, label):
    names = sorted(name for app, name in loader.disk_migrations if app == label)
    numbers = [name.partition("_")[0] for name in names]

    assert numbers == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert len(loader.graph.leaf_nodes(label)) == (1 if names else 0)


@pytest.mark.parametrize("label", OURS)
def test_migrations_are_named_by_hand(loader, label):
    names = [name for app, name in loader.disk_migrations if app == label]

    assert [name for name in names if "auto_" in name] == []
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z0-9_]+", name)] == []


@pytest.mark.django_db
def test_all_migrations_were_run():
    assert connection.vendor == "postgresql"
    executor = MigrationLoader(connection)

    assert set(executor.disk_migrations) <= set(executor.applied_migrations)
