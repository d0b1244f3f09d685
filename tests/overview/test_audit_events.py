"""The audit trail as a manager reads it."""

import pytest

from apps.audit.services import record
from apps.common import clock
from tests.factories.people import (
    api_client,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A6")]
URL = "/api/v1/audit-events/"


def scene():
    clinic = make_clinic()
    therapist = make_therapist(clinic)
    patient = make_patient(clinic, therapist=therapist, given_name="Wilhelmina")
    api_client(therapist).get(f"/api/v1/patients/{patient.public_id}/")
    return clinic, therapist, patient


def looks(response):
    return [row for row in response.json()["results"] if row["action"] == "look"]


def test_audit_events_tell_a_manager_who_looked_at_whom_and_no_patients_name():
    clinic, therapist, patient = scene()
    patient.user.name = "Wilhelmina Holm"
    patient.user.save()
    record(
        "session.record",
        by=patient.user,
        now=clock.now(),
        clinic_id=clinic.pk,
        patient_id=patient.pk,
    )
    # A patient's list names no patient, and still no name may stand there.
    api_client(patient.user).get("/api/v1/sessions/")

    response = api_client(make_manager(clinic)).get(URL)

    (look,) = looks(response)
    assert look["actor"] == str(therapist.public_id)
    assert look["actor_name"] == therapist.name
    assert look["patient"] == str(patient.public_id)
    assert look["address"] == "127.0.0.1"
    assert "Wilhelmina" not in response.content.decode()


def test_audit_events_can_be_searched_by_person_patient_action_and_day():
    clinic, therapist, patient = scene()
    other = make_patient(clinic, therapist=therapist)
    api_client(therapist).get(f"/api/v1/patients/{other.public_id}/")
    client = api_client(make_manager(clinic))

    def count(**query):
        return len(looks(client.get(URL, query)))

    assert count() == 2
    assert count(patient=str(patient.public_id)) == 1
    assert count(actor=str(therapist.public_id)) == 2
    assert count(actor=str(patient.user.public_id)) == 0
    assert count(action="look") == 2
    assert count(action="patient.invite") == 0
    assert count(to="2020-01-01") == 0
    assert count(**{"from": "2020-01-01"}) == 2


def test_audit_events_of_another_clinic_are_not_there():
    scene()

    response = api_client(make_manager(make_clinic())).get(URL)

    assert looks(response) == []


@pytest.mark.parametrize(
    ("role", "status"),
    [("patient", 403), ("therapist", 403), ("assessor", 403), ("nobody", 401)],
)
def test_audit_events_are_for_managers_alone(role, status):
    clinic, therapist, patient = scene()
    user = {
        "patient": lambda: patient.user,
        "therapist": lambda: therapist,
        "assessor": lambda: make_assessor(clinic),
        "nobody": lambda: None,
    }[role]()

    response = api_client(user).get(URL)

    assert response.status_code == status


def test_audit_events_cost_the_same_for_many_as_for_one(django_assert_num_queries):
    clinic, therapist, _ = scene()
    for _ in range(4):
        patient = make_patient(clinic, therapist=therapist)
        api_client(therapist).get(f"/api/v1/patients/{patient.public_id}/")
    client = api_client(make_manager(clinic))

    # Savepoint, token, wall, clinics, page, staff, people, patients, release.
    with django_assert_num_queries(8):
        client.get(URL)
