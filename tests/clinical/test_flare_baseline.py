"""Which values count, the level at rest, and the response."""

import math
from datetime import timedelta

import pytest

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.baseline import baseline_of
from apps.clinical.flare.inputs import Location, PatientHistory
from apps.clinical.scales import PainScale

from .flare_builders import (
    FIRST,
    POLICY,
    end_of,
    judge,
    judge_history,
    newest,
    rating,
    run_in,
    start_of,
    visit,
)

pytestmark = pytest.mark.requirement("F1")

HOUR = timedelta(hours=1)
TRAINED = {"location": Location.ONLY_TRAINED}


def base(pre_mm, *values):
    return baseline_of(pre_mm, history=values, policy=POLICY)


@pytest.mark.parametrize(
    ("pre_mm", "values", "ref_mm"),
    [
        pytest.param(60, (50, 40, 45), 52.5, id="both: blended"),
        pytest.param(60, (), 60, id="pre alone"),
        pytest.param(None, (40, 50, 60), 50, id="three values alone"),
        pytest.param(None, (40, 50), None, id="two values are too few"),
        pytest.param(None, (), None, id="nothing"),
        pytest.param(0, (0, 0, 0), 0, id="no pain is a value"),
    ],
)
def test_baseline_of_blends_what_there_is(pre_mm, values, ref_mm):
    assert base(pre_mm, *values).ref_mm == ref_mm


def test_baseline_of_takes_the_median_of_the_last_eight():
    assert base(None, 100, 100, 1, 2, 3, 4, 5, 6, 7, 8).med_mm == 4.5
    assert base(50).med_mm is None


@pytest.mark.parametrize(
    ("pre_mm", "values", "sig_mm"),
    [
        pytest.param(50, (50, 50), 13, id="three values: the population's"),
        pytest.param(50, (50,) * 3, 10.0697, id="four equal values"),
        pytest.param(50, (50,) * 9, 7.9608, id="ten equal values"),
        pytest.param(None, (50,) * 10, 7.9608, id="ten without pre"),
        pytest.param(50, (50,) * 21, 6.0178, id="just above the floor"),
        pytest.param(50, (50,) * 22, 6.0, id="at the floor"),
        pytest.param(50, (20, 80) * 3, 33.8117, id="widely spread"),
    ],
)
def test_baseline_of_draws_the_variation_to_the_population(pre_mm, values, sig_mm):
    assert base(pre_mm, *values).sig_mm == pytest.approx(sig_mm, abs=1e-4)


def test_history_keeps_the_last_forty_values():
    visits = [visit(number, pre=90) for number in range(1, 3)]
    visits += [visit(number, pre=50) for number in range(3, 44)]

    verdict = newest(*visits, rest=())

    # 40 earlier values of 50 and this one: no spread left
    assert verdict.sig_mm == 6.0
    assert math.isclose(verdict.ref_mm, 50)


def test_without_any_level_nothing_is_computed():
    verdict = newest(visit(1, post=60, h24=80, h48=70), rest=())

    assert (verdict.ref_mm, verdict.d24_mm, verdict.d48_mm) == (None, None, None)
    assert (verdict.response_mm, verdict.tiers, verdict.usable) == (None, (), False)
    assert verdict.sig_mm == 13


@pytest.mark.parametrize(
    ("values", "response_mm"),
    [
        pytest.param({"post": 60, "h24": 70, "h48": 65}, 16, id="all three"),
        pytest.param({"h24": 70, "h48": 65}, 17.5, id="no post"),
        pytest.param({"post": 62, "h24": 59}, 10, id="next day and post"),
        pytest.param({"h48": 65}, 15, id="two days alone"),
        pytest.param({"post": 60}, None, id="post alone is no response"),
        pytest.param({"h24": 40}, -10, id="relief is negative"),
    ],
)
def test_response_weighs_what_there_is(values, response_mm):
    assert newest(visit(1, pre=50, **values)).response_mm == response_mm


def test_response_without_pre_has_no_immediate_part():
    verdict = newest(visit(1, post=90, h24=60))

    assert (verdict.immediate_mm, verdict.ref_mm, verdict.response_mm) == (None, 50, 10)


@pytest.mark.parametrize(
    ("hours", "used"),
    [
        pytest.param(17.9, False, id="too early"),
        pytest.param(18, True, id="as it opens"),
        pytest.param(36, True, id="as it closes"),
        pytest.param(36.1, False, id="too late"),
    ],
)
def test_a_value_outside_its_window_is_not_used(hours, used):
    value = rating("v", Moment.H24, end_of(1) + hours * HOUR, 75)

    verdict = newest(visit(1, pre=50, extra=(value,)))

    assert verdict.h24_mm == (75 if used else None)


def test_the_follow_up_nearest_to_its_target_counts():
    early = rating("a", Moment.H24, end_of(1) + 20 * HOUR, 60)
    near = rating("b", Moment.H24, end_of(1) + 26 * HOUR, 70)
    same = rating("c", Moment.H24, end_of(1) + 22 * HOUR, 80)

    assert newest(visit(1, pre=50, extra=(early, near))).h24_mm == 70
    # 22 h and 26 h are as near: the later counts
    assert newest(visit(1, pre=50, extra=(near, same))).h24_mm == 70


@pytest.mark.parametrize(
    ("moment", "field", "hours"),
    [(Moment.H24, "h24_mm", 24), (Moment.H48, "h48_mm", 48)],
)
@pytest.mark.parametrize(
    ("before", "after", "chosen"),
    [
        pytest.param(1, 2, "before", id="the one before is nearer"),
        pytest.param(2, 1, "after", id="the one after is nearer"),
    ],
)
def test_follow_ups_aim_at_24_and_48_hours(moment, field, hours, before, after, chosen):
    values = (
        rating("b", moment, end_of(1) + (hours - before) * HOUR, 60),
        rating("a", moment, end_of(1) + (hours + after) * HOUR, 70),
    )

    verdict = newest(visit(1, pre=50, extra=values))

    assert getattr(verdict, field) == {"before": 60, "after": 70}[chosen]


def test_two_follow_ups_of_one_instant_are_told_apart_by_name():
    first = rating("a", Moment.H48, end_of(1) + 48 * HOUR, 60)
    second = rating("b", Moment.H48, end_of(1) + 48 * HOUR, 70)

    for extra in ((first, second), (second, first)):
        assert newest(visit(1, pre=50, extra=extra)).h48_mm == 70


def test_the_latest_pre_in_its_window_counts():
    early = rating("a", Moment.PRE, start_of(1) - HOUR, 40)

    assert newest(visit(1, pre=50, extra=(early,))).pre_mm == 50


def test_a_follow_up_after_the_next_start_is_lost():
    second = visit(2, start=end_of(1) + 30 * HOUR, pre=50)
    late = rating("v", Moment.H24, end_of(1) + 31 * HOUR, 75)

    first = judge(visit(1, pre=50, extra=(late,)), second).verdicts[0]

    assert first.h24_mm is None
    assert first.is_final


def test_run_in_counts_once_a_day_the_latest():
    day = FIRST - timedelta(days=1)
    morning = rating("a", Moment.RUN_IN, day - HOUR, 20)
    evening = rating("b", Moment.RUN_IN, day + HOUR, 60)
    silent = rating("c", Moment.RUN_IN, day + 2 * HOUR)

    judgement = judge_history(
        PatientHistory(run_in=(evening, silent, morning), sessions=(visit(1),)),
        policy=POLICY,
        now=FIRST,
    )

    assert judgement.verdicts[0].med_mm == 60


@pytest.mark.parametrize(
    ("moment", "field", "days"),
    [(Moment.RUN_IN, "run_in", 14), (Moment.DIARY, "diary", 28)],
)
def test_resting_values_come_from_the_days_before_session_1(moment, field, days):
    opens = FIRST - timedelta(days=days)
    inside = rating("in", moment, opens, 60)
    outside = rating("out", moment, opens - timedelta(seconds=1), 10)
    after = rating("after", moment, FIRST, 10)

    judgement = judge_history(
        PatientHistory(sessions=(visit(1),), **{field: (inside, outside, after)}),
        policy=POLICY,
        now=FIRST,
    )

    assert judgement.verdicts[0].med_mm == 60


def test_run_in_displaces_the_diary_of_its_day():
    diary = run_in((10, 20), moment=Moment.DIARY)

    verdict = newest(visit(1), rest=(60,), diary=diary)

    # the day before: 60 of the run-in; two days before: 10 of the diary
    assert verdict.med_mm == 35


@pytest.mark.parametrize(
    ("confounder", "ref_mm"),
    [("infection", 50), ("injury", 50), ("new_drug", 52.5), ("bereavement", 52.5)],
)
def test_infection_and_injury_keep_pre_out_of_the_resting_values(confounder, ref_mm):
    sick = visit(1, pre=90, confounders=frozenset({confounder}))

    verdict = newest(sick, visit(2, pre=50), rest=(50, 60))

    # with 90 in the history the median of 50, 60, 90 is 60, without it 55
    assert verdict.ref_mm == {50: 52.5, 52.5: 55}[ref_mm]


@pytest.mark.parametrize(
    ("novel", "h24", "places", "likely"),
    [
        pytest.param(True, 75, (TRAINED, None), True, id="soreness"),
        pytest.param(True, 79, (TRAINED, None), True, id="below 30"),
        pytest.param(True, 80, (TRAINED, None), False, id="30"),
        pytest.param(True, 81, (TRAINED, None), False, id="above 30"),
        pytest.param(False, 75, (TRAINED, None), False, id="familiar"),
        pytest.param(True, 75, (None, None), False, id="no place named"),
        pytest.param(True, 75, (TRAINED, TRAINED), True, id="both name it"),
        pytest.param(
            True, 75, (TRAINED, {"location": Location.BOTH}), False, id="one names more"
        ),
    ],
)
def test_likely_soreness_needs_all_three_signs(novel, h24, places, likely):
    verdict = newest(
        visit(
            1,
            pre=50,
            h24=h24,
            h48=55,
            novel=novel,
            answers_h24=places[0],
            answers_h48=places[1],
        )
    )

    assert verdict.likely_doms is likely
    assert verdict.usable is not likely


@pytest.mark.parametrize(
    ("session", "usable"),
    [
        pytest.param({"h24": 60}, True, id="a response"),
        pytest.param({"post": 60}, False, id="no response"),
        pytest.param(
            {"h24": 60, "confounders": frozenset({"new_drug"})}, False, id="confounded"
        ),
        pytest.param(
            {"h24": 60, "scales": {"h24": PainScale.NRS11}}, False, id="two scales"
        ),
    ],
)
def test_usable_is_what_the_pattern_may_count(session, usable):
    verdict = newest(visit(1, pre=50, **session))

    assert verdict.usable is usable
    assert (verdict.pattern is not None) is usable


def test_missing_is_never_no_pain():
    with_value = newest(visit(1, pre=50, h24=70, h48=0))
    missing = newest(visit(1, pre=50, h24=70))

    assert (with_value.d48_mm, missing.d48_mm) == (-50, None)
    assert (with_value.response_mm, missing.response_mm) == (-15, 20)
