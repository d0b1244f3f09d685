"""Questionnaires on a patient's pages, by plain requests."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from apps.clinical.questionnaires.answers import NO_SETTINGS
from apps.clinical.questionnaires.library import shipped_instrument
from apps.common import clock
from apps.questionnaires import services
from apps.questionnaires.entry import VoidRequest
from apps.questionnaires.models import QuestionnaireResponse, ResponseScore
from apps.questionnaires.scores import can_lack_answers, is_enough
from tests.factories import forms, people

from .test_pages import errors_of, fields_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("E3")]
PAGE = "/questionnaire/"
QUEUE = {"Accept": "application/json"}
FILLED = {"answers-q1": "6", "answers-q2": "7", "answers-q3": "5"}


class Ward:
    """A patient who is asked things, and who asks."""

    def __init__(self):
        self.clinic = people.make_clinic()
        self.manager = people.make_manager(self.clinic)
        self.therapist = people.make_therapist(self.clinic)
        self.patient = people.make_patient(self.clinic, therapist=self.therapist)
        self.phone = signed_in(self.patient)

    def load_words(self, key="peg", **fields):
        return forms.import_wording(
            self.clinic, key, by=self.manager, now=clock.now(), **fields
        )

    def ask(self, instrument="peg", *, patient=None, **fields):
        return forms.assign(
            patient or self.patient,
            by=self.therapist,
            now=clock.now(),
            instrument=instrument,
            **fields,
        )

    def open(self, questionnaire):
        return self.phone.get(PAGE, {"id": str(questionnaire.public_id)})

    def form(self, questionnaire, **typed):
        return fields_of(self.open(questionnaire)) | typed

    def send(self, sent, **headers):
        return self.phone.post(PAGE, sent, headers=headers or None)


@pytest.fixture
def ward():
    return Ward()


def stored():
    return [
        (each.answers, each.completed_at is not None)
        for each in QuestionnaireResponse.objects.order_by("pk")
    ]


def test_today_leads_to_what_is_due(ward):
    ward.load_words()
    questionnaire = ward.ask(label="Baseline")

    html = ward.phone.get("/").content.decode()

    assert "Baseline" in html
    assert f'data-keep href="{PAGE}?id={questionnaire.public_id}"' in html


def test_filled_form_is_stored_as_it_was_answered(ward):
    words = ward.load_words()
    sent = ward.form(ward.ask(), **FILLED)

    answer = ward.send(sent)
    today = ward.phone.get(answer["Location"]).content.decode()

    [response] = QuestionnaireResponse.objects.all()
    assert answer["Location"] == reverse("today")
    assert '<p class="notice" role="status">Saved. Thank you.</p>' in today
    assert "PEG" not in today
    assert response.answers == {"q1": 6, "q2": 7, "q3": 5}
    assert response.completed_at == response.received_at
    assert response.wording == words
    assert response.entered_by == ward.patient.user
    assert str(response.public_id) == sent["id"]


def test_each_kind_of_item_is_asked_by_its_own_control(ward):
    ward.load_words("fiq")
    questionnaire = ward.ask("fiq")
    html = ward.open(questionnaire).content.decode()
    sent = ward.form(questionnaire)
    sent |= {f"answers-q1{letter}": "0" for letter in "abcdefghij"}
    sent |= {"answers-q2": "0", "answers-q3": "7", "answers-q4": "7.5"}
    sent |= {f"answers-q{number}": "8" for number in range(5, 11)}

    ward.send(sent)

    assert html.count("data-step-page") == 21
    assert html.count("data-stepper") == 2
    assert html.count("data-scale") == 7
    assert html.count('step="0.5"') == 7
    assert "Words of q1a" in html
    [(answers, is_complete)] = stored()
    assert is_complete
    assert (answers["q1a"], answers["q2"], answers["q4"], answers["q5"]) == (
        "0",
        0,
        "7.5",
        8,
    )
    # The form itself lets it be left out.
    assert "q1k" not in answers


def test_line_with_words_at_each_number_is_a_choice(ward):
    document = forms.wording_document("ears")
    for words in document["items"].values():
        words["anchors"] = {str(number): f"Word {number}" for number in range(5)}
    ward.load_words("ears", items=document["items"])
    html = ward.open(ward.ask("ears")).content.decode()

    assert html.count('type="radio"') == 30
    assert "3: Word 3" in html


def test_own_instrument_of_a_clinic_needs_no_code(ward):
    forms.import_own_instrument(ward.clinic, by=ward.manager, now=clock.now())
    own = {"instrument": "our_own", "instrument_version": 1}
    items = {code: {"text": f"Our {code}"} for code in ("a1", "a2")}
    ward.load_words("peg", **own, items=items)
    questionnaire = ward.ask("our_own")

    html = ward.open(questionnaire).content.decode()
    answer = ward.send(
        ward.form(questionnaire, **{"answers-a1": "0", "answers-a2": "10"})
    )

    assert "Our a1" in html
    assert answer.status_code == 302
    assert stored() == [({"a1": 0, "a2": 10}, True)]


def test_half_filled_form_goes_on_where_it_was_left(ward):
    ward.load_words()
    questionnaire = ward.ask()
    half = ward.form(questionnaire, **{"answers-q1": "6", "later": "yes"})

    saved = ward.send(half)
    begun = ward.phone.get(saved["Location"]).content.decode()
    again = ward.form(questionnaire)

    assert stored() == [({"q1": 6}, False)]
    assert "You can go on whenever you like." in begun
    assert "Go on</a>" in begun
    assert (again["id"], again["answers-q1"]) == (half["id"], "6")

    ward.send(again | {"answers-q2": "7", "answers-q3": "5"})

    assert stored() == [({"q1": 6, "q2": 7, "q3": 5}, True)]


def test_half_filled_form_is_shown_in_the_words_in_which_it_was_begun(ward):
    ward.load_words()
    questionnaire = ward.ask()
    ward.send(ward.form(questionnaire, **{"answers-q1": "6", "later": "yes"}))
    newer = {code: {"text": f"Newer {code}"} for code in ("q1", "q2", "q3")}
    ward.load_words(items=newer)

    html = ward.open(questionnaire).content.decode()

    assert "Words of q1" in html
    assert "Newer q1" not in html


def test_form_of_a_phone_completes_what_was_begun_elsewhere(ward):
    ward.load_words()
    questionnaire = ward.ask()
    ward.send(ward.form(questionnaire, **{"answers-q1": "6", "later": "yes"}))
    on_phone = ward.form(questionnaire, **FILLED, id=str(uuid4()))
    on_phone["answered_at"] = clock.now().isoformat()

    first = ward.send(on_phone, **QUEUE)
    second = ward.send(on_phone, **QUEUE)

    assert (first.status_code, second.status_code) == (200, 200)
    assert stored() == [({"q1": 6, "q2": 7, "q3": 5}, True)]


@pytest.mark.parametrize("answered", ["", "an hour ago"])
def test_form_sent_twice_is_one_response(ward, answered):
    ward.load_words()
    sent = ward.form(ward.ask(), **FILLED)
    if answered:
        sent["answered_at"] = (clock.now() - timedelta(hours=1)).isoformat()

    first = ward.send(sent, **QUEUE)
    second = ward.send(sent, **QUEUE)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json() == {"id": sent["id"]}
    assert len(stored()) == 1


def test_other_answers_after_the_first_are_refused(ward):
    ward.load_words()
    questionnaire = ward.ask()
    sent = ward.form(questionnaire, **FILLED)
    ward.send(sent)

    answer = ward.send(sent | {"answers-q1": "1"})

    assert answer.status_code == 409
    assert errors_of(answer) == [
        "You have answered this before. What you sent first counts."
    ]
    assert stored() == [({"q1": 6, "q2": 7, "q3": 5}, True)]


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("11", "less than or equal to 10"),
        ("-1", "greater than or equal to 0"),
        ("5.5", "multiple of step size 1"),
        ("much", "Enter a number."),
        ("NaN", "Enter a number."),
    ],
)
def test_what_cannot_be_is_told_beside_its_item(ward, typed, refusal):
    ward.load_words()
    sent = ward.form(ward.ask(), **FILLED) | {"answers-q2": typed}

    answer = ward.send(sent)

    assert answer.status_code == 400
    [told] = errors_of(answer)
    assert refusal in told
    assert f'value="{typed}"' in answer.content.decode()
    assert stored() == []


def test_option_that_is_none_is_told_by_the_name_of_its_control(ward):
    ward.load_words("pgic")
    sent = ward.form(ward.ask("pgic"), **{"answers-q1": "9"})

    answer = ward.send(sent, **QUEUE)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["answers-q1"]
    assert stored() == []


def test_empty_form_is_refused(ward):
    ward.load_words()
    questionnaire = ward.ask()

    whole = ward.send(ward.form(questionnaire))
    half = ward.send(ward.form(questionnaire, later="yes"))

    assert (whole.status_code, half.status_code) == (400, 400)
    assert errors_of(half) == ["Nothing is answered yet."]
    assert stored() == []


def test_what_is_missing_is_named_and_stays_needed_where_the_rules_say_so(ward):
    ward.load_words()
    sent = ward.form(ward.ask(), **FILLED) | {"answers-q2": ""}

    answer = ward.send(sent)
    insisted = ward.send(sent | {"without_missing": "on"})

    html = answer.content.decode()
    assert errors_of(answer) == ["Not answered yet."]
    assert '<li data-of="answers-q2"><a href="#2">Question 2</a>' in html
    assert '<li data-of="answers-q1" hidden>' in html
    assert "I leave these out on purpose" not in html
    assert (answer.status_code, insisted.status_code) == (400, 400)
    assert stored() == []


def test_what_is_missing_is_asked_for_once_where_the_rules_allow_it(ward):
    ward.load_words("pseq")
    some = {f"answers-q{number}": "4" for number in range(1, 10)}
    sent = ward.form(ward.ask("pseq"), **some)

    answer = ward.send(sent)
    meant = ward.send(sent | {"without_missing": "on"})

    assert answer.status_code == 400
    assert "I leave these out on purpose" in answer.content.decode()
    assert meant.status_code == 302
    [(answers, is_complete)] = stored()
    assert is_complete
    assert len(answers) == 9


def test_too_few_answers_are_too_few_also_on_purpose(ward):
    ward.load_words("pseq")
    sent = ward.form(ward.ask("pseq"), **{"answers-q1": "4"}, without_missing="on")

    answer = ward.send(sent)

    assert answer.status_code == 400
    assert "With so few answers" in errors_of(answer)[0]
    assert stored() == []


def test_whether_answers_can_lack_is_the_instruments_rule():
    peg, pseq = shipped_instrument("peg"), shipped_instrument("pseq")
    eight = {f"q{number}": 4 for number in range(1, 9)}

    assert not can_lack_answers(peg, settings=NO_SETTINGS)
    assert can_lack_answers(pseq, settings=NO_SETTINGS)
    assert is_enough(pseq, eight, settings=NO_SETTINGS)
    assert not is_enough(pseq, eight | {"q8": None}, settings=NO_SETTINGS)


def test_patient_sees_neither_score_nor_band(ward):
    forms.import_own_instrument(ward.clinic, by=ward.manager, now=clock.now())
    own = {"instrument": "our_own", "instrument_version": 1}
    items = {code: {"text": f"Our {code}"} for code in ("a1", "a2")}
    ward.load_words("peg", **own, items=items)
    questionnaire = ward.ask("our_own")
    before = ward.open(questionnaire).content.decode()
    sent = ward.form(questionnaire, **{"answers-a1": "9", "answers-a2": "8"})
    ward.send(sent)

    after = ward.open(questionnaire).content.decode()
    today = ward.phone.get("/").content.decode()

    assert ResponseScore.objects.get().value == 17
    assert "You have answered it. Thank you." in after
    for html in (before, after, today):
        words = re.sub(r"<[^>]*>", " ", html)
        assert not re.search(r"\b(high|low|17|level|score)\b", words)
        assert "17" not in re.findall(r'value="([^"]*)"', html)


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


@pytest.mark.parametrize("rows", [1, 5])
def test_today_asks_the_same_number_of_questions(ward, rows, django_assert_num_queries):
    ward.load_words()
    for _ in range(rows):
        ward.ask()

    with django_assert_num_queries(12):
        html = ward.phone.get("/").content.decode()

    assert html.count("data-keep") == rows
