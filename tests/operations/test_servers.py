"""The embedded servers, wherever a run folder lies and however the last run ended."""

import contextlib
import os
import socket
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import environ
import psycopg
import pytest

from apps.common.stack import roles
from apps.common.stack.errors import StackError
from apps.common.stack.folders import place_folder, remove_folder, socket_folder
from apps.common.stack.ports import (
    free_port,
    is_listening,
    keep_port,
    require_free_port,
)
from apps.common.stack.postgres import EmbeddedPostgres
from apps.common.stack.valkey import EmbeddedValkey, answers


@pytest.fixture
def folder(tmp_path: Path):
    """A folder whose links into other folders are cleared away as well."""
    path = tmp_path / "run"
    path.mkdir()
    yield path
    remove_folder(path)


def new_postgres(
    folder: Path, *, durable: bool = False, tcp_port: int = 0
) -> EmbeddedPostgres:
    return EmbeddedPostgres(
        folder=folder / "postgres",
        log=folder / "log",
        durable=durable,
        tcp_port=tcp_port,
    )


def data_folder(folder: Path) -> Path:
    return (folder / "postgres").resolve() / "data"


def test_postgres_starts_again_with_its_data_after_it_was_killed(folder):
    server = new_postgres(folder, durable=True)
    process = server.start()
    with roles.connect(server.admin_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    process.kill()

    process = server.start()

    try:
        with roles.connect(server.admin_url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (42,)
    finally:
        process.stop()


def test_postgres_starts_over_a_pid_file_whose_number_is_somebody_elses(folder):
    server = new_postgres(folder)
    server.start().stop()
    # This very process lives, belongs to the same user, and is no PostgreSQL.
    pid_file = data_folder(folder) / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{data_folder(folder)}\n")

    process = server.start()

    assert process.is_running
    process.stop()


def test_postgres_refuses_a_folder_in_which_another_one_runs(folder):
    process = new_postgres(folder).start()

    try:
        with pytest.raises(StackError, match=rf"pid {process.pid}\) runs on"):
            new_postgres(folder).start()
    finally:
        process.stop()


def test_postgres_starts_where_an_earlier_initialisation_was_cut_short(folder):
    server = new_postgres(folder)
    server.start().stop()
    (data_folder(folder) / "PG_VERSION").unlink()

    process = server.start()

    assert process.is_running
    process.stop()


def test_servers_start_in_a_folder_too_deep_for_a_socket(folder):
    deep = folder.joinpath(*["a folder with a long name"] * 6)
    deep.mkdir(parents=True)
    postgres = new_postgres(deep)
    valkey = EmbeddedValkey(folder=deep / "valkey", log=deep / "valkey.log")

    processes = [postgres.start(), valkey.start()]

    try:
        with roles.connect(postgres.admin_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert answers(valkey.socket)
    finally:
        for process in processes:
            process.stop()


def test_valkey_refuses_a_socket_on_which_another_one_answers(folder):
    process = EmbeddedValkey(folder=folder / "valkey", log=folder / "log").start()

    try:
        with pytest.raises(StackError, match="already"):
            EmbeddedValkey(folder=folder / "valkey", log=folder / "log").start()
    finally:
        process.stop()


def test_place_folder_returns_the_same_folder_elsewhere_twice(folder):
    first = place_folder(path=folder / "x", fits=lambda _: False)
    second = place_folder(path=folder / "x", fits=lambda _: True)

    assert first == second
    assert (folder / "x").is_symlink()


def test_place_folder_replaces_one_elsewhere_that_was_cleared_away(folder):
    first = place_folder(path=folder / "x", fits=lambda _: False)
    first.rmdir()

    second = place_folder(path=folder / "x", fits=lambda _: False)

    assert second.is_dir()


def test_remove_folder_removes_what_lies_elsewhere_and_nothing_else(folder, tmp_path):
    elsewhere = place_folder(path=folder / "x", fits=lambda _: False)
    precious = tmp_path / "precious"
    precious.mkdir()
    (folder / "link").symlink_to(precious)

    remove_folder(folder)

    assert (elsewhere.exists(), precious.exists()) == (False, True)


@pytest.mark.parametrize(
    ("length", "is_elsewhere"),
    [
        pytest.param(106, False, id="one short of the limit"),
        pytest.param(107, False, id="exactly the limit"),
        pytest.param(108, True, id="past the limit"),
    ],
)
def test_socket_folder_goes_elsewhere_past_the_limit(folder, length, is_elsewhere):
    name = "s" * (length - len(bytes(folder / "x")) - 1)

    real = socket_folder(path=folder / "x", socket_name=name)

    assert (real != folder / "x") == is_elsewhere


def test_kept_port_is_for_its_server_alone_and_refuses_until_it_listens():
    with keep_port() as kept, socket.socket() as server, socket.socket() as other:
        port = kept.getsockname()[1]

        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        assert not is_listening(port)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen()
        assert is_listening(port)


def test_require_free_port_names_another_port(monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(StackError, match=rf"Port {port} is taken by .*PORT=\d+"):
            require_free_port(host="127.0.0.1", port=port)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(
            "postgres:///a?host=/run/x&user=boss",
            "postgres:///b?host=/run/x&user=app&password=p/%26",
            id="socket",
        ),
        pytest.param(
            "postgres://boss:old@db.example:5433/a?sslmode=require",
            "postgres://app:p%2F%26@db.example:5433/b?sslmode=require",
            id="TCP",
        ),
        pytest.param(
            "postgres://db.example/a", "postgres://app:p%2F%26@db.example/b", id="bare"
        ),
    ],
)
def test_database_url_changes_database_user_and_password(url, expected):
    changed = roles.database_url(url, database="b", user="app", password="p/&")

    assert changed == expected


def test_database_url_is_read_alike_by_django_and_by_the_driver(folder):
    url = roles.database_url(
        f"postgres:///a?host={folder}", database="b", user="app", password="p/&"
    )

    django = environ.Env.db_url_config(url)
    driver = psycopg.conninfo.conninfo_to_dict(url)

    assert {"dbname": django["NAME"]} | django["OPTIONS"] == driver


def test_roles_log_in_with_their_passwords_on_a_server_of_ones_own(folder):
    port = free_port()
    server = new_postgres(folder, tcp_port=port)
    process = server.start()
    try:
        passwords = roles.new_passwords()
        roles.make_roles(server.admin_url, passwords=passwords)
        roles.make_database(server.admin_url, name="clinic")
        demand_passwords(server, folder)
        url = roles.database_url(
            f"postgres://127.0.0.1:{port}/x",
            database="clinic",
            user=roles.APP,
            password=passwords[roles.APP],
        )

        with roles.connect(url) as connection:
            [role] = connection.execute("SELECT current_user").fetchone()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE own (id int)")
        with pytest.raises(psycopg.OperationalError, match="password"):
            roles.connect(url.replace(passwords[roles.APP], "wrong"))
    finally:
        process.stop()

    assert role == roles.APP
    assert parse_qs(urlsplit(url).query) == {}


def demand_passwords(server: EmbeddedPostgres, folder: Path) -> None:
    """Have the server trust its socket only."""
    rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
    (data_folder(folder) / "pg_hba.conf").write_text(rules)
    with roles.connect(server.admin_url) as connection:
        connection.execute("SELECT pg_reload_conf()")


@pytest.mark.requirement("N3")
def test_postgres_keeps_what_was_typed_out_of_its_log(folder):
    server = new_postgres(folder)
    process = server.start()
    try:
        with psycopg.connect(server.admin_url, autocommit=True) as connection:
            connection.execute("CREATE TABLE patient (name text UNIQUE)")
            for _ in range(2):
                with contextlib.suppress(psycopg.errors.UniqueViolation):
                    connection.execute("INSERT INTO patient VALUES ('Wilhelmina')")
    finally:
        process.stop()

    said = (folder / "log").read_text()
    assert "duplicate key" in said
    assert "Wilhelmina" not in said
