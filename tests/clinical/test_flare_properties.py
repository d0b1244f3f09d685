"""What holds for the detector whatever a patient enters."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.inputs import (
    Closing,
    EarlierRating,
    FlareAnswer,
    Location,
    PatientHistory,
)
from apps.clinical.flare.verdicts import SEVERITY_RANK, Severity

from .flare_builders import (
    FIRST,
    LATER,
    POLICY,
    judge_history,
    run_in,
    visit,
    without,
)

pytestmark = pytest.mark.requirement("F1")


def pains(low=0, high=100):
    return st.none() | st.integers(low, high)


def courses(low=0, high=100):
    """Return a strategy for the rows of a course: values, novelty, place, answer."""
    row = st.fixed_dictionaries(
        {
            "pre": pains(low, high),
            "post": pains(low, high),
            "h24": pains(low, high),
            "h48": pains(low, high),
            "novel": st.booleans(),
            "place": st.none() | st.sampled_from(Location),
            "answer": st.none() | st.sampled_from(FlareAnswer),
            "confounders": st.sampled_from(
                [frozenset(), frozenset(), frozenset({"infection"})]
            ),
        }
    )
    return st.lists(row, min_size=1, max_size=9)


def runs_in(low=0, high=100):
    return st.lists(st.integers(low, high), max_size=7)


def history_of(rest, rows):
    visits = []
    for number, row in enumerate(rows, start=1):
        said = {"location": row["place"], "flare": row["answer"]}
        visits.append(
            visit(
                number,
                pre=row["pre"],
                post=row["post"],
                h24=row["h24"],
                h48=row["h48"],
                novel=row["novel"],
                confounders=row["confounders"],
                answers_h24=said if row["h24"] is not None else None,
            )
        )
    return PatientHistory(run_in=run_in(tuple(rest)), sessions=tuple(visits))


def judged(history):
    return judge_history(history, policy=POLICY, now=LATER)


def assert_close(one, other):
    if one is None:
        assert other is None
    else:
        assert other == pytest.approx(one, abs=1e-9)


def shuffled(history, order):
    def mixed(items):
        return tuple(order.sample(items, len(items)))

    return PatientHistory(
        run_in=mixed(history.run_in),
        sessions=mixed(
            tuple(replace(s, ratings=mixed(s.ratings)) for s in history.sessions)
        ),
    )


@given(rest=runs_in(), rows=courses(), order=st.randoms())
def test_order_of_arrival_does_not_matter(rest, rows, order):
    history = history_of(rest, rows)

    assert judged(shuffled(history, order)) == judged(history)


@given(rest=runs_in(), rows=courses())
def test_judging_twice_gives_the_same(rest, rows):
    history = history_of(rest, rows)

    assert judged(history) == judged(history)


@given(rest=runs_in(), rows=courses(), days=st.integers(0, 7))
def test_a_late_entry_equals_one_on_time(rest, rows, days):
    history = history_of(rest, rows)
    late = replace(
        history,
        sessions=tuple(
            replace(
                session,
                ratings=tuple(
                    replace(one, received_at=one.received_at + timedelta(days=days))
                    for one in session.ratings
                ),
            )
            for session in history.sessions
        ),
    )

    on_time, delayed = judged(history), judged(late)

    assert delayed.alerts == on_time.alerts
    arrival = {"inputs_digest": "", "mail_allowed": True, "latest_received_at": None}
    assert [replace(verdict, **arrival) for verdict in delayed.verdicts] == [
        replace(verdict, **arrival) for verdict in on_time.verdicts
    ]


@given(rest=runs_in(20, 60), rows=courses(20, 60), shift_mm=st.integers(-20, 40))
def test_a_constant_shift_leaves_the_response(rest, rows, shift_mm):
    moved = [
        row
        | {
            name: None if row[name] is None else row[name] + shift_mm
            for name in ("pre", "post", "h24", "h48")
        }
        for row in rows
    ]

    here = judged(history_of(rest, rows)).verdicts
    there = judged(history_of([value + shift_mm for value in rest], moved)).verdicts

    for one, other in zip(here, there, strict=True):
        for name in ("immediate_mm", "d24_mm", "d48_mm", "response_mm", "sig_mm"):
            assert_close(getattr(one, name), getattr(other, name))


def rank(verdict):
    severity = verdict.t2_severity
    return (
        "T1" in verdict.tiers,
        "T2" in verdict.tiers,
        -1 if severity is None else SEVERITY_RANK[Severity(severity)],
        "T4_WATCH" in verdict.tiers,
        "T4_ALERT" in verdict.tiers,
    )


@given(
    rest=runs_in(),
    rows=courses(),
    more_mm=st.integers(1, 50),
    name=st.sampled_from(["h24", "h48"]),
)
def test_more_pain_after_a_session_never_lowers_its_tiers(rest, rows, more_mm, name):
    # Of an existing value: a new one may calm a mean. A rise from below 30 mm to
    # above it can bring a session into the pattern, never out of it.
    if rows[-1][name] is None:
        rows[-1][name] = 40
    worse = [*rows[:-1], rows[-1] | {name: min(100, rows[-1][name] + more_mm)}]

    before, after = (judged(history_of(rest, r)).verdicts[-1] for r in (rows, worse))

    assert all(b <= a for b, a in zip(rank(before), rank(after), strict=True))


@given(rest=runs_in(), rows=courses(), name=st.sampled_from([Moment.H24, Moment.H48]))
def test_a_missing_value_is_never_zero(rest, rows, name):
    history = history_of(rest, rows)
    bare = replace(
        history, sessions=tuple(without(session, name) for session in history.sessions)
    )
    gone, kept = ("d24_mm", "d48_mm") if name == Moment.H24 else ("d48_mm", "d24_mm")

    for one, full in zip(judged(bare).verdicts, judged(history).verdicts, strict=True):
        assert getattr(one, gone) is None
        assert getattr(one, kept) == getattr(full, kept)
        assert one.rise_mm == getattr(one, kept)
        if getattr(one, kept) is None:
            assert one.response_mm is None


@given(rest=runs_in(), rows=courses())
def test_a_session_never_changes_an_earlier_verdict(rest, rows):
    whole = judged(history_of(rest, rows)).verdicts
    shorter = judged(history_of(rest, rows[:-1])).verdicts

    assert whole[:-1] == shorter


@given(rest=runs_in(), rows=courses())
def test_every_alert_fits_its_events(rest, rows):
    judgement = judged(history_of(rest, rows))

    opened = [
        (event.family, event.opened_by)
        for verdict in judgement.verdicts
        for event in verdict.events
        if event.status == "opened"
    ]
    assert sorted(opened) == sorted((a.family, a.opened_by) for a in judgement.alerts)
    for alert in judgement.alerts:
        assert alert.raised_by[0].session_key == alert.opened_by
        ranks = [SEVERITY_RANK[step.severity] for step in alert.raised_by]
        assert ranks == sorted(ranks)
        assert alert.is_open == (alert.closed_by is None)


def closings_of(judgement, *, closed_at, judged_until=None):
    """Return a closing of every alert, as a therapist saw it."""
    return [
        Closing(
            family=alert.family,
            opened_by=alert.opened_by,
            generation=alert.generation,
            closed_at=closed_at,
            judged_until=judged_until,
            session_keys=alert.session_keys,
        )
        for alert in judgement.alerts
    ]


@pytest.mark.requirement("F5")
@given(rest=runs_in(), rows=courses())
def test_a_correction_that_changes_no_value_opens_nothing_after_a_closing(rest, rows):
    history = history_of(rest, rows)
    closed_at, corrected_at = LATER - timedelta(days=2), LATER - timedelta(days=1)
    corrected = replace(
        history,
        sessions=tuple(
            replace(
                session,
                ratings=tuple(
                    replace(one, received_at=corrected_at) for one in session.ratings
                ),
            )
            for session in history.sessions
        ),
        earlier=tuple(
            EarlierRating(rating=one, session_key=session.key, replaced_at=corrected_at)
            for session in history.sessions
            for one in session.ratings
        ),
    )
    closings = closings_of(judged(history), closed_at=closed_at)

    after = judge_history(corrected, policy=POLICY, now=LATER, closings=closings)

    assert [alert for alert in after.alerts if alert.is_open] == []


@pytest.mark.requirement("F5")
@given(rest=runs_in(), rows=courses(), last=courses())
def test_resolving_never_loses_a_flare_that_was_not_judged(rest, rows, last):
    seen = history_of(rest, rows)
    full = history_of(rest, [*rows, last[0]])
    judged_until = max((one.received_at for one in seen.ratings()), default=None)
    newest = judged(full).verdicts[-1]
    closings = closings_of(
        judged(seen), closed_at=LATER, judged_until=judged_until or FIRST
    )

    after = judge_history(full, policy=POLICY, now=LATER, closings=closings)

    if {"T1", "T2", "T3"} & set(newest.tiers) and newest.h24_mm is not None:
        flares = [one for one in after.alerts if one.family == "flare"]
        assert newest.session_key in flares[-1].session_keys
        assert flares[-1].closed_by != "therapist"
