"""The worked example of eight sessions, every column."""

import pytest

from .flare_builders import GOLDEN_RUN_IN, alerts_of, event_of, judge, visit

pytestmark = pytest.mark.requirement("F1")

PRE = (51, 54, 49, 56, 52, 50, 53, 55)
POST = (55, 60, 66, 70, 62, 64, None, 68)
H24 = (58, 78, 74, 80, None, 76, 72, 81)
H48 = (55, 66, 60, None, 64, 70, 66, 69)

# med, ref, sig, imm, d24, d48, R, T1, T2, n, mean, z, >=10, WATCH, ALERT
ROWS = (
    (51.0, 51.0, 9.42, 4, 7, 4, 5.20, 0, 0, 1, 5.20, 0.55, 0, 0, 0),
    (51.0, 52.5, 9.15, 6, 25.5, 13.5, 16.80, 1, 1, 2, 11.00, 1.70, 1, 0, 0),
    (51.5, 50.25, 8.91, 17, 23.75, 9.75, 16.80, 1, 0, 3, 12.93, 2.51, 2, 1, 0),
    (50.5, 53.25, 8.70, 14, 26.75, None, 22.50, 1, 1, 4, 15.325, 3.52, 3, 1, 1),
    (52.5, 52.25, 8.51, 10, None, 11.75, 11.17, 0, 0, 5, 14.49, 3.81, 4, 1, 1),
    (51.5, 50.75, 8.09, 14, 25.25, 19.25, 20.60, 1, 1, 6, 15.51, 4.69, 5, 1, 1),
    (50.5, 51.75, 7.71, None, 20.25, 14.25, 17.25, 1, 1, 6, 17.52, 5.57, 6, 1, 1),
    (51.5, 53.25, 7.77, 13, 27.75, 15.75, 20.00, 1, 1, 6, 18.05, 5.69, 6, 1, 1),
)


def golden_visits():
    return [
        visit(number, pre=pre, post=post, h24=h24, h48=h48)
        for number, (pre, post, h24, h48) in enumerate(
            zip(PRE, POST, H24, H48, strict=True), start=1
        )
    ]


@pytest.fixture
def judgement():
    return judge(*golden_visits(), rest=GOLDEN_RUN_IN)


@pytest.mark.parametrize("place", range(8))
def test_judge_history_gives_the_worked_example(judgement, place):
    verdict = judgement.verdicts[place]
    med, ref, sig, imm, d24, d48, response, t1, t2, n, mean, z, rises, watch, alert = (
        ROWS[place]
    )

    assert (verdict.med_mm, verdict.ref_mm) == (med, ref)
    assert verdict.sig_mm == pytest.approx(sig, abs=0.005)
    assert (verdict.immediate_mm, verdict.d24_mm, verdict.d48_mm) == (imm, d24, d48)
    assert verdict.response_mm == pytest.approx(response, abs=0.005)
    assert verdict.pattern.n == n
    assert verdict.pattern.mean_mm == pytest.approx(mean, abs=0.006)
    assert verdict.pattern.z == pytest.approx(z, abs=0.006)
    assert verdict.pattern.at_least_10 == rises
    assert ("T1" in verdict.tiers, "T2" in verdict.tiers) == (t1, t2)
    assert ("T4_WATCH" in verdict.tiers, "T4_ALERT" in verdict.tiers) == (watch, alert)
    assert not {"T3", "T5_GATE", "T5_ALERT", "DQ"} & set(verdict.tiers)
    assert verdict.usable


def test_judge_history_says_the_pattern_once_in_the_worked_example(judgement):
    statuses = [event_of(verdict, "pattern") for verdict in judgement.verdicts]

    assert statuses == [
        None,
        None,
        "opened",
        "raised",
        "silent",
        "silent",
        "silent",
        "silent",
    ]
    (alert,) = alerts_of(judgement, "pattern")
    assert (alert.opened_by, alert.kind, alert.severity) == (
        "s03",
        "hyperalgesia",
        "moderate",
    )
    assert [(step.session_key, step.kind) for step in alert.raised_by] == [
        ("s03", "hyperalgesia_watch"),
        ("s04", "hyperalgesia"),
    ]
    assert alert.session_keys == ("s03", "s04", "s05", "s06", "s07", "s08")
    assert alert.is_open


def test_judge_history_tells_two_flares_in_the_worked_example(judgement):
    first, second = alerts_of(judgement, "flare")

    assert (first.opened_by, first.session_keys) == ("s02", ("s02", "s03"))
    # 60 two days after session 3 and 56 before session 4, both below 62.5
    assert (first.ref_start_mm, first.closed_by, first.closed_in) == (
        52.5,
        "rest",
        "s04",
    )
    assert (second.opened_by, second.session_keys) == (
        "s04",
        ("s04", "s06", "s07", "s08"),
    )
    assert second.is_open
    assert [event_of(verdict, "flare") for verdict in judgement.verdicts] == [
        None,
        "opened",
        "appended",
        "opened",
        None,
        "appended",
        "appended",
        "appended",
    ]


def test_judge_history_names_the_strongest_status(judgement):
    assert [verdict.alert_status for verdict in judgement.verdicts] == [
        "none",
        "opened",
        "opened",
        "opened",
        "silent",
        "appended",
        "appended",
        "appended",
    ]
