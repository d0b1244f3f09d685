"""Hints outside of the evidence windows, and the file that they come from."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.errors import ClinicalInputError
from apps.clinical.intensity.evidence import (
    Dose,
    Span,
    check_dose,
    evidence,
    suggestions_for,
)
from apps.clinical.intensity.evidence_file import (
    Kind,
    Quantity,
    Side,
    Stage,
    evidence_from,
)
from apps.clinical.intensity.targets import Basis, Target

pytestmark = pytest.mark.requirement("B6")

# key, kind, stage, quantity, basis, unit, low, high, mark
ROWS = """\
aerobic_start_hrmax aerobic start intensity hrmax % 60 70 S0
aerobic_start_vo2max aerobic start intensity vo2max % 50 60 S0
aerobic_effect_hrmax aerobic later intensity hrmax % 60 75 S0
aerobic_effect_vo2max aerobic later intensity vo2max % 60 75 S0
aerobic_floor_hrmax aerobic - intensity hrmax % 50 - S0
aerobic_minutes aerobic - minutes - - 20 45 S0
aerobic_start_frequency aerobic start sessions_per_week - - 2 3 S0
aerobic_frequency aerobic later sessions_per_week - - 2 5 S0
hiit_hrmax hiit - intensity hrmax % 85 95 K
hiit_bouts hiit - bouts - - 4 10 D
hiit_bout_length hiit - bout_s - - 30 60 D
hiit_rest hiit - rest_ratio - - 1 2 D
hiit_minutes hiit - minutes - - 15 25 D
hiit_frequency hiit - sessions_per_week - - 2 2 D
mind_body_effort mind_body - intensity rpe {score} 9 12 D
mind_body_minutes mind_body - minutes - - 30 60 D
mind_body_frequency mind_body - sessions_per_week - - 1 3 D
aquatic_effort aquatic - intensity rpe {score} 11 13 D
aquatic_minutes aquatic - minutes - - 30 60 D
aquatic_frequency aquatic - sessions_per_week - - 2 3 D
resistance_start_load resistance start intensity one_rm % - 40 S1
resistance_load resistance - intensity one_rm % 40 80 S1
resistance_start_repetitions resistance start repetitions - - 15 20 S1
resistance_repetitions resistance later repetitions - - 5 20 S1
resistance_sets resistance - sets - - 2 2 S1
resistance_minutes resistance - minutes - - 60 60 S1
resistance_frequency resistance - sessions_per_week - - 2 2 S1
""".splitlines()

# Below and above, where both say the same.
TEXTS = {
    "aerobic_effect_hrmax": "Effects on pain are described for 60-75 % of the highest "
    "heart rate.",
    "aerobic_effect_vo2max": "Effects on pain are described for 60-75 % of VO2max.",
    "aerobic_minutes": "Effects on pain are described for 20-45 minutes.",
    "aerobic_frequency": "The review goes from 2-3 to 4-5 sessions a week.",
    "hiit_hrmax": "Intervals are usually done at 85-95 % of the highest heart rate.",
    "hiit_bouts": "The template has 4-10 bouts.",
    "hiit_bout_length": "The template has bouts of 30-60 seconds.",
    "hiit_rest": "The template rests one to two times as long as the work.",
    "hiit_minutes": "The template takes 15-25 minutes.",
    "hiit_frequency": "The template has 2 sessions a week.",
    "mind_body_effort": "The template asks for an effort of 9-12 on the scale of 6 to "
    "20.",
    "mind_body_minutes": "The template takes 30-60 minutes.",
    "mind_body_frequency": "The template has 1-3 sessions a week.",
    "aquatic_effort": "The template asks for an effort of 11-13 on the scale of 6 to "
    "20.",
    "aquatic_minutes": "The template takes 30-60 minutes.",
    "aquatic_frequency": "The template has 2-3 sessions a week.",
    "resistance_load": "The trial went from about 40 % to at most 80 % of the 1RM.",
    "resistance_start_repetitions": "The trial started with 15-20 repetitions within "
    "the person's tolerance.",
    "resistance_repetitions": "The trial had 15-20 repetitions at the start and 5-8 "
    "with the highest loads.",
    "resistance_sets": "The trial had 2 sets.",
    "resistance_minutes": "A session of the trial took about 60 minutes.",
    "resistance_frequency": "The trial had 2 sessions a week.",
}
OTHER_TEXTS = {
    "aerobic_start_hrmax": {
        "below": "The review starts at 60-70 % of the highest heart rate.",
        "above": "The review starts at 60-70 % of the highest heart rate and raises it "
        "gradually.",
    },
    "aerobic_start_vo2max": {
        "below": "The review starts at 50-60 % of VO2max.",
        "above": "The review starts at 50-60 % of VO2max and raises it gradually.",
    },
    "aerobic_floor_hrmax": {
        "below": "Below 50 % of the highest heart rate there is often no hypoalgesia.",
    },
    "aerobic_start_frequency": {
        "below": "The review starts with 2-3 sessions a week.",
        "above": "The review starts with 2-3 sessions a week and goes on to 4-5.",
    },
    "resistance_start_load": {"above": "The trial started at about 40 % of the 1RM."},
}
SOURCES = {
    "S0": "Li et al. 2026, J Pain 15(1), doi:10.52338/jop.2026.5336",
    "S1": "Löfgren et al. 2023, Neurobiol Pain, doi:10.1016/j.ynpai.2023.100114",
    "K": "textbook knowledge, to be confirmed by a clinician",
    "D": "a choice of this product, no source",
}


def target(basis, low, high, unit="%"):
    return Target(basis=Basis(basis), low=Decimal(low), high=Decimal(high), unit=unit)


def check(kind, *intensity, stage="later", **amounts):
    return check_dose(
        Dose(
            kind=Kind(kind),
            stage=Stage(stage),
            intensity=intensity,
            amounts={
                Quantity(name): Span(low=Decimal(low), high=Decimal(high))
                for name, (low, high) in amounts.items()
            },
        )
    )


def sides(checked):
    return [(hint.key, str(hint.side)) for hint in checked.hints]


def test_evidence_holds_every_window_of_the_specification():
    rows = [
        " ".join(
            str(cell or "-")
            for cell in (
                *(window.key, window.kind, window.stage, window.quantity),
                *(window.basis, window.unit, window.low, window.high, window.mark),
            )
        )
        for window in evidence().windows
    ]

    assert rows == ROWS


def test_evidence_holds_every_text():
    same = {key: {"below": text, "above": text} for key, text in TEXTS.items()}

    assert {one.key: dict(one.texts) for one in evidence().windows} == (
        same | OTHER_TEXTS
    )


def test_evidence_tells_its_version_and_sources():
    assert evidence().version == 1
    assert evidence().sources == SOURCES
    assert evidence() is evidence()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        pytest.param("60", "75", [], id="on both bounds"),
        pytest.param(
            "59.9", "75", [("aerobic_effect_hrmax", "below")], id="just below"
        ),
        pytest.param(
            "60", "75.1", [("aerobic_effect_hrmax", "above")], id="just above"
        ),
        pytest.param(
            "50", "60", [("aerobic_effect_hrmax", "below")], id="on the floor"
        ),
        pytest.param(
            "49.9",
            "60",
            [("aerobic_effect_hrmax", "below"), ("aerobic_floor_hrmax", "below")],
            id="under the floor",
        ),
        pytest.param(
            "55",
            "80",
            [("aerobic_effect_hrmax", "below"), ("aerobic_effect_hrmax", "above")],
            id="both ends",
        ),
    ],
)
def test_check_dose_hints_outside_the_window(low, high, expected):
    checked = check("aerobic", target("hrmax", low, high))

    assert sides(checked) == expected
    assert checked.not_compared == ()


def test_check_dose_says_whose_window_it_is():
    (hint,) = check("aerobic", minutes=(15, 20)).hints

    assert hint.key == "aerobic_minutes"
    assert hint.quantity is Quantity.MINUTES
    assert hint.side is Side.BELOW
    assert hint.text == "Effects on pain are described for 20-45 minutes."
    assert (hint.mark, hint.source) == ("S0", SOURCES["S0"])


def test_check_dose_starts_lower_than_it_goes_on():
    start = target("vo2max", 50, 60)

    assert sides(check("aerobic", start, stage="start")) == []
    assert sides(check("aerobic", start)) == [("aerobic_effect_vo2max", "below")]
    assert sides(check("aerobic", target("hrmax", 60, 75), stage="start")) == [
        ("aerobic_start_hrmax", "above")
    ]


@pytest.mark.parametrize(
    ("kind", "stage", "amounts", "expected"),
    [
        ("aerobic", "later", {"minutes": (20, 45)}, []),
        ("aerobic", "later", {"minutes": (20, 46)}, [("aerobic_minutes", "above")]),
        ("aerobic", "later", {"sessions_per_week": (5, 5)}, []),
        (
            "aerobic",
            "start",
            {"sessions_per_week": (4, 4)},
            [("aerobic_start_frequency", "above")],
        ),
        ("hiit", "later", {"bouts": (3, 10)}, [("hiit_bouts", "below")]),
        ("hiit", "start", {"bout_s": (30, 90)}, [("hiit_bout_length", "above")]),
        ("hiit", "later", {"rest_ratio": ("0.5", 2)}, [("hiit_rest", "below")]),
        ("resistance", "later", {"repetitions": (5, 20)}, []),
        (
            "resistance",
            "start",
            {"repetitions": (12, 15)},
            [("resistance_start_repetitions", "below")],
        ),
        (
            "resistance",
            "later",
            {"sets": (3, 3), "sessions_per_week": (3, 3), "minutes": (45, 60)},
            [
                ("resistance_sets", "above"),
                ("resistance_minutes", "below"),
                ("resistance_frequency", "above"),
            ],
        ),
        ("mind_body", "later", {"bouts": (100, 100)}, []),
    ],
)
def test_check_dose_looks_at_every_quantity(kind, stage, amounts, expected):
    assert sides(check(kind, stage=stage, **amounts)) == expected


def test_check_dose_has_an_open_end_where_the_source_has_one():
    assert sides(check("resistance", target("one_rm", 40, 40), stage="start")) == []
    assert sides(check("resistance", target("one_rm", 30, 35), stage="start")) == [
        ("resistance_load", "below")
    ]
    assert sides(check("resistance", target("one_rm", 45, 50), stage="start")) == [
        ("resistance_start_load", "above")
    ]


def test_check_dose_never_converts_a_basis():
    reserve = target("hrr", 10, 100)

    checked = check("aerobic", reserve, target("hrmax", 60, 75))

    assert checked.hints == ()
    assert checked.not_compared == (reserve,)


def test_check_dose_takes_no_window_of_another_kind_for_a_basis():
    effort = target("rpe", 6, 20, "{score}")

    assert check("aerobic", effort).not_compared == (effort,)
    assert sides(check("aquatic", effort)) == [
        ("aquatic_effort", "below"),
        ("aquatic_effort", "above"),
    ]


def test_check_dose_compares_watts_with_nothing():
    power = target("watts", 100, 120, "W")

    assert check("aerobic", power).not_compared == (power,)


def test_check_dose_of_nothing_says_nothing():
    checked = check_dose(Dose(kind=Kind.AEROBIC, stage=Stage.START))

    assert (checked.hints, checked.not_compared) == ((), ())


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        (0, 5, "low must be finite and above 0, got 0."),
        (1, "Infinity", "high must be finite and above 0, got Infinity."),
        (5, 4, "low must not be above high, got 5 and 4."),
    ],
)
def test_span_refuses_what_is_no_dose(low, high, message):
    with pytest.raises(ClinicalInputError) as refusal:
        Span(low=Decimal(low), high=Decimal(high))

    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("condition", "suggestions"),
    [
        (
            "chronic_low_back_pain",
            (
                "exercise with behavioural therapy",
                "graded aerobic or functional exercise",
                "lumbar strengthening",
                "Mensendieck exercise",
                "motor control exercise",
                "Pilates",
                "stabilisation exercise",
            ),
        ),
        (
            "chronic_neck_pain",
            (
                "deep-flexor and postural exercise",
                (
                    "dynamic training (no difference in pain to relaxation or usual "
                    "activity, better mobility)"
                ),
                "group gymnastics",
                "qigong",
                "therapeutic neck exercise",
            ),
        ),
        (
            "fibromyalgia",
            (
                "aerobic exercise on land, in short bouts or longer",
                "aerobic exercise with biofeedback or relaxation",
                "aquatic exercise in warm water",
                "strength training, individual and slowly progressive",
            ),
        ),
        (
            "osteoarthritis",
            (
                "aquatic exercise",
                "Baduanjin",
                "cycling",
                "proprioceptive exercise",
                "strength training",
                "tai chi",
                "walking",
            ),
        ),
        ("other", ()),
    ],
)
def test_suggestions_for_a_condition_have_no_ranking(condition, suggestions):
    assert suggestions_for(condition) == suggestions
    assert sorted(suggestions, key=str.casefold) == list(suggestions)


WHOLE = """
version = 3
[sources]
D = "ours"
[[windows]]
key = "one"
kind = "hiit"
quantity = "intensity"
basis = "watts"
unit = "W"
low = 0.5
high = 90
mark = "D"
below = "little"
above = "much"
[suggestions]
other = ["walking"]
"""
WINDOW = "Window 'one' of evidence.toml"


def test_evidence_from_reads_exact_numbers():
    found = evidence_from(WHOLE)

    (window,) = found.windows
    assert (found.version, found.sources, found.suggestions) == (
        3,
        {"D": "ours"},
        {"other": ("walking",)},
    )
    assert (window.low, window.high) == (Decimal("0.5"), Decimal(90))
    assert (window.kind, window.quantity, window.stage) == (
        Kind.HIIT,
        Quantity.INTENSITY,
        None,
    )
    assert (window.basis, window.unit) == (Basis.WATTS, "W")
    assert (window.key, window.mark) == ("one", "D")
    assert window.texts == {Side.BELOW: "little", Side.ABOVE: "much"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('key = "one"', "key = ", "evidence.toml must be TOML: Invalid value"),
        ("version = 3", "", "evidence.toml must hold version."),
        ("version = 3", "y = 1\nx = 1", "evidence.toml must not hold x, y."),
        ('mark = "D"', "", f"{WINDOW} must hold mark."),
        (
            WHOLE[WHOLE.index("quantity") : WHOLE.index("below")],
            "",
            f"{WINDOW} must hold mark, quantity.",
        ),
        (
            'D = "ours"',
            'K = "known"\nS0 = "read"',
            f"{WINDOW}: mark must be one of K, S0, got 'D'.",
        ),
        ('mark = "D"', 'mark = "D"\nnote = ""', f"{WINDOW} must not hold note."),
        ('key = "one"', "", "Window '?' of evidence.toml must hold key."),
        ('"hiit"', '"swim"', f"{WINDOW}: 'swim' is not a valid Kind."),
        (
            'kind = "hiit"',
            'kind = "hiit"\nstage = "end"',
            f"{WINDOW}: 'end' is not a valid Stage.",
        ),
        ('"watts"', '"mets"', f"{WINDOW}: 'mets' is not a valid Basis."),
        ('"intensity"', '"joy"', f"{WINDOW}: 'joy' is not a valid Quantity."),
        ("low = 0.5", "low = 0", f"{WINDOW}: low must be a number above 0, got 0."),
        (
            "high = 90",
            "high = true",
            f"{WINDOW}: high must be a number above 0, got True.",
        ),
        (
            "high = 90",
            'high = "x"',
            f"{WINDOW}: high must be a number above 0, got 'x'.",
        ),
        (
            "high = 90",
            "high = 0.4",
            f"{WINDOW}: low must not be above high, got 0.5 and 0.4.",
        ),
        (
            "low = 0.5\nhigh = 90",
            "",
            f"{WINDOW} must have at least one bound.",
        ),
        (
            "low = 0.5",
            "",
            f"{WINDOW}: a bound and its text belong together, see below.",
        ),
        (
            'above = "much"',
            "",
            f"{WINDOW}: a bound and its text belong together, see above.",
        ),
        (
            'quantity = "intensity"',
            'quantity = "sets"',
            f"{WINDOW}: an intensity, and nothing else, must have a basis.",
        ),
        (
            'basis = "watts"\n',
            "",
            f"{WINDOW}: an intensity, and nothing else, must have a basis.",
        ),
        ('unit = "W"', 'unit = "kg"', f"{WINDOW}: unit must be % or W, got 'kg'."),
        ('unit = "W"', "", f"{WINDOW}: unit must be % or W, got None."),
        (
            'quantity = "intensity"\nbasis = "watts"',
            'quantity = "sets"',
            f"{WINDOW}: unit must be None, got 'W'.",
        ),
    ],
)
def test_evidence_from_refuses_a_broken_file(old, new, message):
    assert WHOLE.count(old) == 1

    with pytest.raises(ClinicalInputError) as refusal:
        evidence_from(WHOLE.replace(old, new))

    assert str(refusal.value).startswith(message)


def test_evidence_from_refuses_windows_twice():
    start = WHOLE.index("[[windows]]")
    window = WHOLE[start : WHOLE.index("[suggestions]")]
    other = window.replace('"one"', '"another"')

    with pytest.raises(ClinicalInputError) as refusal:
        evidence_from(WHOLE.replace(window, (window + other) * 2))

    assert str(refusal.value) == (
        "evidence.toml must name each window once, got another, one twice."
    )


def test_evidence_from_takes_a_window_of_one_value():
    same = WHOLE.replace("low = 0.5", "low = 90")

    (window,) = evidence_from(same).windows

    assert window.low == window.high == 90


percents = st.decimals(1, 100, places=1)


@given(percents, percents)
def test_check_dose_hints_at_most_what_a_wider_target_hints(one, other):
    low, high = min(one, other), max(one, other)

    narrow = check("aerobic", target("hrmax", low, high))
    wide = check("aerobic", target("hrmax", max(Decimal("0.1"), low - 1), 100))

    assert set(sides(narrow)) <= set(sides(wide))
