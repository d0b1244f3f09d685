"""What comes out of many synthetic patients: figures with their errors."""

from random import Random

import pytest

from apps.flares.simulation.assumptions import Kind
from apps.flares.simulation.estimates import proportion, quantile, ratio
from apps.flares.simulation.figures import figures_of, population_of
from apps.flares.simulation.observation import Observation, SessionCounts, Signal

pytestmark = pytest.mark.requirement("F6")


def made_observation(**changes):
    """Return what a calm patient of 30 sessions adds."""
    calm = {
        "kind": Kind.NEUTRAL,
        "is_clear": False,
        "delay": {},
        "raw": dict.fromkeys(Signal, 0),
        "issued_resolved": {},
        "issued_left_open": {},
        "acute": {},
        "sessions": SessionCounts(
            held=30, without_h24=9, without_h48=12, untold=3, true=0
        ),
    }
    return Observation(**(calm | changes))


def test_figures_of_split_those_whom_exercise_makes_worse_from_others():
    worse = {"kind": Kind.HYPERALGESIC}
    raw = dict.fromkeys(Signal, 0)
    observations = [
        made_observation(**worse, is_clear=True, delay={Signal.T4_ALERT: 4}),
        made_observation(**worse, is_clear=True, delay={Signal.T4_ALERT: 7}),
        made_observation(**worse, delay={Signal.T4_ALERT: 6}),
        made_observation(**worse),
        made_observation(raw=raw | {Signal.T4_ALERT: 2}),
        made_observation(
            kind=Kind.SORE,
            issued_resolved={Signal.T2: 2, Signal.T4_ALERT: 1},
            issued_left_open={Signal.T2: 1},
        ),
    ]

    figures = figures_of(observations, seed=7)

    alert = {name: one.value for name, one in figures[Signal.T4_ALERT].items()}
    assert alert["ever"] == 0.75
    assert (alert["within_6"], alert["within_4"]) == (0.5, 0.25)
    assert (alert["clear_ever"], alert["clear_within_6"]) == (1.0, 0.5)
    assert alert["delay_median"] == 6
    assert alert["others_ever"] == 0.5
    # Two alerts of two patients in 105 days each, which are 3.4497 months.
    assert alert["others_raw"] == pytest.approx(1 / 3.4497, rel=1e-4)
    assert alert["neutral_raw"] == pytest.approx(2 / 3.4497, rel=1e-4)
    assert alert["sore_raw"] == 0
    assert alert["all_raw"] == pytest.approx(2 / 6 / 3.4497, rel=1e-4)
    both = figures[Signal.T2_OR_T4_ALERT]
    assert both["others_issued_resolved"].value == pytest.approx(1.5 / 3.4497, rel=1e-4)
    assert both["others_issued_left_open"].value == pytest.approx(
        0.5 / 3.4497, rel=1e-4
    )
    assert "others_issued_resolved" not in figures[Signal.T5_GATE]


def test_figures_of_leave_unknown_what_nobody_can_tell():
    figures = figures_of([made_observation()], seed=7)

    alert = figures[Signal.T4_ALERT]
    assert alert["ever"].value is None
    assert alert["delay_p90"].value is None
    assert alert["hyperalgesic_raw"].value is None
    assert alert["others_raw"].value == 0
    assert alert["others_raw"].error is None


def test_population_of_tells_kinds_and_gaps():
    population = population_of([made_observation(), made_observation(kind=Kind.SORE)])

    values = {name: one.value for name, one in population.items()}
    assert values == {
        "share_hypoalgesic": 0,
        "share_neutral": 0.5,
        "share_sore": 0.5,
        "share_hyperalgesic": 0,
        "share_clear": 0,
        "without_h24": 0.3,
        "without_h48": 0.4,
        "without_both": 0.1,
        "true_flare_sessions": 0,
    }


def test_proportion_has_the_interval_of_wilson():
    share = proportion([True] * 8 + [False] * 12)

    assert (share.value, share.of) == (0.4, 20)
    # The root of 0.4 * 0.6 / 20 + 1 / 1600, over 1.05.
    assert share.error == pytest.approx(0.1070, abs=1e-4)
    assert share.low == pytest.approx(0.2188, abs=1e-4)
    assert share.high == pytest.approx(0.6134, abs=1e-4)


def test_proportion_of_nobody_found_has_an_upper_end():
    share = proportion([False] * 10)

    assert (share.value, share.low) == (0, pytest.approx(0))
    assert share.high == pytest.approx(0.2775, abs=1e-4)  # 3.8415 / 13.8415


@pytest.mark.parametrize(
    ("found", "error"),
    # 1 / 2n / (1 + 1 / n)
    [([False], 0.25), ([True], 0.25), ([False] * 9, 0.05), ([True] * 9, 0.05)],
)
def test_proportion_has_an_error_even_if_all_are_alike(found, error):
    assert proportion(found).error == pytest.approx(error)


def test_ratio_takes_its_error_over_patients():
    # 4 of 4; the patients lie 1 below and 1 above, so sqrt(2 * 2 / 1) / 4
    rate = ratio([(1, 2), (3, 2)])

    assert (rate.value, rate.error, rate.of) == (1.0, 0.5, 2)
    assert rate.low == pytest.approx(0.0200, abs=1e-4)
    assert rate.high == pytest.approx(1.9800, abs=1e-4)


@pytest.mark.parametrize("each", [(0, 2), (2, 2)])
def test_ratio_has_at_least_the_error_of_one_event(each):
    # One event of the 8 sessions of four patients.
    assert ratio([each] * 4).error == 0.125


def test_ratio_of_one_patient_has_no_error():
    rate = ratio([(1, 2)])

    assert (rate.value, rate.error, rate.low) == (0.5, None, None)


def quantile_of(values, share, seed=1):
    """Return a quantile with the resamples of this seed."""
    return quantile(values, share=share, random=Random(seed))


def test_quantile_lies_between_two_values():
    assert quantile_of([4, 1, 3, 2], 0.5).value == 2.5
    assert quantile_of([4, 1, 3, 2], 0.9).value == pytest.approx(3.7)
    assert quantile_of([5], 0.9).value == 5
    assert quantile_of([], 0.9).value is None


def test_quantile_reads_its_interval_off_the_values():
    # Of 1 to 100 the median: ranks 50 -/+ 1.96 * 5, so the 41st and the 60th.
    median = quantile_of(range(1, 101), 0.5)

    assert (median.value, median.low, median.high) == (50.5, 41, 60)


@pytest.mark.parametrize(
    ("values", "share", "error"),
    [
        # Resamples 00, 01, 10, 11 have medians 0, 1/2, 1/2, 1: sqrt(1 / 8).
        ([0, 10], 0.5, 3.5355),
        # Median 10 if two or three of three are: 7 in 27, so sqrt(7 * 20) / 27.
        ([0, 0, 10], 0.5, 4.3822),
        # Their p90 are 0, 9, 9, 10, which is 7 on average: sqrt(66 / 4).
        ([0, 10], 0.9, 4.0620),
        # Half have 6, half 7: the median is the one or the other.
        ([6] * 300 + [7] * 300, 0.5, 0.4918),
        # No step is near: all resamples say 6.
        ([5] * 100 + [6] * 400 + [7] * 100, 0.5, 0.0),
        # Even from 1 to 1000: about sqrt(0.9 * 0.1 / 1000) * 1000.
        (range(1, 1001), 0.9, 9.487),
    ],
)
def test_quantile_takes_its_error_from_resampled_patients(values, share, error):
    # Of 300 resamples the error has an error of 4 %; 20 % is no chance.
    assert quantile_of(values, share).error == pytest.approx(error, rel=0.2)


def test_quantile_has_no_error_if_all_are_alike():
    assert quantile_of([5], 0.5).error is None
    assert quantile_of([5, 5, 5], 0.9).error is None


def test_quantile_has_the_same_error_with_the_same_seed_in_any_order():
    values = [1, 2, 4, 8, 16, 32]

    assert quantile_of(values, 0.5) == quantile_of(values[::-1], 0.5)
    assert quantile_of(values, 0.5) != quantile_of(values, 0.5, seed=2)


def test_figures_of_have_errors_that_depend_on_the_seed_alone():
    observations = [
        made_observation(kind=Kind.HYPERALGESIC, delay={Signal.T4_ALERT: delay})
        for delay in (1, 2, 4, 8, 16)
    ]

    seven, again, eight = (
        figures_of(observations, seed=seed)[Signal.T4_ALERT] for seed in (7, 7, 8)
    )

    assert seven == again
    for name in ("delay_median", "delay_p90"):
        assert seven[name].error > 0
        assert seven[name].error != eight[name].error
        assert seven[name].value == eight[name].value
