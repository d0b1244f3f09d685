"""The sweeps: everybody due is judged once, whoever else works or fails."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from apps.clinics.models import Membership
from apps.common.heartbeat import late_sweeps
from apps.common.models import Heartbeat
from apps.common.tenancy import across_clinics, in_clinic
from apps.flares import services, tasks
from apps.flares.models import Verdict
from apps.inbox.entry import Resolution
from apps.inbox.models import Alert
from apps.inbox.services import resolve
from apps.logbook.models import JudgementDue
from apps.messaging.services import send_outbox
from tests.factories.people import enter_also, make_manager

from .course import DAY, HOUR, end_of, mails, make_course

pytestmark = pytest.mark.requirement("F2")
MORNING_AFTER = end_of(1) + 24 * HOUR


def flared(course):
    """Record a session with a grave morning after; judged by nobody yet."""
    course.run_in((50,) * 6)
    session = course.hold(1, pre=50, post=50)
    course.rate(session, "h24", 95)
    return session


@contextmanager
def failing_for(monkeypatch, course):
    """Let the judging of one patient fail."""
    real = services.record_of

    def fail(rows):
        if rows.patient.pk == course.anna.pk:
            raise ValueError("broken on purpose")
        return real(rows)

    with monkeypatch.context() as patch:
        patch.setattr(services, "record_of", fail)
        yield


def due_of(course):
    with across_clinics():
        return JudgementDue.objects.filter(patient=course.anna).first()


@pytest.mark.django_db
def test_judge_due_judges_everybody_in_their_own_clinic():
    courses = [make_course(), make_course()]
    for course in courses:
        flared(course)

    report = services.judge_due(now=MORNING_AFTER)

    assert (report.judged, report.failed, report.busy) == (2, 0, 0)
    with across_clinics():
        assert {alert.clinic_id for alert in Alert.objects.all()} == {
            course.clinic.pk for course in courses
        }
    assert {mail.to_address for mail in mails()} == {c.tove.email for c in courses}


@pytest.mark.django_db
def test_judge_due_leaves_who_is_not_due_yet():
    course = make_course()
    session = course.hold(1, pre=50, post=50)
    services.judge_due(now=session.ended_at)

    early = services.judge_due(now=session.ended_at + 36 * HOUR - timedelta(seconds=1))
    on_time = services.judge_due(now=session.ended_at + 36 * HOUR)

    assert (early.judged, on_time.judged) == (0, 1)


@pytest.mark.django_db
def test_judge_due_delivered_twice_is_one_alert_and_one_mail(mail_server):
    course = make_course()
    flared(course)

    for _ in range(2):
        services.judge_due(now=MORNING_AFTER)
        send_outbox(now=MORNING_AFTER)

    enter_also(course.clinic)
    assert len(course.alerts()) == 1
    assert len(mail_server.messages) == 1


@pytest.mark.django_db
def test_judge_due_lets_one_bad_patient_delay_nobody(monkeypatch, caplog):
    bad, good = make_course(), make_course()
    for course in (bad, good):
        flared(course)

    with failing_for(monkeypatch, bad):
        report = services.judge_due(now=MORNING_AFTER)

    assert (report.judged, report.failed) == (1, 1)
    assert f"Patient {bad.anna.pk} could not be judged" in caplog.text
    assert bad.anna.family_name not in caplog.text
    assert len(mails()) == 1


@pytest.mark.django_db
def test_judge_due_does_not_spin_on_a_bad_patient(monkeypatch):
    course = make_course()
    flared(course)
    waits = []

    with failing_for(monkeypatch, course):
        now = MORNING_AFTER
        for _ in range(12):
            assert services.judge_due(now=now).failed == 1
            assert services.judge_due(now=now).failed == 0
            due_at = due_of(course).due_at
            waits.append(due_at - now)
            now = due_at

    assert waits[:3] == [timedelta(minutes=n) for n in (1, 2, 4)]
    assert waits[-1] == timedelta(hours=1)
    assert due_of(course).attempts == 12
    assert services.judge_due(now=now).judged == 1


@pytest.mark.django_db
@pytest.mark.requirement("E1")
def test_judge_due_lets_a_red_flag_out_although_the_judging_fails(monkeypatch):
    course = make_course()
    session = flared(course)
    course.rate(session, "h48", 50, red_flags=["chest_pain"])
    now = session.ended_at + 48 * HOUR

    with failing_for(monkeypatch, course):
        report = services.judge_due(now=now)

    enter_also(course.clinic)
    assert report.failed == 1
    assert [alert.kind for alert in course.alerts()] == ["red_flag"]
    assert len(mails()) == 1


@pytest.mark.django_db
@pytest.mark.requirement("E1")
def test_judge_due_lets_a_red_flag_out_that_was_taken_back_before_it_looked(
    monkeypatch,
):
    course = make_course()
    session = flared(course)
    now = session.ended_at + 48 * HOUR
    check_in = course.rate(session, "h48", 50, red_flags=["chest_pain"])
    course.correct(check_in, red_flags=[], now=now)

    with failing_for(monkeypatch, course):
        services.judge_due(now=now)

    enter_also(course.clinic)
    assert [alert.kind for alert in course.alerts()] == ["red_flag"]


@pytest.mark.django_db
def test_judge_patient_writes_all_or_nothing(monkeypatch):
    course = make_course()
    flared(course)

    def break_down(*args, **kwargs):
        raise RuntimeError("broken on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(services.DueSweep, "arm", break_down)
        with pytest.raises(RuntimeError), transaction.atomic():
            course.judge(now=MORNING_AFTER)

    assert not Verdict.objects.exists()
    assert (course.alerts(), mails()) == ([], [])
    assert due_of(course).due_at <= MORNING_AFTER


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_open_one_alert_and_write_one_mail():
    with transaction.atomic():
        course = make_course()
        flared(course)
    barrier, reports = threading.Barrier(2), []

    def work():
        try:
            barrier.wait(10)
            reports.append(services.judge_due(now=MORNING_AFTER))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(report.judged for report in reports) == 1
    with in_clinic(course.clinic.pk):
        assert len(course.alerts()) == 1
        assert Verdict.objects.count() == 1
    assert len(mails()) == 1


@pytest.mark.django_db(transaction=True)
def test_entry_that_comes_while_a_patient_is_judged_is_judged_too(monkeypatch):
    with transaction.atomic():
        course = make_course()
        session = flared(course)
    reading, recorded = threading.Event(), threading.Event()
    real = services.compare_verdicts

    def keep_verdicts_slowly(*args, **kwargs):
        reading.set()
        # The entry waits for the patient's row, so it cannot be done by now.
        assert not recorded.wait(0.3)
        return real(*args, **kwargs)

    def record():
        try:
            reading.wait(10)
            with in_clinic(course.clinic.pk):
                course.rate(session, "h48", 95)
            recorded.set()
        finally:
            connection.close()

    recorder = threading.Thread(target=record)
    recorder.start()
    now = session.ended_at + 48 * HOUR
    with monkeypatch.context() as patch:
        patch.setattr(services, "compare_verdicts", keep_verdicts_slowly)
        first = services.judge_due(now=now)
    recorder.join()
    second = services.judge_due(now=now)

    assert (first.judged, second.judged) == (1, 1)
    with in_clinic(course.clinic.pk):
        assert course.verdict(session).remarks["h48_mm"] == 95


@pytest.mark.django_db(transaction=True)
def test_resolving_while_a_patient_is_judged_covers_only_what_was_on_the_screen(
    monkeypatch,
):
    with transaction.atomic():
        course = make_course()
        course.run_in((50,) * 6)
        session = course.hold(1, pre=50, post=50)
        course.rate(session, "h24", 75)
    services.judge_due(now=session.ended_at + 24 * HOUR)
    with in_clinic(course.clinic.pk):
        (possible,) = course.alerts()
        course.rate(session, "h48", 98)
    reading, done = threading.Event(), threading.Event()
    real = services.compare_verdicts
    now = session.ended_at + 48 * HOUR
    request = Resolution.parse({"judgement": "soreness", "action": "talked"})

    def keep_verdicts_slowly(*args, **kwargs):
        reading.set()
        # The resolution waits for the patient's row, so it cannot be done by now.
        assert not done.wait(0.3)
        return real(*args, **kwargs)

    def resolve_meanwhile():
        try:
            reading.wait(10)
            with in_clinic(course.clinic.pk):
                resolve(
                    alert_id=possible.public_id,
                    request=request,
                    by=course.tove,
                    now=now,
                )
            done.set()
        finally:
            connection.close()

    resolver = threading.Thread(target=resolve_meanwhile)
    resolver.start()
    with monkeypatch.context() as patch:
        patch.setattr(services, "compare_verdicts", keep_verdicts_slowly)
        services.judge_due(now=now)
    resolver.join()
    services.judge_due(now=now)

    with in_clinic(course.clinic.pk):
        stands = [(one.kind, one.status) for one in course.alerts()]
    assert done.is_set()
    assert stands[-1] == ("acute_flare", "open")
    assert len(stands) == 2
    assert [mail.state for mail in mails(state="pending")] == ["pending"]


@pytest.mark.django_db
def test_close_windows_finds_who_was_forgotten_and_nobody_else():
    course = make_course()
    session = course.hold(1, pre=50, post=50)
    course.judge(now=session.ended_at)
    closed = session.ended_at + 36 * HOUR

    still_due = services.close_windows(now=closed)
    JudgementDue.objects.all().delete()
    too_early = services.close_windows(now=closed - timedelta(seconds=1))
    forgotten = services.close_windows(now=closed)
    again = services.close_windows(now=closed)

    counts = [still_due.marked, too_early.marked, forgotten.marked, again.marked]
    assert counts == [0, 0, 1, 0]
    assert services.judge_due(now=closed).judged == 1


def moderately_flared_and_left():
    """Judge a moderate flare at 23:00; the therapist leaves half an hour later."""
    course = make_course()
    manager = make_manager(course.clinic)
    course.run_in((50,) * 6)
    session = course.hold(1, pre=50, post=50)
    course.rate(session, "h24", 78)
    night = session.ended_at + 60 * HOUR
    course.judge(now=night)
    Membership.objects.filter(user=course.tove).update(
        active_until=night + timedelta(minutes=30)
    )
    return course, manager, night + HOUR


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["judging", "sweep"])
def test_waiting_mail_of_a_leaver_goes_to_the_manager(by):
    course, manager, now = moderately_flared_and_left()

    if by == "judging":
        course.judge(now=now)
    else:
        assert services.close_windows(now=now).redirected == 1

    states = {mail.to_address: mail.state for mail in mails()}
    assert states == {course.tove.email: "suppressed", manager.email: "pending"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("judged_after", "asked_after", "marked"),
    [
        pytest.param(None, 36, 1, id="never judged"),
        pytest.param(36, 59, 0, id="H24 seen, H48 open"),
        pytest.param(36, 60, 1, id="H24 seen, H48 closed"),
        pytest.param(60, 61, 0, id="both seen"),
        pytest.param(0, 24 * 8, 0, id="too long ago"),
    ],
)
def test_close_windows_asks_only_for_what_closed_since(
    judged_after, asked_after, marked
):
    course = make_course()
    session = course.hold(1, pre=50, post=50)
    if judged_after is not None:
        course.judge(now=session.ended_at + judged_after * HOUR)
    JudgementDue.objects.all().delete()

    report = services.close_windows(now=session.ended_at + asked_after * HOUR)

    assert report.marked == marked


@pytest.mark.django_db
def test_close_windows_does_not_ask_again_for_answered_windows():
    course = make_course()
    course.run_in((50,) * 6)
    session = course.visit(1, (50, 50, 50, 50))
    course.judge(now=session.ended_at + 48 * HOUR)
    JudgementDue.objects.all().delete()

    assert services.close_windows(now=session.ended_at + 3 * DAY).marked == 0


@pytest.mark.django_db
@pytest.mark.requirement("N3")
def test_tasks_stamp_their_heartbeats():
    tasks.judge_due()
    tasks.close_windows()

    beats = {beat.name: beat for beat in Heartbeat.objects.all()}
    nothing = {"judged": 0, "failed": 0, "busy": 0, "held_up": 0}
    assert beats["flares.judge_due"].report == nothing
    closed = beats["flares.close_windows"].report
    assert closed == {"marked": 0, "redirected": 0}
    assert not {"flares.judge_due", "flares.close_windows"} & set(
        late_sweeps(now=beats["flares.judge_due"].beat_at)
    )
