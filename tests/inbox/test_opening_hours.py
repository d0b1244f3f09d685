"""When a clinic is open, over HTTP."""

from uuid import uuid4

import pytest

from apps.audit.models import AuditEvent
from apps.inbox.models import OpeningWeek
from tests.factories.people import (
    api_client,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F3")]
MONDAY = {"weekday": 0, "opens_at": "08:00", "closes_at": "12:00"}
SPLIT = [MONDAY, {"weekday": 0, "opens_at": "13:00", "closes_at": "18:30"}]


@pytest.fixture
def clinic():
    return make_clinic()


def path(clinic):
    return f"/api/v1/clinics/{clinic.public_id}/opening-hours/"


def put(user, clinic, *spans, **fields):
    body = {"opening_hours": list(spans)} | fields
    return api_client(user).put(path(clinic), body, format="json")


def test_a_clinic_that_told_nothing_is_open_on_weekdays(clinic):
    answer = api_client(make_therapist(clinic)).get(path(clinic))

    assert answer.status_code == 200
    assert answer.json() == {
        "clinic": str(clinic.public_id),
        "time_zone": "Europe/Stockholm",
        "opening_hours": [
            {"weekday": day, "opens_at": "08:00", "closes_at": "17:00"}
            for day in range(5)
        ],
        "set_at": None,
        "set_by": None,
    }


def test_a_manager_sets_the_week_and_everybody_of_the_clinic_reads_it(clinic):
    maja, patient = make_manager(clinic), make_patient(clinic)

    answer = put(maja, clinic, *reversed(SPLIT))

    assert answer.status_code == 200
    assert answer.json()["opening_hours"] == SPLIT
    person = {"id": str(maja.public_id), "name": maja.name}
    assert answer.json()["set_by"] == person
    assert api_client(patient.user).get(path(clinic)).json() == answer.json()
    [event] = AuditEvent.objects.filter(action="opening_hours.set")
    assert event.detail == {"version": 1, "waiting": 0}


def test_the_same_change_twice_is_one_version_and_the_next_is_another(clinic):
    maja, change_id = make_manager(clinic), str(uuid4())

    put(maja, clinic, MONDAY, change_id=change_id)
    again = put(maja, clinic, MONDAY, change_id=change_id)
    put(maja, clinic, *SPLIT)

    assert again.status_code == 200
    weeks = OpeningWeek.objects.order_by("version")
    assert [(week.version, len(week.spans)) for week in weeks] == [(1, 1), (2, 2)]


@pytest.mark.parametrize(
    ("spans", "pointer", "code"),
    [
        ([], "/opening_hours", "min_length"),
        ([MONDAY | {"weekday": 7}], "/opening_hours/0/weekday", "max_value"),
        ([MONDAY | {"opens_at": "8"}], "/opening_hours/0/opens_at", "invalid"),
        ([MONDAY | {"opens_at": "0800Z"}], "/opening_hours/0/opens_at", "invalid"),
        ([MONDAY | {"closes_at": "08:00"}], "", "not_a_week"),
        ([MONDAY, MONDAY | {"opens_at": "11:59"}], "", "not_a_week"),
    ],
)
def test_a_week_that_cannot_be_is_refused(clinic, spans, pointer, code):
    answer = put(make_manager(clinic), clinic, *spans)

    assert answer.status_code == 400
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        (pointer, code)
    ]
    assert not OpeningWeek.objects.exists()


def test_nobody_but_a_manager_of_the_clinic_sets_it(clinic):
    stranger = make_manager(make_clinic())

    assert put(make_therapist(clinic), clinic, MONDAY).status_code == 403
    assert put(make_patient(clinic).user, clinic, MONDAY).status_code == 403
    assert put(stranger, clinic, MONDAY).status_code == 404
    assert put(None, clinic, MONDAY).status_code == 401
    assert api_client(stranger).get(path(clinic)).status_code == 404
    assert not OpeningWeek.objects.exists()
