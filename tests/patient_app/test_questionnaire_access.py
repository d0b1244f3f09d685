"""Which questionnaires a patient may open, and when."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from apps.common import clock
from apps.questionnaires import services
from apps.questionnaires.entry import VoidRequest
from apps.questionnaires.models import QuestionnaireResponse
from tests.factories import forms, people

from .test_pages import signed_in
from .ward import FILLED, PAGE, QUEUE, Ward, stored

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("E3")]


def test_without_the_clinics_words_there_is_no_form(ward):
    questionnaire = ward.ask()
    sent = {"questionnaire": str(questionnaire.public_id), "id": str(uuid4())}

    today = ward.phone.get("/").content.decode()
    html = ward.open(questionnaire).content.decode()
    answer = ward.send(sent | FILLED)

    assert "Your clinic has not loaded the words of it yet." in today
    assert f"?id={questionnaire.public_id}" not in today
    assert "Your clinic has not loaded the words of it yet." in html
    assert "data-entry" not in html
    assert answer.status_code == 409
    assert stored() == []


def test_words_of_another_language_are_not_shown(ward):
    ward.load_words(language="sv")

    html = ward.open(ward.ask()).content.decode()

    assert "Words of q1" not in html
    assert "Your clinic has not loaded the words of it yet." in html


@pytest.mark.requirement("A2")
@pytest.mark.parametrize("whose", ["of the clinic", "of another", "nobody's", "no id"])
def test_questionnaire_of_somebody_else_is_not_there(ward, whose):
    words = ward.load_words()
    other = people.make_patient(ward.clinic, therapist=ward.therapist)
    wanted = str(uuid4())
    if whose == "of the clinic":
        wanted = str(ward.ask(patient=other).public_id)
    elif whose == "of another":
        wanted = str(Ward().ask().public_id)
    elif whose == "no id":
        wanted = "../../etc"
    sent = {"questionnaire": wanted, "wording": str(words.public_id)}

    seen = ward.phone.get(PAGE, {"id": wanted})
    answer = ward.send(sent | FILLED | {"id": str(uuid4())})

    assert (seen.status_code, answer.status_code) == (404, 404)
    assert "Words of" not in seen.content.decode()
    assert not QuestionnaireResponse.objects.exists()


def test_who_treats_a_patient_does_not_fill_their_forms_on_a_page_of_ones_own(ward):
    ward.load_words()
    both = people.make_patient(ward.clinic, user=ward.therapist)
    questionnaire = ward.ask()

    answer = signed_in(both).get(PAGE, {"id": str(questionnaire.public_id)})

    assert answer.status_code == 404


def test_who_is_not_signed_in_comes_back_to_the_very_form(ward):
    questionnaire = ward.ask()

    answer = Client().get(PAGE, {"id": str(questionnaire.public_id)})

    assert answer["Location"].endswith(f"%3Fid%3D{questionnaire.public_id}")


def test_what_was_taken_back_says_so(ward):
    ward.load_words()
    questionnaire = ward.ask()
    sent = ward.form(questionnaire, **FILLED)
    services.void_questionnaire(
        questionnaire_id=questionnaire.public_id,
        entry=VoidRequest(reason="Wrong one"),
        by=ward.therapist,
        now=clock.now(),
    )

    html = ward.open(questionnaire).content.decode()
    answer = ward.send(sent, **QUEUE)

    assert "Your clinic does not ask for it any more." in html
    assert answer.status_code == 409
    assert stored() == []


@pytest.mark.parametrize(
    ("opens", "closes", "told"),
    [
        (1, 5, "too early"),
        (0, 5, None),
        (-5, 0, None),
        (-5, -1, "closed now"),
    ],
)
def test_form_opens_and_closes_by_the_days_of_the_patient(ward, opens, closes, told):
    ward.load_words()
    questionnaire = ward.ask()
    today = clock.now().date()
    questionnaire.opens_on = today + timedelta(days=opens)
    questionnaire.closes_on = today + timedelta(days=closes)
    questionnaire.save(update_fields=["opens_on", "closes_on"])

    html = ward.open(questionnaire).content.decode()
    first = ward.phone.get("/").content.decode()

    assert ("data-entry" in html) is (told is None)
    assert (f"?id={questionnaire.public_id}" in first) is (told is None)
    assert told is None or told in html


def test_what_the_therapist_began_is_theirs_to_finish(ward):
    ward.load_words()
    questionnaire = ward.ask()
    forms.fill(questionnaire, by=ward.therapist, now=clock.now(), completed_at=None)

    html = ward.open(questionnaire).content.decode()

    assert "Your physiotherapist has begun it with you" in html
