"""The wall between clinics stands in the database itself.

Every test here forgets ``visible_to`` on purpose.
"""

import threading

import pytest
from django.db import ProgrammingError, connection, transaction

from apps.audit.models import AuditEvent
from apps.clinics.models import CareTeamMember, Clinic, Patient
from apps.common import tenancy
from tests.factories import people

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A1")]


@pytest.fixture
def two_clinics():
    """Return a patient in each of two clinics; only the first one's wall is open."""
    here, there = people.make_clinic(), people.make_clinic()
    ours = people.make_patient(here, therapist=people.make_therapist(here))
    theirs = people.make_patient(there, therapist=people.make_therapist(there))
    tenancy.enter_clinics([here.pk])
    return ours, theirs


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


def refused_by_the_wall():
    return pytest.raises(ProgrammingError, match="row-level security")


def test_tests_run_as_the_app_role_that_cannot_pass_the_wall():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles "
            "WHERE rolname = current_user"
        )
        row = cursor.fetchone()

    assert row == ("eihtrack_app", False, False)


def test_a_forgotten_scope_finds_the_own_clinics_rows_only(two_clinics):
    ours, _ = two_clinics

    assert list(Patient.objects.all()) == [ours]


def test_raw_sql_finds_the_own_clinics_rows_only(two_clinics):
    ours, _ = two_clinics

    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM clinics_patient")
        assert cursor.fetchall() == [(ours.pk,)]


def test_a_join_from_an_open_table_finds_the_own_clinics_rows_only(two_clinics):
    ours, _ = two_clinics

    found = Clinic.objects.filter(patients__isnull=False).values_list("patients")

    assert list(found) == [(ours.pk,)]


def test_a_count_does_not_tell_how_many_others_there_are(two_clinics):
    assert Patient.objects.count() == 1


def test_the_key_of_a_foreign_row_finds_nothing(two_clinics):
    _, theirs = two_clinics

    assert not Patient.objects.filter(pk=theirs.pk).exists()
    assert not Patient.objects.filter(public_id=theirs.public_id).exists()


def test_an_update_does_not_reach_the_other_clinic(two_clinics):
    ours, theirs = two_clinics

    changed = Patient.objects.update(given_name="Changed")

    with tenancy.across_clinics():
        assert Patient.objects.get(pk=theirs.pk).given_name == theirs.given_name
        assert Patient.objects.get(pk=ours.pk).given_name == "Changed"
    assert changed == 1


def test_a_row_cannot_be_moved_into_another_clinic(two_clinics):
    ours, theirs = two_clinics

    with refused_by_the_wall(), transaction.atomic():
        Patient.objects.filter(pk=ours.pk).update(clinic_id=theirs.clinic_id)


def test_a_row_cannot_be_inserted_into_another_clinic(two_clinics):
    _, theirs = two_clinics

    with refused_by_the_wall(), transaction.atomic():
        people.make_patient(theirs.clinic)


def test_an_audit_event_cannot_be_written_into_another_clinic(two_clinics):
    _, theirs = two_clinics

    with refused_by_the_wall(), transaction.atomic():
        AuditEvent.objects.bulk_create(
            [AuditEvent(at=people.LONG_AGO, action="x.y", clinic_id=theirs.clinic_id)]
        )


@pytest.mark.parametrize("table", ["clinics_patient", "clinics_careteammember"])
def test_clinical_rows_cannot_be_deleted_even_at_home(two_clinics, table):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {table}")


def test_clinical_rows_cannot_be_deleted_by_a_sweep(two_clinics):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        tenancy.across_clinics(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM clinics_patient")


def test_no_clinic_entered_finds_nothing(two_clinics):
    tenancy.enter_clinics([])

    assert not Patient.objects.exists()
    assert not CareTeamMember.objects.exists()


def test_in_clinic_closes_behind_itself(two_clinics):
    ours, theirs = two_clinics

    with tenancy.in_clinic(theirs.clinic_id):
        inside = list(Patient.objects.all())

    assert inside == [theirs]
    assert list(Patient.objects.all()) == [ours]


def test_in_clinic_closes_behind_itself_when_the_block_raises(two_clinics):
    ours, theirs = two_clinics

    with pytest.raises(ZeroDivisionError), tenancy.in_clinic(theirs.clinic_id):
        raise ZeroDivisionError

    assert list(Patient.objects.all()) == [ours]


def test_across_clinics_finds_all_and_gives_the_role_back(two_clinics):
    ours, theirs = two_clinics

    with tenancy.across_clinics():
        assert role() == "eihtrack_sweep"
        assert set(Patient.objects.all()) == {ours, theirs}

    assert role() == "eihtrack_app"
    assert list(Patient.objects.all()) == [ours]


def test_across_clinics_gives_the_role_back_when_the_block_raises(two_clinics):
    with pytest.raises(ZeroDivisionError), tenancy.across_clinics():
        raise ZeroDivisionError

    assert role() == "eihtrack_app"


def test_across_clinics_gives_the_role_back_after_a_database_error(two_clinics):
    with (
        pytest.raises(ProgrammingError),
        tenancy.across_clinics(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1 FROM there_is_no_such_table")

    assert role() == "eihtrack_app"


def test_across_clinics_inside_another_keeps_the_outer_one(two_clinics):
    with tenancy.across_clinics():
        with tenancy.across_clinics():
            pass
        assert role() == "eihtrack_sweep"

    assert role() == "eihtrack_app"


def test_across_clinics_inside_another_that_raises_keeps_the_outer_one(two_clinics):
    with tenancy.across_clinics():
        with pytest.raises(ZeroDivisionError), tenancy.across_clinics():
            raise ZeroDivisionError
        assert role() == "eihtrack_sweep"


@pytest.mark.django_db(transaction=True)
def test_entering_a_clinic_needs_a_transaction():
    with pytest.raises(tenancy.NoTransactionError, match="Open a transaction"):
        tenancy.enter_clinics([1])
    with pytest.raises(tenancy.NoTransactionError, match="Open a transaction"):
        tenancy.enter_clinics_of(1)


@pytest.fixture
def committed_patient(transactional_db):
    """Return a patient that stays when its transaction has ended."""
    with transaction.atomic():
        return people.make_patient(people.make_clinic())


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_found(committed_patient):
    assert not Patient.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_after_the_transaction_a_pooled_connection_finds_nothing(committed_patient):
    backend_before = connection.connection.info.backend_pid

    with tenancy.in_clinic(committed_patient.clinic_id):
        assert Patient.objects.exists()
    with transaction.atomic():
        found_later = Patient.objects.exists()

    assert connection.connection.info.backend_pid == backend_before
    assert not found_later


@pytest.mark.django_db(transaction=True)
def test_after_a_sweep_a_pooled_connection_is_the_app_again(committed_patient):
    with tenancy.across_clinics():
        assert Patient.objects.exists()

    assert role() == "eihtrack_app"
    with transaction.atomic():
        assert not Patient.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_after_a_failed_sweep_a_pooled_connection_is_the_app_again(committed_patient):
    with pytest.raises(ZeroDivisionError), tenancy.across_clinics():
        raise ZeroDivisionError

    assert role() == "eihtrack_app"


@pytest.mark.django_db(transaction=True)
def test_the_wall_of_one_thread_is_not_open_in_another(committed_patient):
    found = []

    def look():
        with transaction.atomic():
            found.append(Patient.objects.exists())
        connection.close()

    with tenancy.in_clinic(committed_patient.clinic_id):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    assert found == [False]
