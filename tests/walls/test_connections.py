"""A connection that was used by one person and then serves another."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import ProgrammingError, connection, transaction

from apps.clinics.models import Patient
from apps.common import clock, tenancy
from apps.flares import policies
from apps.flares import services as flares
from apps.inbox.models import AlertKind, Severity
from apps.inbox.services import Finding, open_or_update_alert
from apps.logbook.models import HeldSession
from apps.logbook.services import mark_for_judgement
from tests.factories import people

from .ledger import TABLES, contents

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("A1")]


def state() -> tuple[int, str, str, int]:
    """Return the connection, who it is, what it has entered, and what it finds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_backend_pid(), current_user, "
            "coalesce(current_setting('app.clinic_ids', true), ''), "
            "(SELECT count(*) FROM clinics_patient)"
        )
        return cursor.fetchone()


@pytest.fixture
def patient(transactional_db) -> Patient:
    """Return a committed patient with a therapist."""
    with transaction.atomic():
        clinic = people.make_clinic()
        return people.make_patient(clinic, therapist=people.make_therapist(clinic))


@pytest.fixture
def therapist(patient):
    with tenancy.in_clinic(patient.clinic_id):
        return patient.care_team.get().membership.user


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/v1/patients/{id}/", None, 200),
        ("PATCH", "/api/v1/patients/{id}/", {"given_name": "A"}, 400),
        ("POST", "/api/v1/patients/{id}/invite-again/", {}, 409),
        ("GET", "/api/v1/patients/018f0000-0000-7000-8000-000000000000/", None, 404),
        ("GET", "/api/v1/audit-events/", None, 403),
    ],
)
def test_after_an_answer_the_connection_knows_no_clinic(
    patient, therapist, method, path, body, status
):
    client = people.api_client(therapist)
    pid = state()[0]

    answer = client.generic(
        method,
        path.format(id=patient.public_id),
        **({} if body is None else {"data": str(body).replace("'", '"')}),
        content_type="application/json",
    )

    assert answer.status_code == status
    assert state() == (pid, "eihtrack_app", "", 0)


def test_after_a_crash_of_a_view_the_connection_knows_no_clinic(
    patient, therapist, monkeypatch
):
    client = people.api_client(therapist)
    client.raise_request_exception = False
    entered = []

    def crash(*_: object, **__: object) -> None:
        entered.append(state()[2:])
        raise ZeroDivisionError

    monkeypatch.setattr("apps.clinics.queries.visible_patient", crash)
    pid = state()[0]

    answer = client.get(f"/api/v1/patients/{patient.public_id}/")

    assert answer.status_code == 500
    assert entered == [(str(patient.clinic_id), 1)]
    assert state() == (pid, "eihtrack_app", "", 0)


def test_what_one_person_entered_is_not_open_to_the_next(patient, therapist):
    stranger = people.make_user()

    assert people.api_client(therapist).get(f"/api/v1/patients/{patient.public_id}/")
    seen = people.api_client(stranger).get("/api/v1/sessions/")

    assert seen.json()["results"] == []
    assert state()[2:] == ("", 0)


@pytest.mark.parametrize("ending", ["commit", "roll back"])
def test_a_job_leaves_nothing_open(patient, ending):
    pid = state()[0]

    with transaction.atomic():
        with tenancy.across_clinics():
            assert Patient.objects.count() == 1
        with tenancy.in_clinic(patient.clinic_id):
            assert Patient.objects.count() == 1
        assert Patient.objects.count() == 0
        tenancy.enter_clinics([patient.clinic_id])
        transaction.set_rollback(ending == "roll back")

    assert state() == (pid, "eihtrack_app", "", 0)


def finding() -> Finding:
    return Finding(
        origin_key="forgotten",
        kind=AlertKind.ACUTE_FLARE,
        severity=Severity.MODERATE,
        sentence="Pain rose after the session.",
    )


FORGETFUL = {
    "judge": lambda patient: flares.judge_patient(patient=patient, now=clock.now()),
    "alert": lambda patient: open_or_update_alert(
        patient=patient, finding=finding(), tells=False, now=clock.now()
    ),
    "mark": lambda patient: mark_for_judgement(
        patient=patient,
        from_started_at=clock.now(),
        due_at=clock.now() + timedelta(days=1),
        reason="forgotten",
    ),
    "save": lambda patient: patient.save(),
    "bulk": lambda _: Patient.objects.update(given_name="Changed"),
    "read": lambda _: list(HeldSession.objects.all()),
}
"""Pieces of a worker's task, without the wall around them."""


@pytest.mark.parametrize("piece", FORGETFUL)
@pytest.mark.parametrize("where", ["nowhere", "in another clinic"])
def test_a_task_that_forgot_its_clinic_writes_nothing(patient, piece, where):
    policies.load_policies()
    with transaction.atomic():
        elsewhere = people.make_clinic()
    ids = [elsewhere.pk] if where == "in another clinic" else []
    before = contents(TABLES)
    outcome = []

    def work() -> None:
        try:
            with transaction.atomic():
                tenancy.enter_clinics(ids)
                outcome.append(FORGETFUL[piece](patient))
        except Exception as error:  # noqa: BLE001
            outcome.append(error)
        finally:
            connection.close()

    worker = Thread(target=work)
    worker.start()
    worker.join()

    assert contents(TABLES) == before
    if piece in ("alert", "mark"):
        assert isinstance(outcome[0], ProgrammingError)
        assert "row-level security" in str(outcome[0])
