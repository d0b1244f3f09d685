"""Mails come out at least once, and a repeat can be recognised."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from apps.common.tenancy import across_clinics
from apps.messaging import services
from apps.messaging.models import MailState, OutboxMail

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F2")]


def queue(reason="r1", *, to="tove@test.example", clinic="Clinic", **more):
    services.queue_mail(
        "alert",
        to=to,
        language="en",
        context={"clinic": clinic},
        reason_key=reason,
        now=NOW,
        **more,
    )


def stored(reason="r1"):
    with across_clinics():
        return OutboxMail.objects.get(reason_key=reason)


def change(**values):
    with across_clinics():
        OutboxMail.objects.update(**values)


def test_send_outbox_hands_a_mail_over_once(mail_server):
    queue()

    first = services.send_outbox(now=NOW)
    second = services.send_outbox(now=NOW + MINUTE)

    [message] = mail_server.messages
    assert message["To"] == "tove@test.example"
    assert message["Message-ID"] == f"<{stored().pk}@eihtrack.example>"
    assert (first.sent, second.sent) == (1, 0)
    assert (stored().state, stored().sent_at, stored().attempts) == ("sent", NOW, 1)


def test_send_outbox_uses_one_connection_for_many_mails(mail_server):
    for number in range(5):
        queue(f"r{number}")

    report = services.send_outbox(now=NOW)

    assert (report.sent, len(mail_server.messages)) == (5, 5)


def test_queue_mail_with_the_same_reason_writes_one_mail(mail_server):
    queue()
    queue(clinic="Another text")

    services.send_outbox(now=NOW)

    assert len(mail_server.messages) == 1


def test_send_outbox_waits_until_a_mail_may_go(mail_server):
    queue(not_before=NOW + MINUTE)

    early = services.send_outbox(now=NOW + MINUTE - timedelta(seconds=1))
    on_time = services.send_outbox(now=NOW + MINUTE)

    assert (early.sent, on_time.sent) == (0, 1)


def test_send_outbox_tries_a_refused_mail_again_later(mail_server):
    queue()
    mail_server.refuse_with = "451 Try later"

    refused = services.send_outbox(now=NOW)
    mail_server.refuse_with = ""
    too_early = services.send_outbox(now=NOW + timedelta(seconds=59))
    again = services.send_outbox(now=NOW + MINUTE)

    assert (refused.failed, too_early.sent, again.sent) == (1, 0, 1)
    assert (stored().state, stored().attempts, stored().last_error) == ("sent", 2, "")


def test_send_outbox_keeps_what_the_server_said(mail_server):
    queue()
    mail_server.refuse_with = "451 Try later"

    services.send_outbox(now=NOW)

    assert stored().state == MailState.PENDING
    assert "Try later" in stored().last_error


def test_send_outbox_lets_a_refused_mail_delay_no_other(mail_server):
    queue("bad", to="tove@test.example\nBcc: x@test.example")
    queue("good")

    report = services.send_outbox(now=NOW)

    assert (report.sent, report.failed) == (1, 1)
    assert len(mail_server.messages) == 1


@pytest.mark.parametrize(("attempts", "state"), [(10, "pending"), (11, "dead")])
def test_send_outbox_gives_a_refused_mail_up_after_twelve_attempts(
    mail_server, attempts, state
):
    queue()
    change(kind="invitation", attempts=attempts)
    mail_server.refuse_with = "550 Never"

    services.send_outbox(now=NOW)

    assert (stored().state, stored().attempts) == (state, attempts + 1)


def test_send_outbox_never_gives_up_on_an_alert_and_says_that_it_is_held_up(
    mail_server,
):
    queue()
    change(kind="alert", attempts=40)
    mail_server.refuse_with = "550 Never"

    report = services.send_outbox(now=NOW)

    assert (report.dead, report.held_up) == (0, 1)
    assert (stored().state, stored().attempts) == ("pending", 41)
    assert stored().next_attempt_at == NOW + services.LONGEST_WAIT


def test_send_outbox_waits_longer_after_each_refusal_but_never_beyond_six_hours(
    mail_server,
):
    queue()
    mail_server.refuse_with = "451 Try later"

    services.send_outbox(now=NOW)
    first = stored().next_attempt_at - NOW
    change(attempts=10, next_attempt_at=NOW)
    services.send_outbox(now=NOW)
    late = stored().next_attempt_at - NOW

    assert (first, late) == (timedelta(seconds=60), timedelta(hours=6))


def test_send_outbox_charges_no_mail_for_a_server_that_is_away(settings):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = unused.getsockname()
    queue("r1")
    queue("r2")
    change(attempts=11)

    report = services.send_outbox(now=NOW)

    assert (report.away, report.failed, report.dead) == (1, 0, 0)
    assert {stored("r1").state, stored("r2").state} == {"pending"}
    assert stored("r1").attempts == stored("r2").attempts == 11
    assert stored("r1").next_attempt_at == NOW + MINUTE
    assert stored("r2").next_attempt_at == NOW
    assert "ConnectionRefused" in stored("r1").last_error


@pytest.mark.requirement("N3")
def test_send_outbox_tells_what_is_held_up_until_the_server_takes_it(mail_server):
    queue()
    mail_server.refuse_with = "451 Try later"

    refused = services.send_outbox(now=NOW)
    waiting = services.send_outbox(now=NOW)
    mail_server.refuse_with = ""
    taken = services.send_outbox(now=NOW + MINUTE)

    assert (refused.held_up, waiting.held_up, taken.held_up) == (1, 1, 0)


def test_send_outbox_begins_another_conversation_when_the_server_ends_one(mail_server):
    queue("r1")
    queue("r2", not_before=NOW + timedelta(seconds=1))
    mail_server.drop_after_data = True

    # The first is taken without a word, so it comes again; the second is not lost.
    services.send_outbox(now=NOW + MINUTE)
    services.send_outbox(now=NOW + 3 * MINUTE)

    ids = [message["Message-ID"] for message in mail_server.messages]
    assert ids.count(f"<{stored('r1').pk}@eihtrack.example>") == 2
    assert ids.count(f"<{stored('r2').pk}@eihtrack.example>") == 1


def die_before_the_mark(monkeypatch):
    """Hand one mail over and die before anything can be noted about it."""

    def die(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(services, "_settle", die)
        with pytest.raises(SystemExit):
            services.send_outbox(now=NOW)


def test_send_outbox_repeats_a_mail_with_the_same_id_after_a_death_in_between(
    mail_server, monkeypatch, caplog
):
    queue()

    die_before_the_mark(monkeypatch)
    state_after_death, lease_end = stored().state, stored().next_attempt_at
    early = services.send_outbox(now=lease_end - timedelta(microseconds=1))
    logged_early = "lease" in caplog.text
    late = services.send_outbox(now=lease_end)

    first, second = mail_server.messages
    assert state_after_death == "sending"
    assert NOW + services.LEASE <= lease_end < NOW + services.LEASE + MINUTE
    assert (early.sent, late.sent) == (0, 1)
    assert first["Message-ID"] == second["Message-ID"]
    assert stored().state == "sent"
    assert not logged_early
    assert f"The lease of mail {stored().pk} ran out" in caplog.text


def test_send_outbox_does_not_repeat_a_mail_that_was_withdrawn_before_its_lease_ended(
    mail_server, monkeypatch
):
    queue()
    die_before_the_mark(monkeypatch)

    with across_clinics():
        services.suppress_mail(reason_key="r1", why="Taken in hand.")
    report = services.send_outbox(now=stored().next_attempt_at)

    assert (report.sent, len(mail_server.messages)) == (0, 1)
    assert (stored().state, stored().suppressed_reason) == (
        "suppressed",
        "Taken in hand.",
    )


def test_send_outbox_leaves_a_mail_to_whoever_took_it_over(mail_server, monkeypatch):
    queue()
    hand_over = services._hand_over
    taken_over_until = NOW + timedelta(hours=1)

    def slowly(mail, **more):
        hand_over(mail, **more)
        change(next_attempt_at=taken_over_until)

    monkeypatch.setattr(services, "_hand_over", slowly)
    services.send_outbox(now=NOW)

    assert (stored().state, stored().next_attempt_at) == ("sending", taken_over_until)


def test_send_outbox_does_not_send_a_suppressed_mail(mail_server):
    queue()

    with across_clinics():
        was_waiting = services.suppress_mail(reason_key="r1", why="No longer true.")
    services.send_outbox(now=NOW)

    assert was_waiting
    assert mail_server.messages == []
    assert (stored().state, stored().suppressed_reason) == (
        "suppressed",
        "No longer true.",
    )


def test_suppress_mail_leaves_a_sent_mail_alone(mail_server):
    queue()
    services.send_outbox(now=NOW)

    with across_clinics():
        assert not services.suppress_mail(reason_key="r1", why="Too late.")
    assert stored().state == "sent"


def test_suppress_mails_takes_the_prefix_and_keeps_the_exception(mail_server):
    for reason in ("alert:1:a", "alert:1:b", "alert:2:a"):
        queue(reason, clinic_id=None)

    with across_clinics():
        count = services.suppress_mails(
            reason_prefix="alert:1:", keep_prefix="alert:1:b", why="Taken in hand."
        )

    assert count == 1
    assert stored("alert:1:a").state == "suppressed"
    assert stored("alert:1:b").state == stored("alert:2:a").state == "pending"


def test_release_mail_lets_only_that_reason_out(mail_server):
    queue()

    with across_clinics():
        services.suppress_mail(reason_key="r1", why="A correction.")
        other = services.release_mail(
            reason_key="r1", suppressed_because="Looked at.", at=NOW
        )
        released = services.release_mail(
            reason_key="r1", suppressed_because="A correction.", at=NOW
        )
    services.send_outbox(now=NOW)

    assert (other, released) == (False, True)
    assert len(mail_server.messages) == 1


@pytest.mark.parametrize(
    "clinic",
    ["Clinic\r\nBcc: thief@test.example", "Clinic\nBcc: thief@test.example\n\nHello"],
)
def test_queue_mail_lets_no_name_add_a_header(mail_server, clinic):
    queue(clinic=clinic)

    services.send_outbox(now=NOW)

    [message] = mail_server.messages
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]


def test_send_outbox_refuses_an_address_that_adds_a_header(mail_server):
    queue(to="tove@test.example\nBcc: thief@test.example")

    report = services.send_outbox(now=NOW)

    assert (report.sent, report.failed, mail_server.messages) == (0, 1, [])


@pytest.mark.django_db(transaction=True)
def test_send_outbox_lets_two_senders_take_different_mails(mail_server):
    for number in range(8):
        queue(f"r{number}")
    mail_server.delay_s = 0.05
    reports = []

    def send():
        try:
            reports.append(services.send_outbox(now=NOW))
        finally:
            connection.close()

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    ids = [message["Message-ID"] for message in mail_server.messages]
    assert len(ids) == len(set(ids)) == 8
    assert sum(report.sent for report in reports) == 8


@pytest.fixture
def while_sending(monkeypatch):
    """Return a function that sends, doing something else during each hand-over.

    That is done on another connection, which gives up rather than wait for a lock.
    """
    hand_over = services._hand_over

    def elsewhere(act):
        try:
            with across_clinics():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '5s'")
                return act()
        finally:
            connection.close()

    def send(act, *, now=NOW):
        results = []

        def hand_over_and_act(mail, **more):
            with ThreadPoolExecutor(1) as other:
                results.append(other.submit(elsewhere, act).result())
            hand_over(mail, **more)

        with monkeypatch.context() as patch:
            patch.setattr(services, "_hand_over", hand_over_and_act)
            services.send_outbox(now=now)
        return results

    return send


def suppress():
    return services.suppress_mail(reason_key="r1", why="Taken in hand.")


@pytest.mark.django_db(transaction=True)
def test_suppress_mail_does_not_wait_for_a_mail_being_sent(mail_server, while_sending):
    queue()

    results = while_sending(suppress)

    assert results == [False]
    assert len(mail_server.messages) == 1
    assert (stored().state, stored().sent_at) == ("sent", NOW)


@pytest.mark.django_db(transaction=True)
def test_suppress_mail_keeps_a_mail_being_sent_from_a_second_attempt(
    mail_server, while_sending
):
    queue()
    mail_server.refuse_with = "451 Try later"

    while_sending(suppress)
    mail_server.refuse_with = ""
    services.send_outbox(now=NOW + timedelta(days=1))

    assert mail_server.messages == []
    assert stored().state == "suppressed"


@pytest.mark.django_db(transaction=True)
def test_release_mail_takes_back_the_withdrawal_of_a_mail_being_sent(
    mail_server, while_sending
):
    queue()
    mail_server.refuse_with = "451 Try later"

    def there_and_back():
        suppress()
        return services.release_mail(
            reason_key="r1", suppressed_because="Taken in hand.", at=NOW
        )

    results = while_sending(there_and_back)

    assert results == [True]
    assert (stored().state, stored().suppressed_reason) == ("pending", "")
    assert stored().next_attempt_at == NOW + MINUTE


@pytest.mark.django_db(transaction=True)
def test_send_outbox_holds_no_transaction_while_it_hands_a_mail_over(
    mail_server, monkeypatch
):
    queue()
    hand_over = services._hand_over
    in_transaction = []

    def look(mail, **more):
        in_transaction.append(connection.in_atomic_block)
        hand_over(mail, **more)

    monkeypatch.setattr(services, "_hand_over", look)
    services.send_outbox(now=NOW)

    assert in_transaction == [False]


def queue_kind(template):
    services.queue_mail(
        template,
        to="tove@test.example",
        language="en",
        context={"clinic": "Clinic", "code": "SECRET-1", "token": "SECRET-1"},
        reason_key="r1",
        now=NOW,
    )


def bodies():
    return stored().body_text, stored().body_html


@pytest.mark.parametrize(
    ("template", "is_kept"),
    [("sign_in_code", False), ("invitation", False), ("alert", True)],
)
def test_send_outbox_forgets_the_body_of_a_mail_that_held_a_secret(
    mail_server, template, is_kept
):
    queue_kind(template)
    before = bodies()

    services.send_outbox(now=NOW)

    assert all(before)
    assert len(mail_server.messages) == 1
    assert bodies() == (before if is_kept else ("", ""))


def test_send_outbox_keeps_a_secret_as_long_as_it_is_to_be_sent(mail_server):
    queue_kind("sign_in_code")
    mail_server.refuse_with = "451 Try later"

    services.send_outbox(now=NOW)

    assert "SECRET-1" in stored().body_text


def test_send_outbox_forgets_a_secret_on_giving_it_up(mail_server):
    queue_kind("sign_in_code")
    change(attempts=11)
    mail_server.refuse_with = "550 Never"

    services.send_outbox(now=NOW)

    assert (stored().state, bodies()) == ("dead", ("", ""))


def test_suppress_mail_forgets_a_secret_and_never_releases_an_empty_mail():
    queue_kind("invitation")

    with across_clinics():
        suppress()
        released = services.release_mail(
            reason_key="r1", suppressed_because="Taken in hand.", at=NOW
        )

    assert bodies() == ("", "")
    assert (released, stored().state) == (False, "suppressed")
