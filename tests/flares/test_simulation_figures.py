"""What comes out of many synthetic patients: figures with their errors."""

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

    figures = figures_of(observations)

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
    figures = figures_of([made_observation()])

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
    assert share.error == pytest.approx(0.1095, abs=1e-4)  # sqrt(0.4 * 0.6 / 20)
    assert share.low == pytest.approx(0.2188, abs=1e-4)
    assert share.high == pytest.approx(0.6134, abs=1e-4)


def test_proportion_of_nobody_found_has_an_upper_end():
    share = proportion([False] * 10)

    assert (share.value, share.low) == (0, pytest.approx(0))
    assert share.high == pytest.approx(0.2775, abs=1e-4)  # 3.8415 / 13.8415


def test_ratio_takes_its_error_over_patients():
    # 4 of 4; the patients lie 1 below and 1 above, so sqrt(2 * 2 / 1) / 4
    rate = ratio([(1, 2), (3, 2)])

    assert (rate.value, rate.error, rate.of) == (1.0, 0.5, 2)
    assert rate.low == pytest.approx(0.0200, abs=1e-4)
    assert rate.high == pytest.approx(1.9800, abs=1e-4)


def test_ratio_of_one_patient_has_no_error():
    rate = ratio([(1, 2)])

    assert (rate.value, rate.error, rate.low) == (0.5, None, None)


def test_quantile_lies_between_two_values():
    assert quantile([4, 1, 3, 2], share=0.5).value == 2.5
    assert quantile([4, 1, 3, 2], share=0.9).value == pytest.approx(3.7)
    assert quantile([5], share=0.9).value == 5
    assert quantile([], share=0.9).value is None


def test_quantile_reads_its_interval_off_the_values():
    # Of 1 to 100 the median: ranks 50 -/+ 1.96 * 5, so the 41st and the 60th.
    median = quantile(range(1, 101), share=0.5)

    assert (median.value, median.low, median.high) == (50.5, 41, 60)
