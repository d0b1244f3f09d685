"""The ground that the other tests stand on is what it claims to be."""

import smtplib
import socket

import pytest
import redis
from django.core import mail
from django.db import connection, transaction
from pytest_socket import SocketConnectBlockedError


@pytest.mark.django_db
def test_tests_work_as_the_app_role_and_not_as_owner_or_superuser():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls"
            " FROM pg_roles WHERE rolname = current_user"
        )
        row = cursor.fetchone()

    assert row == ("eihtrack_app", False, False)


@pytest.mark.django_db
def test_app_role_has_the_sweep_role_only_when_it_asks_for_it():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(current_user, 'eihtrack_sweep', 'USAGE')")
        inherited = cursor.fetchone()[0]
        with transaction.atomic():
            cursor.execute("SET LOCAL ROLE eihtrack_sweep")
            cursor.execute("SELECT current_user")
            asked = cursor.fetchone()[0]

    assert (inherited, asked) == (False, "eihtrack_sweep")


def test_network_is_closed_but_for_loopback():
    with (
        pytest.raises(SocketConnectBlockedError),
        pytest.warns(UserWarning, match="A test tried to use"),
    ):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_mail_server_takes_a_mail_as_it_was_sent(mail_server):
    mail.send_mail("Grüße", "Zeile", "clinic@example.org", ["p@example.org"])

    [message] = mail_server.wait_for(1)

    assert message["Subject"] == "Grüße"


def test_mail_server_refuses_when_told_to(mail_server):
    mail_server.refuse_with = "451 Try later"

    with pytest.raises(smtplib.SMTPDataError, match="Try later"):
        mail.send_mail("s", "b", "clinic@example.org", ["p@example.org"])

    assert mail_server.messages == []


def test_mail_server_can_take_a_mail_and_not_say_so(mail_server):
    mail_server.drop_after_data = True

    with pytest.raises(smtplib.SMTPServerDisconnected):
        mail.send_mail("s", "b", "clinic@example.org", ["p@example.org"])

    assert len(mail_server.messages) == 1


def test_redis_server_keeps_its_data_when_it_is_started_again(redis_server):
    with redis.Redis.from_url(redis_server.client_url) as client:
        client.set("key", "value")
    redis_server.stop()
    redis_server.start()

    with redis.Redis.from_url(redis_server.client_url) as client:
        assert client.get("key") == b"value"
