"""Sign-in by a code by mail, as a browser does it."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.db import connection, transaction

from apps.common import clock, tenancy
from apps.messaging.models import OutboxMail
from apps.messaging.services import send_outbox
from tests.factories import people

from .browser import ALLAUTH, Browser, mailed_code

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A3")]

TOKENS = "/api/v1/auth/tokens/"
NEW_TOKEN = {"name": "script", "expires_at": "2099-01-01T00:00:00Z"}


@pytest.fixture
def patient_user():
    with transaction.atomic():
        return people.make_patient(people.make_clinic()).user


def mails():
    with tenancy.across_clinics():
        return list(OutboxMail.objects.filter(kind="sign_in_code"))


def test_a_code_by_mail_opens_a_session(patient_user, mail_server):
    browser = Browser()
    assert browser.get("/api/v1/me/").status_code == 401

    asked = browser.ask_for_code(patient_user.email)
    code = mailed_code(mail_server)
    confirmed = browser.confirm(code)

    assert asked.status_code == 401
    assert {"id": "login_by_code", "is_pending": True} in asked.json()["data"]["flows"]
    assert confirmed.status_code == 200
    cookie = browser.client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    me = browser.get("/api/v1/me/")
    assert me.status_code == 200
    assert me.json()["email"] == patient_user.email


def test_the_mail_goes_to_the_person_in_their_language_and_tells_nothing_else(
    mail_server,
):
    user = people.make_user(name="Wilhelmina", language="sv")

    Browser().ask_for_code(user.email)
    send_outbox(now=clock.now())

    (mail,) = mail_server.messages
    assert mail["To"] == user.email
    assert "Wilhelmina" not in mail.as_string()
    assert "pain" not in mail.as_string().lower()


def test_the_code_is_not_in_the_answer_nor_in_the_subject(patient_user, mail_server):
    answer = Browser().ask_for_code(patient_user.email)
    code = mailed_code(mail_server)

    assert code not in answer.content.decode()
    assert code not in mail_server.messages[-1]["Subject"]


def test_the_session_gets_a_new_key_at_sign_in(patient_user, mail_server):
    browser = Browser()
    browser.ask_for_code(patient_user.email)
    before = browser.client.cookies["sessionid"].value

    browser.confirm(mailed_code(mail_server))

    assert browser.client.cookies["sessionid"].value != before


def test_writes_of_a_browser_need_the_csrf_token(patient_user, mail_server):
    browser = Browser()
    browser.sign_in(patient_user.email, mail_server)

    without = browser.post(TOKENS, NEW_TOKEN, csrf=False)
    with_it = browser.post(TOKENS, NEW_TOKEN)

    assert without.status_code == 403
    assert without["Content-Type"] == "application/problem+json"
    # Further than a year is refused, but by the rule and not by the guard.
    assert with_it.status_code == 400


def test_signing_in_needs_the_csrf_token_too(patient_user):
    browser = Browser()

    answer = browser.post(
        f"{ALLAUTH}/auth/code/request", {"email": patient_user.email}, csrf=False
    )

    assert answer.status_code == 403
    assert mails() == []


def test_after_signing_out_nothing_is_open(patient_user, mail_server):
    browser = Browser()
    browser.sign_in(patient_user.email, mail_server)

    browser.client.delete(
        f"{ALLAUTH}/auth/session", headers={"X-CSRFToken": browser.csrf_token}
    )

    assert browser.get("/api/v1/me/").status_code == 401


def test_a_code_works_once(patient_user, mail_server):
    one, other = Browser(), Browser()
    one.ask_for_code(patient_user.email)
    code = mailed_code(mail_server)
    one.confirm(code)

    assert other.confirm(code).status_code == 409
    assert other.get("/api/v1/me/").status_code == 401


def test_a_code_works_only_in_the_browser_that_asked(patient_user, mail_server):
    one, other = Browser(), Browser()
    one.ask_for_code(patient_user.email)
    other.ask_for_code(people.make_user().email)
    send_outbox(now=clock.now())
    first = mail_server.messages[0].get_body(("plain",)).get_content()

    code = next(line.strip() for line in first.splitlines() if "-" in line)

    assert other.confirm(code).status_code == 400


def test_a_code_lasts_ten_minutes(patient_user, mail_server, time_machine):
    start = clock.now()
    time_machine.move_to(start, tick=False)
    browser = Browser()
    browser.ask_for_code(patient_user.email)
    code = mailed_code(mail_server)

    time_machine.shift(601)

    assert browser.confirm(code).status_code == 409
    assert browser.get("/api/v1/me/").status_code == 401


def test_three_wrong_codes_end_the_attempt(patient_user, mail_server):
    browser = Browser()
    browser.ask_for_code(patient_user.email)
    code = mailed_code(mail_server)

    wrong = [browser.confirm("ZZZZ-ZZZZ").status_code for _ in range(3)]
    right = browser.confirm(code)

    assert wrong == [400, 400, 400]
    assert right.status_code == 409
    assert browser.get("/api/v1/me/").status_code == 401


def test_two_wrong_codes_leave_one_more_try(patient_user, mail_server):
    browser = Browser()
    browser.ask_for_code(patient_user.email)
    code = mailed_code(mail_server)
    for _ in range(2):
        browser.confirm("ZZZZ-ZZZZ")

    assert browser.confirm(code).status_code == 200


def test_an_unknown_address_is_answered_as_a_known_one(patient_user):
    known = Browser().ask_for_code(patient_user.email)
    unknown = Browser().ask_for_code("nobody@test.example")

    assert known.status_code == unknown.status_code == 401
    assert known.json() == unknown.json()
    assert set(known.headers) == set(unknown.headers)


def test_an_unknown_address_gets_no_mail(patient_user):
    Browser().ask_for_code("nobody@test.example")

    assert mails() == []


def test_a_wrong_code_for_an_unknown_address_is_answered_the_same(patient_user):
    known, unknown = Browser(), Browser()
    known.ask_for_code(patient_user.email)
    unknown.ask_for_code("nobody@test.example")

    answers = [each.confirm("ZZZZ-ZZZZ") for each in (known, unknown)]

    assert answers[0].status_code == answers[1].status_code == 400
    assert answers[0].json() == answers[1].json()


def test_somebody_who_was_closed_out_gets_no_code_and_no_other_answer(patient_user):
    closed = people.make_user(is_active=False)

    one = Browser().ask_for_code(closed.email)
    other = Browser().ask_for_code(patient_user.email)

    assert one.json() == other.json()
    assert [each.to_address for each in mails()] == [patient_user.email]


def test_the_case_of_an_address_does_not_matter(mail_server):
    user = people.make_user(email="case@test.example")
    browser = Browser()

    assert browser.sign_in("CASE@Test.Example", mail_server).status_code == 200
    assert browser.get("/api/v1/me/").json()["email"] == user.email


@pytest.mark.parametrize(
    "path",
    [
        "auth/signup",
        "auth/login",
        "auth/password/request",
        "auth/password/reset",
        "auth/email/verify",
        "account/email",
        "account/phone",
        "account/password/change",
    ],
)
def test_what_is_not_offered_is_not_there(patient_user, mail_server, path):
    browser = Browser()
    browser.sign_in(patient_user.email, mail_server)

    answer = browser.post(f"{ALLAUTH}/{path}", {"email": patient_user.email})

    assert answer.status_code == 404


@pytest.mark.parametrize("body", [{}, {"email": 5}, {"email": "\x00@a.b"}, []])
def test_bad_input_is_refused(body):
    assert Browser().post(f"{ALLAUTH}/auth/code/request", body).status_code == 400


class TestLimits:
    def test_the_fourth_code_for_one_address_within_a_minute_is_refused(
        self, patient_user
    ):
        answers = [
            Browser(f"192.0.2.{number}").ask_for_code(patient_user.email)
            for number in range(1, 5)
        ]

        assert [each.status_code for each in answers] == [401, 401, 401, 429]
        assert answers[-1]["Retry-After"] == "60"
        assert len(mails()) == 3

    def test_an_unknown_address_is_limited_just_the_same(self):
        answers = [
            Browser(f"192.0.2.{number}").ask_for_code("nobody@test.example")
            for number in range(1, 5)
        ]

        assert [each.status_code for each in answers] == [401, 401, 401, 429]

    def test_after_a_minute_it_goes_on(self, patient_user, time_machine):
        start = clock.now()
        time_machine.move_to(start, tick=False)
        for _ in range(4):
            Browser().ask_for_code(patient_user.email)

        time_machine.shift(61)

        assert Browser().ask_for_code(patient_user.email).status_code == 401

    def test_one_machine_cannot_try_many_addresses(self):
        answers = [
            Browser().ask_for_code(f"person{number}@test.example").status_code
            for number in range(21)
        ]

        assert answers == [401] * 20 + [429]

    def test_the_counts_are_rows_of_the_database(self, patient_user):
        Browser().ask_for_code(patient_user.email)

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM common_cache")
            assert cursor.fetchone()[0] > 0

    @pytest.mark.django_db(transaction=True)
    def test_a_new_process_still_refuses(self, patient_user):
        for _ in range(3):
            Browser().ask_for_code(patient_user.email)

        script = (
            "import django; django.setup()\n"
            "from tests.accounts.browser import Browser\n"
            f"print(Browser().ask_for_code({patient_user.email!r}).status_code)"
        )
        result = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script],
            cwd=Path(__file__).resolve().parents[2],
            env=same_database(),
            capture_output=True,
            text=True,
        )

        assert result.stdout.strip() == "429", result.stderr
        empty_the_cache()


def same_database() -> dict[str, str]:
    """Return an environment in which another process uses this test's database."""
    given = connection.settings_dict
    query = {"user": given["USER"]}
    if given["HOST"]:
        query["host"] = given["HOST"]
    if given["PORT"]:
        query["port"] = str(given["PORT"])
    if given["PASSWORD"]:
        query["password"] = given["PASSWORD"]
    query |= {key: str(value) for key, value in given["OPTIONS"].items()}
    url = f"postgres:///{quote(given['NAME'])}?{urlencode(query)}"
    return os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "eihtrack.settings.test",
    }


def empty_the_cache() -> None:
    """The cache is no model, so the test's end does not empty it."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM common_cache")


class TestSecondFactor:
    @pytest.fixture
    def therapist(self):
        return people.make_therapist(people.make_clinic())

    def test_staff_without_one_reach_nothing(self, settings, therapist, mail_server):
        settings.DEMO = False
        browser = Browser()
        browser.sign_in(therapist.email, mail_server)

        for path in ("/api/v1/me/", "/api/v1/patients/", TOKENS):
            answer = browser.get(path)
            assert answer.status_code == 403
            assert answer.json()["code"] == "second_factor_required"

    def test_the_demo_is_excepted(self, settings, therapist, mail_server):
        settings.DEMO = True
        browser = Browser()
        browser.sign_in(therapist.email, mail_server)

        assert browser.get("/api/v1/me/").status_code == 200

    def test_patients_need_none(self, settings, patient_user, mail_server):
        settings.DEMO = False
        browser = Browser()
        browser.sign_in(patient_user.email, mail_server)

        assert browser.get("/api/v1/me/").status_code == 200

    @pytest.mark.parametrize("role", ["manager", "assessor", "trial_lead"])
    def test_every_role_needs_one(self, settings, mail_server, role):
        settings.DEMO = False
        user = people.make_member(people.make_clinic(), role)
        browser = Browser()
        browser.sign_in(user.email, mail_server)

        assert browser.get("/api/v1/me/").status_code == 403

    def test_recovery_codes_alone_are_none(self, settings, therapist, mail_server):
        settings.DEMO = False
        Authenticator.objects.create(
            user=therapist, type=Authenticator.Type.RECOVERY_CODES, data={}
        )
        browser = Browser()
        browser.sign_in(therapist.email, mail_server)

        assert browser.get("/api/v1/me/").status_code == 403

    def test_whoever_has_one_is_asked_for_it(self, settings, therapist, mail_server):
        settings.DEMO = False
        TOTP.activate(therapist, generate_totp_secret())
        browser = Browser()

        answer = browser.sign_in(therapist.email, mail_server)

        assert answer.status_code == 401
        flows = {
            each["id"]: each.get("is_pending")
            for each in answer.json()["data"]["flows"]
        }
        assert flows["mfa_authenticate"]
        assert browser.get("/api/v1/me/").status_code == 401

    def test_with_it_the_door_opens(self, settings, therapist, mail_server):
        settings.DEMO = False
        secret = generate_totp_secret()
        TOTP.activate(therapist, secret)
        browser = Browser()
        browser.sign_in(therapist.email, mail_server)

        answer = browser.post(
            f"{ALLAUTH}/auth/2fa/authenticate", {"code": current_totp(secret)}
        )

        assert answer.status_code == 200
        assert browser.get("/api/v1/me/").status_code == 200


def current_totp(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
