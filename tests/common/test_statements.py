"""Statements that are made once answer as those that are made each time."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import ApiToken
from apps.audit.models import AuditEvent
from apps.clinics.models import Patient
from apps.common import clock
from apps.common.statements import Compiled, insert_together
from apps.exercises.models import Exercise
from tests.factories.people import api_client, make_clinic, make_patient, make_therapist

pytestmark = pytest.mark.django_db


def patients(*, clinic_id, ids, family_name):
    """Return the patients of these ids, or of a name."""
    rows = Patient.objects.select_related("clinic").filter(clinic=clinic_id)
    if family_name is not None:
        rows = rows.filter(family_name=family_name)
    return rows.filter(public_id__any_of=ids).order_by("pk")


def test_compiled_query_finds_what_the_query_finds_for_every_value():
    clinic = make_clinic()
    anna, bo, _ = (make_patient(clinic) for _ in range(3))
    found = Compiled(patients)

    for ids in ([], [anna.public_id], [anna.public_id, bo.public_id, uuid4()]):
        for name in (None, bo.family_name):
            values = {"clinic_id": clinic.pk, "ids": ids, "family_name": name}
            assert found(**values) == list(patients(**values))


def test_compiled_query_brings_related_rows_along():
    clinic = make_clinic(name="North")
    anna = make_patient(clinic)
    found = Compiled(patients)
    values = {"clinic_id": clinic.pk, "ids": [anna.public_id], "family_name": None}

    with CaptureQueriesContext(connection) as captured:
        (patient,) = found(**values)
        assert patient.clinic.name == "North"

    assert len(captured) == 1


def test_compiled_query_stays_behind_the_wall():
    anna = make_patient(make_clinic())
    found = Compiled(patients)
    values = {"ids": [anna.public_id], "family_name": None}
    assert found(clinic_id=anna.clinic_id, **values) == [anna]

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.clinic_ids', '', true)")

    assert found(clinic_id=anna.clinic_id, **values) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda name: name.upper() + str(uuid4()),
        lambda name: f"{name}{clock.now()}",
    ],
)
def test_query_that_changes_its_values_is_refused(change):
    def build(*, name):
        return Patient.objects.filter(family_name=change(name))

    with pytest.raises(TypeError, match="changed on its way"):
        Compiled(build)(name="Andersson")


def exercise(clinic, slug):
    """Return an unsaved exercise."""
    return Exercise(
        clinic=clinic,
        slug=slug,
        name="Press",
        region="legs",
        modality="resistance",
        load_kind="hold",
        muscle_groups=["a, b", 'say "c"', "é\\"],
    )


def event(clinic):
    """Return an unsaved event."""
    return AuditEvent(
        at=clock.now(), clinic_id=clinic.pk, action="a.b", detail={"é": [1, None, "x"]}
    )


def test_rows_of_two_tables_are_inserted_as_they_are():
    clinic = make_clinic()
    one, two, told = exercise(clinic, "one"), exercise(clinic, "two"), event(clinic)

    with CaptureQueriesContext(connection) as captured:
        insert_together([one, told, two])

    # The keys, and everything else.
    assert len(captured) == 2
    for row in (one, two, told):
        stored = type(row).objects.get(pk=row.pk)
        for field in row._meta.concrete_fields:
            assert getattr(stored, field.attname) == getattr(row, field.attname)


def test_of_rows_inserted_together_one_refused_takes_all_back():
    clinic = make_clinic()

    with pytest.raises(IntegrityError, match="slug"), transaction.atomic():
        insert_together(
            [exercise(clinic, "one"), event(clinic), exercise(clinic, "one")]
        )

    assert not Exercise.objects.filter(clinic=clinic).exists()
    assert not AuditEvent.objects.filter(clinic_id=clinic.pk, action="a.b").exists()


def test_rows_of_another_clinic_are_not_inserted():
    ours = make_clinic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.clinic_ids', '0', true)")

    with pytest.raises(Exception, match="row-level security"), transaction.atomic():
        insert_together([exercise(ours, "one")])


def test_a_token_that_was_revoked_a_moment_ago_opens_nothing():
    therapist = make_therapist(make_clinic())
    client = api_client(therapist)
    assert client.get("/api/v1/me/").status_code == 200

    ApiToken.objects.update(revoked_at=clock.now())

    assert client.get("/api/v1/me/").status_code == 401
