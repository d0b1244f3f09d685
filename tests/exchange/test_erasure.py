"""A patient is erased: what identifies them goes, the rest stays (A7, A6)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import ApiToken, User
from apps.audit.models import AuditEvent
from apps.clinics.models import Invitation, Patient, PatientStatus, Role, Snapshot
from apps.common import tenancy
from apps.exchange import erasure, tasks
from apps.exchange.erasure import TIME_TO_TAKE_BACK, carry_out_erasures
from apps.exchange.erasure_fields import BY_HAND, CLEARED, ERASED, KEPT, TEXT
from apps.exchange.models import DataExportFile, ErasureRequest
from apps.exchange.takeout.kinds import EVERYWHERE, KINDS
from apps.exchange.takeout.rows import queryset
from apps.logbook.models import CheckIn, HeldSession, SetEntry
from apps.messaging.models import MailState, OutboxMail
from apps.messaging.services import queue_mail
from apps.programmes.models import PlannedSession, Programme
from tests.contracts.scene import NOW as SCENE_NOW
from tests.factories import people
from tests.factories.takeouts import ask_to_be_erased, make_copy
from tests.walls.ledger import rolled_back

pytestmark = pytest.mark.requirement("A7")

NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
API = "/api/v1/erasure-requests/"
SECOND = timedelta(seconds=1)
WORDS = (models.CharField, models.TextField, models.JSONField, ArrayField)


def might_hold_words(column):
    is_code = bool(column.choices) or column.name in EVERYWHERE
    return isinstance(column, WORDS) and not is_code


WORDED = {
    f"{kind.model}.{column.name}"
    for kind in KINDS
    for column in apps.get_model(kind.model)._meta.concrete_fields
    if might_hold_words(column)
}
GONE = {
    f"{model}.{name}"
    for table in (CLEARED, BY_HAND)
    for model, names in table.items()
    for name in names
}


def test_every_column_that_might_hold_words_is_cleared_or_says_why_not():
    assert WORDED - GONE - set(KEPT) == set()
    assert set(KEPT) & GONE == set()
    assert set(KEPT) - WORDED == {"clinics.Patient.birth_year"}


def test_what_is_to_be_cleared_is_there_and_takes_the_word():
    for name in GONE:
        label, _, column = name.rpartition(".")
        apps.get_model(label)._meta.get_field(column)
    for label, columns in CLEARED.items():
        for name, value in columns.items():
            field = apps.get_model(label)._meta.get_field(name)
            assert value != TEXT or (field.max_length or 8) >= len(ERASED)
            assert value == TEXT or isinstance(field, models.JSONField)


class TestAsking:
    pytestmark = pytest.mark.django_db

    @pytest.fixture
    def patient(self, time_machine):
        time_machine.move_to(NOW, tick=False)
        clinic = people.make_clinic()
        return people.make_patient(clinic, therapist=people.make_therapist(clinic))

    def ask(self, patient, **fields):
        body = {"confirmation": patient.email} | fields
        return people.api_client(patient.user).post(API, body, format="json")

    def test_the_wish_is_kept_and_the_managers_and_the_person_hear_of_it(self, patient):
        manager = people.make_manager(patient.clinic)

        asked = self.ask(patient, confirmation=f" {patient.email.upper()} ")

        assert asked.status_code == 201
        body = asked.json()
        assert (body["status"], body["due_at"]) == ("waiting", "2026-03-20T12:00:00Z")
        mails = OutboxMail.objects.filter(kind__startswith="erasure_")
        assert dict(mails.values_list("kind", "to_address")) == {
            "erasure_asked": patient.email,
            "erasure_waits": manager.email,
        }
        assert patient.family_name not in "".join(
            mails.values_list("body_text", flat=True)
        )
        listed = people.api_client(manager).get(API, {"waiting": "true"}).json()
        assert [each["id"] for each in listed["results"]] == [body["id"]]

    def test_without_the_own_address_nothing_is_asked(self, patient):
        refused = self.ask(patient, confirmation="somebody@test.example")

        assert refused.status_code == 400
        assert refused.json()["errors"][0]["pointer"] == "/confirmation"
        assert ErasureRequest.objects.count() == 0

    def test_a_wish_that_is_sent_twice_is_one_wish(self, patient):
        said = str(uuid4())

        first, again = (self.ask(patient, change_id=said) for _ in range(2))
        second = self.ask(patient)

        assert first.json() == again.json()
        assert (second.status_code, second.json()["code"]) == (409, "already_recorded")
        assert ErasureRequest.objects.count() == 1

    def test_it_can_be_taken_back_and_asked_for_again(self, patient):
        wish = self.ask(patient).json()["id"]
        client = people.api_client(patient.user)

        back = client.post(f"{API}{wish}/take-back/", {}, format="json")
        again = client.post(f"{API}{wish}/take-back/", {}, format="json")

        assert [back.status_code, again.status_code] == [200, 200]
        assert back.json() == again.json()
        assert back.json()["status"] == "taken_back"
        assert carry_out_erasures(now=NOW + TIME_TO_TAKE_BACK).erased == 0
        assert self.ask(patient).status_code == 201

    @pytest.mark.parametrize("who", ["manager", "therapist", "fellow"])
    def test_nobody_else_asks_or_takes_back(self, patient, who):
        wish = ask_to_be_erased(patient, now=NOW)
        person = {
            "manager": people.make_manager(patient.clinic),
            "therapist": patient.care_team.get().membership.user,
            "fellow": people.make_patient(patient.clinic).user,
        }[who]
        client = people.api_client(person)

        asked = client.post(API, {"confirmation": patient.email}, format="json")
        back = client.post(f"{API}{wish.public_id}/take-back/", {}, format="json")

        assert asked.status_code == (400 if who == "fellow" else 403)
        assert back.status_code == 404
        assert ErasureRequest.objects.waiting().count() == 1

    @pytest.mark.parametrize(
        ("after", "erased"),
        [(-SECOND, 0), (timedelta(0), 1), (SECOND, 1)],
    )
    def test_it_is_carried_out_when_it_can_no_longer_be_taken_back(
        self, patient, after, erased, time_machine
    ):
        ask_to_be_erased(patient, now=NOW)
        time_machine.move_to(NOW + TIME_TO_TAKE_BACK + after, tick=False)

        report = tasks.carry_out_erasures()

        assert report == {"erased": erased, "failed": 0, "held_up": 0}
        patient.refresh_from_db()
        assert (patient.given_name == ERASED) is bool(erased)
        assert tasks.carry_out_erasures()["erased"] == 0

    def test_what_was_carried_out_cannot_be_taken_back(self, patient):
        wish = ask_to_be_erased(patient, now=NOW)
        ErasureRequest.objects.filter(pk=wish.pk).update(erased_at=NOW)

        back = people.api_client(patient.user).post(
            f"{API}{wish.public_id}/take-back/", {}, format="json"
        )

        assert (back.status_code, back.json()["code"]) == (409, "wrong_state")

    def test_one_broken_record_stops_nobody_elses_erasure(self, patient, monkeypatch):
        other = people.make_patient(patient.clinic)
        for each in (patient, other):
            ask_to_be_erased(each, now=NOW)
        whole = erasure.discard_files

        def break_for_one(whose):
            if whose == patient:
                raise RuntimeError("A row of theirs is broken.")
            whole(whose)

        monkeypatch.setattr(erasure, "discard_files", break_for_one)
        report = carry_out_erasures(now=NOW + TIME_TO_TAKE_BACK)

        assert (report.erased, report.failed, report.held_up) == (1, 1, 1)
        patient.refresh_from_db()
        assert patient.given_name != ERASED
        monkeypatch.setattr(erasure, "discard_files", whole)
        assert carry_out_erasures(now=NOW + 2 * TIME_TO_TAKE_BACK).erased == 1

    def test_a_sign_in_that_nobody_finished_is_forgotten_when_its_time_is_over(
        self, patient
    ):
        browser = Client()
        browser.post("/sign-in/", {"email": patient.email})
        kept = Session.objects.get()
        assert patient.email in str(kept.get_decoded())

        carry_out_erasures(now=kept.expire_date - SECOND)
        assert Session.objects.exists()
        carry_out_erasures(now=kept.expire_date)

        assert not Session.objects.exists()

    def test_whoever_records_for_them_is_waited_for(self, patient):
        ask_to_be_erased(patient, now=NOW)

        with CaptureQueriesContext(connection) as asked:
            carry_out_erasures(now=NOW + TIME_TO_TAKE_BACK)

        found = [each["sql"] for each in asked.captured_queries]
        waits = [
            number
            for number, sql in enumerate(found)
            if sql.startswith("SELECT") and "clinics_patient" in sql
            if "FOR NO KEY UPDATE" in sql
        ]
        changes = [n for n, sql in enumerate(found) if sql.startswith("UPDATE")]
        assert waits[0] < changes[0]

    def test_an_account_that_is_needed_elsewhere_stays(self, patient):
        elsewhere = people.make_patient(people.make_clinic(), user=patient.user)
        tenancy.enter_clinics([patient.clinic_id])
        ask_to_be_erased(patient, now=NOW)

        carry_out_erasures(now=NOW + TIME_TO_TAKE_BACK)

        user = User.objects.get(pk=elsewhere.user_id)
        assert (user.is_active, user.email) == (True, elsewhere.email)
        patient.refresh_from_db()
        assert (patient.user_id, patient.given_name) == (None, ERASED)


@pytest.fixture
def erased(scene):
    """Erase a patient of whom there is something in every table; yield before, after.

    Before: the patient, their account and how many rows each table had.
    """
    with rolled_back():
        patient = Patient.objects.select_related("clinic", "user").get(
            public_id=scene.others["fellow"]["patient_id"]
        )
        EmailAddress.objects.create(user=patient.user, email=patient.email)
        make_copy(patient, now=SCENE_NOW)
        ask_to_be_erased(patient, now=SCENE_NOW)
        HeldSession.objects.filter(patient=patient).update(note="My son Gustav came.")
        with tenancy.across_clinics():
            counts = {model: model.objects.count() for model in COUNTED}
        phone = Client()
        phone.force_login(patient.user)
        leave_traces_of_an_account(patient, session_key=phone.session.session_key)
        report = carry_out_erasures(now=SCENE_NOW + TIME_TO_TAKE_BACK)
        assert report.erased == 1
        yield patient, counts, phone


def leave_traces_of_an_account(patient, *, session_key):
    """Write what signing in writes, and what is left of having worked elsewhere."""
    user = patient.user
    UserSession.objects.create(
        user=user, ip=HOME, user_agent="A phone", session_key=session_key
    )
    Invitation.objects.create(
        clinic=people.make_clinic(),
        email=user.email,
        name=user.name,
        role=Role.ASSESSOR,
        token_hash="0" * 64,
        invited_by=user,
        invited_at=SCENE_NOW,
        expires_at=SCENE_NOW,
        accepted_at=SCENE_NOW,
        accepted_by=user,
    )
    queue_mail(
        "passkeys_changed",
        to=user.email,
        language="en",
        context={"was_added": True},
        reason_key=f"passkeys_changed:{uuid4()}",
        now=SCENE_NOW,
    )


HOME = "203.0.113.9"
COUNTED = (HeldSession, SetEntry, CheckIn, PlannedSession, Snapshot, AuditEvent)


def test_nothing_of_the_database_names_the_erased_any_more(erased):
    patient, _, _ = erased
    names = (patient.email, patient.given_name, patient.family_name, "Gustav")
    names += (patient.user.name, HOME)
    with connection.cursor() as cursor, tenancy.across_clinics():
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = set()
        for table in tables:
            if table in ("django_migrations", "common_cache"):
                continue
            for name in names:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" t WHERE to_jsonb(t)::text LIKE %s',
                    [f"%{name}%"],
                )
                if cursor.fetchone()[0]:
                    found.add((table, name))

    assert found == set()


def test_every_column_is_cleared_and_what_was_empty_stays_empty(erased):
    patient = Patient.objects.get(pk=erased[0].pk)
    assert (patient.given_name, patient.family_name) == (ERASED, ERASED)
    assert (patient.user_id, patient.status) == (None, PatientStatus.ENDED)
    assert patient.email == f"erased-{patient.public_id}@erased.invalid"

    by_model = {kind.model: kind for kind in KINDS}
    checked = 0
    for label, columns in CLEARED.items():
        for row in queryset(by_model[label], patient):
            for name, value in columns.items():
                expected = ("", ERASED) if value == TEXT else (value,)
                assert getattr(row, name) in expected, (label, name)
                checked += 1
    assert checked > 50


def test_rows_for_statistics_and_the_trail_stay(erased):
    patient, counts, _ = erased
    with tenancy.across_clinics():
        after = {model: model.objects.count() for model in COUNTED}

    trail = after.pop(AuditEvent) - counts.pop(AuditEvent)
    assert after == counts
    assert trail > 0
    (done,) = AuditEvent.objects.filter(action="erasure.carry_out")
    assert (done.patient_id, done.actor_id) == (patient.pk, None)
    assert done.detail == {"account_ended": True}
    assert CheckIn.objects.filter(patient=patient, pain_mm__isnull=False).exists()


def test_every_way_to_sign_in_ends(erased):
    patient, _, phone = erased
    user = User.objects.get(pk=patient.user_id)

    assert (user.is_active, user.name) == (False, ERASED)
    assert not user.has_usable_password()
    assert not EmailAddress.objects.filter(user=user).exists()
    assert not ApiToken.objects.filter(user=user, revoked_at__isnull=True).exists()
    answer = phone.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=%2F")


def test_nothing_of_a_sign_in_is_left_and_no_mail_of_the_account_goes_out(erased):
    patient, _, phone = erased

    assert not UserSession.objects.filter(user_id=patient.user_id).exists()
    # It says by which address the person signed in.
    key = phone.cookies["sessionid"].value
    assert not Session.objects.filter(session_key=key).exists()
    with tenancy.across_clinics():
        mails = OutboxMail.objects.filter(kind="passkeys_changed")
        told = set(mails.values_list("state", "suppressed_reason", "body_text"))
    assert told == {(MailState.SUPPRESSED, erasure.WHY_SUPPRESSED, ERASED)}


def test_copies_programmes_and_waiting_mails_end(erased):
    patient, _, _ = erased

    assert not DataExportFile.objects.filter(export__patient=patient).exists()
    running = Programme.objects.filter(patient=patient, status__in=("active", "paused"))
    assert not running.exists()
    mails = OutboxMail.objects.filter(kind="erasure_asked", patient_id=patient.pk)
    nobody = f"erased-{patient.public_id}@erased.invalid"
    assert set(mails.values_list("state", "suppressed_reason", "to_address")) == {
        (MailState.SUPPRESSED, erasure.WHY_SUPPRESSED, nobody)
    }


def test_words_of_an_act_can_only_be_erased(scene):
    change = "UPDATE inbox_alertact SET {}"
    for said, setting in (
        ("note = 'changed'", "on"),
        ("note = '[erased]'", ""),
        ("note = '[erased]', done_at = now()", "on"),
        ("done_at = now()", "on"),
    ):
        with rolled_back(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.erasing', %s, true)", [setting])
            with (
                pytest.raises(DatabaseError, match=r"append-only|permission denied"),
                transaction.atomic(),
            ):
                cursor.execute(change.format(said))
