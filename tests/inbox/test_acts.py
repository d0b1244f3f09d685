"""What is done about an alert before it is resolved."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from apps.audit.models import AuditEvent
from apps.common import clock
from apps.inbox.models import Alert, AlertAct
from apps.inbox.services import close_itself, resolve
from tests.factories.people import (
    api_client,
    enter_also,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

from .inbox_helpers import NOON, mails, put, resolution

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F3")]


@pytest.fixture
def clinic():
    return make_clinic()


@pytest.fixture
def tove(clinic):
    return make_therapist(clinic)


@pytest.fixture
def patient(clinic, tove):
    return make_patient(clinic, therapist=tove)


def send(user, alert, **body):
    return api_client(user).post(
        f"/api/v1/alerts/{alert.public_id}/act/", body, format="json"
    )


def test_acts_follow_each_other_and_stand_in_the_answer(patient, tove, monkeypatch):
    alert = put(patient)
    now = clock.now()

    monkeypatch.setattr(clock, "now", lambda: now)
    first = send(tove, alert, action="talked", note="She slept badly.")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    second = send(tove, alert, action="reduced_load")

    assert (first.status_code, second.status_code) == (200, 200)
    person = {"id": str(tove.public_id), "name": tove.name}
    body = second.json()
    assert [(one["action"], one["note"], one["done_by"]) for one in body["acts"]] == [
        ("talked", "She slept badly.", person),
        ("reduced_load", "", person),
    ]
    assert body["acts"][0]["done_at"] < body["acts"][1]["done_at"]
    # Whoever acts has looked: by the first act it is acknowledged.
    assert (body["status"], body["acknowledged_by"]) == ("acknowledged", person)
    assert body["acknowledged_at"] == first.json()["acknowledged_at"]
    assert [mail.state for mail in mails()] == ["suppressed"]
    events = AuditEvent.objects.filter(action="alert.act").order_by("at")
    assert [event.detail["action"] for event in events] == ["talked", "reduced_load"]
    assert {event.patient_id for event in events} == {patient.pk}


def test_same_change_twice_is_one_act(patient, tove):
    alert, change_id = put(patient), str(uuid4())

    first = send(tove, alert, action="talked", change_id=change_id)
    again = send(tove, alert, action="talked", change_id=change_id)
    other = send(tove, alert, action="education", change_id=change_id)

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")
    assert AlertAct.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/action", "required"),
        ({"action": "prayed"}, "/action", "invalid_choice"),
        ({"action": "none"}, "", "required"),
        ({"action": "none", "note": "  "}, "", "required"),
        ({"action": "talked", "nota": "x"}, "/nota", "unknown_field"),
    ],
)
def test_act_refuses_what_it_cannot_understand(patient, tove, body, pointer, code):
    alert = put(patient)

    answer = send(tove, alert, **body)

    assert answer.status_code == 400
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        (pointer, code)
    ]
    assert Alert.objects.get().status == "open"
    assert not AlertAct.objects.exists()


def test_no_action_names_the_other_cause(patient, tove):
    answer = send(tove, put(patient), action="none", note="An infection.")

    [act] = answer.json()["acts"]
    assert (act["action"], act["note"]) == ("none", "An infection.")


def test_resolved_alert_takes_no_more_acts(patient, tove):
    alert = put(patient)
    send(tove, alert, action="talked")
    resolve(alert_id=alert.public_id, request=resolution(), by=tove, now=NOON)

    answer = send(tove, alert, action="education")

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert AlertAct.objects.count() == 1


def test_alert_that_closed_itself_is_over_by_the_act(patient, tove):
    alert = put(patient)
    close_itself(alert=alert, now=NOON)

    answer = send(tove, alert, action="talked")

    assert answer.json()["status"] == "resolved"
    assert answer.json()["resolution"] is None


def test_act_is_never_changed(patient, tove):
    send(tove, put(patient), action="talked")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AlertAct.objects.update(note="Other")


@pytest.mark.requirement("A2")
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("colleague", 404),
        ("manager", 404),
        ("assessor", 404),
        ("stranger", 404),
        ("patient", 403),
        ("nobody", 401),
    ],
)
def test_nobody_else_acts_and_nothing_is_written(patient, clinic, who, status):
    alert = put(patient)
    user = {
        "colleague": lambda: make_therapist(clinic),
        "manager": lambda: make_manager(clinic),
        "assessor": lambda: make_assessor(clinic),
        "stranger": lambda: make_therapist(make_clinic()),
        "patient": lambda: patient.user,
        "nobody": lambda: None,
    }[who]()

    assert send(user, alert, action="talked").status_code == status

    enter_also(clinic)
    assert Alert.objects.get().status == "open"
    assert not AlertAct.objects.exists()


def test_list_costs_the_same_for_one_act_and_for_many(
    patient, tove, django_assert_max_num_queries
):
    client, alert = api_client(tove), put(patient)
    send(tove, alert, action="talked")
    with django_assert_max_num_queries(12) as one:
        client.get("/api/v1/alerts/")
    for number in range(4):
        send(tove, put(patient, origin=f"o{number}"), action="talked")
    with django_assert_max_num_queries(12) as many:
        client.get("/api/v1/alerts/")

    assert len(one) == len(many)
