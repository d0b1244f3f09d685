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
    SlotOutcome,
)
from apps.adherence.outcome_rows import calendar_row, slot_rows
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
from apps.clinical.check_in_windows import SPANS

from .training import columns_of, make_training

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G2")]
NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
SLOTS = 14
SESSIONS = 3
Result = plain.Result
# Quarters of a day, so that rows lie on the very edges of the windows.
moments = st.integers(-45 * 4, 4 * 4).map(lambda n: NOW + timedelta(hours=6 * n))
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
        week=1,
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
        rounds=st.lists(st.tuples(*(check_ins for _ in SPANS)), max_size=SESSIONS),
        is_running=st.booleans(),
    )
    def hold(slots, rounds, is_running):
        keep(one, slots, rounds, is_running)
        wanted = expected(slots, rounds, is_running)

        refresh_figures([one.programme.pk], now=NOW)

        event(wanted["4w"]["light"])
        for reason in wanted["4w"]["reasons"]:
            event(reason)
        assert found(one, wanted) == wanted
        assert next_move(one) == next_plain_move(slots, rounds)

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
    CourseOutcome.objects.update(
        is_running=is_running, silent_from=None, withdrawn_from=None
    )


def held(number, answers):
    """Return a session of which only the check-ins matter."""
    return HeldSession(
        key=str(number),
        slot=None,
        started_at=NOW,
        ended_at=NOW,
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


def expected(slots, rounds, is_running):
    """Return the rows by the plain rules, which know what has come due."""
    known = [
        one if one.due_at <= NOW else replace(one, result=Result.OPEN, **NOT_EXCUSED)
        for one in slots
    ]
    entries = [
        plain.CheckInOutcome(moment=moment, closed_at=at, week=1, in_window=answered)
        for answers in rounds
        for moment, (at, answered) in zip(SPANS, answers, strict=True)
        if at is not None and at <= NOW
    ]
    figures = {
        window: figures_of(
            rules.in_window(known, window=window, now=NOW, at=lambda one: one.due_at),
            check_ins=rules.in_window(
                entries, window=window, now=NOW, at=lambda one: one.closed_at
            ),
        )
        for window in rules.Window
    }
    latest, misses = figures[rules.Window.FOUR_WEEKS], misses_in_a_row(known)
    reasons = rules.reasons_to_alert(latest, misses=misses) if is_running else ()
    shared = {
        "light": rules.light_of(latest).value,
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
        *(at for answers in rounds for at, _ in answers if at is not None),
    ]
    moves = [at + timedelta(days=days) for at in moments for days in (0, 14, 28)]
    return min((at for at in moves if at > NOW), default=None)
