"""What services and rules wrote in English, as a patient reads it."""

import re
from uuid import uuid4

import pytest
from django.utils import translation

from apps.clinical.progression.patient_words import FOR_PATIENTS
from apps.common.errors import AlreadyRecordedError, NotThereError
from apps.logbook.entry import SessionEntry
from apps.patient_app.exercise_names import exercise_name
from apps.patient_app.load_reasons import load_reason
from apps.patient_app.refusals import WORDS, fault_in_words, refusal_in_words

from . import catalogues

pytestmark = pytest.mark.requirement("I4")
RAISING = (
    *("apps/logbook/entry.py", "apps/logbook/services/*.py"),
    *("apps/common/shapes.py", "apps/common/device_clock.py"),
    *("apps/questionnaires/services/responses.py",),
    *("apps/clinical/questionnaires/answers.py",),
)
CODE = re.compile(r'(?:\bcode=|\brule=|rule_broken\(\s*)"([a-z_]+)"')
# Of a body that is no mapping: a form always is one.
NOT_OF_A_FORM = {"invalid_type"}


def test_every_fault_that_a_form_can_have_has_words():
    codes = {
        code
        for pattern in RAISING
        for path in catalogues.ROOT.glob(pattern)
        for code in CODE.findall(path.read_text(encoding="utf-8"))
    }

    assert len(codes) > 15
    assert codes - NOT_OF_A_FORM - set(WORDS) == set()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (("/exercises", "one_outcome"), "Das passt nicht zur Übung. Bitte"),
        (
            ("/exercises/0/sets/1/load", "max_value"),
            "Eine Last beträgt höchstens 1000 kg.",
        ),
        (("/pain_mm", "max_value"), "Das ist mehr, als hier möglich ist."),
        # Of a page itself, in the reader's language already.
        (("", "page_says_so"), "Schon auf Deutsch."),
    ],
)
def test_fault_is_told_in_the_readers_words(fault, words):
    pointer, code = fault
    told = {"pointer": pointer, "code": code, "detail": "Schon auf Deutsch."}

    with translation.override("de"):
        assert fault_in_words(told).startswith(words)


def test_refusal_as_a_whole_is_told_in_the_readers_words():
    with translation.override("sv"):
        taken = refusal_in_words(NotThereError("This session was taken out."))
        twice = refusal_in_words(AlreadyRecordedError(f"It was held: {uuid4()}."))
        own = refusal_in_words(NotThereError("Redan på svenska."))

    assert taken == "Det träningspasset är borttaget."
    assert twice == "Det här är redan registrerat, och det kan bara finnas en gång."
    assert own == "Redan på svenska."


def test_limit_of_the_logbook_is_the_one_that_is_told():
    over = {"value": "1000.5", "unit": "kg"}
    body = {
        "setting": "home",
        "started_at": "2026-03-02T10:00Z",
        "ended_at": "2026-03-02T11:00Z",
        "exercises": [{"exercise": "0" * 32, "sets": [{"reps": 1, "load": over}]}],
    }

    with pytest.raises(Exception, match="at most 1000 kg") as refused:
        SessionEntry.parse(body)

    assert [fault_in_words(each) for each in refused.value.errors] == [
        "A load is at most 1000 kg."
    ]


@pytest.mark.parametrize("rule", FOR_PATIENTS)
def test_reason_of_a_rule_is_one_calm_sentence_without_flares_and_patterns(rule):
    told = load_reason(f"Rule {rule}: A flare is open: 20 % less.")

    assert told == FOR_PATIENTS[rule]
    for word in ("flare", "pattern", "alert", "Rule"):
        assert word not in told


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_reason_that_puts_a_load_in_force_is_translated(language):
    with translation.override(language.replace("_", "-").lower()):
        for rule, words in FOR_PATIENTS.items():
            assert words not in load_reason(f"Rule {rule}: Any.")


def test_therapists_own_words_stand_without_the_rule_that_was_not_followed():
    assert load_reason("Go slow (instead of rule 12: 40 kg)") == "Go slow"


def test_shared_exercises_have_names_and_others_keep_theirs():
    with translation.override("sv"):
        assert exercise_name("Leg press") == "Benpress"
        assert exercise_name("Session") == "Session"
        assert exercise_name("Anna's own") == "Anna's own"
