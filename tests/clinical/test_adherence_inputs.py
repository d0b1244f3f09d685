"""What adherence takes, and what it refuses."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apps.clinical.adherence.inputs import (
    DoneSet,
    ExcuseReason,
    ExpectedCheckIn,
    Measure,
    Pause,
    SessionStatus,
)
from apps.clinical.check_in_windows import Moment
from apps.clinical.errors import ClinicalInputError

from .adherence_builders import (
    FIRST,
    STARTS_ON,
    at,
    course,
    done,
    excuse,
    leg_press,
    session,
    slot,
)

pytestmark = pytest.mark.requirement("G1")

NAIVE = FIRST.replace(tzinfo=None)


def refusal_of(make):
    with pytest.raises(ClinicalInputError) as refusal:
        make()
    return str(refusal.value)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (ExcuseReason, "illness pain_flare work family travel other"),
        (SessionStatus, "held partial"),
        (Measure, "kg repetitions seconds minutes"),
    ],
)
def test_words_are_what_is_stored(words, expected):
    assert " ".join(words) == expected


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: leg_press(sets=0), "sets of leg-press must be at least 1, got 0."),
        (
            lambda: leg_press(amount=Decimal(0)),
            "amount of leg-press must be finite and above 0, got 0.",
        ),
        (
            lambda: leg_press(amount=Decimal("NaN")),
            "amount of leg-press must be finite and above 0, got NaN.",
        ),
        (
            lambda: leg_press(load_kg=Decimal(0)),
            "load_kg of leg-press must be finite and above 0, got 0.",
        ),
        (
            lambda: leg_press(load_kg=Decimal("Infinity")),
            "load_kg of leg-press must be finite and above 0, got Infinity.",
        ),
        (
            lambda: leg_press(measure=Measure.SECONDS),
            "leg-press is counted in seconds and has no load_kg, got 30.",
        ),
        (
            lambda: done((-1, 30)),
            "amount of a set must be finite and at least 0, got -1.",
        ),
        (
            lambda: done((1, "NaN")),
            "load_kg of a set must be finite and at least 0, got NaN.",
        ),
        (
            lambda: DoneSet(amount=None, minutes_in_zone=Decimal(-1)),
            "minutes_in_zone of a set must be finite and at least 0, got -1.",
        ),
        (
            lambda: DoneSet(amount=Decimal(20), minutes_in_zone=Decimal(21)),
            "minutes_in_zone must not exceed the 20 minutes of the bout, got 21.",
        ),
        (
            lambda: ExpectedCheckIn(
                moment=Moment.RUN_IN, closes_at=FIRST, in_window=True
            ),
            "moment must be one of pre, post, h24, h48, got run_in.",
        ),
        (
            lambda: session(1, of=1, ended_at=at(0, 9)),
            (
                f"Session s1 must not end before it starts, got "
                f"{at(0, 9).astimezone(UTC)!r} for a start at "
                f"{FIRST.astimezone(UTC)!r}."
            ),
        ),
        (
            lambda: session(1, of=1, plan=(leg_press(), leg_press())),
            "Each planned exercise must appear once, got leg-press more than once.",
        ),
        (
            lambda: slot(1, plan=(leg_press(), leg_press())),
            "Each planned exercise must appear once, got leg-press more than once.",
        ),
        (lambda: slot(1, minutes=0), "minutes of slot 1 must be at least 1, got 0."),
        (
            lambda: Pause(paused_from=STARTS_ON, paused_until=date(2026, 3, 1)),
            "A pause from 2026-03-02 must not end before it begins, got 2026-03-01.",
        ),
        (
            lambda: course(weeks=0),
            "weeks of a programme must be at least 1, got 0.",
        ),
        (
            lambda: course(slots=(slot(1), slot(1))),
            "Each slot must appear once, got 1 more than once.",
        ),
        (
            lambda: course(sessions=(session(1, of=1), session(1, of=2))),
            "Each session must appear once, got s1 more than once.",
        ),
    ],
)
def test_what_cannot_be_is_refused(make, words):
    assert refusal_of(make) == words


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: slot(1, starts_at=NAIVE), "starts_at"),
        (lambda: slot(1, original_starts_at=NAIVE), "original_starts_at"),
        (lambda: session(1, of=1, started_at=NAIVE), "started_at"),
        (lambda: session(1, of=1, ended_at=NAIVE), "ended_at"),
        (lambda: excuse(told_at=NAIVE), "told_at"),
        (
            lambda: ExpectedCheckIn(moment=Moment.PRE, closes_at=NAIVE, in_window=True),
            "closes_at",
        ),
    ],
)
def test_a_naive_instant_is_refused(make, name):
    assert refusal_of(make) == (
        f"{name} must be a timezone-aware datetime, got {NAIVE!r}."
    )


def test_the_smallest_things_that_can_be():
    assert leg_press(sets=1, amount=Decimal("0.1")).volume == Decimal(3)
    assert slot(1, minutes=1).minutes == 1
    assert course(weeks=1).weeks == 1
    assert session(1, of=1, ended_at=FIRST).ended_at == FIRST
    assert DoneSet(
        amount=Decimal(20), load_kg=Decimal(0), minutes_in_zone=Decimal(20)
    ).minutes_in_zone == Decimal(20)
    assert Pause(paused_from=STARTS_ON, paused_until=STARTS_ON).covers(STARTS_ON) is (
        False
    )


def test_instants_are_kept_in_utc():
    assert slot(1).starts_at.tzinfo is UTC
    assert session(1, of=1).ended_at.tzinfo is UTC
    assert excuse(told_at=FIRST).told_at.tzinfo is UTC


def test_volume_is_in_the_unit_of_the_exercise():
    assert leg_press().volume == Decimal(600)
    assert leg_press(load_kg=None).volume is None
    for measure in (Measure.REPETITIONS, Measure.SECONDS, Measure.MINUTES):
        planned = leg_press(measure=measure, sets=3, amount=Decimal(20), load_kg=None)
        assert planned.volume == Decimal(60)


def test_due_at_is_a_day_after_the_planned_end():
    assert slot(1, minutes=45).due_at == at(1, 10, 45)


def test_due_at_counts_hours_over_the_change_to_summer_time():
    # Clocks go forward in the night to 29 March: 24 hours later it is 12:00.
    assert slot(1, starts_at=at(26)).due_at == at(27, 12)


def test_an_excuse_is_known_from_when_it_was_told():
    told = excuse(told_at=at(0, 9))

    assert not told.is_known(now=at(0, 8, 59))
    assert told.is_known(now=at(0, 9))
    assert excuse().is_known(now=at(0, 0))


def test_a_pause_covers_its_first_day_and_not_its_last():
    pause = Pause(paused_from=date(2026, 3, 9), paused_until=date(2026, 3, 12))

    covered = [day for day in range(8, 14) if pause.covers(date(2026, 3, day))]

    assert covered == [9, 10, 11]
    assert Pause(paused_from=date(2026, 3, 9)).covers(date(2030, 1, 1))
    assert not Pause(paused_from=date(2026, 3, 9)).covers(date(2026, 3, 8))


def test_days_are_those_of_the_clinic():
    # 23:30 in Greenwich is the next day in Stockholm.
    assert course().day_of(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)) == STARTS_ON


def test_nobody_waits_in_a_cancelled_slot_nor_in_a_pause():
    pauses = (
        Pause(paused_from=date(2026, 3, 9), paused_until=date(2026, 3, 10)),
        Pause(paused_from=date(2026, 3, 20)),
    )
    one = course(pauses=pauses)

    assert not one.asks_nothing(slot(1))
    assert one.asks_nothing(slot(1, cancelled=True))
    assert one.asks_nothing(slot(3))
    assert one.asks_nothing(slot(7))


def test_counted_sessions_leave_out_the_void_and_the_later():
    void = session(1, of=1, void=True)
    held, later = session(2, of=2), session(3, of=3)
    one = course(slots=(slot(1), slot(2), slot(3)), sessions=(void, held, later))

    assert one.counted_sessions(now=at(6)) == (held,)
    assert one.counted_sessions(now=at(7)) == (held, later)
