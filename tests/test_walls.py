"""The wall between clinics stands in the database itself."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("A1")
def test_tests_run_as_the_app_role_that_cannot_pass_the_wall():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles "
            "WHERE rolname = current_user"
        )
        row = cursor.fetchone()

    assert row == ("eihtrack_app", False, False)
