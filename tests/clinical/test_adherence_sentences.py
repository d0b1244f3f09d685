"""What people read about adherence."""

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from apps.clinical.adherence import sentences
from apps.clinical.adherence.course import AlertReason
from apps.clinical.adherence.figures import Share, figures_of
from apps.clinical.adherence.inputs import ExcuseReason
from apps.clinical.adherence.outcomes import Result

from .adherence_builders import figures, outcome, with_kg

pytestmark = pytest.mark.requirement("G1")

BLAME = re.compile(
    r"miss|fail|only|should|must|row|streak|%|red\b|low|late|excus|not do|enough"
)


def said(found):
    return [(each.key, dict(each.params), each.text) for each in found]


# to a patient


@pytest.mark.parametrize(
    ("given", "key", "params", "text"),
    [
        (
            figures(),
            "ahead",
            {"clinic": "Smärtkliniken"},
            (
                "Your sessions are ahead of you. If a day does not suit you, tell "
                "Smärtkliniken."
            ),
        ),
        (
            figures(missed=4),
            "none",
            {"clinic": "Smärtkliniken"},
            (
                "You can go on whenever you are ready. If other days or an "
                "easier start "
                "would help, talk to Smärtkliniken."
            ),
        ),
        (
            figures(attended=1, missed=4),
            "one",
            {},
            (
                "You trained once in the last four weeks. Each session "
                "counts, also one "
                "that you did in part."
            ),
        ),
        (
            figures(attended=2, missed=4),
            "several",
            {"attended": 2},
            (
                "You trained 2 times in the last four weeks. Each session counts, also "
                "one that you did in part."
            ),
        ),
    ],
)
def test_a_patient_reads_what_was_done(given, key, params, text):
    found = sentences.for_patient(given, clinic="Smärtkliniken")

    assert said(found) == [(f"adherence.patient.{key}", params, text)]


def test_a_patient_is_thanked_for_an_excuse():
    found = sentences.for_patient(figures(attended=3, excused=1), clinic="K")

    assert [each.key for each in found] == [
        "adherence.patient.several",
        "adherence.patient.excused",
    ]
    assert said(found)[1] == (
        "adherence.patient.excused",
        {},
        (
            "Thank you for telling us when you could not come. It helps "
            "us to plan with "
            "you."
        ),
    )


def test_no_patient_reads_a_count_of_what_was_not_done():
    for attended in range(4):
        for missed in range(6):
            for excused in range(3):
                given = figures(attended, missed, excused)
                for each in sentences.for_patient(given, clinic="K"):
                    assert not BLAME.search(each.text.lower()), each.text
                    numbers = re.findall(r"\d+", each.text)
                    assert numbers in ([], [str(attended)])


# to a therapist


def test_a_therapist_reads_that_nothing_has_come_due():
    assert said(sentences.for_therapist(figures())) == [
        ("adherence.therapist.nothing_due", {}, "No session has come due yet.")
    ]


def test_a_therapist_reads_attendance_with_both_numbers():
    slots = [
        outcome(1),
        outcome(2),
        outcome(3, Result.PARTIAL),
        outcome(4),
        outcome(5, Result.MISSED),
        outcome(6, Result.MISSED),
        outcome(7, Result.PARTIAL),
    ]

    assert said(sentences.for_therapist(figures_of(slots))) == [
        (
            "adherence.therapist.attendance",
            {"attended": 5, "due": 7, "attendance": "71.4", "partial": 2},
            "Attended 5 of 7 due sessions (71.4 %), 2 of them in part.",
        )
    ]


def test_a_therapist_reads_excuses_and_how_many_were_a_pain_flare():
    flare = outcome(1, Result.EXCUSED, excuse_reason=ExcuseReason.PAIN_FLARE)
    slots = [flare, outcome(2, Result.EXCUSED), *map(outcome, (3, 4, 5))]

    found = sentences.for_therapist(figures_of(slots))

    assert said(found)[1:] == [
        (
            "adherence.therapist.excused",
            {"excused": 2, "flare": 1, "without": "100.0"},
            (
                "Excused: 2, of these 1 because of a pain flare; without excused ones "
                "attendance is 100.0 %."
            ),
        )
    ]


def test_a_therapist_reads_when_all_were_excused():
    found = sentences.for_therapist(figures(excused=4))

    assert said(found)[1:] == [
        (
            "adherence.therapist.all_excused",
            {"excused": 4, "flare": 0},
            (
                "Excused: 4, of these 0 because of a pain flare; no due "
                "session is left "
                "without them."
            ),
        )
    ]


def test_a_therapist_reads_when_it_is_too_early():
    three = sentences.for_therapist(figures(attended=3))
    four = sentences.for_therapist(figures(attended=4))

    assert said(three)[1:] == [
        (
            "adherence.therapist.too_early",
            {"due": 3, "needed": 4},
            "3 of the 4 due sessions that a judgement needs: too early to say.",
        )
    ]
    assert len(four) == 1


# alerts


@pytest.mark.requirement("G3")
@pytest.mark.parametrize(
    ("misses", "key", "text"),
    [
        (
            2,
            "missed_sessions",
            (
                "2 sessions were missed without an excuse since the last one that was "
                "attended. Ask what would make coming easier."
            ),
        ),
        (
            3,
            "interrupted",
            (
                "Training is interrupted: 3 sessions were missed without an "
                "excuse since "
                "the last one that was attended. Ask what would make coming easier."
            ),
        ),
    ],
)
def test_an_alert_of_misses_tells_an_interruption(misses, key, text):
    found = sentences.alert(
        AlertReason.MISSED_SESSIONS, figures=figures(), misses=misses
    )

    assert said([found]) == [
        (f"adherence.therapist.{key}", {"misses": misses}, text),
    ]


@pytest.mark.requirement("G3")
def test_an_alert_of_a_red_light_has_both_numbers():
    found = sentences.alert(
        AlertReason.LOW_ADHERENCE, figures=figures(2, 5, 1), misses=0
    )

    assert said([found]) == [
        (
            "adherence.therapist.low_adherence",
            {"attended": 2, "asked": 7, "without": "28.6"},
            (
                "Over the last four weeks 2 of 7 sessions were attended "
                "(28.6 %), excused "
                "ones left out."
            ),
        )
    ]


@pytest.mark.requirement("G3")
def test_an_alert_of_a_low_dose_has_its_numbers():
    slots = [with_kg(number, 60, 100) for number in range(1, 8)]
    given = figures_of([*slots, with_kg(8, 0, 100, Result.MISSED)])

    found = sentences.alert(AlertReason.LOW_DOSE, figures=given, misses=1)

    assert said([found]) == [
        (
            "adherence.therapist.low_dose",
            {
                "attended": 7,
                "due": 8,
                "attendance": "87.5",
                "dose": "52.5",
                "when_attended": "60.0",
            },
            (
                "The person comes (7 of 8 sessions, 87.5 %) but does 52.5 % of the "
                "prescribed dose, and 60.0 % when they come. The load or the "
                "volume may be "
                "too high."
            ),
        )
    ]


def test_staff_read_why_somebody_dropped_out():
    found = [sentences.silent(days=30), sentences.withdrawn(day=date(2026, 3, 9))]

    assert said(found) == [
        (
            "adherence.therapist.silent",
            {"days": 30},
            "No session for 30 days, pauses not counted, and none is booked.",
        ),
        (
            "adherence.therapist.withdrawn",
            {"day": "2026-03-09"},
            "Withdrawal was recorded on 2026-03-09.",
        ),
    ]


def test_a_sentence_shows_what_is_rounded_half_up():
    given = replace(
        figures(4), attendance=Share(part=Fraction(1), whole=Fraction(2000))
    )

    assert "(0.1 %)" in sentences.for_therapist(given)[0].text
