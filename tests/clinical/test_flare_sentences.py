"""What people read, word by word."""

import re

import pytest

from apps.clinical.flare import sentences
from apps.clinical.flare.verdicts import Pattern

pytestmark = pytest.mark.requirement("F1")

PATTERN = Pattern(
    n=6,
    mean_mm=15.5,
    z=4.69,
    at_least_10=5,
    n24=5,
    n48=5,
    session_keys=("s01", "s02", "s03", "s04", "s05", "s06"),
)


def acute(**change):
    values = {
        "session_number": 4,
        "ref_mm": 52.5,
        "sig_mm": 9.15,
        "h24_mm": 78,
        "h48_mm": 66,
    }
    return sentences.acute_flare(**values | change)


def possible(**change):
    values = {
        "session_number": 4,
        "ref_mm": 52.5,
        "rise_mm": 25.5,
        "sig_mm": 9.15,
        "says_flare": False,
    }
    return sentences.possible_flare(**values | change)


ALL = [
    sentences.possible_flare_for_patient(clinic="Clinic North", asks_again=True),
    sentences.possible_flare_for_patient(clinic="Clinic North", asks_again=False),
    possible(),
    possible(says_flare=True),
    possible(ref_mm=None),
    acute(),
    acute(h48_mm=None),
    acute(h24_mm=None),
    acute(h24_mm=50),
    acute(ref_mm=None),
    sentences.load_change("+2.5 kg"),
    sentences.sustained_flare(
        first_pre_mm=75, second_pre_mm=78, ref_mm=52.5, started_on="2 March"
    ),
    sentences.pattern_alert(PATTERN, sig_mm=8.09),
    sentences.pattern_watch(PATTERN, sig_mm=8.09),
    sentences.rising_pain(trend_mm=20, sig_mm=8.09, is_alert=True),
    sentences.rising_pain(trend_mm=15, sig_mm=8.09, is_alert=False),
    sentences.not_judgeable(with_value=2, sessions=6),
]


@pytest.mark.parametrize("sentence", ALL, ids=lambda sentence: sentence.key)
def test_sentence_is_complete_and_claims_no_diagnosis(sentence):
    assert "{" not in sentence.text
    assert all(str(value) in sentence.text for value in sentence.params.values())
    claims = (
        r"\b(diagnosed|caused by|damage|injured|harmful|dangerous|sensiti[sz]ation)"
    )
    assert not re.search(claims, sentence.text)


def test_patient_reads_that_it_usually_settles():
    tomorrow, next_time = ALL[:2]

    assert tomorrow.text == (
        "Your pain is higher than usual for you after this session. This happens and "
        "usually settles. We will ask again tomorrow. If you are worried, contact "
        "Clinic North."
    )
    assert "If it is still so at your next session, tell your therapist." in (
        next_time.text
    )
    assert (tomorrow.key, next_time.key) == (
        "flare.t1.patient_h24",
        "flare.t1.patient_h48",
    )


def test_possible_flare_says_how_far_pain_rose():
    assert possible().text == (
        "Pain rose to 78 after session 4, from about 53 (+26 mm, 2.8 x the person's "
        "usual day-to-day variation)."
    )
    assert possible(says_flare=True).text.endswith(
        "and the person calls it a flare-up."
    )


@pytest.mark.parametrize(
    "change", [{"ref_mm": None}, {"rise_mm": None}, {"rise_mm": 0}, {"rise_mm": -5}]
)
def test_possible_flare_without_a_rise_rests_on_the_answer(change):
    assert possible(**change).text == (
        "The person answered that session 4 was followed by a flare-up."
    )


def test_acute_flare_says_both_days():
    assert acute().text == (
        "Pain rose from about 53 to 78 the day after session 4 (+26 mm, 2.8 x the "
        "person's usual day-to-day variation) and was 66 after 48 h."
    )


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"h48_mm": None}, "flare.t2.h24_only", "There is no value after 48 h."),
        ({"h24_mm": None}, "flare.t2.h48_only", "to 66 two days after session 4 (+14"),
        ({"h24_mm": 50}, "flare.t2.later", "was 50 the day after session 4 and rose"),
        ({"ref_mm": None}, "flare.answer", "answered that session 4"),
        ({"h24_mm": 50, "h48_mm": 50}, "flare.answer", "answered that session 4"),
        ({"h24_mm": None, "h48_mm": None}, "flare.answer", "answered that session 4"),
        ({"h24_mm": 50, "h48_mm": None}, "flare.answer", "answered that session 4"),
    ],
)
def test_acute_flare_says_only_what_is_known(change, key, words):
    sentence = acute(**change)

    assert sentence.key == key
    assert words in sentence.text


def test_load_change_names_the_difference():
    assert sentences.load_change("+2.5 kg").text == (
        "Load that day: +2.5 kg against the session before."
    )


def test_sustained_flare_says_both_values():
    assert ALL[11].text == (
        "Pain was still 75 and 78 before the next two sessions (usual 53). Started "
        "2 March."
    )


def test_pattern_alert_only_suggests():
    assert ALL[12].text == (
        "Over the last 6 sessions pain right after and in the two days after exercise "
        "averaged 16 mm above the resting level before it; 5 of 6 sessions rose by 10 "
        "mm or more. Usual variation 8.1 mm. This pattern suggests exercise-induced "
        "hyperalgesia; it is not a diagnosis. Other explanations: infection, sleep, "
        "stress, drug change, too steep load, another illness. Data: 5 of 6 24-h "
        "values, 5 of 6 48-h values."
    )


def test_pattern_watch_suggests_nothing():
    assert "hyperalgesia" not in ALL[13].text
    assert "too little to suggest a pattern" in ALL[13].text


def test_rising_pain_holds_loads_at_the_gate():
    assert "rose by 20 mm" in ALL[14].text
    assert "Loads are not raised" not in ALL[14].text
    assert "Loads are not raised" in ALL[15].text


def test_not_judgeable_says_that_nothing_can_be_said():
    assert ALL[16].text == (
        "Only 2 of the last 6 sessions have a next-day value. No statement about "
        "flares is possible."
    )
