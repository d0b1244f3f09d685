"""Episodes and silence: what somebody hears of, and when it ends."""

from datetime import timedelta

import pytest

from apps.clinical.flare.alert_book import AlertBook
from apps.clinical.flare.inputs import Closing, Family, FlareAnswer
from apps.clinical.flare.verdicts import ClosedBy

from .flare_builders import (
    alerts_of,
    end_of,
    event_of,
    judge,
    start_of,
    visit,
)

pytestmark = pytest.mark.requirement("F1")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
YES = {"flare": FlareAnswer.YES}


def flare(number, **more):
    """Return a session with T1 alone: 25 mm on the next day, 5 mm after two."""
    return visit(number, **({"pre": 50, "h24": 75, "h48": 55} | more))


def hurting(number, **more):
    """Return a session with a response of 16 mm above a reference of 50."""
    return visit(number, **({"pre": 50, "post": 60, "h24": 70, "h48": 65} | more))


def calm(number, **more):
    return visit(number, **({"pre": 50, "post": 50, "h24": 50, "h48": 50} | more))


def closing(family, opened_by, closed_at, generation=1):
    return Closing(
        family=Family(family),
        opened_by=opened_by,
        closed_at=closed_at,
        generation=generation,
    )


def statuses(judgement, family):
    return [event_of(verdict, family) for verdict in judgement.verdicts]


def test_a_quiet_course_has_no_alert():
    judgement = judge(calm(1), calm(2))

    assert judgement.alerts == ()
    assert [v.alert_status for v in judgement.verdicts] == ["none", "none"]


@pytest.mark.parametrize(
    ("pre", "is_open"),
    [
        pytest.param(59, False, id="9 above the start"),
        pytest.param(60, True, id="10 above the start"),
        pytest.param(61, True, id="11 above the start"),
    ],
)
def test_a_flare_ends_with_two_resting_values(pre, is_open):
    (alert,) = judge(flare(1), visit(2, pre=pre)).alerts

    assert (alert.ref_start_mm, alert.is_open) == (50, is_open)
    assert (alert.closed_by, alert.closed_in) == (
        (None, None) if is_open else ("rest", "s02")
    )


def test_a_flare_ends_with_two_values_before_sessions():
    (alert,) = judge(flare(1, h48=None), visit(2, pre=50), visit(3, pre=50)).alerts

    assert alert.closed_in == "s03"


def test_a_high_value_between_starts_the_count_anew():
    visits = [flare(1), visit(2, pre=65), visit(3, pre=50), visit(4, pre=50)]

    (alert,) = judge(*visits).alerts

    assert alert.closed_in == "s04"


def test_a_missing_value_between_does_not():
    (alert,) = judge(flare(1), visit(2), visit(3, pre=50)).alerts

    assert alert.closed_in == "s03"


def test_a_flare_between_starts_the_count_anew():
    visits = [flare(1, h48=65), flare(2, h24=80), visit(3, pre=50)]

    (alert,) = judge(*visits).alerts
    (calmer,) = judge(visits[0], flare(2, h24=60)).alerts

    # 50 before session 2, then a flare; 55 two days later and 50 before session 3
    assert (alert.session_keys, alert.closed_in) == (("s01", "s02"), "s03")
    assert (calmer.session_keys, calmer.closed_in) == (("s01",), "s02")


def test_a_two_day_value_that_is_a_flare_is_no_rest():
    called = flare(1, answers_h48=YES)

    (alert,) = judge(called, visit(2, pre=50)).alerts

    assert alert.is_open


def test_without_reference_at_the_start_rest_ends_nothing():
    visits = [visit(1, h24=50, h48=10, answers_h24=YES), visit(2, pre=10)]

    (alert,) = judge(*visits, visit(3, pre=10), rest=()).alerts

    assert (alert.ref_start_mm, alert.is_open) == (None, True)


def test_a_flare_only_rises():
    visits = [
        flare(1, h48=65),  # T1 and T2, moderate
        visit(2, pre=72, h24=94, h48=80),  # T2, high by its level
        visit(3, pre=72, h24=72, h48=80),  # T3 of session 1
        visit(4, pre=72, h24=94, h48=80),  # T1 again
    ]

    judgement = judge(*visits)

    (alert,) = alerts_of(judgement, "flare")
    assert [(s.session_key, s.kind, s.severity) for s in alert.raised_by] == [
        ("s01", "acute_flare", "moderate"),
        ("s02", "acute_flare", "high"),
        ("s03", "sustained_flare", "high"),
    ]
    assert statuses(judgement, "flare") == ["opened", "raised", "raised", "appended"]
    assert (alert.kind, alert.severity) == ("sustained_flare", "high")


def test_t2_raises_what_t1_opened():
    judgement = judge(flare(1), visit(2, pre=60, h24=80, h48=70))

    assert [v.tiers for v in judgement.verdicts] == [("T1",), ("T1", "T2")]
    assert statuses(judgement, "flare") == ["opened", "raised"]


def test_t3_is_said_once_an_episode():
    visits = [
        flare(1, h48=65),
        visit(2, pre=72, h24=92, h48=90),
        visit(3, pre=90),
        visit(4, pre=90),
    ]

    judgement = judge(*visits)

    assert [v.about for v in judgement.verdicts] == [None, None, "s01", "s02"]
    assert statuses(judgement, "flare") == ["opened", "raised", "raised", "appended"]
    assert len(alerts_of(judgement, "flare")) == 1


def test_t3_opens_an_episode_when_none_is_open():
    closed = closing("flare", "s01", start_of(2) - HOUR)

    judgement = judge(
        flare(1, h48=65), visit(2, pre=75), visit(3, pre=75), closings=[closed]
    )

    first, second = alerts_of(judgement, "flare")
    assert (first.closed_by, second.opened_by) == ("therapist", "s03")
    # what was usual before the flare that it is about
    assert (second.kind, second.ref_start_mm) == ("sustained_flare", 50)


def test_a_value_that_makes_t3_is_no_rest():
    # the episode starts high, so that raised values lie below its start + 10
    visits = [
        visit(1, pre=75, h24=100, h48=90),
        visit(2, pre=40, h24=78, h48=90),
        visit(3, pre=84),
        visit(4, pre=84),
    ]

    judgement = judge(*visits, rest=(75,) * 6)

    (alert,) = alerts_of(judgement, "flare")
    assert judgement.verdicts[3].about == "s02"
    assert (alert.ref_start_mm, alert.is_open) == (75, True)


@pytest.mark.parametrize(
    ("h48", "closed_in"),
    [
        pytest.param(77, "s02", id="19.5 above the level of session 2"),
        pytest.param(78, None, id="20.5 above: a flare by itself"),
    ],
)
def test_a_two_day_value_that_is_a_clear_rise_is_no_rest(h48, closed_in):
    # the episode starts at 75; before session 2 the level is 57.5
    visits = [visit(1, pre=75, h24=100, h48=90), visit(2, pre=40, h48=h48)]

    judgement = judge(*visits, visit(3, pre=60), rest=(75,) * 6)

    (alert,) = alerts_of(judgement, "flare")
    assert (alert.ref_start_mm, alert.closed_in) == (75, closed_in)


def responding(number, response_mm, **more):
    """Return a session with a next-day value alone, so that it is the response."""
    return visit(number, pre=50, h24=50 + response_mm, **more)


def test_watch_ends_by_itself():
    judgement = judge(*map(hurting, range(1, 4)), calm(4))

    (alert,) = alerts_of(judgement, "pattern")
    assert (alert.kind, alert.severity) == ("hyperalgesia_watch", "low")
    assert (alert.closed_by, alert.closed_in) == ("self", "s04")


def test_a_pattern_may_return_after_a_watch_that_ended():
    visits = [*map(hurting, range(1, 4)), calm(4), hurting(5), hurting(6)]

    judgement = judge(*visits)

    assert statuses(judgement, "pattern") == [
        None,
        None,
        "opened",
        None,
        "opened",
        "silent",
    ]
    assert [a.kind for a in alerts_of(judgement, "pattern")] == [
        "hyperalgesia_watch",
        "hyperalgesia",
    ]


def test_watch_goes_on_while_it_holds():
    responses_mm = (24, 24, 9, 9)

    judgement = judge(*(responding(n, r) for n, r in enumerate(responses_mm, 1)))

    assert all("T4_ALERT" not in v.tiers for v in judgement.verdicts)
    assert statuses(judgement, "pattern") == [None, None, "opened", "appended"]


def test_watch_stands_over_a_session_that_is_not_usable():
    visits = [hurting(1), hurting(2), hurting(3), visit(4, pre=50)]

    (alert,) = alerts_of(judge(*visits), "pattern")

    assert alert.is_open


def test_alert_without_watch_before_opens_at_once():
    relief = visit(3, pre=50, post=40, h24=50, h48=50)

    judgement = judge(hurting(1), hurting(2), relief, hurting(4))

    assert statuses(judgement, "pattern") == [None, None, None, "opened"]
    assert alerts_of(judgement, "pattern")[0].kind == "hyperalgesia"


def test_alert_stays_open_when_it_no_longer_holds():
    judgement = judge(*map(hurting, range(1, 5)), *map(calm, range(5, 12)))

    (alert,) = alerts_of(judgement, "pattern")
    assert alert.is_open
    assert statuses(judgement, "pattern")[-1] is None


FADING_MM = (30, 30, 30, 30, 1, 1, 1, 1)


def test_alert_takes_a_watch_in():
    judgement = judge(*(responding(n, r) for n, r in enumerate(FADING_MM, 1)))

    (alert,) = alerts_of(judgement, "pattern")
    assert "T4_ALERT" not in judgement.verdicts[7].tiers
    assert statuses(judgement, "pattern")[7] == "appended"
    assert (alert.kind, alert.session_keys[-1]) == ("hyperalgesia", "s08")


def closed_alert(*visits):
    """Judge sessions whose first T4 alert was closed after session 4."""
    return judge(*visits, closings=[closing("pattern", "s03", start_of(5) - HOUR)])


def test_alert_is_silent_for_14_days_after_it_was_given():
    judgement = closed_alert(*map(hurting, range(1, 9)))

    # session 4 is 4, 7, 11 and 14 days before sessions 5 to 8
    assert statuses(judgement, "pattern")[3:] == [
        "raised",
        "silent",
        "silent",
        "silent",
        "opened",
    ]
    first, second = alerts_of(judgement, "pattern")
    assert (first.closed_by, first.session_keys) == ("therapist", ("s03", "s04"))
    assert (second.opened_by, second.is_open) == ("s08", True)


@pytest.mark.parametrize(
    ("days", "status"), [(13, "silent"), (14, "opened"), (15, "opened")]
)
def test_silence_counts_days_between_sessions(days, status):
    # an hour earlier in the day: the date counts, not the 24 hours
    last = hurting(5, start=start_of(4) + days * DAY - HOUR)

    judgement = closed_alert(*map(hurting, range(1, 5)), last)

    assert statuses(judgement, "pattern")[-1] == status


@pytest.mark.parametrize(
    ("days", "status"), [(13, "silent"), (14, "opened"), (15, "opened")]
)
def test_watch_is_silent_too_after_an_alert(days, status):
    starts = [start_of(n) for n in range(1, 5)]
    starts += [starts[3] + gap * DAY for gap in (3, 6, 9, days)]

    judgement = closed_alert(
        *(
            responding(n, r, start=start)
            for n, (r, start) in enumerate(zip(FADING_MM, starts, strict=True), 1)
        )
    )

    assert judgement.verdicts[7].tiers == ("T4_WATCH",)
    assert statuses(judgement, "pattern")[7] == status


def test_alert_grows_to_high_without_a_word():
    visits = [*map(hurting, range(1, 5))]
    visits += [visit(n, pre=50, post=90, h24=89, h48=89) for n in range(5, 9)]

    judgement = judge(*visits)

    (alert,) = alerts_of(judgement, "pattern")
    assert alert.severity == "high"
    assert statuses(judgement, "pattern")[4:] == ["silent"] * 4


def test_alert_is_high_while_a_sustained_flare_is_open():
    visits = [
        flare(1, h48=65),
        visit(2, pre=72, h24=80, h48=75),
        visit(3, pre=72, h24=90, h48=85),
        visit(4, pre=72, h24=90, h48=85),
    ]

    judgement = judge(*visits)

    (alert,) = alerts_of(judgement, "pattern")
    assert judgement.verdicts[3].pattern.mean_mm < 25
    assert (alert.kind, alert.severity) == ("hyperalgesia", "high")


def rising(count, **last):
    visits = [visit(n, pre=30, h24=30) for n in range(1, 5)]
    visits += [visit(n, pre=50, h24=50) for n in range(5, count)]
    return [*visits, visit(count, **({"pre": 50, "h24": 50} | last))]


def test_trend_is_said_once_while_open():
    judgement = judge(*rising(9), rest=(30,) * 20)

    (alert,) = alerts_of(judgement, "trend")
    assert statuses(judgement, "trend")[6:] == [None, "opened", "silent"]
    assert (alert.kind, alert.severity, alert.is_open) == ("rising_pain", "low", True)


@pytest.mark.parametrize(
    ("days", "status"), [(20, "silent"), (21, "silent"), (22, None)]
)
def test_trend_is_silent_after_it_was_closed(days, status):
    visits = rising(8)
    later = visit(9, pre=50, h24=50, start=start_of(8) + days * DAY)
    closed = closing("trend", "s08", start_of(8) + 3 * DAY)

    judgement = judge(*visits, later, rest=(30,) * 20, closings=[closed])

    # after more than 21 days the trend itself starts anew
    assert statuses(judgement, "trend")[-1] == status


def test_trend_that_was_known_at_a_closing_goes_on_closed():
    # session 9 had its trend as it started; its next-day value came later
    closed = closing("trend", "s08", start_of(9) + 2 * HOUR)

    judgement = judge(*rising(9), rest=(30,) * 20, closings=[closed])

    (alert,) = alerts_of(judgement, "trend")
    assert (alert.session_keys, alert.closed_by) == (("s08", "s09"), "therapist")


def test_trend_returns_after_28_days():
    levels = [30] * 4 + [50] * 4 + [70] * 4 + [90] * 5
    visits = [visit(n, pre=level, h24=level) for n, level in enumerate(levels, 1)]
    closed = closing("trend", "s08", start_of(8) + 3 * DAY)

    judgement = judge(*visits, rest=(30,) * 20, closings=[closed])

    first, second = alerts_of(judgement, "trend")
    assert (first.opened_by, first.closed_by) == ("s08", "therapist")
    # session 16 is the first with T5 that lies 28 days after session 8
    assert (second.opened_by, second.is_open) == ("s16", True)
    assert statuses(judgement, "trend")[9:12] == ["silent"] * 3


def gap(number):
    return visit(number, pre=50)


def test_data_gap_is_one_alert_a_spell():
    judgement = judge(*map(gap, range(1, 8)), *map(calm, range(8, 11)))

    (alert,) = alerts_of(judgement, "data")
    assert statuses(judgement, "data")[5:] == [
        "opened",
        "appended",
        "appended",
        "appended",
        None,
    ]
    assert (alert.kind, alert.severity) == ("not_judgeable", "info")
    assert (alert.closed_by, alert.closed_in) == ("self", "s10")


def test_data_gap_that_never_was_ends_nothing():
    assert alerts_of(judge(*map(calm, range(1, 8))), "data") == []


def test_data_gap_closed_by_a_therapist_stays_closed_for_its_spell():
    closed = closing("data", "s06", end_of(6) + 70 * HOUR)

    judgement = judge(*map(gap, range(1, 10)), closings=[closed])

    (alert,) = alerts_of(judgement, "data")
    assert (alert.is_open, alert.closed_by) == (False, "therapist")


@pytest.mark.requirement("F5")
def test_closing_covers_what_had_arrived():
    closed = closing("flare", "s01", end_of(1) + 60 * HOUR)

    judgement = judge(flare(1), closings=[closed])

    (alert,) = judgement.alerts
    assert (alert.is_open, alert.closed_by) == (False, "therapist")
    assert judgement.verdicts[0].alert_status == "opened"


def test_new_evidence_after_a_closing_opens_a_new_alert():
    closed = closing("flare", "s01", end_of(1) + 60 * HOUR)

    judgement = judge(flare(1, h48=65), flare(2), closings=[closed])

    first, second = alerts_of(judgement, "flare")
    assert (first.session_keys, first.closed_by) == (("s01",), "therapist")
    assert (second.opened_by, second.generation) == ("s02", 1)
    assert statuses(judgement, "flare") == ["opened", "opened"]


def test_stronger_evidence_of_the_same_session_opens_the_next_generation():
    closed = closing("flare", "s01", end_of(1) + 30 * HOUR)

    judgement = judge(flare(1, h48=65), closings=[closed])

    first, second = judgement.alerts
    assert (first.generation, first.kind, first.is_open) == (1, "possible_flare", False)
    assert (second.generation, second.kind, second.is_open) == (2, "acute_flare", True)
    assert judgement.verdicts[0].events[0].generation == 2


def test_a_harmless_value_after_a_closing_opens_nothing():
    closed = closing("flare", "s01", end_of(1) + 30 * HOUR)

    (alert,) = judge(flare(1, h48=55), closings=[closed]).alerts

    assert (alert.is_open, alert.generation) == (False, 1)


def test_a_window_that_closes_after_a_closing_opens_nothing():
    closed = closing("flare", "s01", end_of(1) + 30 * HOUR)

    judgement = judge(flare(1, h48=None), closings=[closed])

    (alert,) = judgement.alerts
    assert judgement.verdicts[0].tiers == ("T1", "T2")
    assert not alert.is_open


def test_the_next_generation_can_be_closed_too():
    closings = [
        closing("flare", "s01", end_of(1) + 30 * HOUR),
        closing("flare", "s01", end_of(1) + 50 * HOUR, generation=2),
    ]

    judgement = judge(flare(1, h48=65), closings=closings)

    assert [alert.is_open for alert in judgement.alerts] == [False, False]


def test_a_closed_alert_that_a_correction_removed_does_not_arise():
    # the value that is read now arrived after the closing
    late = {"h24": end_of(1) + 40 * HOUR, "h48": end_of(1) + 50 * HOUR}
    closed = closing("flare", "s01", end_of(1) + 30 * HOUR)

    judgement = judge(flare(1, received=late), closings=[closed])

    (alert,) = judgement.alerts
    assert (alert.generation, alert.is_open) == (2, True)


def test_a_closing_before_the_session_was_held_covers_nothing():
    closed = closing("flare", "s01", start_of(1) - DAY)

    (alert,) = judge(flare(1), closings=[closed]).alerts

    assert alert.is_open


def test_a_closing_of_an_alert_that_is_not_there_has_no_effect():
    closed = closing("flare", "s09", end_of(1) + 90 * HOUR)

    assert judge(flare(1), closings=[closed]) == judge(flare(1))


def test_a_late_value_in_an_old_session_does_not_reopen_it():
    late = {"post": end_of(3)}
    closed = closing("flare", "s01", end_of(1) + 60 * HOUR)

    (alert,) = judge(flare(1, post=52, received=late), closings=[closed]).alerts

    assert (alert.generation, alert.is_open) == (1, False)


def test_a_session_covered_by_a_closing_is_added_to_the_closed_alert():
    closed = closing("flare", "s01", end_of(2) + 60 * HOUR)

    (alert,) = alerts_of(
        judge(flare(1, h48=65), flare(2, h24=80, h48=65), closings=[closed]), "flare"
    )

    assert (alert.session_keys, alert.is_open) == (("s01", "s02"), False)


def test_the_first_of_two_closings_counts():
    closings = [
        closing("flare", "s01", end_of(2) + 90 * HOUR),
        closing("flare", "s01", end_of(1) + 60 * HOUR),
    ]

    judgement = judge(flare(1, h48=65), flare(2), closings=closings)

    assert len(alerts_of(judgement, "flare")) == 2


def test_a_closed_sustained_flare_no_longer_makes_t4_high():
    visits = [
        flare(1, h48=65),
        visit(2, pre=72, h24=80, h48=75),
        visit(3, pre=72, h24=90, h48=85),
        visit(4, pre=72, h24=75, h48=71),
    ]
    closed = closing("flare", "s01", start_of(4) - HOUR)

    with_flare, without = judge(*visits), judge(*visits, closings=[closed])

    assert with_flare.verdicts[2].about == "s01"
    assert [
        alerts_of(judgement, "pattern")[0].severity
        for judgement in (with_flare, without)
    ] == ["high", "moderate"]


def test_alert_book_refuses_to_end_what_is_not_open():
    book = AlertBook(
        family=Family.FLARE,
        signal_of=lambda _: None,
        known_at=lambda _: {},
        closings=(),
    )

    with pytest.raises(RuntimeError, match="flare family has no current alert"):
        book.end(ClosedBy.REST, session_key=None)
