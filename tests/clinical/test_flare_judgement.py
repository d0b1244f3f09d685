"""The rest of a verdict: marks, digests, and when to look again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.inputs import Closing, Family
from apps.clinical.flare.policy import DetectorPolicy

from .flare_builders import (
    FIRST,
    LATER,
    end_of,
    judge,
    newest,
    rating,
    run_in,
    start_of,
    visit,
)

pytestmark = pytest.mark.requirement("F1")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def digests(judgement):
    return [verdict.inputs_digest for verdict in judgement.verdicts]


def two(**first):
    return visit(1, **({"pre": 50, "h24": 60, "h48": 55} | first)), visit(2, pre=50)


def test_verdict_names_its_policy():
    verdict = newest(visit(1, pre=50), policy=DetectorPolicy(key="own", version=4))

    assert (verdict.policy_key, verdict.policy_version) == ("own", 4)


def test_sessions_are_judged_in_order_of_start_then_key():
    late, early = visit(2, pre=50), visit(1, pre=50)
    twin = replace(late, key="s02b", ratings=())

    judgement = judge(twin, late, early)

    assert [v.session_key for v in judgement.verdicts] == ["s01", "s02", "s02b"]


@pytest.mark.parametrize(
    ("late", "recalled"), [(12 * HOUR, False), (12 * HOUR + DAY / 1000, True)]
)
def test_verdict_marks_what_was_recalled(late, recalled):
    at = end_of(1) + 24 * HOUR
    value = rating("r", Moment.H24, at, 75, recorded_at=at + late)

    verdict = newest(visit(1, pre=50, extra=(value,)))

    assert (verdict.recalled, verdict.tiers[0]) == (recalled, "T1")


@pytest.mark.parametrize(
    ("red_flags", "asked"), [(None, False), ((), True), (("fever",), True)]
)
def test_verdict_says_whether_red_flags_were_asked(red_flags, asked):
    value = rating("r", Moment.PRE, start_of(1), 50, red_flags=red_flags)

    assert newest(visit(1, extra=(value,))).red_flags_asked is asked


@pytest.mark.parametrize(
    ("late", "allowed"),
    [
        (timedelta(days=5) - HOUR, True),
        (timedelta(days=5), True),
        (timedelta(days=5) + timedelta(seconds=1), False),
    ],
)
def test_mail_is_for_values_of_the_first_five_days(late, allowed):
    verdict = newest(visit(1, pre=50, h24=75, received={"h24": end_of(1) + late}))

    assert verdict.mail_allowed is allowed
    assert verdict.tiers[0] == "T1"
    assert verdict.latest_received_at == end_of(1) + late


def test_verdict_tells_when_the_newest_of_all_values_so_far_came():
    early = visit(1, pre=50)
    late = visit(2, pre=50, received={"pre": start_of(2) + 9 * DAY})

    empty, rated, delayed, after = judge(
        visit(0, start=FIRST - HOUR * 5), early, late, visit(3, pre=50)
    ).verdicts

    assert empty.latest_received_at == FIRST - 25 * HOUR  # the last of the run-in
    assert rated.latest_received_at == FIRST
    assert delayed.latest_received_at == start_of(2) + 9 * DAY
    assert after.latest_received_at == start_of(2) + 9 * DAY


def test_mail_needs_a_value():
    verdict = newest(visit(1), rest=())

    assert (verdict.mail_allowed, verdict.latest_received_at) == (False, None)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"h24": 61}, id="a value"),
        pytest.param({"novel": True}, id="a mark"),
        pytest.param({"confounders": frozenset({"x"})}, id="a confounder"),
        pytest.param({"received": {"h24": end_of(1) + 30 * HOUR}}, id="an arrival"),
        pytest.param({"answers_h48": {"sleep": 3}}, id="an answer"),
        pytest.param({"answers_h24": {"red_flags": ()}}, id="a screen"),
    ],
)
def test_digest_changes_with_an_input_and_all_later_ones_too(change):
    plain, changed = digests(judge(*two())), digests(judge(*two(**change)))

    assert plain[0] != changed[0]
    assert plain[1] != changed[1]


def test_digest_does_not_change_for_later_inputs():
    first, second = two()

    assert digests(judge(first)) == digests(judge(first, second))[:1]


def test_digest_changes_with_the_run_in():
    assert digests(judge(*two())) != digests(judge(*two(), rest=(50,) * 5))


def test_digest_ignores_a_value_out_of_window_and_the_clock():
    stray = rating("stray", Moment.H24, end_of(1) + 50 * HOUR, 90)
    first, second = two()
    with_stray = replace(first, ratings=(*first.ratings, stray))

    plain = digests(judge(first, second, now=LATER))

    assert plain == digests(judge(with_stray, second, now=LATER + DAY))


def test_digest_changes_when_a_window_closes_on_nothing():
    session = visit(1, pre=50, h24=60)

    before, after = (
        digests(judge(session, now=end_of(1) + hours * HOUR)) for hours in (59, 60)
    )

    assert before != after


def test_digest_changes_with_a_closing_that_mattered_alone():
    visits = visit(1, pre=50, h24=75, h48=65), visit(2, pre=50, h24=75, h48=65)
    closed = Closing(
        family=Family.FLARE, opened_by="s01", closed_at=end_of(1) + 60 * HOUR
    )

    plain, changed = digests(judge(*visits)), digests(judge(*visits, closings=[closed]))

    assert plain[0] == changed[0]
    assert plain[1] != changed[1]


def test_diary_and_run_in_need_a_session():
    diary = run_in((40,), moment=Moment.DIARY)

    assert judge(diary=diary).verdicts == ()


@pytest.mark.parametrize(
    ("session", "hours", "due_hours"),
    [
        pytest.param({}, 0, 36, id="the next day comes first"),
        pytest.param({}, 36, 60, id="then two days"),
        pytest.param({}, 60, None, id="then nothing"),
        pytest.param({"h24": 50}, 20, 60, id="a value needs no closing"),
        pytest.param({"h24": 50, "h48": 50}, 48, None, id="both are there"),
    ],
)
def test_next_due_is_the_next_closing_that_matters(session, hours, due_hours):
    judgement = judge(visit(1, pre=50, **session), now=end_of(1) + hours * HOUR)

    expected = None if due_hours is None else end_of(1) + due_hours * HOUR
    assert judgement.next_due_at == expected


@pytest.mark.parametrize(("count", "is_due"), [(5, False), (6, True), (7, True)])
def test_next_due_counts_sessions_from_the_sixth_on(count, is_due):
    visits = [visit(n, pre=50, h24=50, h48=50) for n in range(1, count + 1)]

    judgement = judge(*visits, now=end_of(count) + 50 * HOUR)

    closes_at = end_of(count) + 60 * HOUR
    assert judgement.next_due_at == (closes_at if is_due else None)


def test_judging_at_the_due_instant_moves_on():
    session = visit(1, pre=50, h24=75)

    early = judge(session, now=FIRST + 2 * HOUR)
    at_due = judge(session, now=early.next_due_at)

    assert "T2" not in early.verdicts[0].tiers
    assert "T2" in at_due.verdicts[0].tiers
    assert at_due.next_due_at is None
