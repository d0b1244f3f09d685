"""Figures of the rows: the worked example, what changes them, and when time does."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from apps.adherence import outcomes, services
from apps.adherence.models import AdherenceSnapshot, Window
from apps.common.tenancy import across_clinics
from apps.programmes.models import AdherenceDue

from .training import (
    BEFORE,
    DAY,
    HOUR,
    due_of,
    make_training,
    refresh,
    seen,
    start_of,
    work,
    worked_example,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G1")]
NOW = datetime(2026, 3, 30, 6, tzinfo=UTC)


def test_the_worked_example_of_the_rules():
    one = worked_example()
    refresh(NOW)

    row = one.row("programme")

    assert (row.due, row.attended, row.excused, row.missed) == (7, 5, 1, 1)
    assert (row.cancelled, row.excused_pain_flare) == (1, 1)
    assert (row.dose_done, row.dose_prescribed) == (11510, 17400)
    assert (row.attended_dose_done, row.attended_dose_prescribed) == (11510, 12400)
    assert (row.dose, row.dose_when_attended) == (Decimal("0.6615"), Decimal("0.9282"))
    assert row.dose_weight == "kg"
    assert (row.sets_on_plan, row.sets_judged) == (10, 10)
    assert (row.seconds_done, row.seconds_planned) == (5 * 3600, 7 * 3600)
    assert (row.exercises_done, row.exercises_planned) == (5, 7)
    assert row.light == "green"
    assert row.misses_in_a_row == 0
    assert row.drop_out == ""


def test_windows_go_by_when_a_session_came_due():
    one = worked_example()
    refresh(NOW)

    assert (one.row("4w").due, one.row("4w").attended) == (7, 5)
    # Of the last 14 days: sessions 5, 6 and 8; 7 was cancelled.
    assert (one.row("2w").due, one.row("2w").attended) == (3, 2)
    assert one.row("2w").light == "green"


@pytest.mark.parametrize(("due", "light"), [(3, "too_early"), (4, "red")])
def test_the_light_waits_for_four_due_sessions(due, light):
    one = make_training()
    services.refresh_all(now=due_of(due))

    assert one.row().due == due
    assert one.row().light == light


def test_check_ins_count_when_their_window_has_closed():
    one = make_training()
    session = one.attend(1, check_ins=[("pre", -HOUR / 2), ("post", HOUR)])
    one.rate(session, "h24", at=session.ended_at + DAY)

    refresh(session.ended_at + 60 * HOUR - timedelta(seconds=1))
    assert (one.row().check_ins_in_window, one.row().check_ins_expected) == (3, 3)

    refresh(session.ended_at + 60 * HOUR)
    assert (one.row().check_ins_in_window, one.row().check_ins_expected) == (3, 4)


def test_a_load_raised_after_a_session_asks_nothing_of_it():
    one = make_training()
    one.attend(1)
    one.load("100", at=start_of(1) + 2 * HOUR)
    refresh(due_of(1))

    assert one.row().dose == 1
    assert one.row().dose_prescribed == 2400


def test_an_unknown_load_leaves_the_dose_unknown():
    one = make_training(kg="")
    one.attend(1)
    refresh(due_of(1))

    assert one.row().dose is None
    assert one.row().without_known_dose == 1
    assert one.row().dose_weight == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda one, session: one.void(session, now=due_of(2)),
        lambda one, _: one.attend(2, now=due_of(2)),
        lambda one, _: one.excuse(2, "work", now=due_of(2)),
        lambda one, _: one.cancel(2, now=due_of(2)),
        lambda one, _: one.pause(date(2026, 3, 5), now=due_of(2)),
        lambda one, _: one.end(date(2026, 3, 4), "withdrawn", now=due_of(2)),
        lambda one, session: one.rate(session, "h24", at=session.ended_at + DAY),
    ],
    ids=["void", "attend", "excuse", "cancel", "pause", "end", "check-in"],
)
def test_each_change_makes_its_patient_due_and_no_other(change):
    one, other = make_training(), make_training()
    session = one.attend(1)
    services.refresh_all(now=due_of(2))
    before, others = seen(one), seen(other)

    change(one, session)

    with across_clinics():
        due = AdherenceDue.objects.filter(due_at__lte=due_of(2))
        assert list(due.values_list("patient", "clinic")) == [
            (one.anna.pk, one.clinic.pk)
        ]
    assert refresh(due_of(2)).computed == 1
    assert seen(one) != before
    assert seen(other) == others


def test_without_a_change_nothing_is_computed_until_time_brings_one():
    one = make_training()
    one.attend(1)
    refresh(start_of(1) + 2 * HOUR)
    # The window of the check-in right after the session closes first.
    next_at = start_of(1) + 2 * HOUR

    assert one.due_at() > next_at
    assert refresh(one.due_at() - timedelta(seconds=1)).computed == 0
    assert refresh(one.due_at()).computed == 1


def test_a_complete_pass_finds_what_no_row_says():
    one = make_training()
    AdherenceDue.objects.all().delete()

    assert refresh(due_of(2)).computed == 0
    assert services.refresh_all(now=due_of(2)).computed == 1
    assert one.row().missed == 2


def test_who_stays_away_for_28_days_with_nothing_booked_has_dropped_out():
    one = make_training(sessions=2)
    one.attend(1)
    one.attend(2)
    day_28 = datetime(2026, 4, 1, 22, tzinfo=UTC)  # midnight in summer time

    services.refresh_all(now=day_28 - timedelta(seconds=1))
    assert one.row().drop_out == ""
    for _ in range(5):
        refresh(day_28)

    assert one.row().drop_out == "silent"


def test_a_withdrawal_is_a_drop_out():
    one = make_training()
    one.end(date(2026, 3, 5), "withdrawn", now=start_of(2))
    refresh(start_of(2))

    assert one.row().drop_out == "withdrawn"


def test_after_the_end_the_work_ends_too():
    one = make_training(sessions=1)
    one.attend(1)
    one.end(date(2026, 3, 9), now=start_of(3))
    refresh(due_of(1) + 60 * DAY)

    assert one.due_at() is None


def test_one_bad_record_delays_nobody(monkeypatch):
    bad = make_training()
    good = make_training(bad.clinic, tove=bad.tove)
    broken = str(bad.slot(1).pk)
    services.refresh_all(now=BEFORE)
    bad.attend(1)
    good.attend(1)
    real = outcomes.slot_outcomes

    def fail(course, *, now):
        if any(slot.key == broken for slot in course.slots):
            raise ValueError("broken on purpose")
        return real(course, now=now)

    with monkeypatch.context() as patch:
        patch.setattr(outcomes, "slot_outcomes", fail)
        report = refresh(due_of(1))

    assert (report.computed, report.failed, report.held_up) == (1, 1, 1)
    with across_clinics():
        assert AdherenceSnapshot.objects.get(
            programme=good.programme, window="4w"
        ).attended
        waiting = AdherenceDue.objects.get(patient=bad.anna)
    assert waiting.due_at == due_of(1) + timedelta(minutes=1)
    report = refresh(due_of(1) + timedelta(minutes=1))
    assert (report.computed, report.failed, report.held_up) == (1, 0, 0)


@pytest.mark.parametrize("window", Window.values)
def test_a_complete_pass_puts_right_whichever_window_is_wrong(window):
    one = make_training()
    services.refresh_all(now=due_of(1))
    AdherenceSnapshot.objects.filter(window=window).update(cancelled=7)

    services.refresh_all(now=due_of(1))

    assert one.row(window).cancelled == 0


def test_many_programmes_are_read_in_as_many_queries_as_one(
    django_assert_num_queries,
):
    one = make_training()
    more = [make_training(one.clinic, tove=one.tove) for _ in range(4)]
    for each in (one, *more):
        each.attend(1, work(15))
    with django_assert_num_queries(9):
        services.queries.courses_of([one.programme])
    with django_assert_num_queries(9):
        services.queries.courses_of([one.programme, *(x.programme for x in more)])
