"""What a therapist's closing covers after corrections, voids and waiting values."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.inputs import Closing, EarlierRating, Family

from .flare_builders import (
    LATER,
    POLICY,
    alerts_of,
    end_of,
    event_of,
    history,
    judge,
    rating,
    start_of,
    visit,
)

pytestmark = pytest.mark.requirement("F5")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def flare(number, **more):
    """Return a session with T1 alone: 25 mm on the next day, 5 mm after two."""
    return visit(number, **({"pre": 50, "h24": 75, "h48": 55} | more))


def hurting(number, **more):
    """Return a session with a response of 16 mm above a reference of 50."""
    return visit(number, **({"pre": 50, "post": 60, "h24": 70, "h48": 65} | more))


def closing(opened_by, closed_at, *, family=Family.FLARE, **more):
    return Closing(family=family, opened_by=opened_by, closed_at=closed_at, **more)


def corrected(visits, *, number, was, corrected_at):
    """Return a history whose next-day value of one session was another before."""
    session = visits[number - 1]
    [now_says] = [one for one in session.ratings if one.moment == Moment.H24]
    before = EarlierRating(
        rating=replace(now_says, pain_mm=was),
        session_key=session.key,
        replaced_at=corrected_at,
    )
    ratings = tuple(
        replace(one, received_at=corrected_at) if one == now_says else one
        for one in session.ratings
    )
    changed = replace(session, ratings=ratings)
    return history(*visits[: number - 1], changed, *visits[number:], earlier=(before,))


def judged(full, *closings):
    return judge_history(full, policy=POLICY, now=LATER, closings=closings)


def test_closing_covers_nothing_that_was_not_judged():
    # T2 by the two-day value, which came an hour before the closing.
    closed_at = end_of(1) + 49 * HOUR
    judged_until = end_of(1) + 24 * HOUR

    seen = judge(flare(1, h48=65), closings=[closing("s01", closed_at)])
    unseen = judge(
        flare(1, h48=65),
        closings=[closing("s01", closed_at, judged_until=judged_until)],
    )

    assert [alert.is_open for alert in seen.alerts] == [False]
    assert [(a.generation, a.is_open) for a in unseen.alerts] == [
        (1, False),
        (2, True),
    ]


def test_closing_covers_nothing_that_came_after_it_whatever_was_judged():
    closed = closing("s01", end_of(1) + 30 * HOUR, judged_until=end_of(1) + 100 * HOUR)

    judgement = judge(flare(1, h48=65), closings=[closed])

    assert [alert.is_open for alert in judgement.alerts] == [False, True]


def test_correction_that_changes_nothing_leaves_the_closed_alert_closed():
    closed_at = end_of(1) + 60 * HOUR
    full = corrected([flare(1)], number=1, was=76, corrected_at=closed_at + HOUR)

    (alert,) = judged(full, closing("s01", closed_at)).alerts

    assert not alert.is_open


def test_correction_from_calm_to_flare_is_news_after_a_closing():
    closed_at = end_of(1) + 60 * HOUR
    full = corrected([flare(1)], number=1, was=52, corrected_at=closed_at + HOUR)

    (alert,) = judged(full, closing("s01", closed_at)).alerts

    assert alert.is_open


def test_known_at_shows_what_a_rating_said_before_its_correction():
    corrected_at = end_of(1) + 60 * HOUR
    full = corrected([flare(1)], number=1, was=80, corrected_at=corrected_at)

    def next_day(at):
        ratings = full.known_at(at).sessions[0].ratings
        return [one.pain_mm for one in ratings if one.moment == Moment.H24]

    before_answer = end_of(1) + 24 * HOUR - timedelta(seconds=1)
    assert next_day(before_answer) == []
    assert next_day(end_of(1) + 24 * HOUR) == [80]
    assert next_day(corrected_at - timedelta(seconds=1)) == [80]
    assert next_day(corrected_at) == [75]


def test_known_at_shows_an_earlier_run_in_rating():
    day = start_of(1) - DAY
    later = rating("r", Moment.RUN_IN, day, 60, received_at=day + 2 * DAY)
    before = EarlierRating(
        rating=replace(later, pain_mm=40, received_at=day),
        session_key=None,
        replaced_at=day + 2 * DAY,
    )
    full = replace(history(flare(1)), run_in=(later,), earlier=(before,))

    known = full.known_at(day + DAY)

    assert [one.pain_mm for one in known.run_in] == [40]


def test_known_at_leaves_out_what_was_not_received_by():
    full = history(flare(1))

    known = full.known_at(LATER, received_by=end_of(1) + 24 * HOUR)

    assert [one.moment for one in known.sessions[0].ratings] == ["pre", "h24"]


def test_closing_covers_the_other_sessions_of_an_alert_whose_opener_is_gone():
    closed_at = end_of(2) + 60 * HOUR
    closed = closing("s01", closed_at, session_keys=("s01", "s02"))

    (alert,) = judge(flare(2), closings=[closed]).alerts

    assert (alert.opened_by, alert.is_open, alert.closed_by) == (
        "s02",
        False,
        "therapist",
    )


def test_closing_covers_no_session_that_its_alert_did_not_name():
    closed = closing("s01", end_of(2) + 60 * HOUR, session_keys=("s01",))

    (alert,) = judge(flare(2), closings=[closed]).alerts

    assert alert.is_open


def test_closing_covers_no_new_evidence_of_a_session_that_it_named():
    closed_at = end_of(2) + 30 * HOUR
    closed = closing("s01", closed_at, session_keys=("s01", "s02"))

    (alert,) = judge(flare(2, h48=65), closings=[closed]).alerts

    assert (alert.opened_by, alert.generation, alert.is_open) == ("s02", 1, True)


def test_next_session_ends_an_alert_that_another_closing_covers():
    closed = closing("s01", end_of(2) + 60 * HOUR, session_keys=("s01", "s02"))

    judgement = judge(flare(2), flare(3), closings=[closed])

    states = [(alert.opened_by, alert.is_open) for alert in judgement.alerts]
    assert states == [("s02", False), ("s03", True)]


@pytest.mark.parametrize(
    ("days_after", "status"),
    [(13, "silent"), (14, "opened"), (-13, "silent"), (-14, "opened")],
)
def test_pattern_is_silent_around_a_closed_alert_that_a_correction_took_away(
    days_after, status
):
    visits = [hurting(n) for n in range(1, 5)]
    opens_in = next(
        one for one in judge(*visits).verdicts if event_of(one, "pattern") == "opened"
    )
    upto = int(opens_in.session_key[1:])
    day = visits[upto - 1].day
    told = closing(
        "gone",
        start_of(1),
        family=Family.PATTERN,
        alerted_on=day - days_after * DAY,
    )

    judgement = judge(*visits[:upto], closings=[told])

    assert event_of(judgement.verdicts[-1], "pattern") == status


@pytest.mark.parametrize(
    ("days_later", "closed_after", "status"),
    [
        pytest.param(-1, 70 * HOUR, "silent", id="told about an earlier session"),
        pytest.param(0, 70 * HOUR, "silent", id="told on the same day"),
        pytest.param(1, 70 * HOUR, "opened", id="told about a later session"),
        pytest.param(1, 48 * HOUR, "opened", id="closed as the last value came"),
        pytest.param(1, 47 * HOUR, "silent", id="closed before it came"),
    ],
)
def test_word_about_a_later_session_takes_back_no_earlier_one(
    days_later, closed_after, status
):
    visits = [hurting(n) for n in range(1, 4)]
    told = closing(
        "gone",
        end_of(3) + closed_after,
        family=Family.PATTERN,
        alerted_on=visits[2].day + days_later * DAY,
    )

    judgement = judge(*visits, closings=[told])

    assert event_of(judgement.verdicts[-1], "pattern") == status


def test_pattern_alert_does_not_silence_itself():
    visits = [hurting(n) for n in range(1, 5)]
    (alert,) = alerts_of(judge(*visits), "pattern")
    told_in = alert.raised_by[-1].session_key
    day = visits[int(told_in[1:]) - 1].day
    closed = closing(
        alert.opened_by, end_of(4) + 60 * HOUR, family=Family.PATTERN, alerted_on=day
    )

    (again,) = alerts_of(judge(*visits, closings=[closed]), "pattern")

    assert (again.raised_by, again.closed_by) == (alert.raised_by, "therapist")
