"""1RM: direct, estimated, and what change is more than noise."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.errors import ClinicalInputError
from apps.clinical.one_rep_max import (
    EQUATIONS,
    Method,
    OneRepMax,
    Trial,
    change_beyond_noise,
    direct_one_rep_max,
    estimate_one_rep_max,
)

pytestmark = pytest.mark.requirement("D1")

SLUGS = ("epley", "brzycki", "lombardi", "o_conner", "mayhew", "wathan", "lander")
VECTORS = {
    ("40", 8): ("50.67", "49.66", "49.25", "48.00", "50.51", "51.07", "50.04"),
    ("22.5", 5): ("26.25", "25.31", "26.43", "25.31", "26.78", "26.23", "25.58"),
    ("60", 10): ("80.00", "80.00", "75.54", "75.00", "78.56", "80.85", "80.44"),
    ("30", 12): ("42.00", "43.20", "38.46", "39.00", "40.62", "42.45", "43.32"),
}
slugs = st.sampled_from(SLUGS)
loads_kg = st.decimals(min_value=1, max_value=300, places=1)


def trial(load_kg, *, successful=True, repetitions=1):
    return Trial(
        load_kg=Decimal(load_kg), successful=successful, repetitions=repetitions
    )


def a_result(kg, *, method=Method.DIRECT, equation=None, low_confidence=False):
    return OneRepMax(
        one_rep_max_kg=Decimal(kg),
        method=method,
        equation=equation,
        low_confidence=low_confidence,
    )


def test_equations_come_in_the_order_of_the_table():
    assert tuple(EQUATIONS) == SLUGS
    assert [e.hint_max_repetitions for e in EQUATIONS.values()] == [
        10,
        10,
        11,
        12,
        15,
        15,
        10,
    ]
    assert {equation.hint_min_repetitions for equation in EQUATIONS.values()} == {2}


def test_equations_are_shown_with_name_and_formula():
    assert [(e.name, e.formula) for e in EQUATIONS.values()] == [
        ("Epley", "w * (1 + r / 30)"),
        ("Brzycki", "w * 36 / (37 - r)"),
        ("Lombardi", "w * r^0.10"),
        ("O'Conner", "w * (1 + 0.025 * r)"),
        ("Mayhew", "100 * w / (52.2 + 41.9 * e^(-0.055 * r))"),
        ("Wathan", "100 * w / (48.8 + 53.8 * e^(-0.075 * r))"),
        ("Lander", "100 * w / (101.3 - 2.67123 * r)"),
    ]


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("slug", SLUGS)
def test_estimate_one_rep_max_gives_the_published_numbers(vector, slug):
    load_kg, repetitions = vector

    estimate = estimate_one_rep_max(
        load_kg=Decimal(load_kg), repetitions=repetitions, equation=slug
    )

    assert str(estimate.one_rep_max_kg) == VECTORS[vector][SLUGS.index(slug)]
    assert (estimate.method, estimate.equation) == ("estimated", slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_estimate_one_rep_max_of_one_repetition_is_the_load(slug):
    estimate = estimate_one_rep_max(
        load_kg=Decimal("42.5"), repetitions=1, equation=slug
    )

    assert estimate.one_rep_max_kg == Decimal("42.50")
    assert not estimate.low_confidence


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(
    ("repetitions", "low"), [(2, False), (10, False), (11, True), (12, True)]
)
def test_estimate_one_rep_max_marks_many_repetitions(slug, repetitions, low):
    estimate = estimate_one_rep_max(
        load_kg=Decimal(40), repetitions=repetitions, equation=slug
    )

    assert estimate.low_confidence is low


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("repetitions", [-1, 0, 13, 37, 40])
def test_estimate_one_rep_max_refuses_repetitions_outside_1_to_12(slug, repetitions):
    with pytest.raises(ClinicalInputError, match=rf"from 1 to 12.*got {repetitions}"):
        estimate_one_rep_max(
            load_kg=Decimal(20), repetitions=repetitions, equation=slug
        )


def test_estimate_one_rep_max_takes_less_than_a_kilogram():
    estimate = estimate_one_rep_max(
        load_kg=Decimal("0.9"), repetitions=10, equation="epley"
    )

    assert estimate.one_rep_max_kg == Decimal("1.20")


@pytest.mark.parametrize("load_kg", ["0", "-5", "NaN", "Infinity"])
def test_estimate_one_rep_max_refuses_an_impossible_load(load_kg):
    with pytest.raises(ClinicalInputError, match="load_kg must be"):
        estimate_one_rep_max(load_kg=Decimal(load_kg), repetitions=5, equation="epley")


def test_estimate_one_rep_max_refuses_an_unknown_equation():
    with pytest.raises(
        ClinicalInputError,
        match=(
            "^equation must be one of epley, brzycki, lombardi, o_conner, mayhew, "
            r"wathan, lander, got 'x'\.$"
        ),
    ):
        estimate_one_rep_max(load_kg=Decimal(20), repetitions=5, equation="x")


@given(slug=slugs, load_kg=loads_kg, repetitions=st.integers(1, 11))
def test_estimate_one_rep_max_grows_with_repetitions(slug, load_kg, repetitions):
    fewer, more = (
        estimate_one_rep_max(load_kg=load_kg, repetitions=r, equation=slug)
        for r in (repetitions, repetitions + 1)
    )

    assert load_kg <= fewer.one_rep_max_kg <= more.one_rep_max_kg


@given(slug=slugs, load_kg=loads_kg, repetitions=st.integers(1, 12))
def test_estimate_one_rep_max_doubles_with_the_load(slug, load_kg, repetitions):
    single, double = (
        estimate_one_rep_max(load_kg=w, repetitions=repetitions, equation=slug)
        for w in (load_kg, 2 * load_kg)
    )

    assert abs(double.one_rep_max_kg - 2 * single.one_rep_max_kg) <= Decimal("0.02")


def test_direct_one_rep_max_is_the_heaviest_single_that_succeeded():
    result = direct_one_rep_max(
        [trial("40"), trial("47.5"), trial("45"), trial("50", successful=False)]
    )

    assert result == a_result("47.50")


def test_direct_one_rep_max_leaves_warm_up_sets_out():
    result = direct_one_rep_max([trial("60", repetitions=5), trial("50")])

    assert result.one_rep_max_kg == Decimal(50)


@pytest.mark.parametrize(
    "trials",
    [
        pytest.param([], id="no trial"),
        pytest.param([trial("40", successful=False)], id="no success"),
        pytest.param([trial("40", repetitions=3)], id="no single"),
    ],
)
def test_direct_one_rep_max_refuses_without_a_successful_single(trials):
    with pytest.raises(
        ClinicalInputError,
        match=(
            "^trials must hold at least one successful single repetition, "
            r"got none\.$"
        ),
    ):
        direct_one_rep_max(trials)


def test_direct_one_rep_max_refuses_a_load_of_nothing():
    with pytest.raises(ClinicalInputError, match="load_kg"):
        direct_one_rep_max([trial("0")])


@pytest.mark.parametrize(
    ("current_kg", "beyond"),
    [
        pytest.param("111.59", False, id="just below 11.6 % up"),
        pytest.param("111.60", True, id="11.6 % up"),
        pytest.param("111.61", True, id="just above 11.6 % up"),
        pytest.param("88.41", False, id="just below 11.6 % down"),
        pytest.param("88.40", True, id="11.6 % down"),
        pytest.param("100", False, id="no change"),
    ],
)
def test_change_beyond_noise_begins_at_11_6_percent(current_kg, beyond):
    assert (
        change_beyond_noise(previous=a_result("100"), current=a_result(current_kg))
        is beyond
    )


ESTIMATE = a_result("100", method=Method.ESTIMATED, equation="epley")


@pytest.mark.parametrize(
    ("previous", "current"),
    [
        pytest.param(None, a_result("100"), id="first test"),
        pytest.param(a_result("100"), ESTIMATE, id="another method"),
        pytest.param(
            ESTIMATE,
            a_result("150", method=Method.ESTIMATED, equation="wathan"),
            id="another equation",
        ),
        pytest.param(
            a_result("100", low_confidence=True), a_result("150"), id="low before"
        ),
        pytest.param(
            a_result("100"), a_result("150", low_confidence=True), id="low now"
        ),
    ],
)
def test_change_beyond_noise_is_unknown(previous, current):
    assert change_beyond_noise(previous=previous, current=current) is None
