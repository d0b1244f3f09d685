"""T4, T5 and DQ at and around every threshold."""

from datetime import timedelta

import pytest

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.inputs import FlareAnswer, Location
from apps.clinical.flare.pattern import (
    UsableResponse,
    pattern_of,
    pattern_severity,
    pattern_tiers,
    trend_of,
    trend_tiers,
)
from apps.clinical.flare.readings import read_sessions
from apps.clinical.scales import PainScale

from .flare_builders import (
    FIRST,
    LATER,
    POLICY,
    end_of,
    judge,
    newest,
    rating,
    start_of,
    visit,
)

pytestmark = pytest.mark.requirement("F1")

HOUR = timedelta(hours=1)
NRS = dict.fromkeys(("pre", "post", "h24", "h48"), PainScale.NRS11)


def pattern(*responses_mm, sig_mm=6.0):
    (readings,) = read_sessions([visit(1, pre=50, h24=60)], now=LATER)
    return pattern_of(
        [
            UsableResponse(readings=readings, response_mm=value, sig_mm=sig_mm)
            for value in responses_mm
        ],
        policy=POLICY,
    )


def tiers(*responses_mm, sig_mm=6.0):
    return pattern_tiers(
        pattern(*responses_mm, sig_mm=sig_mm),
        newest_mm=responses_mm[-1],
        policy=POLICY,
    )


def hurting(number, **more):
    """Return a session with a response of 16 mm above a reference of 50."""
    return visit(number, pre=50, post=60, h24=70, h48=65, **more)


def calm(number, **more):
    """Return a session with a response of nothing."""
    return visit(number, pre=50, post=50, h24=50, h48=50, **more)


WATCH = ("T4_WATCH",)
ALERT = ("T4_WATCH", "T4_ALERT")


@pytest.mark.parametrize(
    ("responses_mm", "sig_mm", "found"),
    [
        pytest.param((30, 30), 6, (), id="two sessions"),
        pytest.param((30, 30, 30), 6, WATCH, id="three sessions"),
        pytest.param((30, 30, 30, 30), 6, ALERT, id="four sessions"),
        pytest.param((-10.1, 20, 20), 6, (), id="watch: mean below 10"),
        pytest.param((-10, 20, 20), 6, WATCH, id="watch: mean 10"),
        pytest.param((-9.9, 20, 20), 6, WATCH, id="watch: mean above 10"),
        pytest.param((-5.1, 15, 15, 15), 6, (), id="alert: mean below 10"),
        pytest.param((-5, 15, 15, 15), 6, ALERT, id="alert: mean 10"),
        pytest.param((-4.9, 15, 15, 15), 6, ALERT, id="alert: mean above 10"),
        pytest.param((12, 12, 12, 12), 13.34, (), id="watch: z below 1.8"),
        pytest.param((12, 12, 12, 12), 24 / 1.8, WATCH, id="watch: z 1.8"),
        pytest.param((12, 12, 12, 12), 13.33, WATCH, id="watch: z above 1.8"),
        pytest.param((12, 12, 12, 12), 12.01, WATCH, id="alert: z below 2"),
        pytest.param((12, 12, 12, 12), 12, ALERT, id="alert: z 2"),
        pytest.param((12, 12, 12, 12), 11.99, ALERT, id="alert: z above 2"),
        pytest.param((9, 9, 9, 25), 6, (), id="one rise"),
        pytest.param((9, 9, 20, 20), 6, WATCH, id="two rises"),
        pytest.param((9, 20, 20, 20), 6, ALERT, id="three rises"),
        pytest.param((9, 9.9, 20, 20), 6, WATCH, id="9.9 is no rise"),
        pytest.param((9, 10, 20, 20), 6, ALERT, id="10 is a rise"),
        pytest.param((30, 30, 30, -1), 6, (), id="newest below 0"),
        pytest.param((30, 30, 30, 0), 6, (), id="newest 0"),
        pytest.param((30, 30, 30, 0.1), 6, ALERT, id="newest above 0"),
        pytest.param((100, 0, 0, 0, 0, 9), 6, (), id="one bad session is clipped"),
        pytest.param((30, 30, 30, 1, 1, 1, 1, 1, 1), 6, (), id="older than six"),
    ],
)
def test_pattern_tiers_at_the_thresholds(responses_mm, sig_mm, found):
    assert tiers(*responses_mm, sig_mm=sig_mm) == found


@pytest.mark.parametrize(("newest_mm", "found"), [(0.0, ()), (1e-9, ()), (2e-9, ALERT)])
def test_pattern_tiers_takes_no_rise_within_the_tolerance(newest_mm, found):
    numbers = pattern(30, 30, 30, newest_mm)

    assert pattern_tiers(numbers, newest_mm=newest_mm, policy=POLICY) == found


def test_pattern_of_clips_before_all_else():
    found = pattern(100, -100, 40, 20)

    assert (found.n, found.mean_mm, found.at_least_10) == (4, 15, 3)


def test_pattern_of_takes_the_newest_variation():
    (readings,) = read_sessions([visit(1)], now=LATER)
    usable = [
        UsableResponse(readings=readings, response_mm=10, sig_mm=sig_mm)
        for sig_mm in (6.0, 6.0, 6.0, 10.0)
    ]

    assert pattern_of(usable, policy=POLICY).z == 2


@pytest.mark.parametrize(
    ("mean_mm", "severity"), [(24.9, "moderate"), (25, "high"), (25.1, "high")]
)
def test_pattern_severity_is_high_from_25_mm(mean_mm, severity):
    assert pattern_severity(pattern(*(mean_mm,) * 4), policy=POLICY) == severity


def test_t4_keeps_the_response_unclipped_in_the_verdict():
    verdict = newest(visit(1, pre=50, h24=100, h48=100))

    assert (verdict.response_mm, verdict.pattern.mean_mm) == (50, 40)


def test_t4_counts_its_values():
    visits = [hurting(1), visit(2, pre=50, h24=70), visit(3, pre=50, h48=70)]

    found = newest(*visits).pattern

    assert (found.n, found.n24, found.n48) == (3, 2, 2)
    assert found.session_keys == ("s01", "s02", "s03")


@pytest.mark.parametrize(("hours", "asked"), [(59.9, False), (60, True)])
def test_t4_waits_for_the_two_day_value(hours, asked):
    visits = [*map(hurting, range(1, 4)), visit(4, pre=50, post=60, h24=75)]

    verdict = newest(*visits, now=end_of(4) + hours * HOUR)

    assert (verdict.pattern is not None) is asked
    assert ("T4_ALERT" in verdict.tiers) is asked
    assert verdict.is_final is asked


@pytest.mark.parametrize(
    "fourth",
    [
        pytest.param(hurting(4, confounders=frozenset({"new_drug"})), id="confounded"),
        pytest.param(
            hurting(
                4,
                novel=True,
                answers_h24={"location": Location.ONLY_TRAINED},
            ),
            id="soreness",
        ),
        pytest.param(hurting(4, scales={"post": PainScale.NRS11}), id="two scales"),
        pytest.param(visit(4, pre=50, post=70), id="no follow-up"),
    ],
)
def test_t4_is_not_asked_at_a_session_that_is_not_usable(fourth):
    judgement = judge(*map(hurting, range(1, 4)), fourth)

    assert judgement.verdicts[2].tiers[-1] == "T4_WATCH"
    assert judgement.verdicts[3].pattern is None
    assert not {"T4_WATCH", "T4_ALERT"} & set(judgement.verdicts[3].tiers)


def test_t4_leaves_an_unusable_session_out_of_the_window():
    visits = [hurting(1), hurting(2, confounders=frozenset({"x"})), hurting(3)]

    assert newest(*visits).pattern.session_keys == ("s01", "s03")


@pytest.mark.parametrize(
    ("days", "count"),
    [
        pytest.param(21, 4, id="21 days"),
        pytest.param(22, 1, id="22 days"),
    ],
)
def test_t4_starts_anew_after_more_than_21_days(days, count):
    visits = [*map(hurting, range(1, 4))]
    last = hurting(4, start=start_of(3) + timedelta(days=days))

    assert newest(*visits, last).pattern.n == count


def test_t4_starts_anew_after_another_scale():
    visits = [
        hurting(1),
        hurting(2),
        visit(3, pre=50, post=60, h24=70, h48=60, scales=NRS),
        visit(4, pre=50, post=60, h24=70, h48=60, scales=NRS),
        hurting(5),
    ]

    counts = [verdict.pattern.n for verdict in judge(*visits).verdicts]

    assert counts == [1, 2, 1, 2, 1]


def test_t4_starts_anew_after_a_session_of_two_scales():
    mixed = visit(2, pre=50, h24=70, h48=60, scales={"h48": PainScale.NRS11})

    verdicts = judge(hurting(1), mixed, hurting(3)).verdicts

    assert (verdicts[1].mixed_scales, verdicts[1].pattern) == (True, None)
    assert verdicts[2].pattern.n == 1


def test_a_session_without_pain_values_keeps_the_scale():
    visits = [hurting(1), visit(2), hurting(3)]

    assert newest(*visits).pattern.n == 2


def test_one_very_bad_session_is_t2_and_no_pattern():
    before, after = map(calm, range(1, 4)), map(calm, range(5, 9))
    bad = visit(4, pre=40, h24=100, h48=70)

    verdicts = judge(*before, bad, *after).verdicts

    assert verdicts[3].t2_severity == "high"
    assert not any("T4_WATCH" in verdict.tiers for verdict in verdicts)


def test_trend_of_compares_two_medians_of_four():
    assert trend_of([40, 42, 38, 40, 60, 58, 62, 60], policy=POLICY) == 20
    assert trend_of([90, 40, 42, 38, 40, 60, 58, 62, 60], policy=POLICY) == 20
    assert trend_of([90] * 4 + [40] * 4 + [60] * 4, policy=POLICY) == 20
    assert trend_of([40] * 7, policy=POLICY) is None


@pytest.mark.parametrize(
    ("trend_mm", "sig_mm", "found"),
    [
        pytest.param(14.9, 6, (), id="gate: below 15"),
        pytest.param(15, 6, ("T5_GATE",), id="gate: 15"),
        pytest.param(15.1, 6, ("T5_GATE",), id="gate: above 15"),
        pytest.param(16, 16.1, (), id="gate: below one variation"),
        pytest.param(16, 16, ("T5_GATE",), id="gate: one variation"),
        pytest.param(16, 15.9, ("T5_GATE",), id="gate: above one variation"),
        pytest.param(19.9, 6, ("T5_GATE",), id="alert: below 20"),
        pytest.param(20, 6, ("T5_GATE", "T5_ALERT"), id="alert: 20"),
        pytest.param(20.1, 6, ("T5_GATE", "T5_ALERT"), id="alert: above 20"),
        pytest.param(24, 12.1, ("T5_GATE",), id="alert: below two variations"),
        pytest.param(24, 12, ("T5_GATE", "T5_ALERT"), id="alert: two variations"),
        pytest.param(24, 11.9, ("T5_GATE", "T5_ALERT"), id="alert: above two"),
        pytest.param(-30, 6, (), id="falling pain"),
    ],
)
def test_trend_tiers_at_the_thresholds(trend_mm, sig_mm, found):
    assert trend_tiers(trend_mm, sig_mm=sig_mm, policy=POLICY) == found


def rising(count=8, **last):
    visits = [visit(n, pre=30) for n in range(1, 5)]
    visits += [visit(n, pre=50) for n in range(5, count)]
    return [*visits, visit(count, **({"pre": 50} | last))]


def test_t5_takes_the_last_eight_values_before_sessions():
    verdict = newest(*rising(), rest=(30,) * 20)

    assert verdict.trend_mm == 20
    assert verdict.tiers[:2] == ("T5_GATE", "T5_ALERT")


@pytest.mark.parametrize(
    "last",
    [
        pytest.param({"pre": None}, id="no pre"),
        pytest.param({"confounders": frozenset({"new_drug"})}, id="confounded"),
        pytest.param({"start": start_of(7) + timedelta(days=22)}, id="long pause"),
    ],
)
def test_t5_is_not_asked(last):
    verdict = newest(*rising(**last), rest=(30,) * 20)

    assert verdict.trend_mm is None
    assert "T5_GATE" not in verdict.tiers


@pytest.mark.parametrize(
    "last", [{"pre": None}, {"confounders": frozenset({"new_drug"})}]
)
def test_t5_is_not_asked_without_a_value_though_eight_stand_before(last):
    before, verdict = judge(*rising(9, **last), rest=(30,) * 20).verdicts[-2:]

    assert before.trend_mm == 20
    assert verdict.trend_mm is None
    assert "T5_GATE" not in verdict.tiers


def test_t5_goes_on_over_a_change_of_scale():
    visits = [visit(n, pre=30) for n in range(1, 5)]
    visits += [visit(n, pre=50, scales=NRS) for n in range(5, 9)]

    assert newest(*visits, rest=(30,) * 20).trend_mm == 20


def test_t5_passes_over_missing_and_confounded_values():
    visits = rising(9)
    visits.insert(4, visit(10, start=start_of(4) + timedelta(days=1)))
    visits[6] = visit(6, pre=0, confounders=frozenset({"x"}))

    assert newest(*visits, rest=(30,) * 20).trend_mm == 20


@pytest.mark.parametrize(
    ("with_value", "holds"),
    [(0, True), (2, True), (3, False), (6, False)],
)
def test_dq_holds_below_three_of_six(with_value, holds):
    visits = [
        visit(n, pre=50, h24=50 if n <= with_value else None) for n in range(1, 7)
    ]

    verdict = newest(*visits)

    assert verdict.dq_with_value == with_value
    assert ("DQ" in verdict.tiers) is holds


def test_dq_takes_the_two_day_value_too():
    visits = [visit(n, pre=50, h48=50 if n <= 3 else None) for n in range(1, 7)]

    assert "DQ" not in newest(*visits).tiers


def test_dq_needs_six_sessions():
    assert newest(*[visit(n, pre=50) for n in range(1, 6)]).dq_with_value is None


def test_dq_waits_for_the_two_day_window():
    visits = [visit(n, pre=50) for n in range(1, 8)]

    still_open = judge(*visits, now=end_of(7) + 59 * HOUR).verdicts
    closed = judge(*visits, now=end_of(7) + 60 * HOUR).verdicts

    assert (still_open[5].tiers, still_open[6].dq_with_value) == (("DQ",), None)
    assert closed[6].tiers == ("DQ",)


def daily(count, *, first=1, **values):
    """Return one session a day: each next one takes both follow-ups away."""
    start = start_of(first)
    return [
        visit(100 + n, pre=50, start=start + n * timedelta(days=1), **values)
        for n in range(count)
    ]


def test_dq_leaves_out_sessions_whose_follow_ups_were_lost_to_the_next_one():
    judgement = judge(*daily(12))

    assert all("DQ" not in verdict.tiers for verdict in judgement.verdicts)
    assert judgement.verdicts[-1].dq_with_value is None


def test_dq_counts_a_session_that_still_had_one_follow_up_to_come():
    # 40 h lie between: the next day's window was open throughout.
    visits = [visit(n, pre=50, start=FIRST + n * timedelta(hours=40)) for n in range(6)]

    assert newest(*visits).dq_with_value == 0


def test_dq_counts_a_value_that_came_before_the_next_session():
    # 23 h after the end, the next session starts: the answer came at 22 h.
    visits = []
    for n in range(6):
        start = FIRST + n * timedelta(hours=24)
        answer = rating(f"a{n}", Moment.H24, start + timedelta(hours=23), 50)
        visits.append(visit(n, pre=50, start=start, extra=(answer,)))

    assert newest(*visits).dq_with_value == 6


def test_dq_is_judged_anew_when_a_late_session_takes_follow_ups_away():
    visits = [visit(n, pre=50) for n in range(1, 7)]
    late = visit(50, start=end_of(6) + timedelta(hours=20))

    before, after = judge(*visits), judge(*visits, late)

    assert "DQ" in before.verdicts[5].tiers
    assert "DQ" not in after.verdicts[5].tiers
    assert before.verdicts[5].inputs_digest != after.verdicts[5].inputs_digest


def test_a_flare_answer_without_pain_is_no_value_for_dq():
    visits = [
        visit(n, pre=50, answers_h24={"flare": FlareAnswer.NO}) for n in range(1, 7)
    ]

    assert newest(*visits, now=FIRST + timedelta(days=60)).dq_with_value == 0
