"""Where a patient is signed in, and with what."""

import json
import random
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from fido2.utils import websafe_encode

from apps.accounts.models import ApiToken
from apps.audit.models import AuditEvent
from apps.common import clock, tenancy
from apps.messaging.models import OutboxMail
from tests.accounts.browser import ALLAUTH, Browser
from tests.accounts.soft_key import FLAG, SoftKey
from tests.factories import people

from .test_pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A3")]
DEVICES, PASSKEYS = "/me/devices/", "/me/passkeys/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def anna():
    return people.make_patient(people.make_clinic(), given_name="Anna")


def by_code(patient, mail_server, *, address="192.0.2.1", agent="Firefox Android"):
    """Return a browser in which the patient signed in by the code of the mail."""
    browser = Browser(address)
    browser.client.defaults["HTTP_USER_AGENT"] = agent
    browser.sign_in(patient.user.email, mail_server)
    return browser


def press(browser, path, **sent):
    return browser.client.post(path, sent, headers={"X-CSRFToken": browser.csrf_token})


def done(kind):
    with tenancy.across_clinics():
        rows = AuditEvent.objects.filter(action__startswith=kind)
        return [each.action for each in rows.order_by("at")]


class TestDevices:
    def test_each_browser_is_listed_with_its_name_and_times(
        self, anna, mail_server, time_machine
    ):
        start = clock.now().replace(minute=5)
        time_machine.move_to(start, tick=False)
        by_code(anna, mail_server, agent="Mozilla (iPhone) Safari")
        time_machine.shift(timedelta(days=2))
        phone = by_code(anna, mail_server)

        html = phone.get(DEVICES).content.decode()

        assert "Safari on iPhone" in html
        assert "Firefox on Android</strong> (this one)" in html
        assert html.index("Firefox on Android") < html.index("Safari on iPhone")
        assert html.count('name="sign-in"') == 1

    def test_one_that_is_signed_out_opens_nothing_any_more(self, anna, mail_server):
        lost = by_code(anna, mail_server, agent="Chrome Windows")
        phone = by_code(anna, mail_server)
        row = UserSession.objects.get(user_agent="Chrome Windows")

        answer = press(phone, DEVICES, **{"sign-in": row.pk})

        assert answer["Location"] == DEVICES
        assert lost.get("/").status_code == 302
        assert lost.get("/api/v1/me/").status_code == 401
        assert phone.get("/").status_code == 200
        assert "Chrome on Windows" not in phone.get(DEVICES).content.decode()
        assert done("sign_in.") == ["sign_in.end"]

    def test_everything_else_is_signed_out_and_tokens_are_stopped(
        self, anna, mail_server
    ):
        others = [by_code(anna, mail_server) for _ in range(2)]
        program = people.api_client(anna.user)
        phone = by_code(anna, mail_server)

        press(phone, DEVICES, **{"everything-else": "yes"})

        assert [each.get("/").status_code for each in others] == [302, 302]
        assert program.get("/api/v1/me/").status_code == 401
        assert phone.get("/").status_code == 200
        assert UserSession.objects.count() == 1
        assert sorted(done("sign_in.") + done("token.revoke")) == [
            "sign_in.end",
            "token.revoke",
        ]

    def test_one_token_can_be_stopped(self, anna):
        program = people.api_client(anna.user)
        phone = signed_in(anna)
        token = ApiToken.objects.get()
        assert "May read and write." in phone.get(DEVICES).content.decode()

        phone.post(DEVICES, {"token": str(token.public_id)})

        assert program.get("/api/v1/me/").status_code == 401
        assert "May read and write." not in phone.get(DEVICES).content.decode()

    def test_nobody_ends_what_is_somebody_elses(self, anna, mail_server):
        other = people.make_patient(people.make_clinic())
        hers = by_code(other, mail_server)
        people.api_client(other.user)
        phone = signed_in(anna)
        row, token = UserSession.objects.get(), ApiToken.objects.get()

        answers = [
            phone.post(DEVICES, {"sign-in": row.pk}),
            phone.post(DEVICES, {"token": str(token.public_id)}),
            phone.post(DEVICES, {"everything-else": "yes"}),
        ]

        assert [each.status_code for each in answers] == [404, 404, 302]
        assert hers.get("/").status_code == 200
        token.refresh_from_db()
        assert token.revoked_at is None
        assert done("sign_in.") == done("token.revoke") == []

    @pytest.mark.parametrize(
        "sent",
        [{}, {"sign-in": "x"}, {"sign-in": "9" * 40}, {"sign-in": ""}, {"token": "x"}],
    )
    def test_what_is_nothing_ends_nothing(self, anna, mail_server, sent):
        phone = by_code(anna, mail_server)

        assert press(phone, DEVICES, **sent).status_code == 404
        assert Session.objects.count() == UserSession.objects.count() == 1

    def test_one_that_signed_out_or_ran_out_is_not_listed(
        self, anna, mail_server, time_machine
    ):
        gone = by_code(anna, mail_server, agent="Chrome Windows")
        press(gone, "/sign-out/")
        by_code(anna, mail_server, agent="Edg Windows")
        Session.objects.update(expire_date=clock.now())
        phone = by_code(anna, mail_server)

        html = phone.get(DEVICES).content.decode()

        assert "Windows" not in html
        assert "Firefox on Android" in html

    def test_use_is_noted_once_an_hour(self, anna, mail_server, time_machine):
        start = clock.now()
        time_machine.move_to(start, tick=False)
        phone = by_code(anna, mail_server)
        phone.get("/")
        seen = []

        for minutes in (59, 1, 30):
            time_machine.shift(timedelta(minutes=minutes))
            phone.get("/")
            seen.append(UserSession.objects.get().last_seen_at - start)

        assert seen == [timedelta(0), timedelta(hours=1), timedelta(hours=1)]

    @pytest.mark.parametrize("rows", [1, 5])
    def test_list_costs_the_same_for_any_number(
        self, anna, rows, django_assert_num_queries
    ):
        phone = signed_in(anna)
        for number in range(rows):
            people.bearer(anna.user)
            key = f"key{number}"
            Session.objects.create(
                session_key=key, expire_date=clock.now() + timedelta(days=1)
            )
            UserSession.objects.create(user=anna.user, session_key=key, ip="192.0.2.1")

        with django_assert_num_queries(8):
            html = phone.get(DEVICES).content.decode()

        assert html.count('name="sign-in"') == html.count('name="token"') == rows


def options(client, path=PASSKEYS):
    told = client.get(path, headers=JSON).json()
    return told.get("creation_options") or told["request_options"]


def add(client, key, **typed):
    credential = json.dumps(key.create(options(client)))
    return client.post(PASSKEYS, {"credential": credential} | typed)


def sign_in(client, answer, **more):
    return client.post(
        reverse("mfa_login_webauthn"), {"credential": json.dumps(answer)} | more
    )


def opened_by(key, **more):
    """Return a new browser after its try to sign in by the passkey."""
    client = Client()
    asked = options(client, reverse("mfa_login_webauthn"))
    return client, sign_in(client, key.use(asked), **more)


def garble(answer, chance):
    """Return an answer of which one part is lost, cut, or other bytes."""
    name = chance.choice(sorted(answer["response"]))
    text = answer["response"].pop(name)
    part = chance.choice(["none", "cut", "noise", "number"])
    if part == "cut":
        answer["response"][name] = text[: chance.randrange(len(text))]
    if part == "noise":
        answer["response"][name] = websafe_encode(chance.randbytes(len(text)))
    if part == "number":
        answer["response"][name] = 5
    return answer


def letters():
    with tenancy.across_clinics():
        return [
            each.subject for each in OutboxMail.objects.filter(kind="passkeys_changed")
        ]


class TestPasskeys:
    @pytest.fixture
    def phone(self, anna):
        return signed_in(anna)

    @pytest.fixture
    def key(self, phone):
        key = SoftKey()
        assert add(phone, key, name="My phone").status_code == 302
        return key

    def test_passkey_signs_in_and_leads_on(self, key, anna):
        client, answer = opened_by(key, next="/history/")

        assert answer["Location"] == "/history/"
        assert "Hello Anna" in client.get("/").content.decode()

    def test_adding_is_told_by_mail_and_in_the_trail(self, key):
        assert letters() == ["A passkey was added to your EIHtrack account"]
        assert done("passkey.") == ["passkey.add"]

    def test_list_names_it_and_when_it_was_used(self, key, phone):
        assert "Not used yet." in phone.get(PASSKEYS).content.decode()

        opened_by(key)

        html = phone.get(PASSKEYS).content.decode()
        assert "<h2>My phone</h2>" in html
        assert "Used last on" in html

    def test_one_without_a_name_gets_one(self, phone):
        add(phone, SoftKey())

        assert "<h2>Passkey 1</h2>" in phone.get(PASSKEYS).content.decode()

    def test_it_can_be_given_another_name(self, key, phone):
        row = Authenticator.objects.get(type="webauthn")

        phone.post(PASSKEYS, {"rename": row.pk, "name": "The old phone"})

        assert "<h2>The old phone</h2>" in phone.get(PASSKEYS).content.decode()

    @pytest.mark.parametrize("name", ["", " ", "x" * 81])
    def test_name_that_cannot_be_is_refused_and_stays_typed(self, key, phone, name):
        row = Authenticator.objects.get(type="webauthn")

        answer = phone.post(PASSKEYS, {"rename": row.pk, "name": name})

        assert answer.status_code == 400
        assert f'value="{name}"' in answer.content.decode()
        assert Authenticator.objects.get(pk=row.pk).data["name"] == "My phone"

    def test_once_removed_it_opens_nothing(self, key, phone):
        row = Authenticator.objects.get(type="webauthn")

        phone.post(PASSKEYS, {"remove": row.pk})
        client, answer = opened_by(key)

        assert answer["Location"] == "/sign-in/"
        assert client.get("/").status_code == 302
        assert "opens nothing here" in client.get("/sign-in/").content.decode()
        assert done("passkey.") == ["passkey.add", "passkey.remove"]
        assert not Authenticator.objects.exists()

    def test_key_of_a_stranger_opens_nothing(self, key, anna):
        stranger = SoftKey()
        stranger.user_handle = key.user_handle

        client, answer = opened_by(stranger)

        assert answer["Location"] == "/sign-in/"
        assert client.get("/").status_code == 302

    def test_key_that_only_claims_to_be_hers_opens_nothing(self, key):
        forged = SoftKey(credential_id=key.credential_id)
        forged.user_handle = key.user_handle

        client, answer = opened_by(forged)

        assert answer["Location"] == "/sign-in/"
        assert client.get("/").status_code == 302

    def test_answer_works_once_and_in_its_own_browser(self, key):
        first, second = Client(), Client()
        answer = key.use(options(first, reverse("mfa_login_webauthn")))
        options(second, reverse("mfa_login_webauthn"))

        assert sign_in(second, answer)["Location"] == "/sign-in/"
        assert sign_in(first, answer)["Location"] == "/"
        first.post("/sign-out/")
        assert sign_in(first, answer)["Location"] == "/sign-in/"

    def test_phone_that_was_not_asked_for_the_finger_does_not_do(self, key):
        client = Client()
        asked = options(client, reverse("mfa_login_webauthn"))

        answer = sign_in(client, key.use(asked, flags=FLAG.UP))

        assert answer["Location"] == "/sign-in/"

    def test_passkey_that_asks_for_no_finger_is_not_taken(self, phone):
        credential = SoftKey().create(options(phone), flags=FLAG.UP)

        answer = phone.post(PASSKEYS, {"credential": json.dumps(credential)})

        assert answer.status_code == 400
        assert not Authenticator.objects.exists()

    def test_account_that_is_closed_is_not_opened(self, key, anna):
        anna.user.is_active = False
        anna.user.save(update_fields=["is_active"])

        client, answer = opened_by(key)

        assert answer["Location"] == "/sign-in/"
        assert client.get("/").status_code == 302

    @pytest.mark.parametrize(
        "credential",
        ["", "x", "[]", "{}", "5", '{"id": 5}', '{"response": {"userHandle": 5}}'],
    )
    def test_what_is_no_passkey_is_refused_at_both_doors(self, phone, credential):
        options(phone)
        added = phone.post(PASSKEYS, {"credential": credential, "name": "x"})
        client = Client()
        options(client, reverse("mfa_login_webauthn"))
        used = client.post(reverse("mfa_login_webauthn"), {"credential": credential})

        assert added.status_code == 400
        assert "could not be added" in added.content.decode()
        assert used["Location"] == "/sign-in/"
        assert not Authenticator.objects.exists()

    @pytest.mark.parametrize("seed", range(20))
    def test_bytes_that_make_no_sense_are_refused_at_every_door(self, key, phone, seed):
        chance = random.Random(seed)
        garbled = garble(SoftKey().create(options(phone)), chance)
        added = phone.post(PASSKEYS, {"credential": json.dumps(garbled)})
        client = Client()
        asked = options(client, reverse("mfa_login_webauthn"))
        used = sign_in(client, garble(key.use(asked), chance))

        assert added.status_code == 400
        assert used["Location"] == "/sign-in/"
        assert Authenticator.objects.filter(type="webauthn").count() == 1

    @pytest.mark.parametrize("what", ["remove", "rename"])
    def test_nobody_touches_the_passkey_of_another(self, key, anna, what):
        row = Authenticator.objects.get(type="webauthn")
        other = signed_in(people.make_patient(anna.clinic))

        answer = other.post(PASSKEYS, {what: row.pk, "name": "Mine"})

        assert answer.status_code == 404
        assert "<h2>My phone" not in other.get(PASSKEYS).content.decode()
        assert Authenticator.objects.get(pk=row.pk).data["name"] == "My phone"

    @pytest.mark.parametrize("rows", [1, 5])
    def test_list_costs_the_same_for_any_number(
        self, phone, anna, rows, django_assert_num_queries
    ):
        for number in range(rows):
            Authenticator.objects.create(
                user=anna.user, type="webauthn", data={"name": f"Key {number}"}
            )

        with django_assert_num_queries(7):
            html = phone.get(PASSKEYS).content.decode()

        assert html.count('name="remove"') == rows

    def test_code_by_mail_still_opens_everything(self, key, anna, mail_server):
        browser = by_code(anna, mail_server)

        assert browser.get("/").status_code == 200
        assert "Hello Anna" in browser.get("/").content.decode()

    def test_headless_door_tells_by_mail_too(self, phone):
        path = f"{ALLAUTH}/account/authenticators/webauthn"
        told = phone.get(f"{path}?passwordless").json()["data"]["creation_options"]
        body = {"name": "Script", "credential": SoftKey().create(told)}

        answer = phone.post(path, json.dumps(body), content_type="application/json")

        assert answer.status_code == 200
        assert letters() == ["A passkey was added to your EIHtrack account"]

    def test_who_has_an_authenticator_app_is_guarded_by_it(self, phone, anna):
        TOTP.activate(anna.user, generate_totp_secret())

        assert phone.get(PASSKEYS, headers=JSON).status_code == 403
        assert phone.get(PASSKEYS).status_code == 200


class TestStaff:
    @pytest.fixture(autouse=True)
    def real(self, settings):
        settings.DEMO = False

    @pytest.fixture
    def tove(self):
        return people.make_therapist(people.make_clinic())

    @pytest.fixture
    def key(self, tove):
        client = Client()
        client.force_login(tove)
        path = f"{ALLAUTH}/account/authenticators/webauthn"
        told = client.get(f"{path}?passwordless").json()["data"]["creation_options"]
        key = SoftKey()
        body = {"name": "Key", "credential": key.create(told)}
        client.post(path, json.dumps(body), content_type="application/json")
        return key

    def test_passkey_alone_is_both_factors(self, key):
        client, _ = opened_by(key)

        assert client.get("/api/v1/me/").status_code == 200

    def test_code_by_mail_alone_opens_nothing(self, key, tove, mail_server):
        browser = Browser()
        answer = browser.sign_in(tove.email, mail_server)

        assert answer.status_code == 401
        assert browser.get("/api/v1/me/").status_code == 401
        page = browser.get("/sign-in/second-factor/")
        assert 'data-passkey="use"' in page.content.decode()

    def test_code_and_then_the_passkey_open_the_door(self, key, tove, mail_server):
        browser = Browser()
        browser.sign_in(tove.email, mail_server)
        told = browser.get(f"{ALLAUTH}/auth/webauthn/authenticate").json()["data"]

        credential = json.dumps(key.use(told["request_options"]))
        answer = press(browser, "/sign-in/second-factor/", credential=credential)

        assert answer.status_code == 302
        assert browser.get("/api/v1/me/").status_code == 200

    def test_patient_who_becomes_staff_proves_the_second_factor_first(
        self, mail_server
    ):
        patient = people.make_patient(people.make_clinic())
        key = SoftKey()
        add(signed_in(patient), key)
        browser = by_code(patient, mail_server)
        assert browser.get("/api/v1/me/").status_code == 200

        people.Membership.objects.create(
            user=patient.user,
            clinic=people.make_clinic(),
            role="therapist",
            active_from=people.LONG_AGO,
        )

        assert browser.get("/api/v1/me/").status_code == 403
        client, _ = opened_by(key)
        assert client.get("/api/v1/me/").status_code == 200


def test_sign_in_page_offers_the_passkey_only_to_who_has_script():
    html = Client().get("/sign-in/?next=/history/").content.decode()

    [form] = re.findall(r'<form[^>]*data-passkey="use"[^>]*>', html)
    assert form.endswith("hidden>")
    assert html.count('name="next" value="/history/"') == 2
