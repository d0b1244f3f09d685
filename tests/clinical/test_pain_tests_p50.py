"""P50: the range, the order, the curve and the pressure."""

import math
from fractions import Fraction

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.pain_tests import order, p50
from apps.clinical.pain_tests.order import p50_order
from apps.clinical.pain_tests.p50 import Rating, Step, p50_range, p50_result
from apps.clinical.pain_tests.polynomial import Curve, fitted, rising_crossings

pytestmark = pytest.mark.requirement("K1")

PRESSURES = (150, 200, 250, 300, 350)
VECTOR = ((8, 22, 35, 52, 66), (4, 18, 40, 49, 70), (10, 25, 37, 55, 63))


def ratings_of(*series, pressures=PRESSURES):
    return [
        Rating(series=number, kpa=kpa, vas_mm=vas_mm)
        for number, one in enumerate(series, start=1)
        for kpa, vas_mm in zip(pressures, one, strict=True)
    ]


def p50_of(ratings, *, degree, threshold_kpa=150, maximum_kpa=350):
    return p50_result(
        ratings, threshold_kpa=threshold_kpa, maximum_kpa=maximum_kpa, degree=degree
    )


def steps_of(*ratings, first_kpa=50, step_kpa=50):
    return [
        Step(kpa=first_kpa + place * step_kpa, vas_mm=vas_mm)
        for place, vas_mm in enumerate(ratings)
    ]


def test_the_procedure_is_told_in_numbers():
    assert (p50.STEP_KPA, p50.THRESHOLD_ABOVE_MM, p50.MAXIMUM_ABOVE_MM) == (50, 0, 60)
    assert (p50.TARGET_MM, p50.MARGIN_KPA, p50.RATINGS_MIN) == (50, 50, 12)
    assert (p50.DEGREES, p50.SUGGESTED_DEGREE) == ((1, 2, 3), 2)
    assert (order.PRESSURES, order.SERIES, order.RATINGS) == (5, 3, 15)
    assert (order.STIMULUS_S, order.STIMULUS_EVERY_S, order.PROBE_CM2) == (2.5, 30, 1)


# The vector of the text


@pytest.mark.parametrize(
    ("degree", "expected_kpa"), [(1, 294.04), (2, 293.75), (3, 292.67)]
)
def test_p50_of_the_vector(degree, expected_kpa):
    result = p50_of(ratings_of(*VECTOR), degree=degree)

    assert result.p50_kpa == pytest.approx(expected_kpa, abs=0.005)
    assert result.degree == degree
    assert result.r2 == pytest.approx(0.985, abs=0.0005)
    assert result.extrapolated is False
    assert result.refusals == ()
    assert result.deviations == ()


def test_the_straight_line_of_the_vector():
    result = p50_of(ratings_of(*VECTOR), degree=1)

    assert result.coefficients == pytest.approx((0.296667, -37.2333), abs=5e-5)
    assert result.r2 == pytest.approx(0.98506178)
    assert result.p50_kpa == pytest.approx(294.04494382)


def test_the_parabola_of_the_vector():
    result = p50_of(ratings_of(*VECTOR), degree=2)

    square, slope, constant = result.coefficients
    assert square == pytest.approx(-2.857143e-05, abs=5e-12)
    assert slope == pytest.approx(0.310952, abs=5e-7)
    assert constant == pytest.approx(-38.876190, abs=5e-7)
    assert result.r2 == pytest.approx(0.98509376)
    assert result.p50_kpa == pytest.approx(293.74772359)


def test_the_cubic_of_the_vector():
    result = p50_of(ratings_of(*VECTOR), degree=3)

    assert result.p50_kpa == pytest.approx(292.67131725)
    assert result.coefficients == pytest.approx(
        (-1.1111111e-6, 8.0476190e-4, 0.1120634921, -23.8761904762), rel=1e-6
    )
    assert result.r2 == pytest.approx(0.98521812)


def test_the_other_root_of_the_vector_falls_and_is_rejected():
    x = PRESSURES * 3
    y = [vas_mm for series in VECTOR for vas_mm in series]
    curve = fitted(x, y, degree=2)
    square, slope, constant = curve.coefficients

    other = 10589.6
    assert square * other**2 + slope * other + constant == pytest.approx(50, abs=0.02)
    assert rising_crossings(curve, level=50, low=0, high=20_000) == (
        pytest.approx(293.74772359),
    )


def test_a_curve_that_only_touches_fifty_does_not_rise_there():
    # 50 + 0.3 (p - 36)2. Its slope at 36 is not quite 0 when it is computed.
    touching = Curve(
        centre=Fraction(0),
        centred=(Fraction("438.8"), Fraction("-21.6"), Fraction("0.3")),
        r2=None,
    )

    assert rising_crossings(touching, level=50, low=0, high=100) == ()


# Missing and measured


def without(ratings, count):
    dropped = [
        Rating(series=one.series, kpa=one.kpa, vas_mm=None) for one in ratings[:count]
    ]
    return dropped + ratings[count:]


def test_twelve_ratings_are_enough():
    result = p50_of(without(ratings_of(*VECTOR), 3), degree=1)

    # The line through the twelve that are left.
    assert result.refusals == ()
    assert result.p50_kpa == pytest.approx(293.58974359)


def test_eleven_ratings_give_no_p50_and_say_why():
    result = p50_of(without(ratings_of(*VECTOR), 4), degree=1)

    assert result.p50_kpa is None
    assert (result.degree, result.r2, result.extrapolated) == (None, None, False)
    assert (result.coefficients, result.deviations) == ((), ())
    (refusal,) = result.refusals
    assert (refusal.measure, refusal.where) == ("p50_kpa", "p50.ratings")
    assert refusal.key == "p50_kpa.too_few_ratings"
    assert refusal.reason == (
        "11 of 15 ratings were given. P50 needs at least 12. Repeat the calibration."
    )


def test_ratings_that_are_left_out_are_missing_too():
    missing = p50_of(ratings_of(*VECTOR)[4:], degree=2)

    assert missing.refusals[0].params == {"present": 11, "planned": 15, "minimum": 12}


def test_the_measured_pressures_are_used():
    moved = tuple(kpa + 7.5 for kpa in PRESSURES)

    result = p50_of(ratings_of(*VECTOR, pressures=moved), degree=1)

    assert result.p50_kpa == pytest.approx(301.54494382)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_too_few_different_pressures_give_no_p50(degree):
    kinds = tuple(150 + 50 * (place % degree) for place in range(5))
    result = p50_of(ratings_of(*VECTOR, pressures=kinds), degree=degree)

    assert result.p50_kpa is None
    (refusal,) = result.refusals
    assert refusal.key == "p50_kpa.too_few_pressures"
    assert refusal.where == "p50.ratings"
    assert refusal.reason == (
        f"The ratings stand on {degree} different pressures. A curve of degree "
        f"{degree} needs at least {degree + 1}. Repeat the calibration with the "
        f"generated order."
    )


def test_one_pressure_more_than_the_degree_is_enough():
    kinds = (150, 150, 250, 350, 350)

    result = p50_of(ratings_of(*VECTOR, pressures=kinds), degree=2)

    assert result.degree == 2


# Fall-backs


def test_a_curve_that_does_not_rise_through_fifty_gives_way_to_a_line():
    # A parabola that turns at 47: the line reaches 50 within the margin.
    flat = (10, 30, 42, 46, 46)

    result = p50_of(ratings_of(flat, flat, flat), degree=2)

    assert result.degree == 1
    assert result.coefficients == pytest.approx((0.176, -9.2))
    assert result.p50_kpa == pytest.approx(336.363636)
    assert result.extrapolated is False
    assert result.refusals == ()
    (mark,) = result.deviations
    assert (mark.measure, mark.where) == ("p50_kpa", "p50.ratings")
    assert mark.key == "p50_kpa.straight_line"
    assert mark.reason == (
        "The curve of degree 2 does not rise through 50 mm at exactly one pressure "
        "from 100 to 400 kPa. A straight line was used. Say so when visits are "
        "compared."
    )


def test_a_curve_that_rises_through_fifty_twice_gives_way_to_a_line():
    # Up through 50, down and up again. With u = (p - 250) / 50 the cubic is
    # 50 - 23.667 u + 9.667 u3: it rises through 50 at u = -1.5647 and 1.5647.
    wave = (20, 64, 50, 36, 80)

    twice = p50_of(ratings_of(wave, wave, wave), degree=3)
    curve = fitted(PRESSURES * 3, wave * 3, degree=3)

    found = rising_crossings(curve, level=50, low=100, high=400)
    assert len(found) == 2
    assert found == pytest.approx((171.765, 328.235), abs=0.001)
    assert twice.degree == 1
    assert twice.deviations[0].key == "p50_kpa.straight_line"
    assert twice.p50_kpa == pytest.approx(250)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_ratings_that_never_near_fifty_give_no_p50(degree):
    low = (5, 6, 7, 8, 9)

    result = p50_of(ratings_of(low, low, low), degree=degree, threshold_kpa=170.25)

    assert result.p50_kpa is None
    (refusal,) = result.refusals
    assert refusal.key == "p50_kpa.no_pressure"
    assert refusal.where == "p50.ratings"
    assert refusal.reason == (
        f"Neither the curve of degree {degree} nor a straight line rises through 50 mm "
        f"at exactly one pressure from 120.3 to 400 kPa. Repeat the calibration."
    )


def test_falling_ratings_give_no_p50():
    falling = (66, 52, 50, 30, 8)

    assert p50_of(ratings_of(falling, falling, falling), degree=1).p50_kpa is None


def test_constant_ratings_give_no_p50():
    same = (50, 50, 50, 50, 50)

    assert p50_of(ratings_of(same, same, same), degree=2).p50_kpa is None


# Lines of slope 0.2 through 50 at a chosen pressure: 40 below is rated 42.
def line_through(p50_kpa, *, pressures):
    one = tuple(round(50 + 0.2 * (kpa - p50_kpa)) for kpa in pressures)
    return ratings_of(one, one, one, pressures=pressures)


@pytest.mark.parametrize(
    ("threshold_kpa", "maximum_kpa", "is_found"),
    [
        (300, 400, True),
        (300.01, 400, False),
        (150, 200, True),
        (150, 199.99, False),
    ],
)
def test_p50_lies_within_fifty_of_the_range(threshold_kpa, maximum_kpa, is_found):
    ratings = line_through(250, pressures=PRESSURES)

    result = p50_of(
        ratings, degree=1, threshold_kpa=threshold_kpa, maximum_kpa=maximum_kpa
    )

    assert (result.p50_kpa is not None) is is_found


def test_p50_is_never_below_zero():
    pressures = (5, 10, 15, 20, 25)
    ratings = line_through(-10, pressures=pressures)

    result = p50_of(ratings, degree=1, threshold_kpa=5, maximum_kpa=25)

    assert result.p50_kpa is None
    assert result.refusals[0].params["low"] == "0"
    assert result.refusals[0].params["high"] == "75"


@pytest.mark.parametrize(
    ("p50_kpa", "extrapolated"), [(350, False), (360, True), (150, False), (140, True)]
)
def test_p50_beyond_the_tested_pressures_is_marked(p50_kpa, extrapolated):
    result = p50_of(line_through(p50_kpa, pressures=PRESSURES), degree=1)

    assert result.p50_kpa == pytest.approx(p50_kpa)
    assert result.extrapolated is extrapolated
    assert [one.key for one in result.deviations] == (
        ["p50_kpa.extrapolated"] if extrapolated else []
    )


def test_the_mark_of_an_extrapolation_says_what_was_tested():
    result = p50_of(line_through(360, pressures=PRESSURES), degree=1)

    (mark,) = result.deviations
    assert (mark.measure, mark.where) == ("p50_kpa", "p50.ratings")
    assert mark.reason == (
        "P50 of 360 kPa lies outside of the tested pressures, 150 to 350 kPa. It is a "
        "guess beyond the data. Repeat the calibration if it matters."
    )


def test_pressures_are_told_to_a_tenth():
    pressures = (150.25, 200, 250, 300, 350.25)
    ratings = line_through(360, pressures=pressures)

    mark = p50_of(ratings, degree=1).deviations[0]
    jump = p50_range([Step(kpa=100.25, vas_mm=5), Step(kpa=102.25, vas_mm=70)])

    assert mark.params == {"p50": "360.1", "low": "150.3", "high": "350.3"}
    assert jump.refusals[0].params == {
        "vas": 60,
        "step": 50,
        "low": "100.3",
        "high": "102.3",
        "minimum": 4,
    }


def test_a_fall_back_may_be_an_extrapolation_too():
    flat = (0, 22, 36, 42, 42)

    result = p50_of(ratings_of(flat, flat, flat), degree=2)

    assert result.p50_kpa == pytest.approx(353.846154)
    assert [one.key for one in result.deviations] == [
        "p50_kpa.straight_line",
        "p50_kpa.extrapolated",
    ]
    assert result.deviations[1].params["p50"] == "353.8"


# Refusals of what cannot be


@pytest.mark.parametrize("degree", [0, 4, None, 1.5])
def test_an_unknown_degree_is_refused(degree):
    with pytest.raises(ClinicalInputError) as refused:
        p50_of(ratings_of(*VECTOR), degree=degree)

    assert str(refused.value) == (
        f"degree must be 1, 2 or 3, as the clinic has set it, got {degree!r}."
    )


def test_the_degree_has_no_default():
    with pytest.raises(TypeError, match="degree"):
        p50_result(ratings_of(*VECTOR), threshold_kpa=150, maximum_kpa=350)


def test_a_sixth_rating_in_a_series_is_refused():
    ratings = ratings_of(*VECTOR)
    ratings.append(Rating(series=3, kpa=350, vas_mm=60))

    with pytest.raises(ClinicalInputError) as refused:
        p50_of(ratings, degree=2)

    assert str(refused.value) == (
        "Series 3 must have at most 5 ratings, got 6. Enter each pressure once a "
        "series."
    )


def test_a_rating_of_the_first_series_too_many_is_refused():
    with pytest.raises(ClinicalInputError, match=r"^Series 1 must have at most 5"):
        p50_of([Rating(series=1, kpa=150, vas_mm=None)] * 6, degree=2)


@pytest.mark.parametrize("series", [0, 4, 1.0])
def test_an_unknown_series_is_refused(series):
    with pytest.raises(ClinicalInputError) as refused:
        Rating(series=series, kpa=150, vas_mm=8)

    assert str(refused.value) == (
        f"series must be a whole number from 1 to 3, got {series!r}."
    )


@pytest.mark.parametrize("make", [Step, lambda **value: Rating(series=1, **value)])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"kpa": 0.9, "vas_mm": 8}, "kpa must be a number from 1 to 2000 kPa, got 0.9"),
        ({"kpa": 2001, "vas_mm": 8}, "kpa must be a number from 1 to 2000 kPa, got"),
        (
            {"kpa": 150, "vas_mm": -1},
            "vas_mm must be a whole number from 0 to 100, got",
        ),
        (
            {"kpa": 150, "vas_mm": 101},
            "vas_mm must be a whole number from 0 to 100, got",
        ),
        (
            {"kpa": 150, "vas_mm": 8.5},
            "vas_mm must be a whole number from 0 to 100, got",
        ),
    ],
)
def test_an_impossible_rating_is_refused(make, value, message):
    with pytest.raises(ClinicalInputError) as refused:
        make(**value)

    assert str(refused.value).startswith(message)


def test_ratings_on_the_bounds_are_taken():
    assert Rating(series=1, kpa=1, vas_mm=0).vas_mm == 0
    assert Rating(series=3, kpa=2000, vas_mm=100).vas_mm == 100


# The rising steps


def test_the_range_runs_from_the_first_pain_to_the_first_above_sixty():
    found = p50_range(steps_of(0, 0, 1, 30, 60, 61, 90))

    assert (found.threshold_kpa, found.maximum_kpa) == (150, 300)
    assert found.refusals == ()


def test_without_pain_there_is_no_range():
    found = p50_range(steps_of(0, 0, 0))

    assert (found.threshold_kpa, found.maximum_kpa) == (None, None)
    (refusal,) = found.refusals
    assert (refusal.measure, refusal.where) == ("p50_kpa", "p50.steps")
    assert refusal.key == "p50_kpa.nothing_felt"
    assert refusal.reason == (
        "No step was rated above 0 mm. The lower end of the range is the first "
        "pressure that hurts. Go on in steps of 50 kPa within the device's limit."
    )


def test_without_a_rating_above_sixty_there_is_no_maximum():
    found = p50_range(steps_of(0, 30, 60))

    assert (found.threshold_kpa, found.maximum_kpa) == (100, None)
    (refusal,) = found.refusals
    assert refusal.key == "p50_kpa.no_maximum"
    assert refusal.reason == (
        "No step was rated above 60 mm. The upper end of the range is the first one "
        "that is. Go on in steps of 50 kPa within the device's limit."
    )


def test_pain_that_jumps_above_sixty_leaves_no_range():
    found = p50_range(steps_of(0, 0, 75))

    assert (found.threshold_kpa, found.maximum_kpa) == (150, 150)
    (refusal,) = found.refusals
    assert refusal.key == "p50_kpa.no_range"
    assert refusal.reason == (
        "Pain begins at 150 kPa and exceeds 60 mm at 150 kPa. Five different pressures "
        "need at least 4 kPa between. Repeat the steps of 50 kPa after a rest."
    )


@pytest.mark.parametrize(("gap_kpa", "refusals"), [(3.9, 1), (4, 0), (4.1, 0)])
def test_a_range_needs_four_kilopascals(gap_kpa, refusals):
    steps = [Step(kpa=100, vas_mm=5), Step(kpa=100 + gap_kpa, vas_mm=70)]

    assert len(p50_range(steps).refusals) == refusals


@pytest.mark.parametrize("pressures", [(100, 50), (50, 50)])
def test_steps_that_do_not_rise_are_refused(pressures):
    with pytest.raises(ClinicalInputError) as refused:
        p50_range([Step(kpa=kpa, vas_mm=5) for kpa in pressures])

    assert str(refused.value) == (
        f"The pressures of the steps must rise, got {list(pressures)}. Enter them in "
        f"the order in which they were given."
    )


# The order


def test_the_order_holds_everything_that_was_drawn():
    drawn = p50_order(threshold_kpa=150, maximum_kpa=350, seed=7)

    assert (drawn.seed, drawn.method) == (7, "sha256-sort-1")
    assert drawn.pressures_kpa == PRESSURES
    assert drawn.series_kpa == (
        (300, 350, 150, 200, 250),
        (250, 350, 200, 150, 300),
        (250, 350, 300, 150, 200),
    )


def test_another_seed_gives_another_order():
    orders = {
        p50_order(threshold_kpa=150, maximum_kpa=350, seed=seed).series_kpa
        for seed in range(50)
    }

    assert len(orders) == 50


def test_pressures_are_evenly_spread_to_whole_kilopascals():
    drawn = p50_order(threshold_kpa=150, maximum_kpa=200, seed=8)

    assert drawn.pressures_kpa == (150, 163, 175, 188, 200)
    assert all(sorted(one) == [150, 163, 175, 188, 200] for one in drawn.series_kpa)


def test_the_smallest_range_still_has_five_pressures():
    drawn = p50_order(threshold_kpa=1, maximum_kpa=5, seed=0)

    assert drawn.pressures_kpa == (1, 2, 3, 4, 5)


@pytest.mark.parametrize("seed", [0, 2**63 - 1])
def test_a_seed_on_its_bounds_is_taken(seed):
    assert p50_order(threshold_kpa=150, maximum_kpa=350, seed=seed).seed == seed


@pytest.mark.parametrize("seed", [-1, 2**63, 1.0, None])
def test_another_seed_is_refused(seed):
    with pytest.raises(ClinicalInputError) as refused:
        p50_order(threshold_kpa=150, maximum_kpa=350, seed=seed)

    assert str(refused.value) == (
        f"seed must be a whole number from 0 to 9223372036854775807, got {seed!r}."
    )


@pytest.mark.parametrize("threshold_kpa", [346.1, 350, 400])
def test_too_small_a_range_is_refused(threshold_kpa):
    message = (
        f"maximum_kpa must be at least 4 kPa above threshold_kpa, got "
        f"{threshold_kpa!r} and 350. Repeat the rising steps."
    )

    with pytest.raises(ClinicalInputError) as of_order:
        p50_order(threshold_kpa=threshold_kpa, maximum_kpa=350, seed=1)
    with pytest.raises(ClinicalInputError) as of_result:
        p50_of(ratings_of(*VECTOR), degree=2, threshold_kpa=threshold_kpa)

    assert str(of_order.value) == str(of_result.value) == message


@pytest.mark.parametrize(
    ("name", "kpa"),
    [("threshold_kpa", 0.5), ("maximum_kpa", 2001), ("maximum_kpa", math.nan)],
)
def test_an_end_of_the_range_that_cannot_be_is_refused(name, kpa):
    ends = {"threshold_kpa": 150, "maximum_kpa": 350, name: kpa}

    with pytest.raises(ClinicalInputError) as refused:
        p50_order(**ends, seed=1)

    assert str(refused.value) == (
        f"{name} must be a number from 1 to 2000 kPa, got {kpa!r}. Check the entry; "
        f"leave out what was not measured."
    )


def test_the_widest_range_is_taken():
    drawn = p50_order(threshold_kpa=1, maximum_kpa=2000, seed=1)

    assert drawn.pressures_kpa == (1, 501, 1001, 1500, 2000)


# The curve


def test_a_curve_goes_exactly_through_points_that_lie_on_it():
    x = (1, 2, 3, 4, 5, 6)
    curve = fitted(x, [2 * a**3 - a**2 + 4 * a - 7 for a in x], degree=3)

    assert curve.coefficients == (2, -1, 4, -7)
    assert curve.centre == 3.5
    assert curve.r2 == 1


def test_a_constant_has_no_r2():
    curve = fitted((1, 2, 3), (5, 5, 5), degree=1)

    assert (curve.coefficients, curve.r2) == ((0, 5), None)


def test_points_all_over_the_place_are_not_explained():
    assert fitted((1, 2, 3), (0, 9, 0), degree=1).r2 == 0


@pytest.mark.parametrize(
    ("x", "y", "degree", "different"),
    [((1, 1, 2), (1, 2, 3), 2, 2), ((1, 2, 3), (1, 2), 1, 3), ((), (), 1, 0)],
)
def test_a_curve_needs_more_points_than_its_degree(x, y, degree, different):
    with pytest.raises(ClinicalInputError) as refused:
        fitted(x, y, degree=degree)

    assert str(refused.value) == (
        f"A curve of degree {degree} needs as many y as x and at least {degree + 1} "
        f"different x, got {different}."
    )


def crossings(formula, *, degree, level, low, high):
    x = range(-4, 5)
    return rising_crossings(
        fitted(x, [formula(a) for a in x], degree=degree),
        level=level,
        low=low,
        high=high,
    )


def test_crossings_of_a_parabola_lie_where_it_rises():
    opens_up = crossings(lambda a: a * a, degree=2, level=4, low=-10, high=10)
    opens_down = crossings(lambda a: -a * a, degree=2, level=-4, low=-10, high=10)

    assert opens_up == (pytest.approx(2),)
    assert opens_down == (pytest.approx(-2),)


def test_crossings_beyond_the_turn_alone_are_found():
    assert crossings(lambda a: a * a, degree=2, level=4, low=1, high=10) == (
        pytest.approx(2),
    )
    assert crossings(lambda a: a * a, degree=2, level=4, low=-10, high=1) == ()


def test_crossings_of_a_wave_are_two():
    found = crossings(lambda a: a**3 - 3 * a, degree=3, level=0, low=-10, high=10)

    assert found == (pytest.approx(-math.sqrt(3)), pytest.approx(math.sqrt(3)))


def test_crossings_of_a_wave_that_only_rises_is_one():
    assert crossings(lambda a: a**3 + a, degree=3, level=10, low=-9, high=9) == (
        pytest.approx(2),
    )


def test_crossings_of_a_falling_wave_is_one():
    found = crossings(lambda a: 3 * a - a**3, degree=3, level=1, low=-10, high=10)

    assert found == (pytest.approx(0.3472963553),)


def test_crossings_at_both_ends_are_inside():
    ends = {"degree": 1, "level": 3}

    assert crossings(lambda a: a, **ends, low=3, high=8) == (3,)
    assert crossings(lambda a: a, **ends, low=-8, high=3) == (3,)
    assert crossings(lambda a: a, **ends, low=3.001, high=8) == ()


def test_a_curve_of_a_higher_degree_may_be_a_line():
    assert crossings(lambda a: 2 * a, degree=3, level=3, low=-9, high=9) == (1.5,)
    assert crossings(lambda _: 2, degree=2, level=2, low=-9, high=9) == ()


def test_a_curve_that_only_touches_is_not_crossed():
    assert crossings(lambda a: -a * a, degree=2, level=0, low=-9, high=9) == ()


# Turns at 1 (height 5.5) and at 4 (height -8): just inside of both, rising twice.
@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (0, (0, 5.1861407)),
        (5.4, (0.8533008, 5.4950508)),
        (-7.9, (-0.4950508, 4.1466992)),
    ],
)
def test_crossings_close_to_a_turn_are_found(level, expected):
    found = crossings(
        lambda a: a**3 - 7.5 * a**2 + 12 * a, degree=3, level=level, low=-9, high=9
    )

    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("level_at", [0, 1])
def test_a_curve_that_rests_on_the_level_is_not_crossed(level_at):
    found = crossings(lambda a: (a - level_at) ** 3, degree=3, level=0, low=-9, high=9)

    assert found == ()


def test_the_upper_end_of_the_window_is_told_to_a_tenth():
    low = (5, 6, 7, 8, 9)

    result = p50_of(ratings_of(low, low, low), degree=1, maximum_kpa=350.25)

    assert result.refusals[0].params["high"] == "400.3"


def test_a_curve_that_is_nearly_a_parabola_keeps_its_turning_point():
    # 0.5 x^2 - 5 x + 2 with a cube that is next to nothing: it turns at 5 and rises
    # through 0 at 5 + sqrt(21).
    curve = Curve(
        centre=Fraction(0),
        centred=(Fraction(2), Fraction(-5), Fraction(1, 2), Fraction(1, 10**20)),
        r2=None,
    )

    found = rising_crossings(curve, level=0, low=0, high=20)

    assert found == (pytest.approx(5 + math.sqrt(21)),)
