"""The statement adds up and judges any rows as the plain rules do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from apps.adherence.figures_sql import refresh_figures
from apps.adherence.models import (
    AdherenceSnapshot,
    CourseCalendar,
    CourseOutcome,
    CourseWeeks,
    SlotOutcome,
)
from apps.adherence.outcome_rows import calendar_row, slot_rows, weeks_row
from apps.adherence.outcomes import END_OF_TIME
from apps.adherence.queries import courses_of
from apps.adherence.services import refresh_all
from apps.clinical.adherence import course as rules
from apps.clinical.adherence import outcomes as plain
from apps.clinical.adherence.figures import figures_of, misses_in_a_row
from apps.clinical.adherence.inputs import (
    ExcuseReason,
    ExpectedCheckIn,
    HeldSession,
)
from apps.clinical.adherence.policy import SHIPPED, AdherencePolicy
from apps.clinical.check_in_windows import SPANS

from .training import (
    columns_of,
    make_training,
    start_of,
    told_beside,
    told_by_the_rules,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G2")]
NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
SLOTS = 14
SESSIONS = 3
Result = plain.Result
# Quarters of a day, so that rows lie on the very edges of the windows.
moments = st.integers(-45 * 4, 4 * 4).map(lambda n: NOW + timedelta(hours=6 * n))
weeks = st.integers(-1, 17)
doses = st.one_of(
    st.none(),
    st.sampled_from((Fraction(0), Fraction(1), Fraction(3, 5))),
    st.fractions(0, 1, max_denominator=90),
)


@st.composite
def outcomes(draw, *, key: str):
    """Return what may have become of one planned session."""
    result = draw(st.sampled_from([each for each in Result if each != Result.OPEN]))
    due_at = draw(moments)
    dose = draw(doses)
    if dose is not None and result not in plain.ATTENDED:
        dose = Fraction(0)
    judged, exercises = draw(st.integers(0, 9)), draw(st.integers(1, 6))
    attended = result in plain.ATTENDED
    excused = result == Result.EXCUSED
    return plain.SlotOutcome(
        key=key,
        starts_at=due_at - timedelta(hours=draw(st.sampled_from((25, 26, 33)))),
        due_at=due_at,
        week=draw(weeks),
        result=result,
        excuse_reason=draw(st.sampled_from(ExcuseReason)) if excused else None,
        excused_late=excused and draw(st.booleans()),
        dose=dose,
        planned_kg=draw(st.sampled_from((None, Decimal(2400), Decimal("1312.5")))),
        planned_sets=draw(st.integers(1, 12)),
        sets_judged=judged if attended else 0,
        sets_on_plan=draw(st.integers(0, judged)) if attended else 0,
        seconds_planned=3600,
        seconds_done=draw(st.integers(0, 3600)) if attended else 0,
        exercises_planned=exercises,
        exercises_done=draw(st.integers(0, exercises)) if attended else 0,
    )


check_ins = st.tuples(st.none() | moments, st.booleans())
# A session, by its week, with its check-ins.
sessions = st.tuples(weeks, st.tuples(*(check_ins for _ in SPANS)))


@pytest.mark.parametrize("examples", [40, pytest.param(1000, marks=pytest.mark.long)])
def test_any_rows_give_the_figures_of_the_plain_rules(examples):
    one = make_training(sessions=SLOTS)
    refresh_all(now=NOW)
    keys = sorted(row.pk for row in SlotOutcome.objects.all())

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        slots=st.tuples(*(outcomes(key=f"{key:09d}") for key in keys)),
        rounds=st.lists(sessions, max_size=SESSIONS),
        is_running=st.booleans(),
        policy=policies(),
    )
    def hold(slots, rounds, is_running, policy):
        keep(one, slots, rounds, is_running)
        wanted = expected(slots, rounds, is_running, policy)

        refresh_figures([one.programme.pk], policy=policy, now=NOW)

        event(wanted["4w"]["light"])
        for reason in wanted["4w"]["reasons"]:
            event(reason)
        assert found(one, wanted) == wanted
        assert next_move(one) == next_plain_move(slots, rounds)
        assert told_beside(one) == told_beside_by_the_rules(slots, rounds)

    hold()


def keep(one, slots, rounds, is_running):
    SlotOutcome.objects.all().delete()
    SlotOutcome.objects.bulk_create(
        SlotOutcome(*row) for row in slot_rows(one.programme, outcomes=slots)
    )
    begun = courses_of([one.programme])[one.programme.pk]
    begun = replace(begun, sessions=tuple(map(held, count(), rounds)))
    CourseCalendar.objects.all().delete()
    calendar_row(one.programme, course=begun, outcomes=slots).save()
    CourseWeeks.objects.all().delete()
    entries = plain.check_in_outcomes(begun, now=END_OF_TIME)
    weeks_row(one.programme, outcomes=slots, check_ins=entries).save()
    CourseOutcome.objects.update(
        is_running=is_running, silent_from=None, withdrawn_from=None
    )


def held(number, session):
    """Return a session of which only its week and the check-ins matter."""
    week, answers = session
    started_at = start_of(1) + timedelta(weeks=week - 1)
    return HeldSession(
        key=str(number),
        slot=None,
        started_at=started_at,
        ended_at=started_at,
        check_ins=tuple(
            ExpectedCheckIn(
                moment=moment,
                closes_at=at or NOW,
                in_window=answered,
                expected=at is not None,
            )
            for moment, (at, answered) in zip(SPANS, answers, strict=True)
        ),
    )


def known_of(slots):
    """Return what the plain rules know of the slots."""
    return [
        one if one.due_at <= NOW else replace(one, result=Result.OPEN, **NOT_EXCUSED)
        for one in slots
    ]


def entries_of(rounds):
    return [
        plain.CheckInOutcome(moment=moment, closed_at=at, week=week, in_window=answered)
        for week, answers in rounds
        for moment, (at, answered) in zip(SPANS, answers, strict=True)
        if at is not None and at <= NOW
    ]


def windows_of(slots, rounds):
    known, entries = known_of(slots), entries_of(rounds)
    return {
        window: figures_of(
            rules.in_window(known, window=window, now=NOW, at=lambda one: one.due_at),
            check_ins=rules.in_window(
                entries, window=window, now=NOW, at=lambda one: one.closed_at
            ),
        )
        for window in rules.Window
    }


def told_beside_by_the_rules(slots, rounds):
    """Return what is told beside the rows: moments of windows, and periods."""
    known, entries = known_of(slots), entries_of(rounds)
    periods = {
        period: figures_of(
            rules.in_period(known, period=period),
            check_ins=rules.in_period(entries, period=period),
        )
        for period in rules.Period
    }
    return told_by_the_rules(windows_of(slots, rounds), periods)


@st.composite
def policies(draw):
    """Return what a clinic may follow, or what is shipped."""
    amber = draw(st.integers(20, 95))
    low = draw(st.integers(20, 95))
    own = AdherencePolicy(
        amber_from_pct=amber,
        green_from_pct=draw(st.integers(amber + 1, 100)),
        low_dose_below_pct=low,
        comes_from_pct=draw(st.integers(low + 1, 100)),
        judged_from_due=draw(st.integers(2, 12)),
        alert_from_misses=draw(st.integers(2, 6)),
    )
    return draw(st.sampled_from((SHIPPED, own)))


def expected(slots, rounds, is_running, policy):
    """Return the rows by the plain rules, which know what has come due."""
    known, figures = known_of(slots), windows_of(slots, rounds)
    latest, misses = figures[rules.Window.FOUR_WEEKS], misses_in_a_row(known)
    reasons = (
        rules.reasons_to_alert(latest, misses=misses, policy=policy)
        if is_running
        else ()
    )
    shared = {
        "light": rules.light_of(latest, policy=policy).value,
        "misses_in_a_row": misses,
        "drop_out": "",
        "reasons": [reason.value for reason in reasons],
    }
    return {each.value: columns_of(kept) | shared for each, kept in figures.items()}


NOT_EXCUSED = {"excuse_reason": None, "excused_late": False}


def found(one, wanted):
    rows = AdherenceSnapshot.objects.filter(programme=one.programme).values()
    return {
        row["window"]: {name: row[name] for name in wanted[row["window"]]}
        for row in rows
    }


def next_move(one):
    return CourseOutcome.objects.get(pk=one.programme.pk).changes_at


def next_plain_move(slots, rounds):
    """Return when the next row comes due or leaves a window."""
    moments = [
        *(one.due_at for one in slots),
        *(at for _, answers in rounds for at, _ in answers if at is not None),
    ]
    moves = [at + timedelta(days=days) for at in moments for days in (0, 14, 28)]
    return min((at for at in moves if at > NOW), default=None)
