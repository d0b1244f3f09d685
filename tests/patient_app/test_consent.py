"""``/me/consent/`` by plain requests: what works without script."""

import re

import pytest
from django.urls import reverse

from apps.clinics.models import ConsentDecision, Purpose
from apps.common import clock
from tests.factories import people
from tests.factories.consents import OWN_WORDS, decide, write_words

from .test_pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A5")]
PAGE = "/me/consent/"


@pytest.fixture
def patient():
    clinic = people.make_clinic()
    therapist = people.make_therapist(clinic)
    return people.make_patient(clinic, therapist=therapist)


@pytest.fixture
def phone(patient):
    return signed_in(patient)


def form_of(answer, purpose, decision):
    """Return what a press on the button of a purpose sends."""
    for form in re.findall(r"<form.*?</form>", answer.content.decode(), re.S):
        given = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', form))
        if (given.get("purpose"), given.get("decision")) == (purpose, decision):
            return given
    return None


def decisions(patient):
    rows = patient.consent_decisions.order_by("pk")
    return list(rows.values_list("purpose", "decision", "version"))


def test_each_purpose_stands_there_with_its_words_and_what_holds(phone):
    html = phone.get(PAGE).content.decode()

    assert html.count("You allow this.") == 2
    assert html.count("You do not allow this.") == 2
    assert "Your treatment is the same whether you say yes or no." in html
    assert "Codes to sign in still come" in html


@pytest.mark.parametrize("purpose", Purpose.values)
def test_what_is_allowed_is_withdrawn_and_allowed_again_by_one_press(
    phone, patient, purpose
):
    decide(patient, purpose, "given", now=clock.now())

    for decision in ("withdrawn", "given"):
        sent = form_of(phone.get(PAGE), purpose, decision)
        answer = phone.post(PAGE, sent)
        assert (answer.status_code, answer["Location"]) == (302, PAGE)

    assert decisions(patient)[1:] == [(purpose, "withdrawn", 1), (purpose, "given", 1)]
    assert form_of(phone.get(PAGE), purpose, "given") is None


def test_a_press_that_is_sent_twice_counts_once(phone, patient):
    sent = form_of(phone.get(PAGE), "research", "given")

    assert [phone.post(PAGE, sent).status_code for _ in range(2)] == [302, 302]

    assert decisions(patient) == [("research", "given", 1)]


def test_words_that_changed_meanwhile_are_shown_and_not_agreed_to(phone, patient):
    sent = form_of(phone.get(PAGE), "research", "given")
    write_words(patient.clinic, by=people.make_manager(patient.clinic), now=clock.now())

    answer = phone.post(PAGE, sent)

    assert answer.status_code == 409
    assert "These words have changed." in answer.content.decode()
    assert OWN_WORDS in answer.content.decode()
    assert decisions(patient) == []


def test_new_words_ask_again_while_the_old_yes_holds(phone, patient):
    decide(patient, "research", "given", now=clock.now())
    write_words(patient.clinic, by=people.make_manager(patient.clinic), now=clock.now())

    html = phone.get(PAGE).content.decode()

    assert "These words are new." in html
    phone.post(PAGE, form_of(phone.get(PAGE), "research", "given"))
    assert decisions(patient)[-1] == ("research", "given", 2)
    assert "These words are new." not in phone.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"purpose": "everything", "decision": "given"},
        {"purpose": "care", "decision": "perhaps"},
        {"purpose": "care", "decision": "given", "version": "one", "language": "en"},
        {"purpose": "care", "decision": "given", "version": "²", "language": "en"},
        {"purpose": "care", "decision": "given", "version": "1", "language": "xx"},
        {"purpose": "care", "decision": "withdrawn", "id": "7"},
    ],
)
def test_what_cannot_be_read_changes_nothing_and_says_so(phone, sent):
    answer = phone.post(PAGE, sent)

    assert answer.status_code == 400
    assert "nothing was changed" in answer.content.decode()
    assert ConsentDecision.objects.count() == 0


def test_the_page_costs_the_same_for_one_decision_and_for_five(
    phone, patient, django_assert_num_queries
):
    decide(patient, "care", "given", now=clock.now())
    phone.get(PAGE)
    with django_assert_num_queries(8) as one:
        phone.get(PAGE)
    for _ in range(4):
        decide(patient, "research", "given", now=clock.now())

    with django_assert_num_queries(len(one)):
        phone.get(PAGE)


def test_the_page_is_for_whoever_is_signed_in_alone(patient):
    other = people.make_patient(patient.clinic)
    decide(other, "research", "given", now=clock.now())

    html = signed_in(patient).get(reverse("my-consent")).content.decode()

    assert html.count("You do not allow this.") == 2
