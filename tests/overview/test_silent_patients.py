"""Of whom nothing was heard for ten days."""

from base64 import b64encode
from datetime import UTC, date, datetime, timedelta

import pytest

from apps.audit.models import AuditEvent
from apps.clinics.models import CareTeamMember
from apps.common import clock
from apps.logbook.models import CheckIn, HeldSession
from apps.programmes.models import Pause, PlannedSession, Programme
from tests.factories import forms, training
from tests.factories.people import (
    api_client,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F8")]
URL = "/api/v1/silent-patients/"
# The programme starts on 2 March 2026.
START = date(2026, 3, 2)


@pytest.fixture
def tove():
    return make_therapist(make_clinic())


@pytest.fixture
def clinic(tove):
    return tove.memberships.get().clinic


@pytest.fixture
def patient(clinic, tove):
    patient = make_patient(clinic, therapist=tove)
    training.make_programme(patient, by=tove)
    return patient


@pytest.fixture
def on(monkeypatch):
    """Return a function that moves the clock to an instant in UTC of 2026."""

    def move(text):
        now = datetime.fromisoformat(f"2026-{text}Z")
        monkeypatch.setattr(clock, "now", lambda: now)
        return now

    return move


def silent(user):
    answer = api_client(user).get(URL)
    assert answer.status_code == 200, answer.content
    return {row["id"]: row["days"] for row in answer.json()["results"]}


def entered(patient, at, *, model=CheckIn, **fields):
    at = datetime.fromisoformat(f"2026-{at}Z")
    values = {"answered_at": at, "day": at.date(), "moment": "run_in", "pain_mm": 30}
    if model is HeldSession:
        values = {
            "started_at": at,
            "ended_at": at + timedelta(hours=1),
            "setting": "home",
            "status": "held",
            "volume_kg": 0,
        }
    return model.objects.create(
        clinic=patient.clinic,
        patient=patient,
        entered_by=patient.user,
        recorded_at=at,
        received_at=at,
        time_zone=patient.time_zone,
        **(values | fields),
    )


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("03-11T22:59", None, id="nine days after the start"),
        pytest.param("03-11T23:00", 10, id="ten days, by the clock of Stockholm"),
        pytest.param("03-12T23:00", 11, id="eleven days"),
    ],
)
def test_a_patient_who_never_enters_is_silent_from_ten_days_on(
    patient, tove, on, now, expected
):
    on(now)

    found = silent(tove)

    assert found == ({str(patient.public_id): expected} if expected else {})


@pytest.mark.parametrize(
    ("now", "expected"), [("03-29T12:00", None), ("03-30T12:00", 10)]
)
@pytest.mark.parametrize("model", [CheckIn, HeldSession])
def test_days_count_from_the_last_entry(patient, tove, on, now, expected, model):
    entered(patient, "03-10T12:00")
    entered(patient, "03-20T12:00", model=model)
    on(now)

    assert silent(tove).get(str(patient.public_id)) == expected


def test_a_questionnaire_is_an_entry_too(patient, tove, on):
    now = on("03-20T12:00")
    forms.import_wording(
        patient.clinic, "peg", by=make_manager(patient.clinic), now=now
    )
    asked = forms.assign(patient, by=tove, now=now)
    forms.fill(asked, by=patient.user, now=now)

    on("03-29T12:00")
    before = silent(tove)
    on("03-30T12:00")

    assert (before, silent(tove)) == ({}, {str(patient.public_id): 10})


def test_an_entry_that_was_taken_out_does_not_count(patient, tove, on):
    at = datetime(2026, 3, 20, 13, tzinfo=UTC)
    entered(
        patient, "03-20T12:00", voided_at=at, voided_by=tove, void_reason="Not hers"
    )
    on("03-25T12:00")

    assert silent(tove) == {str(patient.public_id): 23}


def test_days_of_a_pause_do_not_count_and_nobody_is_silent_in_one(patient, tove, on):
    programme = Programme.objects.get()
    Pause.objects.create(
        clinic=patient.clinic,
        programme=programme,
        paused_from=date(2026, 3, 9),
        paused_until=date(2026, 3, 16),
        reason="Holiday",
        paused_by=tove,
    )
    found = {}
    for now in ("03-13T12:00", "03-18T12:00", "03-19T12:00"):
        on(now)
        found[now] = silent(tove)

    # Days 3 to 8 March are six; from the 16th on they count again.
    assert found == {
        "03-13T12:00": {},
        "03-18T12:00": {},
        "03-19T12:00": {str(patient.public_id): 10},
    }


def test_a_programme_that_has_ended_asks_for_nothing(patient, tove, on):
    Programme.objects.update(status="completed", ended_on=START, end_reason="Done")
    on("03-30T12:00")

    assert silent(tove) == {}


def test_answer_says_when_something_came_last_and_what_is_planned(patient, tove, on):
    entered(patient, "03-05T12:00")
    on("03-20T12:00")

    [row] = api_client(tove).get(URL).json()["results"]

    planned = PlannedSession.objects.filter(
        starts_at__gt=datetime(2026, 3, 20, 12, tzinfo=UTC)
    )
    expected = planned.earliest("starts_at").starts_at
    # Mondays and Thursdays at ten, by the clock of Stockholm.
    assert expected == datetime(2026, 3, 23, 9, tzinfo=UTC)
    assert row["family_name"] == patient.family_name
    assert row["programme"] == str(Programme.objects.get().public_id)
    assert (row["last_entry_at"], row["days"], row["next_planned_at"]) == (
        "2026-03-05T12:00:00Z",
        15,
        "2026-03-23T09:00:00Z",
    )


def test_the_longest_silent_come_first_page_by_page(clinic, tove, on):
    patients = []
    for number in range(3):
        patient = make_patient(clinic, therapist=tove)
        training.make_programme(patient, by=tove)
        entered(patient, f"03-0{5 - number}T12:00")
        patients.append(str(patient.public_id))
    on("03-20T12:00")
    client, seen = api_client(tove), []

    url = f"{URL}?page_size=2"
    while url:
        body = client.get(url).json()
        seen += [row["id"] for row in body["results"]]
        url = body["next"]

    assert seen == patients[::-1]


def test_each_sees_whom_they_answer_for(patient, clinic, tove, on):
    gone = make_therapist(clinic)
    orphan = make_patient(clinic, therapist=gone)
    training.make_programme(orphan, by=gone)
    CareTeamMember.objects.filter(patient=orphan).update(active_until=training.NOW)
    on("03-30T12:00")
    refused = {
        "the patient": patient.user,
        "nobody": None,
    }

    assert silent(tove).keys() == {str(patient.public_id)}
    assert silent(make_manager(clinic)).keys() == {str(orphan.public_id)}
    assert silent(make_therapist(clinic)) == {}
    assert silent(make_assessor(clinic)) == {}
    assert silent(make_therapist(make_clinic())) == {}
    statuses = {
        who: api_client(user).get(URL).status_code for who, user in refused.items()
    }
    assert statuses == {"the patient": 403, "nobody": 401}
    assert AuditEvent.objects.filter(action="list", subject="silent_patients").exists()


def test_list_costs_the_same_for_one_and_for_many(
    patient, clinic, tove, on, django_assert_max_num_queries
):
    on("03-30T12:00")
    client = api_client(tove)
    with django_assert_max_num_queries(14) as one:
        client.get(URL)
    for _ in range(3):
        training.make_programme(make_patient(clinic, therapist=tove), by=tove)
    with django_assert_max_num_queries(14) as many:
        assert len(client.get(URL).json()["results"]) == 4

    assert len(one) == len(many)


def test_a_typed_cursor_without_an_offset_is_refused(tove):
    cursor = b64encode(b"p=2020-01-01").decode()

    answer = api_client(tove).get(URL, {"cursor": cursor})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/cursor"
