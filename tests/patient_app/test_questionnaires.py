"""Questionnaires on a patient's pages, by plain requests."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.clinical.questionnaires.answers import NO_SETTINGS
from apps.clinical.questionnaires.library import shipped_instrument
from apps.common import clock
from apps.questionnaires.models import QuestionnaireResponse, ResponseScore
from apps.questionnaires.scores import can_lack_answers, is_enough
from tests.factories import forms

from .test_pages import errors_of
from .ward import FILLED, PAGE, QUEUE, stored

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("E3")]


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


@pytest.mark.parametrize("rows", [1, 5])
def test_today_asks_the_same_number_of_questions(ward, rows, django_assert_num_queries):
    ward.load_words()
    for _ in range(rows):
        ward.ask()

    with django_assert_num_queries(12):
        html = ward.phone.get("/").content.decode()

    assert html.count("data-keep") == rows
