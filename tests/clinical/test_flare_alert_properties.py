"""What holds for episodes, silence and closings, whatever a patient enters.

A therapist who closes alerts as the weeks go by has a part in most of them. Each
property names its rule.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.inputs import Closing, EarlierRating, Session
from apps.clinical.flare.verdicts import KIND_RANK, SEVERITY_RANK, Kind

from .flare_builders import FIRST, LATER, POLICY
from .flare_strategies import histories, reacting

pytestmark = pytest.mark.requirement("F1")

# The last follow-up of a session lies before the next session.
APART = st.sampled_from([4, 5, 7, 21, 22])
STEADY = (20, 22, 30)
TOLD_WITH_PAUSE = (Kind.HYPERALGESIA, Kind.RISING_PAIN)

# Judging takes as long as the machine is busy.
quick = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
thorough = settings(quick, max_examples=400)


def any_history():
    return histories() | reacting()


def judged(history_, now=LATER, closings=()):
    return judge_history(history_, policy=POLICY, now=now, closings=closings)


def told_day(history_, alert):
    """Return the day on which a pattern or trend was told, as a closing names it."""
    days = {session.key: session.day for session in history_.sessions}
    steps = (step for step in alert.raised_by if step.kind in TOLD_WITH_PAUSE)
    return next((days[step.session_key] for step in steps), None)


def closing_of(history_, alert, *, closed_at, judged_until):
    return Closing(
        family=alert.family,
        opened_by=alert.opened_by,
        generation=alert.generation,
        closed_at=closed_at,
        judged_until=judged_until,
        session_keys=alert.session_keys,
        alerted_on=told_day(history_, alert),
    )


def closings_of(history_, *, closed_at, judged_until=None):
    """Return a closing of every alert, as a therapist saw it."""
    return [
        closing_of(history_, alert, closed_at=closed_at, judged_until=judged_until)
        for alert in judged(history_).alerts
    ]


def closed_on_the_way(history_, data):
    """Return the closings of a therapist who looks now and then."""
    starts = sorted(session.started_at for session in history_.sessions)
    visits = data.draw(st.sets(st.sampled_from(starts), max_size=4))
    closings = []
    for at in sorted(visits):
        now = at + timedelta(days=2, hours=13)
        known = history_.known_at(now)
        arrived = max((one.received_at for one in known.ratings()), default=None)
        closings += [
            closing_of(known, alert, closed_at=now, judged_until=arrived)
            for alert in judged(known, now=now, closings=closings).alerts
            if alert.is_open and data.draw(st.booleans())
        ]
    return tuple(closings)


def closed_at_once(history_):
    """Return the closings of a therapist who closes everything within days."""
    closings = []
    for session in sorted(history_.sessions, key=lambda one: one.started_at):
        now = session.ended_at + timedelta(days=2, hours=12)
        known = history_.known_at(now)
        arrived = max((one.received_at for one in known.ratings()), default=None)
        closings += [
            closing_of(known, alert, closed_at=now, judged_until=arrived)
            for alert in judged(known, now=now, closings=closings).alerts
            if alert.is_open
        ]
    return tuple(closings)


def of_family(judgement):
    families = {}
    for alert in judgement.alerts:
        families.setdefault(alert.family, []).append(alert)
    return families


def assert_alerts_are_in_order(history_, closings):
    judgement = judged(history_, closings=closings)

    for alerts in of_family(judgement).values():
        assert sum(alert.is_open for alert in alerts) <= 1
        assert not any(alert.is_open for alert in alerts[:-1])
        names = [(alert.opened_by, alert.generation) for alert in alerts]
        assert len(set(names)) == len(names)
    for alert in judgement.alerts:
        assert alert.is_open == (alert.closed_by is None)
        assert alert.raised_by[0].session_key == alert.opened_by
        assert (alert.raised_by[-1].kind, alert.raised_by[-1].severity) == (
            alert.kind,
            alert.severity,
        )
        for one, other in pairwise(alert.raised_by):
            assert KIND_RANK[one.kind] <= KIND_RANK[other.kind]
            assert SEVERITY_RANK[one.severity] <= SEVERITY_RANK[other.severity]
            assert (one.kind, one.severity) != (other.kind, other.severity)


@pytest.mark.requirement("F2")
@quick
@given(history_=any_history(), data=st.data())
def test_one_alert_of_a_family_is_open_and_only_rises(history_, data):
    # decisions 1.12: kind and severity of an episode only rise.
    assert_alerts_are_in_order(history_, closed_on_the_way(history_, data))


@pytest.mark.long
@pytest.mark.requirement("F2")
@thorough
@given(history_=any_history(), data=st.data())
def test_one_alert_of_a_family_is_open_and_only_rises_at_length(history_, data):
    assert_alerts_are_in_order(history_, closed_on_the_way(history_, data))


@quick
@given(history_=any_history())
def test_every_alert_fits_its_events(history_):
    judgement = judged(history_)

    opened = [
        (event.family, event.opened_by)
        for verdict in judgement.verdicts
        for event in verdict.events
        if event.status == "opened"
    ]
    assert sorted(opened) == sorted((a.family, a.opened_by) for a in judgement.alerts)


def days_between_telling(history_, closings, kind):
    """Return the days between the sessions at which a kind was told anew."""
    days = {session.key: session.day for session in history_.sessions}
    told = [
        (days[verdict.session_key], event.opened_by)
        for verdict in judged(history_, closings=closings).verdicts
        for event in verdict.events
        if event.kind == kind and event.status in ("opened", "raised")
    ]
    return [(later - earlier).days for (earlier, _), (later, _) in pairwise(told)]


def assert_silence_is_kept(history_, closings):
    patterns = days_between_telling(history_, closings, Kind.HYPERALGESIA)
    trends = days_between_telling(history_, closings, Kind.RISING_PAIN)

    assert all(days >= POLICY.t4_silence_days for days in patterns)
    assert all(days >= POLICY.t5_silence_days for days in trends)


@pytest.mark.requirement("F2")
@quick
@given(history_=reacting(rises=STEADY))
def test_a_pattern_and_a_trend_keep_their_silence(history_):
    # decisions 1.13: 14 and 28 days between the sessions, whoever closed what.
    assert_silence_is_kept(history_, closed_at_once(history_))


@pytest.mark.long
@pytest.mark.requirement("F2")
@thorough
@given(history_=reacting(), data=st.data())
def test_a_pattern_and_a_trend_keep_their_silence_at_length(history_, data):
    assert_silence_is_kept(history_, closed_on_the_way(history_, data))


@pytest.mark.requirement("F2")
@quick
@given(history_=any_history(), data=st.data())
def test_a_closing_delivered_twice_changes_nothing(history_, data):
    closings = closed_on_the_way(history_, data)
    order = data.draw(st.permutations(closings))

    once = judged(history_, closings=closings)

    assert judged(history_, closings=(*closings, *closings)) == once
    assert judged(history_, closings=order) == once


@quick
@given(
    history_=histories(days_between=APART) | reacting(rises=STEADY),
    pain_mm=st.integers(0, 100),
)
def test_a_confounded_session_leaves_the_pattern_as_it_stood(history_, pain_mm):
    # decisions 1.5: a session that is not usable leaves the earlier T4 state.
    last = max(history_.sessions, key=lambda session: session.started_at)
    start = last.started_at + timedelta(days=4)
    later = Session(
        key="later",
        day=last.day + timedelta(days=4),
        started_at=start,
        ended_at=start + timedelta(hours=1),
        confounders=frozenset({"stress"}),
        ratings=tuple(
            replace(
                one,
                key=f"later-{one.key}",
                answered_at=start + (one.answered_at - last.started_at),
                pain_mm=pain_mm,
            )
            for one in last.ratings
        ),
    )
    longer = replace(history_, sessions=(*history_.sessions, later))

    before, after = judged(history_), judged(longer)

    assert of_family(after).get("pattern") == of_family(before).get("pattern")
    assert "pattern" not in {event.family for event in after.verdicts[-1].events}


@quick
@given(history_=histories(days_between=APART))
def test_a_session_without_values_closes_nothing(history_):
    # 6.4: missing values are never counted as "no pain", so nothing gets better.
    last = max(history_.sessions, key=lambda session: session.started_at)
    start = last.started_at + timedelta(days=4)
    silent = Session(
        key="silent",
        day=last.day + timedelta(days=4),
        started_at=start,
        ended_at=start + timedelta(hours=1),
    )
    longer = replace(history_, sessions=(*history_.sessions, silent))

    before, after = judged(history_), judged(longer)

    for family in ("flare", "pattern", "trend"):
        assert of_family(after).get(family) == of_family(before).get(family)


@quick
@given(history_=any_history())
def test_a_flare_ends_with_two_low_values_and_never_without_any(history_):
    # decisions 1.12: two resting values in a row below `ref_start + 10`.
    judgement = judged(history_)
    by_key = {verdict.session_key: verdict for verdict in judgement.verdicts}
    keys = list(by_key)

    for alert in judgement.alerts:
        if alert.closed_in is not None:
            last = keys.index(alert.session_keys[-1])
            assert last <= keys.index(alert.closed_in)
        if alert.family != "flare" or alert.closed_by != "rest":
            continue
        limit_mm = alert.ref_start_mm + POLICY.rest_margin_mm
        since = keys[keys.index(alert.opened_by) : keys.index(alert.closed_in) + 1]
        values = [by_key[alert.opened_by].h48_mm]
        for key in since[1:]:
            values += [by_key[key].pre_mm, by_key[key].h48_mm]
        low = [value for value in values if value is not None and value < limit_mm]
        assert len(low) >= 2
        closing = by_key[alert.closed_in]
        assert any(
            value is not None and value < limit_mm
            for value in (closing.pre_mm, closing.h48_mm)
        )


@pytest.mark.requirement("F5")
@quick
@given(history_=any_history())
def test_a_correction_that_changes_no_value_opens_nothing_after_a_closing(history_):
    closed_at, corrected_at = LATER - timedelta(days=2), LATER - timedelta(days=1)
    corrected = replace(
        history_,
        sessions=tuple(
            replace(
                session,
                ratings=tuple(
                    replace(one, received_at=corrected_at) for one in session.ratings
                ),
            )
            for session in history_.sessions
        ),
        earlier=tuple(
            EarlierRating(rating=one, session_key=session.key, replaced_at=corrected_at)
            for session in history_.sessions
            for one in session.ratings
        ),
    )
    closings = closings_of(history_, closed_at=closed_at)

    after = judged(corrected, closings=closings)

    assert [alert for alert in after.alerts if alert.is_open] == []


@pytest.mark.requirement("F5")
@quick
@given(full=histories(days_between=APART))
def test_resolving_never_loses_a_flare_that_was_not_judged(full):
    *earlier, last = sorted(full.sessions, key=lambda session: session.started_at)
    seen = replace(full, sessions=tuple(earlier))
    judged_until = max((one.received_at for one in seen.ratings()), default=FIRST)
    newest = judged(full).verdicts[-1]
    closings = closings_of(seen, closed_at=LATER, judged_until=judged_until)

    after = judged(full, closings=closings)

    if {"T1", "T2"} & set(newest.tiers):
        flares = of_family(after)["flare"]
        assert last.key in flares[-1].session_keys
        assert flares[-1].closed_by != "therapist"
