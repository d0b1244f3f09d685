"""Patients allow and withdraw; the clinic writes the words (A5)."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import AuditEvent
from apps.clinics.consents import (
    allows,
    patients_allowing,
    shipped_texts,
    standings,
    texts_in_force,
)
from apps.clinics.models import ConsentDecision, Patient, Purpose
from apps.clinics.services import NOT_ALLOWED, queue_patient_mail
from apps.messaging.models import MailState, OutboxMail
from apps.messaging.services import queue_mail
from tests.factories import people
from tests.factories.consents import OWN_WORDS, consent_body, decide, write_words

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A5")]

NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
API = "/api/v1/consents/"
TEXTS = "/api/v1/consent-texts/"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clinic(time_machine, db):
    time_machine.move_to(NOW, tick=False)
    return people.make_clinic(name="North")


@pytest.fixture
def therapist(clinic):
    return people.make_therapist(clinic)


@pytest.fixture
def patient(clinic, therapist):
    return people.make_patient(clinic, therapist=therapist)


def send(patient, **fields):
    client = people.api_client(patient.user)
    return client.post(API, consent_body(**fields), format="json")


def mail(patient, *, reason_key="tomorrow", template="alert"):
    return queue_patient_mail(
        template,
        patient=patient,
        context={"clinic": patient.clinic.name},
        reason_key=reason_key,
        now=NOW,
    )


def state_of(reason_key):
    row = OutboxMail.objects.get(reason_key=reason_key)
    return row.state, row.suppressed_reason


@pytest.mark.parametrize(
    ("purpose", "holds"),
    [("care", True), ("messages", True), ("research", False), ("export", False)],
)
def test_what_holds_of_a_patient_who_was_never_asked(patient, purpose, holds):
    assert allows(patient, Purpose(purpose)) is holds
    (found,) = [each for each in standings(patient) if each.purpose == purpose]
    assert (found.holds, found.newest) == (holds, None)


@pytest.mark.parametrize("purpose", Purpose.values)
def test_the_newest_decision_about_a_purpose_counts(patient, purpose):
    other = people.make_patient(patient.clinic)

    decide(patient, purpose, "given", now=NOW)
    assert allows(patient, Purpose(purpose))
    decide(patient, purpose, "withdrawn", now=NOW)
    assert not allows(patient, Purpose(purpose))
    assert patient not in patients_allowing(Purpose(purpose))
    decide(patient, purpose, "given", now=NOW)
    assert patient in patients_allowing(Purpose(purpose))

    assert allows(other, Purpose(purpose)) is (purpose in ("care", "messages"))
    assert [row.decision for row in patient.consent_decisions.order_by("pk")] == [
        "given",
        "withdrawn",
        "given",
    ]


def test_a_decision_is_recorded_with_time_words_and_trail(patient):
    answer = send(patient, purpose="research")

    assert answer.status_code == 201
    body = answer.json()
    assert (body["purpose"], body["decision"]) == ("research", "given")
    assert (body["version"], body["language"]) == (1, "en")
    assert body["decided_at"] == "2026-03-06T12:00:00Z"
    event = AuditEvent.objects.get(action="consent.give")
    assert (event.actor_id, event.patient_id) == (patient.user_id, patient.pk)
    assert event.detail == {"purpose": "research", "version": 1}


def test_a_decision_that_is_sent_twice_is_there_once(patient):
    said = str(uuid4())

    first = send(patient, id=said, purpose="messages", decision="withdrawn")
    send(patient, purpose="messages")
    again = send(patient, id=said, purpose="messages", decision="withdrawn")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert ConsentDecision.objects.count() == 2
    assert allows(patient, Purpose.MESSAGES), "A replay must not withdraw again."


def test_an_id_that_is_taken_is_refused(patient):
    said = str(uuid4())
    send(patient, id=said)
    other = people.make_patient(patient.clinic)

    refusals = [
        send(patient, id=said, purpose="research"),
        send(other, id=said),
    ]

    assert [each.status_code for each in refusals] == [409, 409]
    assert {each.json()["code"] for each in refusals} == {"id_reused"}
    assert ConsentDecision.objects.count() == 1


def test_words_must_have_been_read_to_allow_but_not_to_withdraw(patient):
    unread = send(patient, version=None)
    withdrawn = people.api_client(patient.user).post(
        API, {"purpose": "care", "decision": "withdrawn"}, format="json"
    )

    assert unread.status_code == 400
    assert withdrawn.status_code == 201
    assert withdrawn.json()["version"] == 1


def test_old_words_cannot_be_agreed_to(patient):
    write_words(patient.clinic, by=people.make_manager(patient.clinic), now=NOW)

    old = send(patient, purpose="research", version=1)
    new = send(patient, purpose="research", version=2)

    assert (old.status_code, old.json()["code"]) == (409, "wrong_state")
    assert new.status_code == 201
    assert ConsentDecision.objects.get().version == 2


def test_what_was_allowed_holds_when_the_words_change_and_it_is_told(patient):
    decide(patient, "research", "given", now=NOW)
    write_words(patient.clinic, by=people.make_manager(patient.clinic), now=NOW)

    (found,) = [each for each in standings(patient) if each.purpose == "research"]

    assert (found.holds, found.has_changed, found.version) == (True, True, 2)
    assert found.text == OWN_WORDS


@pytest.mark.parametrize("who", ["therapist", "manager", "stranger"])
def test_nobody_decides_for_a_patient(patient, therapist, who):
    person = {
        "therapist": therapist,
        "manager": people.make_manager(patient.clinic),
        "stranger": people.make_therapist(people.make_clinic()),
    }[who]

    refused = people.api_client(person).post(API, consent_body(), format="json")

    assert refused.status_code == 403
    assert ConsentDecision.objects.count() == 0


def test_who_treats_the_patient_reads_the_decisions_and_others_do_not(
    patient, therapist
):
    decide(patient, "care", "withdrawn", now=NOW)
    readers = {
        "owner": patient.user,
        "therapist": therapist,
        "colleague": people.make_therapist(patient.clinic),
    }

    found = {
        name: len(people.api_client(user).get(API).json()["results"])
        for name, user in readers.items()
    }

    assert found == {"owner": 1, "therapist": 1, "colleague": 0}


def test_the_list_costs_the_same_for_one_and_for_five(
    patient, django_assert_num_queries
):
    client = people.api_client(patient.user)
    decide(patient, "care", "given", now=NOW)
    client.get(API)
    with django_assert_num_queries(5) as one:
        client.get(API)
    for _ in range(4):
        decide(patient, "care", "given", now=NOW)

    with django_assert_num_queries(len(one)):
        assert len(client.get(API).json()["results"]) == 5


def test_decisions_can_only_be_added(patient):
    decide(patient, "care", "given", now=NOW)

    for statement in ("UPDATE {} SET version = 2", "DELETE FROM {}"):
        with (
            pytest.raises(DatabaseError, match=r"permission denied|append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format("clinics_consentdecision"))


def test_a_manager_writes_the_words_and_nobody_else(clinic, therapist, patient):
    words = {"purpose": "care", "texts": {"en": OWN_WORDS}, "change_id": str(uuid4())}
    manager = people.api_client(people.make_manager(clinic))

    refused = [
        people.api_client(user).post(TEXTS, words, format="json").status_code
        for user in (therapist, patient.user)
    ]
    written = manager.post(TEXTS, words, format="json")
    again = manager.post(TEXTS, words, format="json")

    assert refused == [403, 403]
    assert (written.status_code, written.json()["version"]) == (201, 2)
    assert again.json() == written.json()
    assert texts_in_force(clinic)[0].texts == {"en": OWN_WORDS}


def test_words_are_always_in_the_clinics_language(clinic):
    manager = people.api_client(people.make_manager(clinic))

    refused = manager.post(
        TEXTS, {"purpose": "care", "texts": {"sv": OWN_WORDS}}, format="json"
    )

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/texts"


def test_a_patient_reads_their_language_else_the_clinics(clinic):
    swede = people.make_patient(clinic, language="sv")
    assert standings(swede)[0].language == "sv"

    write_words(clinic, by=people.make_manager(clinic), now=NOW, purpose="care")

    assert (standings(swede)[0].language, standings(swede)[0].text) == ("en", OWN_WORDS)


def test_each_purpose_is_shipped_in_every_language(settings):
    languages = {code for code, _ in settings.LANGUAGES}

    assert set(shipped_texts()) == set(Purpose.values)
    assert {purpose: set(words) for purpose, words in shipped_texts().items()} == (
        dict.fromkeys(Purpose.values, languages)
    )


def test_without_consent_a_mail_to_a_patient_is_suppressed_with_the_reason(patient):
    assert mail(patient, reason_key="before")
    decide(patient, "messages", "withdrawn", now=NOW)

    assert not mail(patient, reason_key="after")

    assert state_of("before") == (MailState.SUPPRESSED, NOT_ALLOWED)
    assert state_of("after") == (MailState.SUPPRESSED, NOT_ALLOWED)
    decide(patient, "messages", "given", now=NOW)
    assert mail(patient, reason_key="again")
    assert state_of("again") == (MailState.PENDING, "")


def test_withdrawing_stops_neither_mails_to_staff_nor_those_to_sign_in(
    patient, therapist
):
    def queue(kind, *, to, context):
        queue_mail(
            kind,
            to=to,
            language="en",
            context=context,
            reason_key=kind,
            now=NOW,
            clinic_id=patient.clinic_id,
            patient_id=patient.pk,
        )

    queue("alert", to=therapist.email, context={"clinic": "North"})
    queue("invitation", to=patient.email, context={"clinic": "North"})

    decide(patient, "messages", "withdrawn", now=NOW)

    assert state_of("alert") == (MailState.PENDING, "")
    assert state_of("invitation") == (MailState.PENDING, "")
    assert mail(patient, reason_key="code", template="sign_in_code")
    assert state_of("code") == (MailState.PENDING, "")


def test_who_treats_and_manages_hears_once_that_care_was_withdrawn(patient, therapist):
    manager = people.make_manager(patient.clinic)
    people.make_therapist(patient.clinic)
    before = Patient.objects.values().get(pk=patient.pk)

    decide(patient, "care", "withdrawn", now=NOW)

    told = OutboxMail.objects.filter(kind="consent_withdrawn")
    assert set(told.values_list("to_address", flat=True)) == {
        therapist.email,
        manager.email,
    }
    for each in told:
        assert patient.family_name not in each.body_text + each.subject
    assert Patient.objects.values().get(pk=patient.pk) == before


def test_the_mail_about_care_waits_for_the_morning(patient, therapist):
    night = datetime(2026, 3, 6, 22, 0, tzinfo=UTC)

    decide(patient, "care", "withdrawn", now=night)

    (told,) = OutboxMail.objects.filter(kind="consent_withdrawn")
    # 07:00 in Stockholm.
    assert told.next_attempt_at == night + timedelta(hours=8)


MAILS = {
    "alert": "staff",
    "chart_opened": "staff",
    "consent_withdrawn": "staff",
    "erasure_asked": "safety",
    "erasure_waits": "staff",
    "escalation": "staff",
    "invitation": "sign-in",
    "retest_due": "staff",
    "sign_in_code": "sign-in",
}
"""Every mail there is, and whom it is for. One to patients must ask for consent."""
MAY_QUEUE = {
    "apps/clinics/services/messages.py": "asks for consent",
    "apps/clinics/services/care.py": "staff",
    "apps/clinics/services/consent.py": "staff",
    "apps/clinics/services/invitations.py": "sign-in",
    "apps/clinics/sign_in.py": "sign-in",
    "apps/exchange/erasure.py": "staff",
    "apps/inbox/mails.py": "staff",
    "apps/programmes/services/retests.py": "staff",
}
"""Who puts mails into the outbox. Mails to patients go by ``queue_patient_mail``."""


def test_every_mail_says_whom_it_is_for():
    found = {each.name for each in (ROOT / "templates/emails").iterdir()}

    assert found == set(MAILS)


def test_mails_to_patients_are_queued_where_consent_is_asked_for():
    callers = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "apps").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] == "queue_mail"
    }

    assert callers == set(MAY_QUEUE)
