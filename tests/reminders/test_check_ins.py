"""Patients are asked once for each check-in after a session, and not at night."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.clinics.models import Patient, PatientStatus
from apps.messaging.models import MailState, OutboxMail
from apps.messaging.services import send_outbox
from apps.programmes.models import Pause
from apps.reminders.models import CheckInLink
from apps.reminders.services import remind_of_check_ins
from tests.factories import training

from .evenings import answer, asked, at, letter, make_anna, token_in, train

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("H1")]

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
# Monday noon in Stockholm.
NOON = at("2026-03-02T12:00:00+01:00")


def remind(now):
    return remind_of_check_ins(now=now).mails


@pytest.mark.parametrize(
    ("after", "mails"),
    [
        pytest.param(22 * HOUR - MINUTE, [], id="a minute early"),
        pytest.param(22 * HOUR, ["h24"], id="22 hours after the end"),
        pytest.param(36 * HOUR - MINUTE, [], id="at night, though still open"),
        pytest.param(44 * HOUR - MINUTE, [], id="the first is over, too early"),
        pytest.param(44 * HOUR, ["h48"], id="44 hours after the end"),
        pytest.param(56 * HOUR, ["h48"], id="late, still open"),
        pytest.param(60 * HOUR, [], id="closed"),
    ],
)
def test_people_are_asked_from_22_and_44_hours_until_the_window_closes(after, mails):
    train(make_anna(), until=NOON)

    assert remind(NOON + after) == len(mails)

    assert asked() == mails


def test_each_check_in_is_asked_for_once_however_often_the_sweep_runs():
    train(make_anna(), until=NOON)

    for hours in range(20, 62):
        remind(NOON + hours * HOUR)
        remind(NOON + hours * HOUR)

    assert asked() == ["h24", "h48"]
    assert CheckInLink.objects.count() == 2


@pytest.mark.requirement("H4")
def test_mail_says_nothing_of_health_and_knows_nobody_by_name():
    anna = make_anna(given_name="Wilhelmina", family_name="Larsson")
    session = train(anna, until=NOON)
    remind(NOON + 22 * HOUR)

    mail = letter()
    said = f"{mail.subject} {mail.body_text} {mail.body_html}".lower()

    assert mail.to_address == anna.user.email
    assert mail.subject == f"{anna.clinic.name}: a short check-in is open for you"
    # The window closes 36 hours after the end, told by the patient's clock.
    assert "until Wednesday 4 March, 00:00" in mail.body_text
    for word in ("pain", "session", "exercise", "wilhelmina", "larsson"):
        assert word not in said
    assert str(anna.public_id) not in said
    assert str(session.public_id) not in said


def test_link_is_kept_as_a_hash_and_the_letter_forgets_it_once_sent(mail_server):
    train(make_anna(), until=NOON)
    remind(NOON + 22 * HOUR)
    token = token_in(letter())

    [link] = CheckInLink.objects.values()
    send_outbox(now=NOON + 22 * HOUR)

    assert token not in str(link)
    assert (letter().state, letter().body_text, letter().body_html) == (
        MailState.SENT,
        "",
        "",
    )


@pytest.mark.requirement("H2")
@pytest.mark.parametrize(
    ("now", "mails"),
    [
        pytest.param("2026-03-03T20:59:59+01:00", 1, id="before the night"),
        pytest.param("2026-03-03T21:00:00+01:00", 0, id="as it begins"),
        pytest.param("2026-03-04T07:59:59+01:00", 0, id="before it ends"),
        pytest.param("2026-03-04T08:00:00+01:00", 1, id="as it ends"),
    ],
)
def test_nobody_is_written_to_at_night(now, mails):
    # 22 hours after the end are 20:30 on Tuesday; it stays open until 10:30.
    train(make_anna(), until=at("2026-03-02T22:30:00+01:00"))

    assert remind(at(now)) == mails


@pytest.mark.requirement("H2")
def test_night_is_that_of_the_patient_not_of_the_clinic():
    # 22 hours later it is 22:00 in Stockholm and 13:00 in Los Angeles.
    train(make_anna(), until=at("2026-03-03T00:00:00+01:00"))
    train(
        make_anna(time_zone="America/Los_Angeles"),
        until=at("2026-03-03T00:00:00+01:00"),
    )

    assert remind(at("2026-03-03T22:00:00+01:00")) == 1


@pytest.mark.requirement("H2")
@pytest.mark.parametrize(
    ("end", "asked_at", "closes"),
    [
        # Clocks go forward on 29 March: 22 hours are 22 hours, an hour later by them.
        pytest.param(
            "2026-03-28T11:00:00+01:00",
            "2026-03-29T10:00:00+02:00",
            "Monday 30 March, 00:00",
            id="summer time begins",
        ),
        pytest.param(
            "2026-10-24T11:00:00+02:00",
            "2026-10-25T08:00:00+01:00",
            "Sunday 25 October, 22:00",
            id="winter time begins",
        ),
        pytest.param(
            "2025-12-31T12:00:00+01:00",
            "2026-01-01T10:00:00+01:00",
            "Friday 2 January, 00:00",
            id="New Year",
        ),
    ],
)
def test_hours_are_hours_when_clocks_change_and_years_end(end, asked_at, closes):
    train(make_anna(), until=at(end))

    assert remind(at(asked_at) - MINUTE) == 0
    assert remind(at(asked_at)) == 1
    assert closes in letter().body_text


@pytest.mark.requirement("H2")
def test_nobody_is_asked_for_what_is_answered():
    session = train(make_anna(), until=NOON)
    answer(session, moment="h24", now=NOON + 20 * HOUR)

    assert remind(NOON + 23 * HOUR) == 0
    assert remind(NOON + 44 * HOUR) == 1
    assert asked() == ["h48"]


def test_answer_that_was_taken_out_or_came_out_of_its_window_answers_nothing():
    anna = make_anna()
    session = train(anna, until=NOON)
    early = answer(session, moment="h24", now=NOON + 17 * HOUR)

    assert early.in_window is False
    assert remind(NOON + 23 * HOUR) == 1


def test_session_that_was_taken_out_is_not_asked_about():
    anna = make_anna()
    session = train(anna, until=NOON)
    type(session).objects.filter(pk=session.pk).update(
        voided_at=NOON, voided_by=anna.user, void_reason="Somebody else's"
    )

    assert remind(NOON + 23 * HOUR) == 0


def test_next_session_ends_what_the_one_before_is_asked_about():
    anna = make_anna()
    train(anna, until=NOON)
    train(anna, until=NOON + 30 * HOUR)

    # The second day of the first would be open by now.
    assert remind(NOON + 45 * HOUR) == 0
    assert remind(NOON + 52 * HOUR) == 1
    assert asked() == ["h24"]


@pytest.mark.requirement("H2")
@pytest.mark.parametrize("what", ["treatment ended", "no account", "account closed"])
def test_who_is_not_treated_or_has_no_account_is_left_alone(what):
    anna = make_anna()
    train(anna, until=NOON)
    if what == "treatment ended":
        anna.status = PatientStatus.ENDED
    elif what == "no account":
        anna.user = None
    else:
        User.objects.filter(pk=anna.user_id).update(is_active=False)
    anna.save()

    assert remind(NOON + 23 * HOUR) == 0
    assert CheckInLink.objects.count() == 0


@pytest.mark.parametrize(
    ("since", "until", "mails"),
    [
        pytest.param(date(2026, 3, 3), None, 0, id="since today"),
        pytest.param(date(2026, 3, 4), None, 1, id="from tomorrow on"),
        pytest.param(date(2026, 3, 2), date(2026, 3, 4), 0, id="until tomorrow"),
        pytest.param(date(2026, 3, 2), date(2026, 3, 3), 1, id="over since today"),
    ],
)
def test_who_pauses_is_left_alone(since, until, mails):
    anna = make_anna()
    therapist = anna.care_team.get().membership.user
    programme = training.make_programme(anna, by=therapist)
    train(anna, until=NOON)
    Pause.objects.create(
        clinic=anna.clinic,
        programme=programme,
        paused_from=since,
        paused_until=until,
        reason="Travel",
        paused_by=therapist,
    )

    assert remind(NOON + 23 * HOUR) == mails


def test_session_that_is_recorded_late_is_asked_about_at_once():
    anna = make_anna()
    train(anna, until=NOON, now=NOON + 30 * HOUR)

    assert remind(NOON + 30 * HOUR) == 1
    assert asked() == ["h24"]


def test_one_patient_who_fails_keeps_nobody_from_being_asked():
    first, second = make_anna(), make_anna()
    for each in (first, second):
        train(each, until=NOON)
    Patient.objects.filter(pk=first.pk).update(time_zone="Nowhere/At_All")

    report = remind_of_check_ins(now=NOON + 22 * HOUR)

    assert (report.mails, report.failed) == (1, 1)
    assert [mail.patient_id for mail in OutboxMail.objects.all()] == [second.pk]


def test_asking_leaves_a_trace_without_a_word_of_the_letter():
    session = train(make_anna(), until=NOON)
    remind(NOON + 22 * HOUR)

    [event] = AuditEvent.objects.filter(action="check_in.ask")
    assert (event.actor_id, event.subject_id) == (None, session.public_id)
    assert event.detail == {"moment": "h24"}


def test_each_patient_costs_as_many_queries_as_the_first():
    def queries():
        with CaptureQueriesContext(connection) as seen:
            remind(NOON + 22 * HOUR)
        return len(seen)

    of_none = queries()
    train(make_anna(), until=NOON)
    of_one = queries() - of_none
    for _ in range(5):
        train(make_anna(), until=NOON)

    assert queries() - of_none == 5 * of_one


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_ask_once():
    with transaction.atomic():
        session = train(make_anna(), until=NOON)
    start = threading.Barrier(4)

    def sweep():
        start.wait()
        try:
            return remind(NOON + 22 * HOUR)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        mails = [each.result() for each in [pool.submit(sweep) for _ in range(4)]]

    assert sum(mails) == 1
    assert list(CheckInLink.objects.values_list("session_id", "moment")) == [
        (session.public_id, "h24")
    ]
