"""What holds for pain tests and the response profile, whatever was measured."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.clinical.pain_tests.cpm import (
    Conditioning,
    ConditioningKind,
    CpmTest,
    StimulusKind,
    Timing,
    cpm_result,
)
from apps.clinical.pain_tests.eih import EihReading, EihTest, EndReason, eih_result
from apps.clinical.pain_tests.function_tests import (
    TESTS,
    FunctionTest,
    FunctionTestKind,
    function_result,
)
from apps.clinical.pain_tests.mvc import mvc_result
from apps.clinical.pain_tests.order import p50_order
from apps.clinical.pain_tests.p50 import Rating, p50_result
from apps.clinical.pain_tests.polynomial import fitted
from apps.clinical.pain_tests.ppt import SITES, PptReading, ppt_result
from apps.clinical.response_profile import (
    ExerciseKind,
    SessionAnswer,
    response_profile,
)

quick = settings(deadline=None, max_examples=60)

thresholds_kpa = st.floats(100, 400)
missing_kpa = st.none() | thresholds_kpa
forces_n = st.lists(st.none() | st.floats(1, 2000), max_size=3)
ratings_mm = st.lists(st.integers(0, 100), min_size=15, max_size=15)
pains_mm = st.none() | st.integers(0, 100)
sessions = st.lists(
    st.builds(
        SessionAnswer,
        kind=st.none() | st.sampled_from(ExerciseKind),
        percent_1rm=st.none() | st.decimals(1, 110, places=1),
        pre_mm=pains_mm,
        post_mm=pains_mm,
        confounded=st.booleans(),
    ),
    max_size=30,
)


def eih_of(baseline_kpa, series_kpa):
    return eih_result(
        EihTest(
            baseline_kpa=tuple(baseline_kpa),
            series=tuple(
                EihReading(second=30 * place, kpa=kpa)
                for place, kpa in enumerate(series_kpa, start=1)
            ),
            hold_s=300,
            end_reason=EndReason.PAIN,
        )
    )


@pytest.mark.requirement("K1")
@quick
@given(
    baseline_kpa=st.lists(thresholds_kpa, min_size=2, max_size=2),
    series_kpa=st.lists(missing_kpa, min_size=1, max_size=10),
    scale=st.floats(0.1, 4),
)
def test_eih_does_not_depend_on_the_unit_of_pressure(baseline_kpa, series_kpa, scale):
    plain = eih_of(baseline_kpa, series_kpa)

    scaled = eih_of(
        [kpa * scale for kpa in baseline_kpa],
        [None if kpa is None else kpa * scale for kpa in series_kpa],
    )

    for name in ("score", "mean_baseline_score", "peak_score"):
        one, other = getattr(plain, name), getattr(scaled, name)
        assert one == other if one is None else other == pytest.approx(one, abs=1e-9)


@pytest.mark.requirement("K1")
@quick
@given(
    baseline_kpa=st.lists(thresholds_kpa, min_size=2, max_size=2),
    series_kpa=st.lists(thresholds_kpa, min_size=1, max_size=10),
    more_kpa=st.floats(0, 500),
)
def test_a_larger_last_reading_never_lowers_eih(baseline_kpa, series_kpa, more_kpa):
    plain = eih_of(baseline_kpa, series_kpa)
    higher = eih_of(baseline_kpa, [*series_kpa[:-1], series_kpa[-1] + more_kpa])

    assert higher.score >= plain.score
    assert higher.peak_score >= plain.peak_score
    assert plain.peak_score >= plain.score > -1


@pytest.mark.requirement("K1")
@quick
@given(
    baseline_kpa=st.lists(missing_kpa, max_size=2),
    series_kpa=st.lists(missing_kpa, max_size=10),
)
def test_eih_has_a_score_or_a_reason_never_both(baseline_kpa, series_kpa):
    result = eih_of(baseline_kpa, series_kpa)

    assert (result.score is None) is bool(result.refusals)
    first_is_missing = not baseline_kpa or baseline_kpa[0] is None
    is_empty = all(kpa is None for kpa in series_kpa)
    assert (result.score is None) is (first_is_missing or is_empty)


@pytest.mark.requirement("K1")
@quick
@given(data=st.data())
def test_the_order_of_thresholds_and_missing_ones_leave_no_trace(data):
    readings = [
        PptReading(region=site.region, side=site.side, kpa=kpa, repeat=repeat)
        for site in SITES
        for repeat, kpa in enumerate(data.draw(st.lists(missing_kpa, max_size=3)), 1)
    ]
    turned = data.draw(st.permutations(readings))
    taken = [one for one in readings if one.kpa is not None]

    result = ppt_result(readings)

    assert ppt_result(turned) == result
    assert ppt_result(taken) == result
    assert (result.average_kpa is None) is (len(result.by_site_kpa) < 7)
    if result.average_kpa is not None:
        values = [one.kpa for one in taken]
        slack = 1e-9
        assert min(values) - slack <= result.average_kpa <= max(values) + slack


@pytest.mark.requirement("K1")
@quick
@given(trials=forces_n, data=st.data())
def test_mvc_is_the_highest_in_any_order_and_missing_is_never_zero(trials, data):
    turned = data.draw(st.permutations(trials))

    result = mvc_result(trials)

    assert mvc_result(turned) == result
    assert result.mvc_n == max((n for n in trials if n is not None), default=None)
    assert (result.mvc_n is None) is bool(result.refusals)


@pytest.mark.requirement("K1")
@quick
@given(
    seed=st.integers(0, 2**63 - 1),
    threshold_kpa=st.integers(1, 900),
    width_kpa=st.integers(4, 1000),
)
def test_every_order_gives_five_pressures_in_each_series(
    seed, threshold_kpa, width_kpa
):
    ends = {"threshold_kpa": threshold_kpa, "maximum_kpa": threshold_kpa + width_kpa}

    drawn = p50_order(**ends, seed=seed)

    assert drawn == p50_order(**ends, seed=seed)
    assert len(set(drawn.pressures_kpa)) == 5
    assert drawn.pressures_kpa[0] == ends["threshold_kpa"]
    assert drawn.pressures_kpa[-1] == ends["maximum_kpa"]
    assert [tuple(sorted(one)) for one in drawn.series_kpa] == 3 * [drawn.pressures_kpa]


def rated(ratings, *, shift_kpa=0):
    return [
        Rating(series=1 + place // 5, kpa=150 + 50 * (place % 5) + shift_kpa, vas_mm=mm)
        for place, mm in enumerate(ratings)
    ]


def p50_of(ratings, *, degree, shift_kpa=0):
    return p50_result(
        rated(ratings, shift_kpa=shift_kpa),
        threshold_kpa=150 + shift_kpa,
        maximum_kpa=350 + shift_kpa,
        degree=degree,
    )


@pytest.mark.requirement("K1")
@quick
@given(ratings=ratings_mm, degree=st.sampled_from([1, 2, 3]))
def test_p50_is_where_its_own_curve_rises_through_fifty(ratings, degree):
    result = p50_of(ratings, degree=degree)

    assert (result.p50_kpa is None) is bool(result.refusals)
    if result.p50_kpa is not None:

        def height(kpa):
            powers = reversed(range(result.degree + 1))
            return sum(
                one * kpa**power
                for one, power in zip(result.coefficients, powers, strict=True)
            )

        assert height(result.p50_kpa) == pytest.approx(50, abs=1e-6)
        assert 100 <= result.p50_kpa <= 400
        assert height(result.p50_kpa + 1e-3) > height(result.p50_kpa - 1e-3) - 1e-9
        assert result.degree in (1, degree)


@pytest.mark.requirement("K1")
@quick
@given(
    ratings=st.lists(st.integers(0, 100), min_size=15, max_size=15),
    shift_kpa=st.integers(0, 500),
)
def test_p50_moves_with_the_pressures(ratings, shift_kpa):
    plain = p50_of(ratings, degree=2)
    moved = p50_of(ratings, degree=2, shift_kpa=shift_kpa)

    if plain.p50_kpa is None:
        assert moved.p50_kpa is None
    else:
        assert moved.p50_kpa == pytest.approx(plain.p50_kpa + shift_kpa, abs=1e-6)


@pytest.mark.requirement("K1")
@quick
@given(ratings=ratings_mm, data=st.data())
def test_the_order_of_ratings_leaves_no_trace(ratings, data):
    given_ratings = rated(ratings)
    turned = data.draw(st.permutations(given_ratings))
    range_kpa = {"threshold_kpa": 150, "maximum_kpa": 350}

    assert p50_result(turned, **range_kpa, degree=3) == p50_result(
        given_ratings, **range_kpa, degree=3
    )


@pytest.mark.requirement("K1")
@quick
@given(ratings=ratings_mm)
def test_a_higher_degree_never_explains_less(ratings):
    x = [150 + 50 * (place % 5) for place in range(15)]

    explained = [fitted(x, ratings, degree=degree).r2 for degree in (1, 2, 3)]

    if None in explained:
        assert len(set(ratings)) == 1
    else:
        assert explained == sorted(explained)
        assert 0 <= explained[0] <= explained[2] <= 1


@pytest.mark.requirement("K1")
@quick
@given(
    before=missing_kpa,
    conditioned=missing_kpa,
    scale=st.floats(0.1, 4),
    kind=st.sampled_from(StimulusKind),
)
def test_cpm_percent_does_not_depend_on_the_unit(before, conditioned, scale, kind):
    def result_of(factor):
        factor = factor / 16 if kind == StimulusKind.RATING else factor
        return cpm_result(
            CpmTest(
                stimulus_kind=kind,
                region=SITES[0].region,
                side=SITES[0].side,
                conditioning=Conditioning(kind=ConditioningKind.CUFF, pressure_kpa=30),
                timing=Timing.DURING,
                before=None if before is None else before * factor,
                conditioned=None if conditioned is None else conditioned * factor,
            )
        )

    plain, scaled = result_of(1), result_of(scale)

    if before is None or conditioned is None:
        assert plain.percent is plain.difference is scaled.percent is None
    else:
        assert scaled.percent == pytest.approx(plain.percent, abs=1e-9)
        is_inhibition = (conditioned > before) == (kind == StimulusKind.THRESHOLD)
        assert conditioned == before or (plain.difference > 0) is is_inhibition


@pytest.mark.requirement("L4")
@quick
@given(kind=st.sampled_from(FunctionTestKind), data=st.data())
def test_the_best_trial_does_not_depend_on_the_order(kind, data):
    needs = TESTS[kind]
    values = st.none() | st.integers(int(needs.minimum), int(needs.maximum))
    trials = data.draw(st.lists(values, max_size=needs.trials))
    turned = data.draw(st.permutations(trials))

    def result_of(some):
        return function_result(
            FunctionTest(
                kind=kind,
                unit=needs.unit,
                trials=tuple(some),
                side="left" if needs.sides == "always" else None,
                movement="hip flexion" if needs.needs_movement else None,
            )
        )

    result = result_of(trials)

    assert result == result_of(turned)
    assert (result.best is None) is bool(result.refusals)
    assert result.best is None or result.best in trials


@pytest.mark.requirement("F7")
@quick
@given(answers=sessions, data=st.data())
def test_the_profile_adds_up_in_any_order(answers, data):
    turned = data.draw(st.permutations(answers))

    found = response_profile(answers)

    assert response_profile(turned) == found
    for one in (
        found.overall,
        *(group.responses for group in (*found.by_kind, *found.by_load)),
    ):
        parts = (one.relief, one.no_change, one.rise)
        assert sum(part.count for part in parts) == one.n
        assert one.relief.count <= one.relief_possible <= one.n
    for groups in (found.by_kind, found.by_load):
        assert sum(group.responses.n for group in groups) == found.overall.n
        assert sum(group.responses.relief.count for group in groups) == (
            found.overall.relief.count
        )
    assert found.overall.n + found.overall.not_counted == len(answers)


@pytest.mark.requirement("F7")
@quick
@given(answers=sessions)
def test_sessions_without_a_value_change_no_count_but_their_own(answers):
    silent = SessionAnswer(
        kind=ExerciseKind.AEROBIC, percent_1rm=Decimal(40), pre_mm=50, post_mm=None
    )

    plain = response_profile(answers).overall
    more = response_profile([*answers, silent]).overall

    assert (more.relief, more.no_change, more.rise) == (
        plain.relief,
        plain.no_change,
        plain.rise,
    )
    assert more.not_counted == plain.not_counted + 1
