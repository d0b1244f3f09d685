"""Alerts about adherence: opened once, closed by themselves, and never a mail."""

from datetime import date, timedelta

import pytest

from apps.adherence import services
from apps.audit.models import AuditEvent
from apps.common.tenancy import across_clinics
from apps.inbox.entry import Acknowledgement, Resolution
from apps.inbox.services import acknowledge, resolve
from apps.messaging.models import OutboxMail

from .training import DAY, HOUR, due_of, make_training, refresh, work

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G3")]


def kinds(one, **filters):
    return [(alert.kind, alert.status) for alert in one.alerts(**filters)]


def started():
    """Return somebody who came to the first session, computed then."""
    one = make_training()
    one.attend(1)
    services.refresh_all(now=due_of(1))
    return one


def mails_about_alerts():
    with across_clinics():
        return OutboxMail.objects.filter(kind="alert").count()


def resolved(one, alert, *, now):
    request = Resolution.parse({"judgement": "other_cause", "action": "talked"})
    return resolve(alert_id=alert.public_id, request=request, by=one.tove, now=now)


def test_two_misses_in_a_row_alert_and_one_does_not():
    one = started()

    refresh(due_of(2))
    assert kinds(one) == []
    refresh(due_of(3))

    [alert] = one.alerts()
    assert (alert.kind, alert.severity, alert.status) == (
        "missed_sessions",
        "low",
        "open",
    )
    assert alert.sentence.startswith("2 sessions were missed without an excuse")
    assert alert.evidence["misses_in_a_row"] == 2
    assert mails_about_alerts() == 0


def test_an_alert_is_opened_once_whoever_computes_how_often():
    one = started()
    refresh(due_of(3))
    with across_clinics():
        trail = AuditEvent.objects.filter(patient_id=one.anna.pk).count()

    services.refresh_all(now=due_of(3))
    services.refresh_all(now=due_of(3))

    assert len(one.alerts()) == 1
    with across_clinics():
        assert AuditEvent.objects.filter(patient_id=one.anna.pk).count() == trail


def test_a_third_miss_says_that_training_is_interrupted():
    one = started()
    refresh(due_of(3))
    refresh(due_of(4))

    [alert] = one.alerts(kind="missed_sessions")
    assert alert.sentence.startswith("Training is interrupted: 3 sessions")


def test_excused_sessions_alert_nobody():
    one = started()
    one.excuse(2, "work")
    one.excuse(3)

    refresh(due_of(3))

    assert kinds(one) == []


def test_an_alert_closes_itself_and_a_new_row_of_misses_opens_another():
    one = started()
    refresh(due_of(3))
    one.attend(4)
    refresh(due_of(4))
    [first] = one.alerts(kind="missed_sessions")
    assert (first.status, first.closed_itself_at) == ("resolved", due_of(4))

    refresh(due_of(6))

    first, second = one.alerts(kind="missed_sessions")
    assert (first.status, second.status) == ("resolved", "open")


def test_what_a_person_resolved_stays_resolved_while_it_lasts():
    one = started()
    refresh(due_of(3))
    resolved(one, one.alerts()[0], now=due_of(3))

    refresh(due_of(3) + HOUR)
    services.refresh_all(now=due_of(3) + HOUR)
    assert kinds(one, kind="missed_sessions") == [("missed_sessions", "resolved")]

    one.attend(4)
    refresh(due_of(4))
    refresh(due_of(6))

    assert kinds(one, kind="missed_sessions") == [
        ("missed_sessions", "resolved"),
        ("missed_sessions", "open"),
    ]


def test_an_interruption_is_told_once_although_its_misses_were_resolved():
    one = started()
    refresh(due_of(3))
    resolved(one, one.alerts()[0], now=due_of(3))

    refresh(due_of(4))
    services.refresh_all(now=due_of(4))
    _, second = one.alerts(kind="missed_sessions")
    assert second.status == "open"
    assert second.sentence.startswith("Training is interrupted: 3 sessions")

    resolved(one, second, now=due_of(4))
    for number in (5, 6):
        refresh(due_of(number))
        services.refresh_all(now=due_of(number))
    assert kinds(one, kind="missed_sessions") == 2 * [("missed_sessions", "resolved")]


def test_who_looks_into_it_keeps_it_until_it_closes():
    one = started()
    refresh(due_of(3))
    request = Acknowledgement.parse({})
    [alert] = one.alerts()
    acknowledge(alert_id=alert.public_id, request=request, by=one.tove, now=due_of(3))

    refresh(due_of(4))
    assert kinds(one, kind="missed_sessions") == [("missed_sessions", "acknowledged")]


@pytest.mark.parametrize(
    ("attended", "due", "is_told"),
    [
        ((1, 3, 5), 5, False),  # 3 of 5 are 60 %
        ((1, 3, 5), 6, True),  # 3 of 6
        ((1,), 3, False),  # three are too early
    ],
)
def test_a_red_light_alerts_from_four_due_sessions(attended, due, is_told):
    one = make_training()
    for number in attended:
        one.attend(number)

    services.refresh_all(now=due_of(due))

    assert bool(one.alerts(kind="low_adherence")) is is_told
    assert (one.row().light == "red") is is_told


@pytest.mark.parametrize(
    ("reps", "is_told"),
    [(18, False), (17, True)],  # of 30: 60 %, and below
)
def test_who_comes_but_cannot_do_the_dose_is_told(reps, is_told):
    one = make_training()
    for number in range(1, 5):
        one.attend(number, work(9, reps - 9))

    services.refresh_all(now=due_of(4))

    assert bool(one.alerts(kind="low_dose")) is is_told
    assert not one.alerts(kind="low_adherence")


def test_nothing_is_asked_of_an_ended_programme():
    one = started()
    refresh(due_of(4))
    assert one.alerts(status="open")

    one.end(date(2026, 3, 20), "withdrawn", now=due_of(4) + timedelta(hours=1))
    refresh(due_of(4) + timedelta(hours=1))
    services.refresh_all(now=due_of(4) + 10 * DAY)

    assert one.alerts(status="open") == []
    assert mails_about_alerts() == 0


def test_a_correction_takes_an_alert_away_and_brings_it_back():
    one = started()
    refresh(due_of(3))
    late = one.attend(3, now=due_of(3))
    refresh(due_of(3))
    assert kinds(one) == [("missed_sessions", "resolved")]

    one.void(late, now=due_of(3))
    refresh(due_of(3))

    assert kinds(one) == [
        ("missed_sessions", "resolved"),
        ("missed_sessions", "open"),
    ]
