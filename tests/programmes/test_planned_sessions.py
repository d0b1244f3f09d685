"""What becomes of a planned session: excused, cancelled, moved, held, missed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.audit.models import AuditEvent
from apps.clinics.models import ProposalDue
from apps.common.errors import InvalidEntryError, NotAllowedError, WrongStateError
from apps.common.models import Heartbeat
from apps.common.tenancy import across_clinics
from apps.programmes import services, tasks
from apps.programmes.api.calendar_serializers import planned_session_answer
from apps.programmes.entry import (
    CancelRequest,
    ClosureEntry,
    ExcuseRequest,
    MoveRequest,
    PauseRequest,
)
from apps.programmes.models import PlannedSession
from tests.factories.people import enter_also, make_manager
from tests.factories.training import NOW, calendar_of

from .conftest import make_gym

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B3")]

# The first session: Monday 2 March 2026, 10:00 in Stockholm, 60 minutes.
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MISSED_AT = START + timedelta(minutes=60, hours=24)
MOMENT = timedelta(microseconds=1)


def excuse(gym, planned, *, by, now=NOW, **fields):
    return services.excuse(
        planned_session_id=planned.public_id,
        entry=ExcuseRequest(**({"reason": "illness"} | fields)),
        by=by,
        now=now,
    )


def cancel(gym, planned, *, by=None):
    return services.cancel(
        planned_session_id=planned.public_id,
        entry=CancelRequest(reason="Therapist ill"),
        by=by or gym.therapist,
        now=NOW,
    )


def move(gym, planned, starts_at, *, by=None):
    return services.move(
        planned_session_id=planned.public_id,
        entry=MoveRequest.parse({"starts_at": starts_at}),
        by=by or gym.therapist,
        now=NOW,
    )


def first(gym, **fields):
    return gym.session(gym.enrol(**fields), 1)


def test_a_patient_excuses_themself_until_the_start(gym):
    planned = first(gym)

    excused = excuse(gym, planned, by=gym.patient.user, now=START - MOMENT)

    assert (excused.status, excused.excuse_reason) == ("excused", "illness")
    assert excused.excused_late is False


def test_from_the_start_on_a_patient_is_too_late(gym):
    planned = first(gym)

    with pytest.raises(WrongStateError, match="begun"):
        excuse(gym, planned, by=gym.patient.user, now=START)

    planned.refresh_from_db()
    assert planned.status == "planned"


@pytest.mark.parametrize(("now", "is_late"), [(START - MOMENT, False), (START, True)])
def test_staff_excuse_also_later_and_it_is_marked_late(gym, now, is_late):
    excused = excuse(gym, first(gym), by=gym.therapist, now=now)

    assert excused.excused_late is is_late


def test_staff_excuse_what_was_missed(gym):
    planned = first(gym)
    PlannedSession.objects.filter(pk=planned.pk).update(status="missed")

    excused = excuse(gym, planned, by=gym.therapist, now=START + timedelta(days=3))

    assert (excused.status, excused.excused_late) == ("excused", True)


@pytest.mark.parametrize("action", [excuse, cancel])
@pytest.mark.parametrize("status", ["held", "partial", "excused", "cancelled"])
def test_what_is_settled_is_neither_excused_nor_cancelled(gym, action, status):
    planned = settled(gym, status)

    with pytest.raises(WrongStateError):
        action(gym, planned, by=gym.therapist)

    planned.refresh_from_db()
    assert planned.status == status


def settled(gym, status):
    planned = first(gym)
    fields = {"excused": {"excuse_reason": "work"}, "cancelled": {"cancel_reason": "x"}}
    PlannedSession.objects.filter(pk=planned.pk).update(
        status=status, **fields.get(status, {})
    )
    return planned


def test_the_clinic_cancels_with_a_reason(gym):
    cancelled = cancel(gym, first(gym))

    assert (cancelled.status, cancelled.cancel_reason) == ("cancelled", "Therapist ill")


def test_a_patient_neither_cancels_nor_moves(gym):
    planned = first(gym)

    with pytest.raises(NotAllowedError):
        cancel(gym, planned, by=gym.patient.user)
    with pytest.raises(NotAllowedError):
        move(gym, planned, "2026-03-03T10:00+01:00", by=gym.patient.user)

    planned.refresh_from_db()
    assert (planned.status, planned.starts_at) == ("planned", START)


def test_a_move_keeps_the_row_and_where_it_stood(gym):
    planned = first(gym)

    moved = move(gym, planned, "2026-03-03T14:00:00+01:00")
    again = move(gym, planned, "2026-03-04T14:00:00+01:00")

    assert moved.pk == again.pk == planned.pk
    assert again.starts_at == datetime(2026, 3, 4, 13, tzinfo=UTC)
    assert (again.original_starts_at, again.number) == (START, 1)


def test_a_session_lost_to_a_closure_can_be_made_up_for(gym):
    planned = first(gym)
    close(gym, "2026-03-02")

    with pytest.raises(InvalidEntryError, match="closed"):
        move(gym, planned, "2026-03-02T15:00:00+01:00")
    moved = move(gym, planned, "2026-03-03T15:00:00+01:00")

    assert (moved.status, moved.cancel_reason) == ("planned", "")


def close(gym, day):
    services.add_closure(
        entry=ClosureEntry.parse({"first_day": day, "last_day": day, "reason": "x"}),
        clinic=gym.clinic,
        by=make_manager(gym.clinic),
        now=NOW,
    )


@pytest.mark.parametrize("status", ["held", "partial", "excused"])
def test_what_was_held_or_excused_is_not_moved(gym, status):
    planned = settled(gym, status)

    with pytest.raises(WrongStateError):
        move(gym, planned, "2026-03-03T15:00:00+01:00")


def test_a_session_is_not_moved_before_the_programme(gym):
    with pytest.raises(InvalidEntryError, match="starts on 2026-03-02"):
        move(gym, first(gym), "2026-03-01T23:59:00+01:00")


@pytest.mark.parametrize(
    "before", ["planned", "missed", "excused", "cancelled", "partial"]
)
def test_a_logged_session_holds_its_slot_whatever_it_was(gym, before):
    planned = settled(gym, before)

    held = services.mark_slot_held(planned_session=planned, status="held")
    again = services.mark_slot_held(planned_session=planned, status="held")

    assert held.status == again.status == "held"
    planned.refresh_from_db()
    answer = planned_session_answer(planned)
    assert (answer.status, answer.excused_late) == ("held", False)
    assert (answer.excuse_reason, answer.cancel_reason) == (None, None)


def test_a_void_plans_the_session_again(gym):
    planned = settled(gym, "held")

    services.mark_slot_open_again(planned_session=planned)

    planned.refresh_from_db()
    assert planned.status == "planned"


@pytest.mark.parametrize("before", ["planned", "missed", "excused", "cancelled"])
def test_a_void_gives_back_what_the_session_was_with_its_reason(gym, before):
    planned = settled(gym, before)
    PlannedSession.objects.filter(pk=planned.pk).update(excused_late=True)
    planned.refresh_from_db()
    services.mark_slot_held(planned_session=planned, status="held")
    services.mark_slot_held(planned_session=planned, status="partial")

    services.mark_slot_open_again(planned_session=planned)

    after = PlannedSession.objects.get(pk=planned.pk)
    reasons = (planned.excuse_reason, planned.cancel_reason)
    assert (after.status, after.status_before) == (before, "")
    assert (after.excuse_reason, after.cancel_reason) == reasons
    assert after.excused_late is True


def test_an_excuse_that_was_not_seen_when_a_session_was_logged_is_kept(gym):
    seen = settled(gym, "planned")
    settled_meanwhile = {"status": "excused", "excuse_reason": "work"}
    PlannedSession.objects.filter(pk=seen.pk).update(**settled_meanwhile)

    services.mark_slot_held(planned_session=seen, status="held")
    services.mark_slot_open_again(planned_session=seen)

    after = PlannedSession.objects.get(pk=seen.pk)
    assert (after.status, after.excuse_reason) == ("excused", "work")


def statuses(gym):
    enter_also(gym.clinic)
    planned = PlannedSession.objects.filter(clinic=gym.clinic).order_by("number")
    return list(planned.values_list("status", flat=True)[:3])


@pytest.mark.parametrize(
    ("now", "status"),
    [
        pytest.param(MISSED_AT - MOMENT, "planned", id="just before 24 hours"),
        pytest.param(MISSED_AT, "missed", id="24 hours after the end"),
        pytest.param(MISSED_AT + MOMENT, "missed", id="just after"),
    ],
)
def test_a_session_is_missed_24_hours_after_its_end(gym, now, status):
    gym.enrol()

    report = services.mark_missed(now=now)

    assert statuses(gym) == [status, "planned", "planned"]
    assert report.missed == (1 if status == "missed" else 0)


@pytest.mark.requirement("D3")
def test_a_missed_session_makes_the_load_proposals_of_its_patient_due(gym):
    programme, later = gym.enrol(), make_gym()
    later.enrol(starts_on="2026-04-06")
    found = []

    for now in (MISSED_AT - MOMENT, MISSED_AT, MISSED_AT):
        with across_clinics():
            ProposalDue.objects.all().delete()
        services.mark_missed(now=now)
        with across_clinics():
            found.append(list(ProposalDue.objects.values_list("patient", "due_at")))

    assert found == [[], [(programme.patient_id, MISSED_AT)], []]


def test_a_sweep_repeated_misses_nothing_twice(gym):
    gym.enrol()
    services.mark_missed(now=MISSED_AT)

    report = services.mark_missed(now=MISSED_AT)

    assert (report.missed, report.failed_clinics) == (0, 0)
    enter_also(gym.clinic)
    assert AuditEvent.objects.filter(action="planned_session.missed").count() == 1


@pytest.mark.parametrize("status", ["held", "partial", "excused", "cancelled"])
def test_what_is_settled_is_not_missed(gym, status):
    settled(gym, status)

    services.mark_missed(now=MISSED_AT)

    assert statuses(gym)[0] == status


def test_sessions_in_a_pause_are_not_missed(gym):
    programme = gym.enrol()
    services.pause(
        programme_id=programme.public_id,
        entry=PauseRequest.parse({"from": "2026-03-05", "reason": "Flare"}),
        by=gym.therapist,
        now=NOW,
    )

    report = services.mark_missed(now=MISSED_AT + timedelta(days=30))

    assert statuses(gym) == ["missed", "planned", "planned"]
    assert report.missed == 1


def test_a_missed_session_that_is_logged_late_was_held(gym):
    planned = first(gym)
    services.mark_missed(now=MISSED_AT)
    enter_also(gym.clinic)

    services.mark_slot_held(planned_session=planned, status="partial")

    assert statuses(gym)[0] == "partial"
    services.mark_missed(now=MISSED_AT)
    assert statuses(gym)[0] == "partial"


def test_the_sweep_works_in_every_clinic():
    gyms = [make_gym(), make_gym(time_zone="America/New_York")]
    for gym in gyms:
        gym.enrol()

    report = services.mark_missed(now=MISSED_AT + timedelta(hours=6))

    assert report.missed == 2
    assert [statuses(gym)[0] for gym in gyms] == ["missed", "missed"]


def test_one_bad_clinic_delays_no_other(monkeypatch):
    gyms = [make_gym(), make_gym()]
    for gym in gyms:
        gym.enrol()
    real = services.planned_sessions._mark_missed_in

    def fail_for_the_first(clinic_id, *, now):
        if clinic_id == gyms[0].clinic.pk:
            raise RuntimeError("broken")
        return real(clinic_id, now=now)

    monkeypatch.setattr(
        services.planned_sessions, "_mark_missed_in", fail_for_the_first
    )

    report = services.mark_missed(now=MISSED_AT)

    assert (report.missed, report.failed_clinics) == (1, 1)
    assert [statuses(gym)[0] for gym in gyms] == ["planned", "missed"]


@pytest.mark.requirement("N3")
def test_the_task_stamps_its_heartbeat(gym, time_machine):
    time_machine.move_to(MISSED_AT, tick=False)
    gym.enrol()

    report = tasks.mark_missed()

    assert report == {"missed": 1, "failed_clinics": 0}
    assert Heartbeat.objects.get(name="programmes.mark_missed").beat_at == MISSED_AT


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"status": "gone"}, "status_known"),
        ({"status": "excused"}, "excuse_has_a_reason"),
        ({"excuse_reason": "work"}, "excuse_has_a_reason"),
        ({"status": "cancelled"}, "cancel_has_a_reason"),
        ({"cancel_reason": "x"}, "cancel_has_a_reason"),
        ({"status": "held", "status_before": "excused"}, "excuse_has_a_reason"),
        ({"status": "held", "status_before": "held"}, "only_held_were_something"),
        ({"status": "missed", "status_before": "planned"}, "only_held_were_something"),
        ({"number": 2}, "one_a_number"),
    ],
)
def test_the_database_holds_the_rules_of_a_planned_session(gym, changes, rule):
    planned = first(gym)

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        PlannedSession.objects.filter(pk=planned.pk).update(**changes)


def test_every_change_leaves_a_trace(gym):
    one, two, three = calendar_of(gym.enrol())[:3]

    excuse(gym, one, by=gym.patient.user)
    cancel(gym, two)
    move(gym, three, "2026-03-10T10:00+01:00")

    found = AuditEvent.objects.filter(subject="planned_session").order_by("pk")
    assert [(each.action, each.subject_id, each.actor_id) for each in found] == [
        ("planned_session.excuse", one.public_id, gym.patient.user_id),
        ("planned_session.cancel", two.public_id, gym.therapist.pk),
        ("planned_session.move", three.public_id, gym.therapist.pk),
    ]
