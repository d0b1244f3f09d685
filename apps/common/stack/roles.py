"""The three roles of the database, and databases in which they have their rights."""

import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql

OWNER = "eihtrack_owner"  # owns databases and tables; runs migrations
APP = "eihtrack_app"  # web and workers; row-level security holds for it
SWEEP = "eihtrack_sweep"  # what a sweep across clinics steps into, SET LOCAL ROLE
LOGINS = (OWNER, APP)
# From this version on a grant itself says whether it is inherited.
GRANT_OPTIONS_SINCE = 160_000

Connection = psycopg.Connection[tuple[object, ...]]


def new_passwords() -> dict[str, str]:
    """Return a random password for each role that can log in."""
    return {role: secrets.token_urlsafe(24) for role in LOGINS}


def existing_roles(admin_url: str) -> set[str]:
    """Return which of our roles the server has."""
    with connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)",
            [[OWNER, APP, SWEEP]],
        )
        return {str(name) for (name,) in rows}


def make_roles(admin_url: str, *, passwords: Mapping[str, str]) -> None:
    """Make the three roles as they must be; correct them if they exist.

    Args:
        admin_url: A login that may create roles.
        passwords: One a login role; empty where the server trusts its socket.
    """
    with connect(admin_url) as connection:
        for role in (OWNER, APP, SWEEP):
            _make_role(connection, role=role, password=passwords.get(role))
        # The app steps into the sweep's role on purpose and never has it by default.
        options = (
            " WITH INHERIT FALSE, SET TRUE"
            if connection.info.server_version >= GRANT_OPTIONS_SINCE
            else ""
        )
        connection.execute(f"GRANT {SWEEP} TO {APP}{options}")
        if not _is_superuser(connection):
            # Only then may a mere administrator make databases that OWNER owns.
            connection.execute(f"GRANT {OWNER} TO CURRENT_USER")


def make_database(admin_url: str, *, name: str, template: str | None = None) -> None:
    """Make a database with all rights set; leave one that exists as it is.

    With ``template``, rights and tables come from there.
    """
    with connect(admin_url) as connection:
        row = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if row is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name),
                    sql.Identifier(OWNER),
                    sql.Identifier(template or "template0"),
                )
            )
    if template is None:
        _grant_rights(database_url(admin_url, database=name))


def drop_database(admin_url: str, *, name: str) -> None:
    """Drop a database and whatever is connected to it."""
    with connect(admin_url) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                sql.Identifier(name)
            )
        )


def allow_truncate(admin_url: str, *, database: str) -> None:
    """Let the app empty tables, for tests that cannot roll back; nowhere else."""
    with connect(database_url(admin_url, database=database)) as connection:
        connection.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {APP}")


def database_url(
    url: str, *, database: str, user: str | None = None, password: str | None = None
) -> str:
    """Return the address of another database, and login, on the same server."""
    parts = urlsplit(url)
    query = parts.query
    authority = parts.netloc
    if user is not None:
        place = authority.rpartition("@")[2]
        secret = f":{quote(password, safe='')}" if password else ""
        authority = f"{quote(user, safe='')}{secret}@{place}" if place else ""
        options = dict(parse_qsl(query))
        if not place or "user" in options:
            options["user"] = user
            options.pop("password", None)
            if password:
                options["password"] = password
        query = urlencode(options, safe="/")
    # Not urlunsplit alone: it drops the empty authority of a socket's address.
    scheme = f"{parts.scheme}://{authority}"
    return scheme + urlunsplit(("", "", f"/{quote(database, safe='')}", query, ""))


def connect(url: str) -> Connection:
    """Connect in autocommit mode, as creating databases demands."""
    return psycopg.connect(url, autocommit=True, connect_timeout=10)


def _make_role(connection: Connection, *, role: str, password: str | None) -> None:
    exists = connection.execute(
        "SELECT 1 FROM pg_roles WHERE rolname = %s", [role]
    ).fetchone()
    login = "LOGIN" if role in LOGINS else "NOLOGIN"
    secret = sql.SQL("PASSWORD {}").format(password) if password else sql.SQL("")
    statement = sql.SQL("{verb} ROLE {role} {login} NOINHERIT {secret}").format(
        verb=sql.SQL("ALTER" if exists else "CREATE"),
        role=sql.Identifier(role),
        login=sql.SQL(login),
        secret=secret,
    )
    connection.execute(statement)
    # A second statement: only a superuser may even say NOSUPERUSER on ALTER.
    if _is_superuser(connection):
        connection.execute(
            sql.SQL(
                "ALTER ROLE {} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
            ).format(sql.Identifier(role))
        )


def _is_superuser(connection: Connection) -> bool:
    return connection.info.parameter_status("is_superuser") == "on"


def _grant_rights(url: str) -> None:
    """Give the app and its sweeps what they need in one database, now and later."""
    both = f"{APP}, {SWEEP}"
    tables = "SELECT, INSERT, UPDATE, DELETE ON TABLES"
    default = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT"
    with connect(url) as connection:
        connection.execute(f"ALTER SCHEMA public OWNER TO {OWNER}")
        connection.execute(f"SET ROLE {OWNER}")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.execute(f"GRANT USAGE ON SCHEMA public TO {both}")
        connection.execute(f"{default} {tables} TO {both}")
        connection.execute(f"{default} USAGE, SELECT ON SEQUENCES TO {both}")
        connection.execute(f"{default} EXECUTE ON FUNCTIONS TO {both}")
