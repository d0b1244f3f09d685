"""A programme stands still and goes on: numbers stay, days move."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from apps.common.errors import InvalidEntryError, NotAllowedError, WrongStateError
from apps.programmes import queries, services
from apps.programmes.entry import (
    CancelRequest,
    EndRequest,
    PauseRequest,
    PhaseRequest,
    ResumeRequest,
)
from apps.programmes.models import Pause, PlannedSession
from tests.factories.training import NOW, calendar_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B3")]


def pause(gym, programme, day, *, by=None):
    return services.pause(
        programme_id=programme.public_id,
        entry=PauseRequest.parse({"from": day, "reason": "Flare"}),
        by=by or gym.therapist,
        now=NOW,
    )


def resume(gym, programme, day, *, by=None):
    return services.resume(
        programme_id=programme.public_id,
        entry=ResumeRequest.parse({"on": day}),
        by=by or gym.therapist,
        now=NOW,
    )


def days(programme, first, last):
    return [each.starts_at.date() for each in calendar_of(programme)[first - 1 : last]]


def test_a_pause_keeps_the_rows_and_takes_them_out_of_the_calendar(gym):
    programme = gym.enrol()

    paused = pause(gym, programme, "2026-03-09")

    third = datetime(2026, 3, 9, 9, tzinfo=UTC)
    assert paused.status == "paused"
    assert {each.status for each in calendar_of(programme)} == {"planned"}
    assert queries.only_slot_of_day(patient=gym.patient, started_at=third) is None


def test_after_a_pause_the_remaining_sessions_go_on_on_the_same_weekdays(gym):
    programme = gym.enrol()
    pause(gym, programme, "2026-03-09")

    resumed = resume(gym, programme, "2026-03-25")

    calendar = calendar_of(programme)
    assert resumed.status == "active"
    assert days(programme, 1, 5) == [
        date(2026, 3, 2),
        date(2026, 3, 5),
        date(2026, 3, 26),
        date(2026, 3, 30),
        date(2026, 4, 2),
    ]
    assert [each.number for each in calendar] == list(range(1, 31))
    # Number 3 stood on 9 March; the wall time stays 10:00 in summer time.
    assert calendar[2].original_starts_at == datetime(2026, 3, 9, 9, tzinfo=UTC)
    assert calendar[3].starts_at == datetime(2026, 3, 30, 8, tzinfo=UTC)


def test_what_was_held_excused_or_cancelled_keeps_its_day(gym):
    programme = gym.enrol()
    services.mark_slot_held(planned_session=gym.session(programme, 1), status="held")
    services.cancel(
        planned_session_id=gym.session(programme, 4).public_id,
        entry=CancelRequest(reason="Therapist ill"),
        by=gym.therapist,
        now=NOW,
    )
    pause(gym, programme, "2026-03-09")

    resume(gym, programme, "2026-03-30")

    assert days(programme, 1, 5) == [
        date(2026, 3, 2),
        date(2026, 3, 5),
        date(2026, 3, 30),
        date(2026, 3, 12),
        date(2026, 4, 2),
    ]


def test_a_pause_entered_late_takes_back_what_was_missed(gym):
    programme = gym.enrol()
    PlannedSession.objects.filter(number__in=(2, 3)).update(status="missed")

    pause(gym, programme, "2026-03-09")

    statuses = [each.status for each in calendar_of(programme)[:4]]
    assert statuses == ["planned", "missed", "planned", "planned"]


def test_a_new_day_on_a_closure_is_cancelled(gym):
    programme = gym.enrol()
    pause(gym, programme, "2026-03-09")
    gym.clinic.closures.create(
        first_day=date(2026, 3, 26), last_day=date(2026, 3, 26), reason="Move"
    )

    resume(gym, programme, "2026-03-25")

    third, fourth = calendar_of(programme)[2:4]
    assert (third.status, third.cancel_reason) == (
        "cancelled",
        "The clinic is closed: Move",
    )
    assert fourth.status == "planned"


def test_days_of_a_pause_do_not_count_as_weeks(gym):
    programme = gym.enrol()
    pause(gym, programme, "2026-03-09")
    resume(gym, programme, "2026-03-30")

    def week(day):
        return queries.week_of_programme(
            programme=programme, pauses=list(programme.pauses.order_by("id")), on=day
        )

    weeks = [
        week(date(2026, 3, 1)),
        week(date(2026, 3, 2)),
        week(date(2026, 3, 9)),
        week(date(2026, 3, 20)),
        week(date(2026, 3, 30)),
        week(date(2026, 4, 6)),
    ]
    assert weeks == [0, 1, 2, 2, 2, 3]


@pytest.mark.parametrize("day", ["2026-03-01", "2026-02-01"])
def test_a_pause_does_not_begin_before_the_programme(gym, day):
    with pytest.raises(InvalidEntryError, match="2026-03-02 or later"):
        pause(gym, gym.enrol(), day)

    assert not Pause.objects.exists()


def test_a_pause_does_not_begin_before_a_session_that_was_held(gym):
    programme = gym.enrol()
    services.mark_slot_held(planned_session=gym.session(programme, 2), status="partial")

    with pytest.raises(WrongStateError, match="2026-03-05"):
        pause(gym, programme, "2026-03-05")

    assert pause(gym, programme, "2026-03-06").status == "paused"


def test_a_pause_does_not_reach_into_the_one_before(gym):
    programme = gym.enrol()
    pause(gym, programme, "2026-03-09")
    resume(gym, programme, "2026-03-30")

    with pytest.raises(InvalidEntryError):
        pause(gym, programme, "2026-03-29")

    assert pause(gym, programme, "2026-03-30").status == "paused"


def test_a_paused_programme_is_not_paused_again(gym):
    programme = gym.enrol()
    pause(gym, programme, "2026-03-09")

    with pytest.raises(WrongStateError, match="Resume"):
        pause(gym, programme, "2026-03-16")

    assert Pause.objects.count() == 1


def test_a_running_programme_is_not_resumed(gym):
    with pytest.raises(WrongStateError, match="not paused"):
        resume(gym, gym.enrol(), "2026-03-16")


def test_a_programme_does_not_go_on_before_the_pause_began(gym):
    programme = gym.enrol()
    pause(gym, programme, "2026-03-09")

    with pytest.raises(InvalidEntryError):
        resume(gym, programme, "2026-03-08")

    assert resume(gym, programme, "2026-03-09").status == "active"
    assert days(programme, 3, 4) == [date(2026, 3, 9), date(2026, 3, 12)]


def test_the_patient_neither_pauses_nor_resumes(gym):
    programme = gym.enrol()

    with pytest.raises(NotAllowedError):
        pause(gym, programme, "2026-03-09", by=gym.patient.user)
    pause(gym, programme, "2026-03-09")
    with pytest.raises(NotAllowedError):
        resume(gym, programme, "2026-03-16", by=gym.patient.user)

    programme.refresh_from_db()
    assert programme.status == "paused"


def test_a_session_in_a_pause_is_not_cancelled_or_excused(gym):
    programme = gym.enrol()
    pause(gym, programme, "2026-03-09")

    with pytest.raises(WrongStateError, match="paused"):
        services.cancel(
            planned_session_id=gym.session(programme, 3).public_id,
            entry=CancelRequest(reason="x"),
            by=gym.therapist,
            now=NOW,
        )
    before = services.cancel(
        planned_session_id=gym.session(programme, 2).public_id,
        entry=CancelRequest(reason="x"),
        by=gym.therapist,
        now=NOW,
    )
    assert before.status == "cancelled"


def test_the_end_of_a_paused_programme_cancels_what_the_pause_took_out(gym):
    programme = gym.enrol()
    pause(gym, programme, "2026-03-09")

    services.end(
        programme_id=programme.public_id,
        entry=EndRequest.parse(
            {"on": "2026-04-01", "outcome": "withdrawn", "reason": "Pain"}
        ),
        by=gym.therapist,
        now=NOW,
    )

    statuses = [each.status for each in calendar_of(programme)]
    assert statuses == ["planned"] * 2 + ["cancelled"] * 28
    assert Pause.objects.get().paused_until == date(2026, 4, 1)


def test_a_frequency_that_rises_goes_on_rising_after_a_pause(gym):
    programme = gym.enrol(template="aerobic_start", weekdays=[0, 3, 5, 1])
    pause(gym, programme, "2026-03-30")

    resume(gym, programme, "2026-04-06")

    calendar = calendar_of(programme)
    weekdays = [each.starts_at.weekday() for each in calendar]
    assert days(programme, 9, 11) == [
        date(2026, 4, 6),
        date(2026, 4, 9),
        date(2026, 4, 11),
    ]
    assert (set(weekdays[8:20]), set(weekdays[20:])) == ({0, 3, 5}, {0, 1, 3, 5})


def test_the_database_holds_one_open_pause(gym):
    programme = gym.enrol()
    pause(gym, programme, "2026-03-09")

    with pytest.raises(IntegrityError, match="one_open"), transaction.atomic():
        Pause.objects.create(
            clinic=gym.clinic,
            programme=programme,
            paused_from=date(2026, 4, 9),
            reason="x",
            paused_by=gym.therapist,
        )


def set_phase(gym, programme, position, *, now=NOW):
    return services.set_phase(
        programme_id=programme.public_id,
        entry=PhaseRequest(position=position, reason="All green"),
        by=gym.therapist,
        now=now,
    )


def test_phases_come_into_force_by_a_persons_decision(gym):
    programme = gym.enrol()

    set_phase(gym, programme, 2, now=datetime(2026, 3, 16, 12, tzinfo=UTC))

    history = queries.phase_history(programme)
    assert [(each.position, each.in_force_from) for each in history] == [
        (1, date(2026, 3, 2)),
        (2, date(2026, 3, 16)),
    ]
    assert queries.phase_on(history, date(2026, 3, 1)).position == 1
    assert queries.phase_on(history, date(2026, 3, 15)).position == 1
    assert queries.phase_on(history, date(2026, 3, 16)).position == 2


def test_a_phase_may_go_back_but_not_stay(gym):
    programme = gym.enrol()
    set_phase(gym, programme, 3)

    with pytest.raises(WrongStateError, match="phase 3 already"):
        set_phase(gym, programme, 3)

    set_phase(gym, programme, 2)
    assert [each.position for each in queries.phase_history(programme)] == [1, 3, 2]


def test_a_phase_beyond_the_template_is_refused(gym):
    programme = gym.enrol()

    with pytest.raises(InvalidEntryError, match="1 to 5"):
        set_phase(gym, programme, 6)

    assert len(queries.phase_history(programme)) == 1
