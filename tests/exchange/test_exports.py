"""Patients ask for a copy of their data and fetch it; nobody else does (A7)."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEvent
from apps.exchange import exports, tasks
from apps.exchange.models import DataExport, DataExportFile
from tests.factories import people
from tests.factories.takeouts import make_copy

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A7")]

NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
API = "/api/v1/exports/"
SECOND = timedelta(seconds=1)


@pytest.fixture
def patient(time_machine, db):
    time_machine.move_to(NOW, tick=False)
    clinic = people.make_clinic()
    return people.make_patient(clinic, therapist=people.make_therapist(clinic))


@pytest.fixture
def client(patient):
    return people.api_client(patient.user)


def states():
    return list(DataExport.objects.order_by("pk").values_list("state", flat=True))


def actions():
    events = AuditEvent.objects.filter(subject="export").order_by("at")
    return sorted((each.action, each.actor_id is None) for each in events)


def test_a_copy_is_asked_for_made_by_a_worker_and_fetched(client, patient):
    asked = client.post(API, {}, format="json")
    path = f"{API}{asked.json()['id']}/"

    assert asked.status_code == 202
    assert (asked.json()["status"], asked.json()["file"]) == ("asked", None)
    assert client.get(f"{path}file/").status_code == 409

    report = tasks.make_exports()

    assert report == {"made": 1, "failed": 0, "expired": 0, "held_up": 0}
    ready = client.get(path).json()
    assert ready["status"] == "ready"
    assert ready["expires_at"] == "2026-03-13T12:00:00Z"
    file = client.get(ready["file"])
    assert (file.status_code, file["Content-Type"]) == (200, "application/zip")
    assert file["Cache-Control"] == "no-store"
    assert "attachment" in file["Content-Disposition"]
    assert ready["sha256"] == sha256(file.content).hexdigest()
    assert ready["size_bytes"] == len(file.content)
    assert "data/person.json" in ZipFile(BytesIO(file.content)).namelist()
    assert actions() == [
        ("export.ask", False),
        ("export.fetch", False),
        ("export.make", True),
    ]


def test_asking_wakes_a_worker_up(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as nudges:
        client.post(API, {}, format="json")

    assert [each.task_name for each in nudges] == [exports.MAKE_EXPORTS]


def test_a_wish_that_is_sent_twice_is_one_wish(client):
    said = {"change_id": str(uuid4())}

    answers = [client.post(API, said, format="json") for _ in range(2)]

    assert [each.status_code for each in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert states() == ["asked"]


def test_one_copy_is_made_at_a_time(client):
    client.post(API, {}, format="json")

    refused = client.post(API, {}, format="json")

    assert (refused.status_code, refused.json()["code"]) == (409, "already_recorded")
    assert states() == ["asked"]


def test_a_newer_copy_takes_the_place_of_the_earlier(client, patient):
    first = make_copy(patient, now=NOW)
    make_copy(patient, now=NOW)

    assert states() == ["expired", "ready"]
    assert DataExportFile.objects.count() == 1
    assert client.get(f"{API}{first.public_id}/file/").status_code == 409


@pytest.mark.parametrize(
    ("after", "status"),
    [
        (exports.LINK_LASTS - SECOND, 200),
        (exports.LINK_LASTS, 409),
        (exports.LINK_LASTS + SECOND, 409),
    ],
)
def test_the_link_works_until_its_end_also_if_no_sweep_ran(
    patient, time_machine, after, status
):
    made = make_copy(patient, now=NOW)
    time_machine.move_to(NOW + after, tick=False)

    answer = people.api_client(patient.user).get(f"{API}{made.public_id}/file/")

    assert answer.status_code == status


def test_the_sweep_throws_the_file_away_when_its_time_is_over(patient):
    make_copy(patient, now=NOW)

    early = exports.make_exports(now=NOW + exports.LINK_LASTS - SECOND)
    assert (early.expired, DataExportFile.objects.count()) == (0, 1)
    late = exports.make_exports(now=NOW + exports.LINK_LASTS)

    assert (late.expired, DataExportFile.objects.count()) == (1, 0)
    assert states() == ["expired"]


def test_nobody_but_the_patient_fetches_or_sees_the_copy(patient):
    made = make_copy(patient, now=NOW)
    clinic = patient.clinic
    others = {
        "therapist": patient.care_team.get().membership.user,
        "manager": people.make_manager(clinic),
        "fellow": people.make_patient(clinic).user,
        "stranger": people.make_patient(people.make_clinic()).user,
    }

    found = {
        name: [
            people.api_client(user).get(f"{API}{made.public_id}/{end}").status_code
            for end in ("", "file/")
        ]
        for name, user in others.items()
    }

    assert {tuple(each) for each in found.values()} == {(404, 404)}
    assert "export.fetch" not in [action for action, _ in actions()]
    assert [
        people.api_client(user).get(API).json()["results"] for user in others.values()
    ] == [[], [], [], []]


def test_only_patients_ask_for_a_copy(patient):
    therapist = patient.care_team.get().membership.user

    refused = people.api_client(therapist).post(API, {}, format="json")

    assert refused.status_code == 403
    assert states() == []


def test_one_copy_that_cannot_be_made_stops_nobody_elses(patient, monkeypatch):
    other = people.make_patient(patient.clinic)
    for each in (patient, other):
        exports.ask_export(entry=exports.ChangeRequest(), by=each.user, now=NOW)
    made = exports.archive_of

    def break_for_one(whose, *, now):
        if whose == patient:
            raise RuntimeError("A row of theirs is broken.")
        return made(whose, now=now)

    monkeypatch.setattr(exports, "archive_of", break_for_one)
    report = exports.make_exports(now=NOW)

    assert (report.made, report.failed, report.held_up) == (1, 1, 1)
    assert states() == ["asked", "ready"]

    now = NOW
    for _ in range(exports.MOST_ATTEMPTS - 1):
        now += exports.LONGEST_WAIT
        exports.make_exports(now=now)
    assert states() == ["failed", "ready"]
    assert exports.make_exports(now=now).held_up == 0


def test_making_copies_twice_makes_each_once(patient):
    make_copy(patient, now=NOW)

    assert exports.make_exports(now=NOW).made == 0
    assert DataExportFile.objects.count() == 1


def test_a_copy_that_is_being_made_is_waited_for_before_files_go(patient):
    """The worker holds its row; a file that it stores last must not outlive that."""
    make_copy(patient, now=NOW)

    with CaptureQueriesContext(connection) as asked:
        exports.discard_files(patient)

    first, last = (each["sql"].split()[0] for each in asked.captured_queries)
    assert (first, last) == ("UPDATE", "DELETE")
    assert not DataExportFile.objects.exists()
