"""What the app's login may do in the database besides reading and writing rows."""

import ast
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from apps.clinics.models import Patient
from apps.common import tenancy
from apps.common.stack import roles
from tests.factories import people

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A1")]

APPS = Path(__file__).resolve().parents[2] / "apps"
RUNS_AS_OWNER = {"enter_clinics_of": "whoever signs in must find their clinics first"}
"""Functions that run with the owner's rights, and why."""


def ask(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE eihtrack_owner",
        "SET LOCAL ROLE eihtrack_owner",
        "SELECT set_config('role', 'eihtrack_owner', true)",
        "SET SESSION AUTHORIZATION eihtrack_owner",
        "ALTER ROLE eihtrack_app BYPASSRLS",
        "GRANT eihtrack_owner TO eihtrack_app",
        "ALTER TABLE clinics_patient DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE clinics_patient OWNER TO eihtrack_app",
        "DROP POLICY clinics_patient_own_clinics ON clinics_patient",
        "CREATE POLICY open ON clinics_patient USING (true)",
        "DROP TABLE clinics_snapshot",
        "ALTER TABLE audit_auditevent DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE TABLE public.copied (id int)",
        "CREATE VIEW public.open AS SELECT * FROM clinics_patient",
        "ALTER FUNCTION entered_clinic_ids() RENAME TO entered",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "COPY clinics_patient TO PROGRAM 'cat'",
        "COPY clinics_patient TO '/tmp/patients'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM pg_authid",
    ],
)
def test_the_app_cannot_give_itself_rights(statement):
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be"),
        transaction.atomic(),
    ):
        ask(statement)

    assert ask("SELECT current_user, session_user") == [("eihtrack_app",) * 2]


def test_switching_row_security_off_is_an_error_and_no_way_through():
    people.make_patient(people.make_clinic())
    tenancy.enter_clinics([])

    ask("SET LOCAL row_security = off")

    with pytest.raises(DatabaseError, match="row-level security"):
        ask("SELECT * FROM clinics_patient")


def test_roles_have_no_rights_beyond_their_tables():
    found = ask(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, "
        "rolinherit, rolreplication, rolcanlogin FROM pg_roles "
        "WHERE rolname IN ('eihtrack_app', 'eihtrack_sweep') ORDER BY rolname"
    )
    memberships = ask(
        "SELECT m.roleid::regrole::text, m.inherit_option, m.set_option, "
        "m.admin_option FROM pg_auth_members m "
        "WHERE m.member IN ('eihtrack_app'::regrole, 'eihtrack_sweep'::regrole)"
    )

    no = (False,) * 6
    assert found == [("eihtrack_app", *no, True), ("eihtrack_sweep", *no, False)]
    assert memberships == [("eihtrack_sweep", False, True, False)]


def test_the_app_has_no_rights_of_the_sweep_without_stepping_into_it():
    clinic = people.make_clinic()
    people.make_patient(clinic)
    tenancy.enter_clinics([])

    assert ask("SELECT count(*) FROM clinics_patient") == [(0,)]
    with tenancy.across_clinics():
        assert Patient.objects.filter(clinic=clinic).count() == 1
    assert ask("SELECT count(*) FROM clinics_patient") == [(0,)]


def test_only_named_functions_run_with_the_owners_rights():
    found = ask(
        "SELECT proname, array_to_string(proconfig, ' ') FROM pg_proc "
        "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )

    assert {name for name, _ in found} == set(RUNS_AS_OWNER)
    # What is not named last is looked at first: anybody's temporary tables.
    assert {path for _, path in found} == {"search_path=public, pg_temp"}


def test_a_temporary_table_does_not_stand_in_for_memberships():
    """The function that finds a person's clinics must read the real ones."""
    clinic, user = people.make_clinic(), people.make_user()
    ask("CREATE TEMP TABLE clinics_membership (LIKE public.clinics_membership)")
    ask("GRANT SELECT ON pg_temp.clinics_membership TO PUBLIC")
    try:
        ask(
            "INSERT INTO pg_temp.clinics_membership (id, user_id, clinic_id, role, "
            "active_from, public_id) VALUES (1, %s, %s, 'therapist', '2020-01-01', "
            "gen_random_uuid())",
            user.pk,
            clinic.pk,
        )
        assert tenancy.enter_clinics_of(user.pk) == []
    finally:
        ask("DROP TABLE pg_temp.clinics_membership")


def test_no_view_passes_the_wall():
    """A view reads with the rights of its owner, for whom the wall does not stand."""
    assert (
        ask(
            "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm', 'f') "
            "AND relnamespace = 'public'::regnamespace"
        )
        == []
    )


def test_nobody_empties_a_table_outside_the_tests(database_server, owner_database_url):
    """The tests' own database lets the app truncate; one made as for real does not."""
    name = "eihtrack_rights_" + database_server.token
    roles.make_database(database_server.admin_url, name=name)
    try:
        owner = database_server.url(database=name, role=roles.OWNER)
        with psycopg.connect(owner, autocommit=True) as server:
            server.execute("CREATE TABLE made_by_a_migration (id int)")
            rights = server.execute(
                "SELECT has_table_privilege('eihtrack_app', oid, 'TRUNCATE'), "
                "has_table_privilege('eihtrack_app', oid, 'TRIGGER'), "
                "has_table_privilege('eihtrack_sweep', oid, 'TRUNCATE') "
                "FROM pg_class WHERE relname = 'made_by_a_migration'"
            ).fetchone()
    finally:
        database_server.drop_database(name)

    assert rights == (False, False, False)


def test_the_code_changes_roles_in_one_place_only():
    """A role that is set for longer than a transaction would stay on the connection."""
    speaking = {
        str(path.relative_to(APPS))
        for path in APPS.rglob("*.py")
        if "migrations" not in path.parts
        for text in texts(path)
        if "set role" in text
        or "app.clinic_ids" in text
        or "session authorization" in text
    }

    assert speaking == {"common/tenancy.py", "common/stack/roles.py"}


def texts(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    documentation = {
        id(each.body[0].value)
        for each in ast.walk(tree)
        if isinstance(each, ast.Module | ast.FunctionDef | ast.ClassDef)
        and each.body
        and isinstance(each.body[0], ast.Expr)
    }
    return [
        each.value.lower()
        for each in ast.walk(tree)
        if isinstance(each, ast.Constant)
        and isinstance(each.value, str)
        and id(each) not in documentation
    ]
