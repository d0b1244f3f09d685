"""What one session says to an alert, and what an event tells of it."""

from datetime import timedelta

import pytest

from apps.clinical.flare.alert_book import Signal
from apps.clinical.flare.inputs import Analgesic, Closing, Family
from apps.clinical.flare.verdicts import AlertEvent, AlertStep, Kind, Severity

from .flare_builders import alerts_of, end_of, judge, start_of, visit

pytestmark = pytest.mark.requirement("F1")

HOUR = timedelta(hours=1)
POSSIBLE, ACUTE = Kind.POSSIBLE_FLARE, Kind.ACUTE_FLARE
INFO, MODERATE, HIGH = Severity.INFO, Severity.MODERATE, Severity.HIGH


def flare(number, **more):
    """Return a session with T1 alone: 25 mm on the next day, 5 mm after two."""
    return visit(number, **({"pre": 50, "h24": 75, "h48": 55} | more))


def closing(opened_by, closed_at, *, family=Family.FLARE, **more):
    return Closing(family=family, opened_by=opened_by, closed_at=closed_at, **more)


def said(judgement, family=Family.FLARE):
    """Return what each session did in one family: status, kind, severity, alert."""
    return [
        (event.status, event.kind, event.severity, event.opened_by, event.generation)
        for verdict in judgement.verdicts
        for event in verdict.events
        if event.family == family
    ]


@pytest.mark.parametrize(
    ("kind", "severity", "with_severity", "reaches"),
    [
        pytest.param(POSSIBLE, HIGH, True, False, id="a weaker kind"),
        pytest.param(POSSIBLE, HIGH, False, False, id="a weaker kind, no severity"),
        pytest.param(ACUTE, INFO, True, False, id="a lower severity"),
        pytest.param(ACUTE, INFO, False, True, id="a lower severity not asked for"),
        pytest.param(ACUTE, MODERATE, True, True, id="the same"),
        pytest.param(ACUTE, HIGH, True, True, id="a higher severity"),
        pytest.param(Kind.SUSTAINED_FLARE, INFO, True, False, id="only the kind"),
        pytest.param(Kind.SUSTAINED_FLARE, MODERATE, True, True, id="a higher kind"),
    ],
)
def test_signal_reaches_another_in_kind_and_severity(
    kind, severity, with_severity, reaches
):
    one = Signal(kind=kind, severity=severity)
    other = Signal(kind=ACUTE, severity=MODERATE)

    assert one.reaches(other, with_severity=with_severity) is reaches


def test_signal_joins_the_higher_of_both():
    one = Signal(kind=ACUTE, severity=INFO)
    other = Signal(kind=POSSIBLE, severity=HIGH)

    joined = Signal(kind=ACUTE, severity=HIGH)
    assert (one.joined_with(other), other.joined_with(one)) == (joined, joined)


def test_event_tells_what_a_session_did_to_which_alert():
    judgement = judge(
        flare(1),
        visit(2, pre=60, h24=80, h48=70),  # T2 by 25 and 15 mm
        visit(3, pre=60, h24=81, h48=61),  # T1 alone
    )

    assert said(judgement) == [
        ("opened", "possible_flare", "info", "s01", 1),
        ("raised", "acute_flare", "moderate", "s01", 1),
        ("appended", "acute_flare", "moderate", "s01", 1),
    ]
    assert judgement.verdicts[0].events == (
        AlertEvent(
            family=Family.FLARE,
            status="opened",
            kind=POSSIBLE,
            severity=INFO,
            opened_by="s01",
            generation=1,
        ),
    )


def test_event_of_a_silent_session_names_no_alert():
    hurting = [visit(n, pre=50, post=60, h24=70, h48=65) for n in range(1, 6)]
    closed = closing("s03", start_of(5) - HOUR, family=Family.PATTERN)

    judgement = judge(*hurting, closings=[closed])

    assert said(judgement, Family.PATTERN) == [
        ("opened", "hyperalgesia_watch", "low", "s03", 1),
        ("raised", "hyperalgesia", "moderate", "s03", 1),
        ("silent", "hyperalgesia", "moderate", None, None),
    ]


def test_next_generation_starts_from_the_same_reference():
    closed = closing("s01", end_of(1) + 30 * HOUR)

    judgement = judge(flare(1, h48=65), closings=[closed])

    first, second = judgement.alerts
    assert (first.ref_start_mm, second.ref_start_mm) == (50, 50)
    assert first.raised_by == (
        AlertStep(session_key="s01", kind=POSSIBLE, severity=INFO),
    )
    assert (first.closed_by, first.closed_in) == ("therapist", None)
    assert second.raised_by == (
        AlertStep(session_key="s01", kind=ACUTE, severity=MODERATE),
    )
    assert said(judgement) == [("opened", "acute_flare", "moderate", "s01", 2)]


@pytest.mark.requirement("F5")
@pytest.mark.parametrize(
    ("h48", "opened"),
    [
        pytest.param(55, ["s01"], id="as strong as it was known"),
        pytest.param(65, ["s01", "s02"], id="stronger than it was known"),
    ],
)
def test_closing_covers_a_later_session_as_far_as_it_was_known(h48, opened):
    # T1 of session 2 was there; its two-day value came after the closing.
    closed = closing("s01", end_of(2) + 30 * HOUR)

    judgement = judge(flare(1, h48=65), flare(2, h48=h48), closings=[closed])

    alerts = alerts_of(judgement, "flare")
    assert [alert.opened_by for alert in alerts] == opened
    assert (alerts[0].closed_by, alerts[0].closed_in) == ("therapist", None)


@pytest.mark.requirement("F5")
def test_closing_of_a_flare_does_not_cover_a_higher_severity():
    # moderate when it was closed; then it was told that sleep was bad as well
    bad_night = {"analgesic": Analgesic.EXTRA, "sleep": 3}
    closed = closing("s01", end_of(1) + 70 * HOUR)

    plain = judge(visit(1, pre=50, h48=75), closings=[closed])
    worse = judge(
        visit(
            1,
            pre=50,
            h48=75,
            answers_h24=bad_night,
            received={"h24": end_of(1) + 80 * HOUR},
        ),
        closings=[closed],
    )

    assert [(a.kind, a.severity, a.is_open) for a in plain.alerts] == [
        ("acute_flare", "moderate", False)
    ]
    assert [(a.kind, a.severity, a.is_open) for a in worse.alerts] == [
        ("acute_flare", "moderate", False),
        ("acute_flare", "high", True),
    ]


@pytest.mark.requirement("F5")
def test_closing_of_a_pattern_covers_a_higher_severity():
    # 24 mm each, moderate; then 24 and 50 mm after session 4: 37, a mean of 27.25
    visits = [visit(n, pre=50, h24=74) for n in range(1, 4)]
    late = visit(4, pre=50, h24=74, h48=100, received={"h48": end_of(4) + 80 * HOUR})
    closed = closing("s03", end_of(4) + 70 * HOUR, family=Family.PATTERN)

    judgement = judge(*visits, late, closings=[closed])

    (alert,) = alerts_of(judgement, "pattern")
    assert judgement.verdicts[3].pattern.mean_mm == 27.25
    assert (alert.severity, alert.is_open) == ("high", False)


@pytest.mark.requirement("F5")
def test_closing_covers_what_came_at_its_very_instant():
    # T2 only once the two-day window has closed on nothing
    came_at = end_of(1) + 24 * HOUR
    closed, too_early = (
        closing("s01", came_at - wait) for wait in (0 * HOUR, HOUR / 3600)
    )

    (alert,) = judge(flare(1, h48=None), closings=[closed]).alerts
    (unseen,) = judge(flare(1, h48=None), closings=[too_early]).alerts

    assert (alert.generation, alert.is_open) == (1, False)
    assert (unseen.generation, unseen.is_open) == (2, True)


@pytest.mark.requirement("F5")
@pytest.mark.parametrize(("seconds", "alerts"), [(-1, 2), (0, 1), (1, 1)])
def test_closing_covers_a_session_from_its_start_on(seconds, alerts):
    # T3 as soon as session 3 starts; its next-day value comes after the closing
    visits = [flare(1, h48=65), visit(2, pre=75), visit(3, pre=75, h24=75)]
    closed = closing("s01", start_of(3) + timedelta(seconds=seconds))

    judgement = judge(*visits, closings=[closed])

    assert "T3" in judgement.verdicts[2].tiers
    assert len(alerts_of(judgement, "flare")) == alerts
