"""Adherence of one programme: windows, light, drop-out, reasons to alert."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from apps.clinical.adherence.course import (
    AlertReason,
    DropOut,
    Light,
    Period,
    Window,
    adherence_of,
    days_without_session,
    drop_out_of,
    in_period,
    in_window,
    light_of,
    reasons_to_alert,
    silent_from,
)
from apps.clinical.adherence.figures import Share
from apps.clinical.adherence.inputs import ExpectedCheckIn, Pause
from apps.clinical.check_in_windows import Moment
from apps.clinical.errors import ClinicalInputError

from .adherence_builders import (
    FIRST,
    STARTS_ON,
    ZONE,
    at,
    course,
    done,
    excuse,
    figures,
    outcome,
    session,
    slot,
    slots,
)

pytestmark = pytest.mark.requirement("G1")


def share(part, whole):
    return Share(part=Fraction(part), whole=Fraction(whole))


def dosed(attended, missed, dose):
    """Return figures of sessions with plans, and that dose over all of them."""
    found = figures(attended, missed, dose=Fraction(1), planned_sets=1)
    return replace(found, dose=share(Fraction(dose), 1))


def held(day, number=1):
    return session(number, day=day)


def on(day):
    """Return a day of the programme; day 0 is the first Monday."""
    return STARTS_ON + timedelta(days=day)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (Window, "2w 4w programme"),
        (Period, "early middle late"),
        (Light, "green amber red too_early"),
        (AlertReason, "missed_sessions low_adherence low_dose"),
        (DropOut, "withdrawn silent"),
    ],
)
def test_words_are_what_is_stored(words, expected):
    assert " ".join(words) == expected


# windows and periods


@pytest.mark.parametrize(
    ("window", "days"), [(Window.TWO_WEEKS, 14), (Window.FOUR_WEEKS, 28)]
)
def test_in_window_has_its_oldest_instant_outside_and_now_inside(window, days):
    now = at(60)
    ages = [
        timedelta(seconds=-1),
        timedelta(0),
        timedelta(days=days, seconds=-1),
        timedelta(days=days),
    ]
    # Instants in UTC: a difference in one zone goes by its clock face.
    moment = now.astimezone(UTC)
    rows = [
        replace(outcome(1), key=str(place), due_at=moment - age)
        for place, age in enumerate(ages)
    ]

    found = in_window(rows, window=window, now=moment, at=lambda row: row.due_at)

    assert [row.key for row in found] == ["1", "2"]


def test_in_window_of_the_programme_has_all_until_now():
    rows = [outcome(1), outcome(30)]

    def found(now):
        kept = in_window(
            rows, window=Window.PROGRAMME, now=now, at=lambda row: row.due_at
        )
        return [row.key for row in kept]

    assert found(at(1, 10, 59)) == []
    assert found(at(1, 11)) == ["1"]
    assert found(at(400)) == ["1", "30"]


def test_in_period_has_the_weeks_of_the_clinical_text():
    rows = [replace(outcome(1), key=str(week), week=week) for week in range(17)]

    found = {
        period.value: [int(row.key) for row in in_period(rows, period=period)]
        for period in Period
    }

    assert found == {
        "early": [1, 2, 3, 4],
        "middle": [5, 6, 7, 8, 9, 10],
        "late": [11, 12, 13, 14, 15],
    }


def test_adherence_of_counts_each_window_and_period():
    # 30 slots; held but for slots 3, 12 and 25 to 28; now is the last Friday evening.
    away = {3, 12, 25, 26, 27, 28}
    one = course(
        slots=slots(30),
        sessions=tuple(
            session(number, of=number) for number in range(1, 31) if number not in away
        ),
    )

    found = adherence_of(one, now=at(14 * 7 + 4, 20))

    assert {key.value: each.attendance for key, each in found.windows.items()} == {
        "2w": share(2, 4),
        "4w": share(4, 8),
        "programme": share(24, 30),
    }
    assert {key.value: each.attendance for key, each in found.periods.items()} == {
        "early": share(7, 8),
        "middle": share(11, 12),
        "late": share(6, 10),
    }
    assert found.light == Light.RED
    assert found.reasons == (AlertReason.LOW_ADHERENCE,)
    assert (found.misses_in_a_row, found.is_interrupted) == (0, False)
    assert found.windows[Window.PROGRAMME].longest_row == 4
    assert found.computed_at == at(14 * 7 + 4, 20)


def test_adherence_of_keeps_a_moved_session_in_its_period_and_moves_its_window():
    # Slot 8 of week 4 is held two weeks later.
    moved = slot(8, starts_at=at(38))
    one = course(slots=(moved,), sessions=(session(1, of=8, started_at=at(38)),))

    found = adherence_of(one, now=at(45))

    assert found.periods[Period.EARLY].attended == 1
    assert found.periods[Period.MIDDLE].due == 0
    assert found.windows[Window.TWO_WEEKS].attended == 1


def test_adherence_of_counts_the_diary_by_window_and_period():
    def entry(day, in_window_):
        return ExpectedCheckIn(
            moment=Moment.H24, closes_at=at(day + 1, 22), in_window=in_window_
        )

    sessions = (
        session(1, of=1, check_ins=(entry(0, True),)),
        session(9, of=9, check_ins=(entry(28, False),)),
        session(10, of=10, check_ins=(entry(31, True),)),
    )
    one = course(slots=slots(10), sessions=sessions)

    found = adherence_of(one, now=at(33))

    assert found.windows[Window.TWO_WEEKS].diary == share(1, 2)
    assert found.windows[Window.PROGRAMME].diary == share(2, 3)
    assert found.periods[Period.EARLY].diary == share(1, 1)
    assert found.periods[Period.MIDDLE].diary == share(1, 2)


@pytest.mark.requirement("G3")
def test_adherence_of_tells_an_interruption_from_a_miss():
    def found(missed):
        held_ = tuple(session(number, of=number) for number in range(1, 9 - missed))
        return adherence_of(course(slots=slots(8), sessions=held_), now=at(26))

    assert [
        (each.misses_in_a_row, each.is_interrupted, each.reasons)
        for each in map(found, (1, 2, 3))
    ] == [
        (1, False, ()),
        (2, False, (AlertReason.MISSED_SESSIONS,)),
        (3, True, (AlertReason.MISSED_SESSIONS,)),
    ]


def test_adherence_of_an_empty_programme():
    found = adherence_of(course(), now=at(3))

    assert found.light == Light.TOO_EARLY
    assert (found.misses_in_a_row, found.is_interrupted) == (0, False)
    assert (found.drop_out, found.reasons) == (None, ())
    assert found.days_without_session == 3
    assert set(found.windows) == set(Window)
    assert set(found.periods) == set(Period)


def test_adherence_of_keeps_now_in_utc_and_refuses_a_naive_one():
    assert adherence_of(course(), now=FIRST).computed_at.tzinfo is UTC
    for judge in (adherence_of, drop_out_of, days_without_session, silent_from):
        with pytest.raises(ClinicalInputError, match=r"^now must be a timezone-aware"):
            judge(course(), now=FIRST.replace(tzinfo=None))


# light


@pytest.mark.parametrize(
    ("attended", "missed", "light"),
    [
        pytest.param(3, 0, Light.TOO_EARLY, id="3 due"),
        pytest.param(4, 0, Light.GREEN, id="4 due"),
        pytest.param(79, 21, Light.AMBER, id="79 %"),
        pytest.param(80, 20, Light.GREEN, id="80 %"),
        pytest.param(81, 19, Light.GREEN, id="81 %"),
        pytest.param(1599, 401, Light.AMBER, id="79.95 % is not 80 %"),
        pytest.param(59, 41, Light.RED, id="59 %"),
        pytest.param(60, 40, Light.AMBER, id="60 %"),
        pytest.param(61, 39, Light.AMBER, id="61 %"),
        pytest.param(1199, 801, Light.RED, id="59.95 % is not 60 %"),
        pytest.param(0, 4, Light.RED, id="nothing"),
    ],
)
def test_light_of(attended, missed, light):
    assert light_of(figures(attended, missed)) == light


def test_light_of_leaves_excused_sessions_out_of_the_ratio_but_counts_them_as_due():
    assert light_of(figures(attended=2, missed=0, excused=2)) == Light.GREEN
    assert light_of(figures(attended=3, missed=1, excused=4)) == Light.AMBER
    assert light_of(figures(attended=0, missed=0, excused=8)) == Light.TOO_EARLY


def test_light_is_that_of_the_last_four_weeks():
    # Slots 1 to 8 were missed, 9 to 16 held; the window has the last eight.
    one = course(
        slots=slots(16),
        sessions=tuple(session(number, of=number) for number in range(9, 17)),
    )

    assert adherence_of(one, now=at(54)).light == Light.GREEN
    assert adherence_of(one, now=at(53)).light == Light.GREEN
    assert adherence_of(one, now=at(25 + 1)).light == Light.RED


# reasons to alert


@pytest.mark.requirement("G3")
@pytest.mark.parametrize(
    ("misses", "reasons"),
    [
        (1, ()),
        (2, (AlertReason.MISSED_SESSIONS,)),
        (3, (AlertReason.MISSED_SESSIONS,)),
    ],
)
def test_reasons_to_alert_name_misses_in_a_row_from_two(misses, reasons):
    assert reasons_to_alert(figures(), misses=misses) == reasons


@pytest.mark.requirement("G3")
@pytest.mark.parametrize(
    ("attended", "reasons"), [(59, (AlertReason.LOW_ADHERENCE,)), (60, ())]
)
def test_reasons_to_alert_name_a_red_light(attended, reasons):
    assert reasons_to_alert(figures(attended, 100 - attended), misses=0) == reasons


@pytest.mark.requirement("G3")
@pytest.mark.parametrize(
    ("attended", "dose", "holds"),
    [
        pytest.param(80, "0.5999", True, id="80 % and below 60 %"),
        pytest.param(80, "0.6", False, id="exactly 60 % of the dose"),
        pytest.param(80, "0.6001", False, id="above 60 % of the dose"),
        pytest.param(79, "0.5999", False, id="below 80 % of attendance"),
        pytest.param(81, "0", True, id="nothing done at all"),
    ],
)
def test_reasons_to_alert_name_who_comes_but_cannot_do_the_dose(attended, dose, holds):
    found = dosed(attended, 100 - attended, dose)

    expected = (AlertReason.LOW_DOSE,) if holds else ()
    assert reasons_to_alert(found, misses=0) == expected


@pytest.mark.requirement("G3")
def test_reasons_to_alert_say_nothing_of_the_dose_of_three_sessions():
    known = {"dose": Fraction(1, 2), "planned_sets": 1}

    assert reasons_to_alert(figures(3, 0, **known), misses=0) == ()
    assert reasons_to_alert(figures(4, 0, **known), misses=0) == ("low_dose",)


@pytest.mark.requirement("G3")
def test_reasons_to_alert_say_nothing_of_a_dose_that_is_not_known():
    known = dosed(5, 0, "0.5")

    assert reasons_to_alert(figures(5, 0), misses=0) == ()
    one_unknown = replace(known, attended_without_known_dose=1)
    assert reasons_to_alert(one_unknown, misses=0) == ()
    without_size = replace(known, dose=share(0, 0))
    assert reasons_to_alert(without_size, misses=0) == ()
    missed_unknown = replace(known, without_known_dose=1)
    assert reasons_to_alert(missed_unknown, misses=0) == ("low_dose",)


@pytest.mark.requirement("G3")
def test_reasons_to_alert_do_not_take_excuses_for_a_want_of_strength():
    # All of the dose whenever they came: half of it over all, by four excuses.
    found = figures(attended=4, excused=4)
    found = replace(found, dose=share(1, 2))

    assert reasons_to_alert(found, misses=0) == ()


@pytest.mark.requirement("G3")
def test_reasons_to_alert_come_in_their_order():
    found = figures(attended=1, missed=4)

    assert reasons_to_alert(found, misses=4) == ("missed_sessions", "low_adherence")


@pytest.mark.requirement("G3")
def test_adherence_of_names_who_comes_but_cannot_do_the_dose():
    half = (done((5, 30), (5, 30)),)
    one = course(
        slots=slots(8),
        sessions=tuple(
            session(number, of=number, exercises=half) for number in range(1, 9)
        ),
    )

    found = adherence_of(one, now=at(26))

    assert found.light == Light.GREEN
    assert found.windows[Window.FOUR_WEEKS].dose.ratio == Fraction(1, 2)
    assert found.reasons == (AlertReason.LOW_DOSE,)


# drop-out


@pytest.mark.parametrize(
    ("day", "days", "drop_out"),
    [(32, 27, None), (33, 28, DropOut.SILENT), (34, 29, DropOut.SILENT)],
)
def test_drop_out_is_28_days_without_a_session(day, days, drop_out):
    one = course(sessions=(held(5), held(2, number=2)))

    assert days_without_session(one, now=at(day)) == days
    assert drop_out_of(one, now=at(day)) == drop_out
    found = adherence_of(one, now=at(day))
    assert (found.days_without_session, found.drop_out) == (days, drop_out)


@pytest.mark.parametrize(("day", "drop_out"), [(27, None), (28, DropOut.SILENT)])
def test_drop_out_counts_from_the_start_where_nobody_ever_came(day, drop_out):
    assert drop_out_of(course(), now=at(day)) == drop_out
    before = course(sessions=(held(-20),))
    assert drop_out_of(before, now=at(day)) == drop_out


def test_drop_out_knows_no_void_session():
    void = replace(held(20), void=True)

    assert drop_out_of(course(sessions=(void,)), now=at(28)) == DropOut.SILENT
    assert drop_out_of(course(sessions=(held(20),)), now=at(28)) is None


def test_drop_out_before_the_start_is_none():
    assert days_without_session(course(), now=at(-40)) == 0
    assert drop_out_of(course(), now=at(-40)) is None


def test_drop_out_does_not_count_the_days_of_a_pause():
    ten_days = Pause(paused_from=on(10), paused_until=on(20))
    one = course(pauses=(ten_days,))

    assert days_without_session(one, now=at(9)) == 9
    assert days_without_session(one, now=at(15)) == 9
    assert days_without_session(one, now=at(20)) == 10
    assert drop_out_of(one, now=at(37)) is None
    assert drop_out_of(one, now=at(38)) == DropOut.SILENT
    open_pause = course(pauses=(Pause(paused_from=on(28)),))
    assert drop_out_of(open_pause, now=at(27)) is None
    assert days_without_session(open_pause, now=at(500)) == 27


@pytest.mark.parametrize(
    ("booked", "drop_out"),
    [
        pytest.param(slot(9), None, id="booked"),
        pytest.param(slot(9, cancelled=True), DropOut.SILENT, id="cancelled"),
        pytest.param(slot(9, excuse=excuse()), DropOut.SILENT, id="excused"),
        pytest.param(
            slot(9, excuse=excuse(told_at=at(28, 9))), None, id="excused later"
        ),
        pytest.param(slot(8), DropOut.SILENT, id="past"),
    ],
)
def test_drop_out_is_none_while_a_session_is_booked(booked, drop_out):
    one = course(slots=(booked,))

    assert drop_out_of(one, now=at(28, 8)) == drop_out


def test_drop_out_takes_a_session_as_booked_until_it_starts():
    one = course(slots=(slot(9),))

    assert drop_out_of(one, now=at(28, 9, 59)) is None
    assert drop_out_of(one, now=at(28, 10)) == DropOut.SILENT


def test_drop_out_does_not_take_a_session_in_a_pause_as_booked():
    one = course(
        slots=(slot(10),), pauses=(Pause(paused_from=on(30), paused_until=on(33)),)
    )

    assert drop_out_of(one, now=at(28)) == DropOut.SILENT


def test_drop_out_is_a_withdrawal_from_its_day_on():
    one = course(slots=slots(30), withdrawn_on=on(4))

    assert drop_out_of(one, now=at(3, 23)) is None
    assert drop_out_of(one, now=at(4, 0)) == DropOut.WITHDRAWN
    assert drop_out_of(one, now=at(300)) == DropOut.WITHDRAWN


def test_silence_after_the_end_of_a_programme_is_no_drop_out():
    # Three weeks are 21 days, day 0 to day 20.
    short = course(weeks=3, sessions=(held(3),))
    assert days_without_session(short, now=at(20)) == 17
    assert days_without_session(short, now=at(300)) == 17
    assert drop_out_of(short, now=at(300)) is None

    paused = replace(short, pauses=(Pause(paused_from=on(10), paused_until=on(15)),))
    assert days_without_session(paused, now=at(20)) == 12
    assert days_without_session(paused, now=at(300)) == 17

    completed = course(sessions=(held(3),), ended_on=on(30))
    assert days_without_session(completed, now=at(300)) == 27
    assert drop_out_of(completed, now=at(300)) is None


def test_who_stopped_long_before_the_end_dropped_out():
    assert drop_out_of(course(weeks=5), now=at(300)) == DropOut.SILENT
    assert days_without_session(course(weeks=5), now=at(300)) == 34


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, on(28), id="nobody ever came"),
        pytest.param({"sessions": (held(5), held(2, number=2))}, on(33), id="came"),
        pytest.param(
            {"pauses": (Pause(paused_from=on(10), paused_until=on(20)),)},
            on(38),
            id="after a pause of ten days",
        ),
        pytest.param({"pauses": (Pause(paused_from=on(29)),)}, on(28), id="just"),
        pytest.param({"pauses": (Pause(paused_from=on(28)),)}, None, id="paused first"),
        pytest.param({"weeks": 4, "sessions": (held(0),)}, None, id="28 days in all"),
        pytest.param({"weeks": 5, "ended_on": on(27)}, None, id="ended before"),
        pytest.param({"weeks": 5, "ended_on": on(28)}, on(28), id="ended that day"),
    ],
)
def test_silent_from_is_the_start_of_the_28th_day_without_a_session(fields, expected):
    found = silent_from(course(**fields), now=at(9))

    midnight = expected and datetime(*expected.timetuple()[:3], tzinfo=ZONE)
    assert found == midnight


def test_silent_from_is_told_in_utc_over_the_change_of_the_clocks():
    # Day 28 is Monday 30 March; summer time began in the night before it.
    found = silent_from(course(), now=at(0))

    assert found == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("booked", "expected"),
    [
        pytest.param(slot(9), at(28), id="later that day"),
        pytest.param(slot(10), at(31), id="days later"),
        pytest.param(slot(8), at(28, 0), id="before"),
        pytest.param(slot(10, cancelled=True), at(28, 0), id="cancelled"),
        pytest.param(slot(10, excuse=excuse()), at(28, 0), id="excused"),
        pytest.param(
            slot(10, excuse=excuse(told_at=at(9))), at(28, 0), id="excused by now"
        ),
        pytest.param(
            slot(10, excuse=excuse(told_at=at(9, 10, 1))), at(31), id="excused later"
        ),
    ],
)
def test_silent_from_waits_for_what_is_booked(booked, expected):
    one = course(slots=(booked, slot(1)))

    assert silent_from(one, now=at(9)) == expected


def test_silent_from_is_the_instant_from_which_drop_out_holds():
    one = course(slots=(slot(9),))
    begins = silent_from(one, now=at(0))

    assert drop_out_of(one, now=begins - timedelta(seconds=1)) is None
    assert drop_out_of(one, now=begins) == DropOut.SILENT


def test_days_are_counted_in_the_clinic_s_zone():
    # 22:30 in Greenwich on 29 March is half past midnight in Stockholm, by summer time.
    late = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)

    assert drop_out_of(course(), now=late) == DropOut.SILENT
    assert drop_out_of(course(), now=late - timedelta(hours=1)) is None


def test_adherence_of_the_worked_example_by_its_rates():
    one = course(
        slots=tuple(
            replace(each, excuse=excuse() if each.key == "3" else None)
            for each in slots(8)
        ),
        sessions=tuple(session(number, of=number) for number in (1, 2, 4, 6, 8)),
    )
    cancelled = replace(
        one,
        slots=tuple(replace(each, cancelled=each.key == "7") for each in one.slots),
    )

    found = adherence_of(cancelled, now=at(26))
    four_weeks = found.windows[Window.FOUR_WEEKS]

    assert four_weeks.attendance.percent == Decimal("71.4")
    assert four_weeks.attendance_without_excused.percent == Decimal("83.3")
    assert four_weeks.cancelled == 1
    assert found.light == Light.GREEN
