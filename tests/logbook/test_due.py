"""What is to be judged is a row, written beside every change of an input."""

import pytest

from apps.common import celery
from apps.common.tenancy import enter_clinics
from apps.logbook import services
from apps.logbook.entry import ConfoundersRequest, Correction, VoidRequest
from apps.logbook.models import CheckIn, JudgementDue
from tests.factories.people import enter_also, make_clinic, make_patient
from tests.logbook.builders import at, check_in, make_ward, moved, pre, record

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F2")]

NOON = at("2026-03-05T12:00:00+01:00")
START = at("2026-03-02T10:02:00+01:00")


def mark(patient, *, started, due, reason="test"):
    services.mark_for_judgement(
        patient=patient, from_started_at=at(started), due_at=at(due), reason=reason
    )


def test_second_mark_keeps_the_earlier_of_both_times():
    ward = make_ward()
    mark(ward.anna, started="2026-03-02T10:00Z", due="2026-03-05T10:00Z", reason="one")
    JudgementDue.objects.update(attempts=3)

    mark(ward.anna, started="2026-03-01T10:00Z", due="2026-03-06T10:00Z", reason="two")

    due = JudgementDue.objects.get()
    assert due.from_started_at == at("2026-03-01T10:00Z")
    assert due.due_at == at("2026-03-05T10:00Z")
    assert (due.attempts, due.reason, due.clinic) == (0, "two", ward.clinic)


def test_each_patient_has_a_row():
    ward = make_ward()
    bert = make_patient(ward.clinic)

    for patient in (ward.anna, bert, ward.anna):
        mark(patient, started="2026-03-02T10:00Z", due="2026-03-05T10:00Z")

    assert JudgementDue.objects.count() == 2


def test_row_of_another_clinic_is_behind_the_wall():
    ward = make_ward()
    mark(ward.anna, started="2026-03-02T10:00Z", due="2026-03-05T10:00Z")
    enter_clinics([make_clinic().pk])

    assert JudgementDue.objects.count() == 0
    enter_also(ward.clinic)
    assert JudgementDue.objects.count() == 1


def test_nudge_is_sent_once_the_change_commits(
    django_capture_on_commit_callbacks, monkeypatch
):
    sent = []

    def send_task(app, name, **options):
        sent.append(name)

    nudger = celery.Nudger()
    monkeypatch.setattr(celery, "_nudger", nudger)
    monkeypatch.setattr("celery.Celery.send_task", send_task)
    ward = make_ward()

    with django_capture_on_commit_callbacks(execute=True):
        record(ward.body(), by=ward.tove)
        assert sent == []

    assert nudger.finish(timeout_s=20)
    assert sent == ["flares.judge_due"]


def test_recorded_session_is_due_from_its_start():
    ward = make_ward()

    record(ward.body(), by=ward.tove)

    due = JudgementDue.objects.get()
    assert (due.patient, due.from_started_at, due.due_at) == (ward.anna, START, NOON)


def test_recorded_session_makes_the_one_before_due_too():
    ward = make_ward()
    record(ward.body(), by=ward.tove)
    JudgementDue.objects.all().delete()

    record(moved(ward.body(), days=1), by=ward.tove)

    assert JudgementDue.objects.get().from_started_at == START


def test_check_in_alone_is_due_from_when_it_was_felt():
    ward = make_ward()
    body = pre() | {"patient": str(ward.anna.public_id)}

    check_in(body, by=ward.anna.user)

    due = JudgementDue.objects.get()
    assert due.from_started_at == at("2026-03-02T09:58:00+01:00")


@pytest.mark.requirement("F5")
@pytest.mark.parametrize(
    "change",
    [
        "check-in recorded",
        "session corrected",
        "session voided",
        "confounders added",
        "check-in corrected",
        "check-in voided",
    ],
)
def test_every_change_of_an_input_is_judged_anew(change):
    ward = make_ward()
    session = record(ward.body(check_ins=[pre()]), by=ward.tove)
    row = CheckIn.objects.get()
    common = {"by": ward.tove, "now": NOON}
    on_session = common | {"session_id": session.public_id}
    on_check_in = common | {"check_in_id": row.public_id}
    void = VoidRequest.parse({"reason": "Wrong"})
    corrected = {
        "correction": Correction.parse({"correction_reason": "Typo"}),
        "expected_version": 1,
    }
    JudgementDue.objects.all().delete()

    {
        "check-in recorded": lambda: check_in(ward.check_in(session), by=ward.tove),
        "session corrected": lambda: services.correct_session(
            **on_session, **corrected
        ),
        "session voided": lambda: services.void_session(**on_session, request=void),
        "confounders added": lambda: services.add_confounders(
            **on_session, request=ConfoundersRequest.parse({"confounders": ["injury"]})
        ),
        "check-in corrected": lambda: services.correct_check_in(
            **on_check_in, **corrected
        ),
        "check-in voided": lambda: services.void_check_in(**on_check_in, request=void),
    }[change]()

    due = JudgementDue.objects.get()
    assert (due.from_started_at, due.due_at, due.reason) == (START, NOON, change)
