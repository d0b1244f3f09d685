"""The response profile: relief, no change, rise, by kind and load, and its words."""

from decimal import Decimal

import pytest

from apps.clinical import response_profile as profile
from apps.clinical.errors import ClinicalInputError
from apps.clinical.response_profile import (
    Answer,
    ExerciseKind,
    LoadBand,
    ProfileRules,
    SessionAnswer,
    answer_of,
    kind_of_session,
    load_band,
    response_profile,
    share_of_session,
)
from apps.clinical.response_words import (
    TEMPLATES,
    headings,
    patient_sentences,
    staff_sentence,
)
from apps.clinical.scales import PainScale

pytestmark = pytest.mark.requirement("F7")


def session(pre_mm, post_mm, *, kind="resistance", percent="40", **changes):
    return SessionAnswer(
        kind=None if kind is None else ExerciseKind(kind),
        percent_1rm=None if percent is None else Decimal(percent),
        pre_mm=pre_mm,
        post_mm=post_mm,
        **changes,
    )


def changed(*changes_mm, pre_mm=50):
    return [session(pre_mm, pre_mm + change_mm) for change_mm in changes_mm]


def overall(sessions, **rules):
    return response_profile(sessions, rules=ProfileRules(**rules)).overall


def counts(responses):
    return (
        responses.relief.count,
        responses.no_change.count,
        responses.rise.count,
    )


def test_the_rules_are_told_in_numbers():
    assert (profile.CHANGE_FROM_MM, profile.MIN_SESSIONS) == (10, 6)
    assert ProfileRules() == ProfileRules(change_from_mm=10, min_sessions=6)
    assert (profile.MODERATE_FROM_PERCENT, profile.HEAVY_FROM_PERCENT) == (50, 70)


# What a session is


@pytest.mark.parametrize(
    ("change_mm", "answer"),
    [
        (-11, Answer.RELIEF),
        (-10, Answer.RELIEF),
        (-9, Answer.NO_CHANGE),
        (0, Answer.NO_CHANGE),
        (9, Answer.NO_CHANGE),
        (10, Answer.RISE),
        (11, Answer.RISE),
    ],
)
def test_a_change_is_relief_or_rise_from_ten_millimetres_on(change_mm, answer):
    assert answer_of(change_mm) == answer


@pytest.mark.parametrize(
    ("change_mm", "answer"), [(-15, "relief"), (-14, "no_change"), (15, "rise")]
)
def test_a_clinic_may_set_another_change(change_mm, answer):
    assert answer_of(change_mm, rules=ProfileRules(change_from_mm=15)) == answer


@pytest.mark.parametrize(
    ("percent", "band"),
    [
        (None, LoadBand.NOT_KNOWN),
        ("0.1", LoadBand.LIGHT),
        ("49.99", LoadBand.LIGHT),
        ("50", LoadBand.MODERATE),
        ("69.99", LoadBand.MODERATE),
        ("70", LoadBand.HEAVY),
        ("105", LoadBand.HEAVY),
    ],
)
def test_load_bands_begin_with_their_lower_end(percent, band):
    assert load_band(None if percent is None else Decimal(percent)) == band


@pytest.mark.parametrize("percent", ["0", "-1", "NaN", "Infinity"])
def test_a_share_that_cannot_be_is_refused(percent):
    for refused_by in (load_band, lambda share: session(1, 2, percent=share)):
        with pytest.raises(ClinicalInputError) as refused:
            refused_by(Decimal(percent))

        assert str(refused.value) == (
            f"percent_1rm must be finite and above 0, got {percent}."
        )


def test_the_change_is_after_minus_before():
    assert session(54, 31).change_mm == -23
    assert session(None, 31).change_mm is None
    assert session(54, None).change_mm is None
    assert session(0, 0).change_mm == 0


def test_a_change_of_scale_has_no_change_of_pain():
    mixed = session(50, 30, post_scale=PainScale.NRS11)
    same = session(50, 30, pre_scale=PainScale.NRS11, post_scale=PainScale.NRS11)

    assert mixed.change_mm is None
    assert same.change_mm == -20


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"pre_mm": 101, "post_mm": 5},
            "pain_mm must be a whole number from 0 to 100, got 101.",
        ),
        (
            {"pre_mm": 5, "post_mm": -1},
            "pain_mm must be a whole number from 0 to 100, got -1.",
        ),
        (
            {"pre_mm": 55, "post_mm": 50, "pre_scale": PainScale.NRS11},
            "pain_mm must be a multiple of 10 on the NRS11, got 55.",
        ),
        (
            {"pre_mm": 50, "post_mm": 55, "post_scale": PainScale.NRS11},
            "pain_mm must be a multiple of 10 on the NRS11, got 55.",
        ),
    ],
)
def test_pain_off_its_scale_is_refused(values, message):
    with pytest.raises(ClinicalInputError) as refused:
        session(**values)

    assert str(refused.value) == message


def test_an_unknown_kind_is_refused():
    with pytest.raises(ClinicalInputError) as refused:
        SessionAnswer(kind="chess", percent_1rm=None, pre_mm=None, post_mm=None)

    assert str(refused.value) == (
        "kind must be one of resistance, aerobic, interval, aquatic, mind_body, "
        "relaxation, other, got 'chess'."
    )


@pytest.mark.parametrize(
    ("name", "value", "maximum"),
    [
        ("change_from_mm", 0, 100),
        ("change_from_mm", 101, 100),
        ("change_from_mm", 9.5, 100),
        ("min_sessions", 0, 1000),
        ("min_sessions", 1001, 1000),
        ("min_sessions", True, 1000),
    ],
)
def test_rules_that_tell_nothing_are_refused(name, value, maximum):
    with pytest.raises(ClinicalInputError) as refused:
        ProfileRules(**{name: value})

    assert str(refused.value) == (
        f"{name} must be a whole number from 1 to {maximum}, got {value!r}."
    )


def test_rules_on_the_bounds_are_taken():
    assert ProfileRules(change_from_mm=1, min_sessions=1).min_sessions == 1
    assert ProfileRules(change_from_mm=100, min_sessions=1000).change_from_mm == 100


# Counting


def test_fourteen_of_twenty_sessions_were_followed_by_relief():
    sessions = changed(*[-20] * 10, *[-12] * 4, *[3] * 4, 10, 30)

    found = overall(sessions)

    assert (found.n, found.not_counted, found.relief_possible) == (20, 0, 20)
    assert found.is_too_early is False
    assert counts(found) == (14, 4, 2)
    assert (found.relief.n, found.no_change.n, found.rise.n) == (20, 20, 20)
    assert found.relief.proportion.share == 0.7
    assert found.relief.proportion.low == pytest.approx(0.4810, abs=5e-5)
    assert found.relief.proportion.high == pytest.approx(0.8545, abs=5e-5)
    assert found.no_change.proportion.share == 0.2
    assert found.rise.proportion.share == 0.1
    assert (found.relief.typical_mm, found.rise.typical_mm) == (20, 20)
    assert found.no_change.typical_mm is None


def test_sizes_are_medians_above_zero():
    found = overall(changed(-10, -30, -35, 0, 11, 40, 50, 60, pre_mm=40))

    assert (found.relief.typical_mm, found.rise.typical_mm) == (30, 45)


def test_an_answer_that_never_came_has_a_proportion_but_no_size():
    found = overall(changed(*[0] * 6))

    assert counts(found) == (0, 6, 0)
    assert (found.relief.proportion.share, found.relief.proportion.low) == (0, 0)
    assert (found.relief.typical_mm, found.rise.typical_mm) == (None, None)


@pytest.mark.parametrize(("n", "is_too_early"), [(5, True), (6, False), (7, False)])
def test_below_six_sessions_it_is_too_early(n, is_too_early):
    found = overall(changed(*[-20] * n))

    assert found.is_too_early is is_too_early
    assert (found.relief.proportion is None) is is_too_early
    assert (found.rise.proportion is None) is is_too_early
    assert found.relief.count == n


def test_a_clinic_may_set_another_smallest_number():
    assert overall(changed(-20, -20), min_sessions=2).is_too_early is False
    assert overall(changed(-20), min_sessions=2).is_too_early is True


def test_a_session_that_cannot_be_counted_is_told_never_no_change():
    sessions = [
        *changed(-20, 0),
        session(None, 40),
        session(40, None),
        session(50, 30, post_scale=PainScale.NRS11),
        session(50, 20, confounded=True),
    ]

    found = overall(sessions)

    assert (found.n, found.not_counted) == (2, 4)
    assert counts(found) == (1, 1, 0)


def test_relief_is_possible_from_the_smallest_change_on():
    found = overall([session(9, 9), session(10, 10), session(11, 11), session(0, 0)])

    assert (found.n, found.relief_possible) == (4, 2)
    assert overall([session(14, 5)], change_from_mm=15).relief_possible == 0


def test_nobody_has_answered_yet():
    found = response_profile([])

    assert (found.by_kind, found.by_load) == ((), ())
    assert (found.overall.n, found.overall.not_counted) == (0, 0)
    assert found.overall.is_too_early is True
    assert counts(found.overall) == (0, 0, 0)


def test_groups_come_by_kind_and_load_in_a_fixed_order():
    sessions = [
        session(50, 30, kind=None, percent=None),
        session(50, 70, kind="resistance", percent="70"),
        session(50, 50, kind="aerobic", percent=None),
        session(50, 30, kind="resistance", percent="40"),
        session(50, 40, kind="resistance", percent="45"),
        session(50, 30, kind="other", percent="60"),
    ]

    found = response_profile(sessions)

    assert [
        (one.kind, one.band, one.responses.n, counts(one.responses))
        for one in found.by_kind
    ] == [
        ("resistance", None, 3, (2, 0, 1)),
        ("aerobic", None, 1, (0, 1, 0)),
        ("other", None, 2, (2, 0, 0)),
    ]
    assert [
        (one.kind, one.band, one.responses.n, counts(one.responses))
        for one in found.by_load
    ] == [
        ("resistance", "light", 2, (2, 0, 0)),
        ("resistance", "heavy", 1, (0, 0, 1)),
        ("aerobic", "not_known", 1, (0, 1, 0)),
        ("other", "moderate", 1, (1, 0, 0)),
        ("other", "not_known", 1, (1, 0, 0)),
    ]


def test_groups_follow_the_same_rules_as_the_whole():
    rules = ProfileRules(change_from_mm=20, min_sessions=1)
    found = response_profile(changed(-15, -25), rules=rules)

    for one in (found.overall, found.by_kind[0].responses, found.by_load[0].responses):
        assert one.rules == rules
        assert one.is_too_early is False
        assert counts(one) == (1, 1, 0)


# Words


def said(sessions, **rules):
    return [
        (one.key, one.text) for one in patient_sentences(overall(sessions, **rules))
    ]


def test_the_patient_reads_relief_first():
    sentences = patient_sentences(
        overall(changed(*[30] * 2, *[-15] * 13, -20, *[0] * 4))
    )

    assert [one.key for one in sentences] == [
        "response.patient.relief",
        "response.patient.relief_size",
        "response.patient.no_change",
        "response.patient.rise",
    ]
    assert [one.text for one in sentences] == [
        "After 14 of 20 sessions your pain was lower.",
        "It was then lower by about 15 of 100.",
        "After 4 of 20 sessions your pain was about the same.",
        (
            "After 2 of 20 sessions your pain was higher. That can happen; talk with "
            "your therapist if it worries you."
        ),
    ]
    assert [one.params for one in sentences] == [
        {"count": 14, "n": 20},
        {"size": 15},
        {"count": 4, "n": 20},
        {"count": 2, "n": 20},
    ]


def test_an_answer_that_never_came_is_not_told():
    assert [key for key, _ in said(changed(*[-15] * 6))] == [
        "response.patient.relief",
        "response.patient.relief_size",
    ]
    assert [key for key, _ in said(changed(*[0] * 6))] == ["response.patient.no_change"]
    assert [key for key, _ in said(changed(*[15] * 6))] == ["response.patient.rise"]


def test_half_a_millimetre_is_rounded_up():
    assert said(changed(*[-14] * 3, *[-15] * 3))[1][1] == (
        "It was then lower by about 15 of 100."
    )


def test_too_early_says_how_many_are_needed():
    assert said(changed(-20, 30)) == [
        (
            "response.patient.too_early",
            (
                "So far 2 of 6 sessions have a pain value before and after. From 6 on "
                "you see here how your pain answers exercise."
            ),
        )
    ]
    assert said([], min_sessions=8) == [
        (
            "response.patient.too_early_none",
            (
                "No session has a pain value before and after yet. From 8 on you see "
                "here how your pain answers exercise."
            ),
        )
    ]


def test_staff_read_counts_with_limits():
    sessions = changed(*[-20] * 14, *[0] * 4, *[30] * 2)
    sessions[0] = session(None, 30)
    sessions.append(session(5, 5))

    sentence = staff_sentence(overall(sessions))

    assert sentence.key == "response.staff.counts"
    assert sentence.text == (
        "Of 20 sessions: relief 13 (43-82 %), no change 5 (11-47 %), rise 2 (3-30 %); "
        "95 % limits, change from 10 mm, 1 not counted. Relief was possible in 19."
    )


def test_staff_read_that_it_is_too_early():
    sentence = staff_sentence(overall([*changed(-20, 30), session(None, 3)]))

    assert sentence.key == "response.staff.too_early"
    assert sentence.params == {"n": 2, "minimum": 6, "not_counted": 1}
    assert sentence.text == (
        "Too early to say: 2 of 6 sessions have pain before and after; 1 not counted."
    )


def test_groups_have_headings():
    found = response_profile(changed(-20))

    (kind,) = headings(found.by_kind[0])
    assert (kind.key, kind.text) == ("response.kind.resistance", "Strength training")
    assert kind.params == {}
    assert [(one.key, one.text) for one in headings(found.by_load[0])] == [
        ("response.kind.resistance", "Strength training"),
        ("response.band.light", "Light loads"),
    ]
    assert [one.params for one in headings(found.by_load[0])] == [{}, {}]


def test_every_kind_and_band_has_its_words():
    assert {
        key: text
        for key, text in TEMPLATES.items()
        if key.startswith(("response.kind.", "response.band."))
    } == {
        "response.kind.resistance": "Strength training",
        "response.kind.aerobic": "Endurance training",
        "response.kind.interval": "Interval training",
        "response.kind.aquatic": "Training in water",
        "response.kind.mind_body": "Yoga, tai chi or qigong",
        "response.kind.relaxation": "Relaxation",
        "response.kind.other": "Other training",
        "response.band.light": "Light loads",
        "response.band.moderate": "Middle loads",
        "response.band.heavy": "Heavy loads",
        "response.band.not_known": (
            "Load not told as a share of the most you can lift once"
        ),
    }
    assert {f"response.kind.{kind}" for kind in ExerciseKind} <= set(TEMPLATES)
    assert {f"response.band.{band}" for band in LoadBand} <= set(TEMPLATES)


@pytest.mark.parametrize("word", ["eih", "hypoalgesia", "hyperalgesia", "harm"])
def test_no_sentence_speaks_of_what_it_is_not(word):
    assert [key for key, text in TEMPLATES.items() if word in text.lower()] == []


def test_a_session_is_of_the_kind_of_most_of_its_exercises():
    assert kind_of_session(["aerobic", "resistance", "isometric"]) == "resistance"
    # Equally many: the kind that stands first.
    assert kind_of_session(["aerobic", "resistance"]) == "resistance"
    assert kind_of_session(["aerobic", "resistance", "aerobic"]) == "aerobic"
    assert kind_of_session(["stretching"]) == "other"
    assert kind_of_session([]) is None


def test_an_unknown_modality_is_refused():
    with pytest.raises(ClinicalInputError) as refused:
        kind_of_session(["aerobic", "dancing"])

    assert str(refused.value) == (
        "modality must be one of resistance, isometric, aerobic, interval, aquatic, "
        "mind_body, relaxation, motor_control, stretching, got 'dancing'."
    )


def test_the_share_of_a_session_is_the_mean_of_its_sets():
    assert share_of_session([Decimal(40), Decimal(50)]) == Decimal(45)
    # Half of the sets known is enough, less is not.
    assert share_of_session([Decimal(40), None]) == Decimal(40)
    assert share_of_session([Decimal(40), None, None]) is None
    assert share_of_session([None]) is None
    assert share_of_session([]) is None
