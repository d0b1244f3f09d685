"""What holds for the numbers and tiers of the detector, whatever a patient enters.

Each property names its rule. What holds for alerts is in `test_flare_alert_properties`.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from apps.clinical.check_in_windows import Moment
from apps.clinical.errors import ClinicalInputError
from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.facts import facts_of
from apps.clinical.flare.inputs import PatientHistory
from apps.clinical.flare.verdicts import SEVERITY_RANK
from apps.clinical.scales import PainScale

from .flare_builders import LATER, POLICY, history, rating, usual_times, visit
from .flare_strategies import ZONE, histories, mapped, reacting

pytestmark = pytest.mark.requirement("F1")

AFTER = (Moment.POST, Moment.H24, Moment.H48)
FOLLOW_UPS = (Moment.H24, Moment.H48)
RATED = (Moment.PRE, *AFTER)
TENS = st.integers(0, 10).map(lambda points: 10 * points)
DELAYS = st.sampled_from([timedelta(0), timedelta(hours=13), timedelta(days=6)])

# Judging takes as long as the machine is busy.
quick = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
thorough = settings(quick, max_examples=400)


def any_history(**options):
    return histories(**options) | reacting()


def judged(history_, now=LATER):
    return judge_history(history_, policy=POLICY, now=now)


def verdicts_of(history_, now=LATER):
    return judged(history_, now=now).verdicts


def bare(verdict):
    """Return the verdict without its fingerprint."""
    return replace(verdict, inputs_digest="")


def with_values(history_, change):
    """Return the history with each pain value changed, never below 0 nor above 100."""

    def changed(session, one):
        if one.pain_mm is None:
            return one
        value = change(session, one)
        return replace(one, pain_mm=None if value is None else max(0, min(100, value)))

    return mapped(history_, changed)


def in_order(history_):
    return sorted(history_.sessions, key=lambda s: (s.started_at, s.key))


# order and retries


@pytest.mark.requirement("F2")
@quick
@given(history_=any_history(delays=DELAYS), order=st.randoms())
def test_order_of_arrival_does_not_matter(history_, order):
    # 6.3: "same inputs, same alerts".
    def mixed(items):
        return tuple(order.sample(items, len(items)))

    shuffled = PatientHistory(
        run_in=mixed(history_.run_in),
        diary=mixed(history_.diary),
        sessions=mixed(
            tuple(replace(s, ratings=mixed(s.ratings)) for s in history_.sessions)
        ),
    )

    assert judged(shuffled) == judged(history_)


@quick
@given(history_=any_history())
def test_judging_twice_gives_the_same(history_):
    assert judged(history_) == judged(history_)


@quick
@given(history_=any_history(), data=st.data())
def test_a_rating_delivered_twice_changes_nothing(history_, data):
    # Under its own name it is refused; under another name it brings nothing new.
    rated = [s for s in history_.sessions if s.ratings]
    assume(rated)
    session = data.draw(st.sampled_from(rated))
    one = data.draw(st.sampled_from(session.ratings))

    def with_copy(copy):
        doubled = replace(session, ratings=(*session.ratings, copy))
        return replace(
            history_,
            sessions=tuple(doubled if s is session else s for s in history_.sessions),
        )

    with pytest.raises(ClinicalInputError, match=one.key):
        with_copy(one)
    again = verdicts_of(with_copy(replace(one, key=f"{one.key}-again")))
    assert [bare(v) for v in again] == [bare(v) for v in verdicts_of(history_)]


@quick
@given(history_=any_history(), days=st.integers(0, 7))
def test_a_late_entry_equals_one_on_time(history_, days):
    # decisions 1.3: a value is judged whenever it arrives; only mail is too late.
    late = mapped(
        history_,
        lambda _, one: replace(one, received_at=one.received_at + timedelta(days=days)),
    )

    on_time, delayed = judged(history_), judged(late)

    assert delayed.alerts == on_time.alerts
    arrival = {"inputs_digest": "", "mail_allowed": True, "latest_received_at": None}
    assert [replace(verdict, **arrival) for verdict in delayed.verdicts] == [
        replace(verdict, **arrival) for verdict in on_time.verdicts
    ]


# more pain


def rank(verdict):
    severity = verdict.t2_severity
    return (
        "T1" in verdict.tiers,
        "T2" in verdict.tiers,
        -1 if severity is None else SEVERITY_RANK[severity],
        "T3" in verdict.tiers,
        "T4_WATCH" in verdict.tiers,
        "T4_ALERT" in verdict.tiers,
        "T5_GATE" in verdict.tiers,
        "T5_ALERT" in verdict.tiers,
        "DQ" in verdict.tiers,
    )


def assert_more_pain_lowers_nothing(history_, data):
    sessions = in_order(history_)
    place = data.draw(st.integers(0, len(sessions) - 1))
    moments = data.draw(st.sets(st.sampled_from(AFTER), min_size=1))
    more_mm = data.draw(st.integers(1, 100))
    worse = with_values(
        history_,
        lambda session, one: (
            one.pain_mm + more_mm
            if session is sessions[place] and one.moment in moments
            else one.pain_mm
        ),
    )

    before, after = verdicts_of(history_)[place], verdicts_of(worse)[place]

    assert all(b <= a for b, a in zip(rank(before), rank(after), strict=True))


@quick
@given(history_=any_history(), data=st.data())
def test_more_pain_after_a_session_never_lowers_its_tiers(history_, data):
    # 6.3: every limit of every tier is a "not less than" of these three values, and a
    # rise to 30 mm can bring a session into the pattern, never out of it. It holds for
    # values that exist: a new value of 10 mm may calm a mean of 20.
    assert_more_pain_lowers_nothing(history_, data)


@pytest.mark.long
@thorough
@given(history_=any_history(), data=st.data())
def test_more_pain_after_a_session_never_lowers_its_tiers_at_length(history_, data):
    assert_more_pain_lowers_nothing(history_, data)


def test_a_new_follow_up_may_lower_a_tier():
    # The limit of the property above, by rule: T2 asks that a 48-h value, if there is
    # one, still lies 10 mm up.
    alone = history(visit(1, pre=50, h24=75))
    settled = history(visit(1, pre=50, h24=75, h48=55))

    assert "T2" in verdicts_of(alone)[0].tiers
    assert "T2" not in verdicts_of(settled)[0].tiers


# missing is not zero


@quick
@given(history_=any_history(), moment=st.sampled_from(FOLLOW_UPS))
def test_a_missing_follow_up_is_never_zero(history_, moment):
    # 6.4: "never imputed and never counted as no pain".
    def without(_, one):
        return None if one.moment == moment else one

    gone, kept = ("d24_mm", "d48_mm") if moment == Moment.H24 else ("d48_mm", "d24_mm")
    empty, zero = (
        verdicts_of(changed)
        for changed in (
            mapped(history_, without),
            with_values(
                history_, lambda _, one: 0 if one.moment == moment else one.pain_mm
            ),
        )
    )

    for full, none, calm in zip(verdicts_of(history_), empty, zero, strict=True):
        assert getattr(none, gone) is None
        assert getattr(none, kept) == getattr(full, kept)
        assert none.rise_mm == getattr(none, kept)
        if getattr(none, kept) is None:
            assert none.response_mm is None
        if getattr(full, gone) is not None:
            assert getattr(calm, gone) == -full.ref_mm
            if none.response_mm is not None:
                assert calm.response_mm <= none.response_mm or none.rise_mm < 0


@quick
@given(history_=any_history(), moment=st.sampled_from(RATED))
def test_dropping_a_value_equals_never_having_given_it(history_, moment):
    # A rating without a value leaves what an absent rating leaves, but for what it
    # says beside the value.
    def silent(_, one):
        return replace(one, location=None, flare=None, analgesic=None, sleep=None)

    quiet = mapped(history_, silent)
    no_value = with_values(
        quiet, lambda _, one: None if one.moment == moment else one.pain_mm
    )
    no_rating = mapped(quiet, lambda _, one: None if one.moment == moment else one)

    arrival = {"inputs_digest": "", "mail_allowed": True, "latest_received_at": None}
    assert [replace(one, **arrival) for one in verdicts_of(no_value)] == [
        replace(one, **arrival) for one in verdicts_of(no_rating)
    ]


@quick
@given(history_=any_history())
def test_without_a_follow_up_no_number_speaks(history_):
    # 6.2: R is null unless h24 or h48 exists; T1, T2 and T4 rest on them.
    bare_ = mapped(history_, lambda _, one: None if one.moment in FOLLOW_UPS else one)

    for verdict in verdicts_of(bare_):
        assert verdict.response_mm is None
        assert verdict.pattern is None
        assert not {"T1", "T2", "T3", "T4_WATCH", "T4_ALERT"} & set(verdict.tiers)


# shift and scale


SHIFTED = ("sig_mm", "immediate_mm", "d24_mm", "d48_mm", "rise_mm", "response_mm")


def assert_close(one, other):
    assert (one is None) == (other is None)
    if one is not None:
        assert other == pytest.approx(one, rel=1e-9, abs=1e-9)


@quick
@given(
    history_=histories(pains=st.integers(20, 60), delays=DELAYS),
    shift_mm=st.integers(-20, 40),
)
def test_a_constant_shift_leaves_the_response(history_, shift_mm):
    # Away from 0 and 100 the numbers are differences. T1 alone looks at the level too
    # (30 % of ref; 90 mm for T2, which 60 + 29 stays below), T2 and T3 through it.
    moved = with_values(history_, lambda _, one: one.pain_mm + shift_mm)

    for one, other in zip(verdicts_of(history_), verdicts_of(moved), strict=True):
        for name in SHIFTED:
            assert_close(getattr(one, name), getattr(other, name))
        assert_close(one.trend_mm, other.trend_mm)
        if one.ref_mm is not None:
            assert_close(one.ref_mm + shift_mm, other.ref_mm)
        if one.pattern is not None:
            assert_close(one.pattern.mean_mm, other.pattern.mean_mm)
            assert_close(one.pattern.z, other.pattern.z)
        assert (one.likely_doms, one.usable) == (other.likely_doms, other.usable)
        assert rank(one)[4:] == rank(other)[4:]


@quick
@given(history_=histories(pains=TENS))
def test_whole_numbers_are_judged_as_ten_times_their_value(history_):
    # decisions 3: NRS11 is kept as ten times its value; a scale that never changes
    # restarts nothing.
    relabelled = mapped(history_, lambda _, one: replace(one, scale=PainScale.NRS11))

    assert [bare(one) for one in verdicts_of(relabelled)] == [
        bare(one) for one in verdicts_of(history_)
    ]


@quick
@given(history_=any_history(delays=DELAYS))
def test_the_zone_in_which_instants_are_written_changes_nothing(history_):
    # Windows are spans of time, not of clock faces: the night on which summer time
    # starts is an hour shorter.
    def rewritten(one, *names):
        return replace(
            one, **{name: getattr(one, name).astimezone(ZONE) for name in names}
        )

    inside = mapped(
        history_,
        lambda _, one: rewritten(one, "answered_at", "received_at", "recorded_at"),
    )
    there = replace(
        inside,
        sessions=tuple(rewritten(s, "started_at", "ended_at") for s in inside.sessions),
    )

    assert judged(there) == judged(history_)


@quick
@given(
    history_=any_history(
        scales=st.sampled_from(PainScale),
        pains=st.integers(0, 10).map(lambda p: 10 * p),
    )
)
def test_no_number_leaves_its_bounds(history_):
    for verdict in verdicts_of(history_):
        assert 6 <= verdict.sig_mm <= 149
        assert verdict.ref_mm is None or 0 <= verdict.ref_mm <= 100
        for name in ("immediate_mm", "d24_mm", "d48_mm", "rise_mm", "response_mm"):
            assert abs(getattr(verdict, name) or 0) <= 100
        if verdict.pattern is not None:
            assert 1 <= verdict.pattern.n <= 6
            assert abs(verdict.pattern.mean_mm) <= 40
        assert ("T4_ALERT" not in verdict.tiers) or "T4_WATCH" in verdict.tiers
        assert ("T5_ALERT" not in verdict.tiers) or "T5_GATE" in verdict.tiers


# no look-ahead


def assert_no_look_ahead(history_, data):
    sessions = in_order(history_)
    whole = facts_of(history_, policy=POLICY, now=LATER)
    closings = [one.readings.h48_window.closes_at for one in whole]
    now = data.draw(st.sampled_from(closings)) + timedelta(
        minutes=data.draw(st.sampled_from([0, 1, 600]))
    )

    then = verdicts_of(history_.known_at(now), now=now)

    later = verdicts_of(history_)
    settled = [place for place, instant in enumerate(closings) if instant <= now]
    assert len(then) == sum(session.started_at <= now for session in sessions)
    for place in settled:
        assert then[place] == later[place]


@quick
@given(history_=any_history(), data=st.data())
def test_a_verdict_of_closed_windows_never_changes(history_, data):
    # The facts of a session rest on it and earlier ones alone; judged when its windows
    # have closed, with what had come by then, it is what it will be for good.
    assert_no_look_ahead(history_, data)


@pytest.mark.long
@thorough
@given(history_=any_history(), data=st.data())
def test_a_verdict_of_closed_windows_never_changes_at_length(history_, data):
    assert_no_look_ahead(history_, data)


@quick
@given(history_=any_history())
def test_the_next_look_is_when_a_verdict_can_change(history_):
    # Between now and `next_due_at` the passing of time changes no verdict.
    first = in_order(history_)[0]
    now = first.ended_at + timedelta(hours=20)
    due = judged(history_, now=now).next_due_at

    if due is None:
        assert verdicts_of(history_, now=now) == verdicts_of(history_)
    else:
        assert due > now
        just_before = due - timedelta(microseconds=1)
        assert verdicts_of(history_, now=just_before) == verdicts_of(history_, now=now)


# confounders


@quick
@given(history_=any_history(), data=st.data())
def test_a_confounded_session_counts_for_t4_as_one_without_values_after(history_, data):
    # decisions 1.5 and 1.11: R leaves T4; the earlier state of T4 stands.
    sessions = in_order(history_)
    place = data.draw(st.integers(0, len(sessions) - 1))
    chosen = sessions[place]

    def swapped(session):
        return replace(
            history_,
            sessions=tuple(session if s is chosen else s for s in history_.sessions),
        )

    plain = replace(chosen, confounders=frozenset())
    marked = verdicts_of(swapped(replace(plain, confounders=frozenset({"stress"}))))
    kept = tuple(one for one in chosen.ratings if one.moment not in AFTER)
    empty = verdicts_of(swapped(replace(plain, ratings=kept)))

    assert marked[place].pattern is None
    assert not {"T4_WATCH", "T4_ALERT"} & set(marked[place].tiers)
    for one, other in zip(marked, empty, strict=True):
        assert one.pattern == other.pattern
        assert rank(one)[4:6] == rank(other)[4:6]


# fingerprints


def assert_digest_tells_the_inputs(history_, data):
    sessions = in_order(history_)
    place = data.draw(st.integers(0, len(sessions) - 1))
    session = sessions[place]
    assume(session.ratings)
    one = data.draw(st.sampled_from(session.ratings))
    change = data.draw(
        st.sampled_from(
            [
                {"pain_mm": 37 if one.pain_mm != 37 else 38},
                {"pain_mm": None if one.pain_mm is not None else 0},
                {"received_at": one.received_at + timedelta(seconds=1)},
                {"recorded_at": one.recorded_at + timedelta(seconds=1)},
                {"red_flags": () if one.red_flags is None else None},
            ]
        )
    )
    changed = mapped(
        history_, lambda _, other: replace(one, **change) if other is one else other
    )
    facts = facts_of(history_, policy=POLICY, now=LATER)[place].readings

    before, after = verdicts_of(history_), verdicts_of(changed)

    same = [
        a.inputs_digest == b.inputs_digest for a, b in zip(before, after, strict=True)
    ]
    assert all(same[:place])
    if one in facts.in_window:
        assert not any(same[place:])
    elif "red_flags" not in change:
        assert all(same)
    for is_same, a, b in zip(same, before, after, strict=True):
        assert a == b or not is_same


@pytest.mark.requirement("F2")
@quick
@given(history_=any_history(), data=st.data())
def test_the_digest_changes_with_what_is_used_and_with_nothing_else(history_, data):
    # decisions 1.19: a verdict is named by the hash of its inputs.
    assert_digest_tells_the_inputs(history_, data)


@pytest.mark.long
@thorough
@given(history_=any_history(), data=st.data())
def test_the_digest_changes_with_what_is_used_at_length(history_, data):
    assert_digest_tells_the_inputs(history_, data)


@quick
@given(history_=any_history(), days=st.integers(0, 400))
def test_looking_later_changes_no_digest_when_all_windows_are_closed(history_, days):
    now = LATER + timedelta(days=days)

    assert judged(history_, now=now) == judged(history_)


def test_a_window_lasts_its_hours_over_the_night_summer_time_starts():
    # 36 hours after a session that ended at 11:00 on 28 March 2026 in Stockholm.
    saturday = datetime(2026, 3, 28, 10, 0, tzinfo=ZONE)
    edge = datetime(2026, 3, 30, 0, 0, tzinfo=ZONE)
    found = [
        verdicts_of(
            history(
                visit(
                    1,
                    start=saturday,
                    pre=50,
                    extra=(rating("h24", Moment.H24, at, 80),),
                )
            )
        )[0].h24_mm
        for at in (edge, edge + timedelta(minutes=1))
    ]

    assert found == [80, None]


def test_a_rating_outside_its_window_is_not_used():
    # A fixed case of the property above: one minute after the 36 hours.
    end = usual_times(visit(1).started_at)["post"]
    late = rating("late", Moment.H24, end + timedelta(hours=36, minutes=1), 90)

    with_late, without = (
        history(visit(1, pre=50, extra=(late,))),
        history(visit(1, pre=50)),
    )

    assert verdicts_of(with_late) == verdicts_of(without)
