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
    n48=4,
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


# Called in the tests, not here: a sentence that cannot be made must fail one of them.
ALL = {
    "tomorrow": lambda: sentences.possible_flare_for_patient(
        clinic="Clinic North", asks_again=True
    ),
    "next time": lambda: sentences.possible_flare_for_patient(
        clinic="Clinic North", asks_again=False
    ),
    "rise": possible,
    "rise and answer": lambda: possible(says_flare=True),
    "answer": lambda: possible(ref_mm=None),
    "both days": acute,
    "one day": lambda: acute(h48_mm=None),
    "two days": lambda: acute(h24_mm=None),
    "later": lambda: acute(h24_mm=50),
    "answers": lambda: acute(ref_mm=None),
    "load": lambda: sentences.load_change("+2.5 kg"),
    "sustained": lambda: sentences.sustained_flare(
        first_pre_mm=75, second_pre_mm=78, ref_mm=52.5, started_on="2 March"
    ),
    "pattern": lambda: sentences.pattern_alert(PATTERN, sig_mm=8.09, each_mm=10.0),
    "watch": lambda: sentences.pattern_watch(PATTERN, sig_mm=8.09, each_mm=10.0),
    "trend": lambda: sentences.rising_pain(
        trend_mm=19.5, sig_mm=8.09, half=4, is_alert=True
    ),
    "gate": lambda: sentences.rising_pain(
        trend_mm=15, sig_mm=8.09, half=4, is_alert=False
    ),
    "gap": lambda: sentences.not_judgeable(with_value=2, sessions=6),
}
OF_PATTERN = {
    "n": 6,
    "mean": 16,
    "rises": 5,
    "each": "10",
    "sig": "8.1",
    "n24": 5,
    "n48": 4,
}


@pytest.mark.parametrize("name", ALL)
def test_sentence_is_complete_and_claims_no_diagnosis(name):
    sentence = ALL[name]()

    assert "{" not in sentence.text
    assert all(str(value) in sentence.text for value in sentence.params.values())
    claims = (
        r"\b(diagnosed|caused by|damage|injured|harmful|dangerous|sensiti[sz]ation)"
    )
    assert not re.search(claims, sentence.text)


@pytest.mark.parametrize(
    ("name", "key", "params"),
    [
        ("tomorrow", "flare.t1.patient_h24", {"clinic": "Clinic North"}),
        ("next time", "flare.t1.patient_h48", {"clinic": "Clinic North"}),
        (
            "rise",
            "flare.t1.rise",
            {"level": 78, "number": 4, "ref": 53, "rise": "+26", "variations": "2.8"},
        ),
        (
            "rise and answer",
            "flare.t1.rise_and_answer",
            {"level": 78, "number": 4, "ref": 53, "rise": "+26", "variations": "2.8"},
        ),
        ("answer", "flare.answer", {"number": 4}),
        (
            "both days",
            "flare.t2.both",
            {
                "number": 4,
                "ref": 53,
                "h24": 78,
                "h48": 66,
                "d24": "+26",
                "variations": "2.8",
            },
        ),
        (
            "one day",
            "flare.t2.h24_only",
            {"number": 4, "ref": 53, "h24": 78, "d24": "+26", "variations": "2.8"},
        ),
        (
            "two days",
            "flare.t2.h48_only",
            {"number": 4, "ref": 53, "h48": 66, "d48": "+14", "variations": "1.5"},
        ),
        (
            "later",
            "flare.t2.later",
            {
                "number": 4,
                "ref": 53,
                "h24": 50,
                "h48": 66,
                "d48": "+14",
                "variations": "1.5",
            },
        ),
        ("answers", "flare.answer", {"number": 4}),
        ("load", "flare.t2.load", {"change": "+2.5 kg"}),
        (
            "sustained",
            "flare.t3",
            {"pre1": 75, "pre2": 78, "ref": 53, "date": "2 March"},
        ),
        ("pattern", "flare.t4.alert", OF_PATTERN),
        ("watch", "flare.t4.watch", OF_PATTERN),
        ("trend", "flare.t5.alert", {"trend": 20, "sig": "8.1", "half": 4}),
        ("gate", "flare.t5.gate", {"trend": 15, "sig": "8.1", "half": 4}),
        ("gap", "flare.dq", {"count": 2, "sessions": 6}),
    ],
)
def test_sentence_carries_what_a_translation_needs(name, key, params):
    sentence = ALL[name]()

    assert (sentence.key, sentence.params) == (key, params)


def test_patient_reads_that_it_usually_settles():
    tomorrow, next_time = ALL["tomorrow"](), ALL["next time"]()

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


def test_possible_flare_says_even_a_small_rise():
    assert "to 53 after session 4, from about 53 (+1 mm, 0.1 x" in (
        possible(rise_mm=0.5).text
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
        ({"h24_mm": 53}, "flare.t2.both", "to 53 the day after session 4 (+1 mm, 0.1"),
        ({"ref_mm": 78.0}, "flare.answer", "answered that session 4"),
        ({"h24_mm": 50, "h48_mm": 53}, "flare.t2.later", "rose to 53 after 48 h"),
        (
            {"ref_mm": 50.0, "h24_mm": 50, "h48_mm": 51},
            "flare.t2.later",
            "from about 50 (+1 mm",
        ),
        (
            {"ref_mm": 50.0, "h24_mm": 50, "h48_mm": 50},
            "flare.answer",
            "answered that session 4",
        ),
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


TEXTS = {
    "next time": (
        "Your pain is higher than usual for you after this session. This happens and "
        "usually settles. If it is still so at your next session, tell your "
        "therapist. If you are worried, contact Clinic North."
    ),
    "one day": (
        "Pain rose from about 53 to 78 the day after session 4 (+26 mm, 2.8 x the "
        "person's usual day-to-day variation). There is no value after 48 h."
    ),
    "two days": (
        "Pain rose from about 53 to 66 two days after session 4 (+14 mm, 1.5 x the "
        "person's usual day-to-day variation). There is no value of the day after."
    ),
    "later": (
        "Pain was 50 the day after session 4 and rose to 66 after 48 h, from about 53 "
        "(+14 mm, 1.5 x the person's usual day-to-day variation)."
    ),
    "watch": (
        "Over the last 6 sessions pain right after and in the two days after exercise "
        "averaged 16 mm above the resting level before it; 5 of 6 sessions rose by 10 "
        "mm or more. Usual variation 8.1 mm. This is too little to suggest a pattern; "
        "it is worth a question at the next session. Data: 5 of 6 24-h values, 4 of 6 "
        "48-h values."
    ),
    "trend": (
        "The usual pain before sessions rose by 20 mm: the last 4 values against "
        "the 4 before. Usual variation 8.1 mm."
    ),
    "gate": (
        "The usual pain before sessions rose by 15 mm: the last 4 values against "
        "the 4 before. Usual variation 8.1 mm. Loads are not raised meanwhile."
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_sentence_reads_word_by_word(name):
    assert ALL[name]().text == TEXTS[name]


def test_load_change_names_the_difference():
    assert sentences.load_change("+2.5 kg").text == (
        "Load that day: +2.5 kg against the session before."
    )


def test_sustained_flare_says_both_values():
    assert ALL["sustained"]().text == (
        "Pain was still 75 and 78 before the next two sessions (usual 53). Started "
        "2 March."
    )


def test_pattern_alert_only_suggests():
    assert ALL["pattern"]().text == (
        "Over the last 6 sessions pain right after and in the two days after exercise "
        "averaged 16 mm above the resting level before it; 5 of 6 sessions rose by 10 "
        "mm or more. Usual variation 8.1 mm. This pattern suggests exercise-induced "
        "hyperalgesia; it is not a diagnosis. Other explanations: infection, sleep, "
        "stress, drug change, too steep load, another illness. Data: 5 of 6 24-h "
        "values, 4 of 6 48-h values."
    )


@pytest.mark.parametrize(
    "say", [sentences.pattern_alert, sentences.pattern_watch], ids=["alert", "watch"]
)
@pytest.mark.parametrize(("each_mm", "told"), [(15.0, "15"), (12.5, "12.5")])
def test_a_pattern_names_the_rise_that_its_policy_counts_from(say, each_mm, told):
    text = say(PATTERN, sig_mm=8.09, each_mm=each_mm).text

    assert f"5 of 6 sessions rose by {told} mm or more." in text


def test_rising_pain_names_how_many_values_its_policy_compares():
    text = sentences.rising_pain(trend_mm=20, sig_mm=8.09, half=6, is_alert=True).text

    assert "the last 6 values against the 6 before" in text


def test_pattern_watch_suggests_nothing():
    text = ALL["watch"]().text

    assert "hyperalgesia" not in text
    assert "too little to suggest a pattern" in text


def test_rising_pain_holds_loads_at_the_gate():
    alert, gate = ALL["trend"]().text, ALL["gate"]().text

    assert "rose by 20 mm" in alert
    assert "Loads are not raised" not in alert
    assert "Loads are not raised" in gate


def test_not_judgeable_says_that_nothing_can_be_said():
    assert ALL["gap"]().text == (
        "Only 2 of the last 6 sessions have a next-day value. No statement about "
        "flares is possible."
    )
