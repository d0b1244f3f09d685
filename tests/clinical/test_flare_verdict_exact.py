"""Whole verdicts, field by field."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.clinical.flare.inputs import Analgesic, FlareAnswer, Location
from apps.clinical.flare.verdicts import AlertEvent, SessionVerdict
from apps.clinical.scales import PainScale

from .flare_builders import end_of, judge, visit

pytestmark = pytest.mark.requirement("F1")

HOUR = timedelta(hours=1)
NRS = dict.fromkeys(("pre", "post", "h24", "h48"), PainScale.NRS11)


def verdicts(*visits, **more):
    """Return the verdicts without their fingerprints."""
    return [replace(v, inputs_digest="") for v in judge(*visits, **more).verdicts]


RICH = {
    "pre": 50,
    "post": 60,
    "h24": 80,
    "h48": 70,
    "novel": True,
    "confounders": frozenset({"new_drug"}),
    "answers_h24": {
        "location": Location.USUAL,
        "flare": FlareAnswer.YES,
        "analgesic": Analgesic.EXTRA,
        "sleep": 2,
        "red_flags": (),
    },
    "answers_h48": {"flare": FlareAnswer.NO},
}


def test_verdict_of_a_session_with_all_values_and_answers():
    [verdict] = verdicts(visit(1, **RICH))

    assert verdict == SessionVerdict(
        session_key="s01",
        policy_key="eih",
        policy_version=1,
        inputs_digest="",
        pre_mm=50,
        post_mm=60,
        h24_mm=80,
        h48_mm=70,
        med_mm=50.0,
        ref_mm=50.0,
        # seven equal values: the root of 6 * 13 * 13 / 13
        sig_mm=pytest.approx(8.831760866),
        immediate_mm=10.0,
        d24_mm=30.0,
        d48_mm=20.0,
        rise_mm=30.0,
        # half of 10, 30 and 20 over two and a half
        response_mm=22.0,
        novel=True,
        only_trained=False,
        likely_doms=False,
        confounded=True,
        mixed_scales=False,
        usable=False,
        flare_at_h24=True,
        flare_at_h48=False,
        extra_analgesic=True,
        sleep_h24=2,
        tiers=("T1", "T2"),
        t2_severity="high",
        pattern=None,
        trend_mm=None,
        dq_with_value=None,
        about=None,
        is_final=True,
        recalled=False,
        red_flags_asked=True,
        mail_allowed=True,
        latest_received_at=end_of(1) + 48 * HOUR,
        alert_status="opened",
        events=(
            AlertEvent(
                family="flare",
                status="opened",
                kind="acute_flare",
                severity="high",
                opened_by="s01",
                generation=1,
            ),
        ),
    )


def test_verdict_of_a_session_of_which_nothing_is_known_yet():
    [verdict] = verdicts(visit(1), rest=(), now=end_of(1))

    assert verdict == SessionVerdict(
        session_key="s01",
        policy_key="eih",
        policy_version=1,
        inputs_digest="",
        pre_mm=None,
        post_mm=None,
        h24_mm=None,
        h48_mm=None,
        med_mm=None,
        ref_mm=None,
        sig_mm=13.0,
        immediate_mm=None,
        d24_mm=None,
        d48_mm=None,
        rise_mm=None,
        response_mm=None,
        novel=False,
        only_trained=False,
        likely_doms=False,
        confounded=False,
        mixed_scales=False,
        usable=False,
        flare_at_h24=False,
        flare_at_h48=False,
        extra_analgesic=False,
        sleep_h24=None,
        tiers=(),
        t2_severity=None,
        pattern=None,
        trend_mm=None,
        dq_with_value=None,
        about=None,
        is_final=False,
        recalled=False,
        red_flags_asked=False,
        mail_allowed=False,
        latest_received_at=None,
        alert_status="none",
        events=(),
    )


def test_verdict_tells_the_two_days_apart():
    [verdict] = verdicts(
        visit(
            1,
            pre=50,
            h24=50,
            h48=52,
            answers_h24={"flare": FlareAnswer.NO, "location": Location.ONLY_TRAINED},
            answers_h48={"flare": FlareAnswer.YES, "location": Location.ONLY_TRAINED},
        )
    )

    assert (verdict.flare_at_h24, verdict.flare_at_h48) == (False, True)
    assert (verdict.h24_mm, verdict.h48_mm) == (50, 52)
    assert (verdict.d24_mm, verdict.d48_mm) == (0, 2)
    assert verdict.only_trained


def test_verdict_says_when_scales_are_mixed():
    mixed, other = verdicts(
        visit(1, pre=50, h24=60, scales={"h24": PainScale.NRS11}),
        visit(2, pre=50, h24=60, scales=NRS),
    )

    assert (mixed.mixed_scales, other.mixed_scales) == (True, False)
    assert (mixed.usable, other.usable) == (False, True)
    assert (mixed.pattern, other.pattern.n) == (None, 1)


def test_pattern_numbers_of_a_verdict():
    visits = [visit(n, pre=50, h24=50 + rise) for n, rise in ((1, 30), (2, 9), (3, 12))]

    verdict = verdicts(*visits)[-1]

    # nine values of 50: the root of 6 * 169 / 15; 17 * root of 3 over it
    assert verdict.pattern.mean_mm == 17
    assert verdict.sig_mm == pytest.approx(8.221922, abs=1e-6)
    assert verdict.pattern.z == pytest.approx(3.581263, abs=1e-6)
    assert (verdict.pattern.n, verdict.pattern.at_least_10) == (3, 2)
    assert (verdict.pattern.n24, verdict.pattern.n48) == (3, 0)
    assert verdict.pattern.session_keys == ("s01", "s02", "s03")
