"""What holds for adherence, whatever happened."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from apps.clinical.adherence.course import Light, Window, adherence_of
from apps.clinical.adherence.figures import Figures, Share, figures_of
from apps.clinical.adherence.inputs import (
    DoneExercise,
    DoneSet,
    ExcuseReason,
    ExpectedCheckIn,
    Measure,
    Pause,
    SessionStatus,
)
from apps.clinical.adherence.matching import match_sessions_to_slots
from apps.clinical.adherence.outcomes import Result, slot_outcomes
from apps.clinical.check_in_windows import SPANS

from .adherence_builders import (
    LATER,
    STARTS_ON,
    at,
    course,
    excuse,
    leg_press,
    session,
    slot,
    with_slot,
)

pytestmark = pytest.mark.requirement("G1")

quick = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
LENGTH_DAYS = 45
AMOUNTS = st.none() | st.integers(0, 25).map(Decimal)
LOADS = st.none() | st.sampled_from(["0", "27", "28.5", "30", "31.5", "60"]).map(
    Decimal
)
ROW = leg_press(exercise="row", sets=1, load_kg=None)
PLANK = leg_press(exercise="plank", measure=Measure.SECONDS, load_kg=None)
PLANS = st.sampled_from(
    [(), (leg_press(),), (leg_press(), ROW), (leg_press(), PLANK), (PLANK,)]
)
DAYS = st.integers(0, LENGTH_DAYS)
HOURS = st.integers(0, 23)


@st.composite
def calendars(draw):
    """Draw planned sessions: on any day and hour, moved, excused, cancelled."""
    length = draw(st.integers(1, 10))
    return tuple(
        slot(
            number,
            starts_at=at(draw(DAYS), draw(HOURS)),
            plan=draw(PLANS),
            cancelled=draw(st.integers(0, 3)) == 0,
            excuse=draw(st.none() | st.none() | st.builds(excuse_of, REASONS)),
        )
        for number in range(1, length + 1)
    )


REASONS = st.sampled_from(ExcuseReason)


def excuse_of(reason):
    return excuse(reason)


@st.composite
def done_sessions(draw, slots):
    """Draw sessions: of a slot each, near it or not, or of none."""
    free = [one.key for one in slots]
    found = []
    for number in range(draw(st.integers(0, 10))):
        key = draw(st.none() | st.sampled_from(free)) if free else None
        if key is not None:
            free.remove(key)
        found.append(
            session(
                number,
                day=0,
                started_at=at(draw(DAYS), draw(HOURS)),
                slot=key,
                status=draw(st.sampled_from(SessionStatus)),
                exercises=draw(entries()),
                check_ins=draw(check_ins()),
            )
        )
    return tuple(found)


@st.composite
def entries(draw):
    names = draw(st.lists(st.sampled_from(["leg-press", "row", "plank"]), max_size=3))
    return tuple(
        DoneExercise(
            exercise=name,
            sets=tuple(
                draw(st.lists(st.builds(a_set, AMOUNTS, LOADS), max_size=3)),
            ),
        )
        for name in names
    )


def a_set(amount, load_kg):
    return DoneSet(amount=amount, load_kg=load_kg)


@st.composite
def check_ins(draw):
    return tuple(
        ExpectedCheckIn(
            moment=moment,
            closes_at=at(draw(DAYS)),
            expected=draw(st.booleans()),
            in_window=draw(st.booleans()),
        )
        for moment in draw(st.sets(st.sampled_from(sorted(SPANS))))
    )


@st.composite
def courses(draw):
    slots = draw(calendars())
    first = draw(st.none() | DAYS)
    pauses = ()
    if first is not None:
        start = STARTS_ON + timedelta(days=first)
        length = draw(st.integers(0, 10))
        pauses = (
            Pause(paused_from=start, paused_until=start + timedelta(days=length)),
        )
    return course(slots=slots, sessions=draw(done_sessions(slots)), pauses=pauses)


NOWS = st.integers(0, LENGTH_DAYS + 10).map(at) | st.just(LATER)


def shares(figures):
    of_fields = [
        getattr(figures, name)
        for name in Figures.__slots__
        if isinstance(getattr(figures, name), Share)
    ]
    return [*of_fields, *figures.diary_by_moment.values()]


def all_figures(found):
    return [*found.windows.values(), *found.periods.values()]


def never_lower(before, after):
    """Tell whether a ratio stayed or rose; one without a whole says nothing."""
    return before.ratio is None or after.ratio is None or after.ratio >= before.ratio


@quick
@given(one=courses(), now=NOWS)
def test_every_ratio_lies_from_0_to_1_and_counts_add_up(one, now):
    for figures in all_figures(adherence_of(one, now=now)):
        for share in shares(figures):
            assert share.ratio is None or 0 <= share.ratio <= 1
        assert figures.due == figures.attended + figures.excused + figures.missed
        assert figures.attended == figures.held + figures.partial
        assert figures.excused_pain_flare <= figures.excused
        assert never_lower(figures.dose, figures.dose_when_attended)
        assert never_lower(figures.attendance, figures.attendance_without_excused)
        assert never_lower(figures.held_share, figures.attendance)


@quick
@given(one=courses(), now=NOWS, order=st.randoms())
def test_the_order_of_rows_does_not_matter(one, now, order):
    def mixed(rows):
        rows = list(rows)
        order.shuffle(rows)
        return tuple(rows)

    other = replace(one, slots=mixed(one.slots), sessions=mixed(one.sessions))

    assert adherence_of(other, now=now) == adherence_of(one, now=now)
    rows = slot_outcomes(one, now=now)
    assert figures_of(mixed(rows)) == figures_of(rows)


@quick
@given(one=courses(), now=NOWS, pick=st.randoms())
def test_cancelling_never_lowers_attendance(one, now, pick):
    key = pick.choice(one.slots).key
    before = adherence_of(with_slot(one, key, cancelled=False), now=LATER)
    after = adherence_of(with_slot(one, key, cancelled=True), now=LATER)

    whole, left = (each.windows[Window.PROGRAMME] for each in (before, after))
    assert left.attended == whole.attended
    assert never_lower(whole.attendance, left.attendance)
    # While some are not due yet, this holds for all that were not made up for.
    then = with_slot(one, key, cancelled=False)
    fills = match_sessions_to_slots(then, sessions=then.counted_sessions(now=now))
    assume(key not in fills)
    for window in Window:
        assert never_lower(
            adherence_of(then, now=now).windows[window].attendance,
            adherence_of(with_slot(one, key, cancelled=True), now=now)
            .windows[window]
            .attendance,
        )


@quick
@given(one=courses(), now=NOWS, pick=st.randoms(), reason=REASONS)
def test_excusing_changes_no_attendance_and_never_lowers_that_without(
    one, now, pick, reason
):
    key = pick.choice(one.slots).key
    before = adherence_of(with_slot(one, key, excuse=None), now=now)
    after = adherence_of(with_slot(one, key, excuse=excuse_of(reason)), now=now)

    pairs = zip(all_figures(before), all_figures(after), strict=True)
    for first, second in pairs:
        assert first.attendance == second.attendance
        assert first.dose == second.dose
        assert never_lower(
            first.attendance_without_excused, second.attendance_without_excused
        )
    assert after.misses_in_a_row <= before.misses_in_a_row


@quick
@given(one=courses(), now=NOWS, extra=entries(), pick=st.randoms())
def test_a_void_session_counts_as_if_it_never_was(one, now, extra, pick):
    taken = pick.choice([*one.slots, None])
    void = session(
        99,
        day=pick.randrange(LENGTH_DAYS),
        slot=None if taken is None else taken.key,
        exercises=extra,
        void=True,
    )

    with_void = replace(one, sessions=(*one.sessions, void))

    assert adherence_of(with_void, now=now) == adherence_of(one, now=now)


@quick
@given(one=courses(), day=DAYS, hour=HOURS)
def test_one_more_unplanned_session_never_lowers_attendance(one, day, hour):
    extra = session(99, day=day, started_at=at(day, hour))
    more = replace(one, sessions=(*one.sessions, extra))

    before, after = (
        adherence_of(each, now=LATER).windows[Window.PROGRAMME] for each in (one, more)
    )

    assert after.attended >= before.attended
    assert never_lower(before.attendance, after.attendance)


@quick
@given(one=courses())
def test_a_session_fills_one_slot_and_a_slot_is_filled_once(one):
    fills = match_sessions_to_slots(one, sessions=one.sessions)

    assert len(set(fills.values())) == len(fills)
    assert set(fills) <= {each.key for each in one.slots}
    assert set(fills.values()) <= {each.key for each in one.sessions}
    by_key = {each.key: each for each in one.sessions}
    day_of = {each.key: one.day_of(each.starts_at) for each in one.slots}
    for slot_key, session_key in fills.items():
        day = one.day_of(by_key[session_key].started_at)
        assert abs((day - day_of[slot_key]).days) <= 7


@quick
@given(one=courses(), now=NOWS)
def test_what_is_to_come_changes_nothing_that_was(one, now):
    so_far = replace(
        one,
        sessions=tuple(each for each in one.sessions if each.started_at <= now),
    )

    assert adherence_of(so_far, now=now) == adherence_of(one, now=now)


@quick
@given(one=courses(), now=NOWS)
def test_the_light_is_too_early_below_four_due(one, now):
    found = adherence_of(one, now=now)

    if found.windows[Window.FOUR_WEEKS].due < 4:
        assert found.light == Light.TOO_EARLY


@quick
@given(one=courses(), now=NOWS)
def test_no_row_is_both_due_and_beside(one, now):
    rows = slot_outcomes(one, now=now)

    found = figures_of(rows)

    still_open = sum(row.result == Result.OPEN for row in rows)
    assert len(rows) == found.due + found.cancelled + found.paused + still_open
