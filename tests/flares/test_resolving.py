"""What a therapist's resolution covers: all that was judged, and nothing else."""

from datetime import timedelta

import pytest

from apps.common.tenancy import across_clinics
from apps.inbox.entry import Acknowledgement, Resolution
from apps.inbox.models import Alert
from apps.inbox.services import acknowledge, resolve
from apps.logbook import services as logbook
from apps.logbook.entry import Correction, VoidRequest
from apps.logbook.models import JudgementDue
from apps.messaging.models import OutboxMail

from .course import HOUR, mails, make_course, sessions_of, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F5")]

MINUTE = timedelta(minutes=1)
SECONDS = timedelta(seconds=20)
CALM = (50,) * 6


@pytest.fixture
def course():
    course = make_course()
    course.run_in(CALM)
    return course


def resolved(alert, *, by, now):
    request = Resolution.parse({"judgement": "soreness", "action": "talked"})
    return resolve(alert_id=alert.public_id, request=request, by=by, now=now)


def all_sent(now):
    with across_clinics():
        OutboxMail.objects.filter(state="pending").update(state="sent", sent_at=now)


def kinds(course, **filters):
    return [(one.kind, one.severity) for one in course.alerts(**filters)]


def test_resolving_does_not_cover_a_value_that_waits_to_be_judged(course):
    session = course.hold(1, pre=50, post=50)
    course.rate(session, "h24", 75)
    course.judge(now=session.ended_at + 24 * HOUR)
    (possible,) = course.alerts()
    came_at = session.ended_at + 48 * HOUR
    course.rate(session, "h48", 98)

    resolved(possible, by=course.tove, now=came_at + SECONDS)
    course.judge(now=came_at + MINUTE)

    assert kinds(course) == [("possible_flare", "info"), ("acute_flare", "high")]
    assert len(mails()) == 1


def test_resolving_does_not_cover_the_next_session_that_waits_to_be_judged(course):
    first = course.hold(1, pre=50, post=50)
    course.rate(first, "h24", 75)
    course.judge(now=first.ended_at + 24 * HOUR)
    (possible,) = course.alerts()
    second = course.hold(2, pre=50, post=50)
    course.judge(now=second.ended_at)
    course.rate(second, "h24", 99)
    came_at = second.ended_at + 24 * HOUR

    resolved(possible, by=course.tove, now=came_at + SECONDS)
    course.judge(now=came_at + MINUTE)

    assert kinds(course, status="open") == [("acute_flare", "high")]


def test_resolving_does_not_cover_a_sustained_flare_that_waits_to_be_judged(course):
    first = course.hold(1, pre=50, post=50)
    course.rate(first, "h24", 80)
    course.rate(first, "h48", 75)
    course.judge(now=first.ended_at + 49 * HOUR)
    course.hold(2, pre=80, post=80)
    course.judge(now=start_of(2) + HOUR)
    third = course.hold(3, pre=80, post=80)
    (acute,) = course.alerts()

    resolved(acute, by=course.tove, now=third.ended_at + SECONDS)
    course.judge(now=third.ended_at + MINUTE)

    assert kinds(course, status="open") == [("sustained_flare", "high")]


def test_resolving_makes_the_patient_due_at_once(course):
    session = course.hold(1, pre=50, post=50)
    course.rate(session, "h24", 75)
    judged_at = session.ended_at + 24 * HOUR
    course.judge(now=judged_at)
    (possible,) = course.alerts()
    assert JudgementDue.objects.get(patient=course.anna).due_at > judged_at + MINUTE

    resolved(possible, by=course.tove, now=judged_at + MINUTE)

    assert JudgementDue.objects.get(patient=course.anna).due_at == judged_at + MINUTE


def test_resolving_keeps_what_was_seen_when_a_judgement_came_between(
    course, monkeypatch
):
    session = course.hold(1, pre=50, post=50)
    course.rate(session, "h24", 75)
    seen_until = session.ended_at + 24 * HOUR
    course.judge(now=seen_until)
    (possible,) = course.alerts()
    came_at = session.ended_at + 48 * HOUR
    course.rate(session, "h48", 98)

    def judged_meanwhile(**_):
        course.judge(now=came_at)

    monkeypatch.setattr(
        "apps.inbox.services.handling.mark_for_judgement", judged_meanwhile
    )
    resolved(possible, by=course.tove, now=came_at + SECONDS)
    course.judge(now=came_at + MINUTE)

    assert Alert.objects.get(pk=possible.pk).judged_until == seen_until
    assert kinds(course, status="open") == [("acute_flare", "high")]


@pytest.mark.parametrize("change", [{"pain_mm": 94}, {"sleep": 7}])
def test_trivial_correction_after_a_resolution_opens_and_mails_nothing(course, change):
    session = course.hold(1, pre=50, post=50)
    next_day = course.rate(session, "h24", 95)
    now = session.ended_at + 25 * HOUR
    course.judge(now=now)
    all_sent(now)
    (acute,) = course.alerts()
    resolved(acute, by=course.tove, now=now)

    course.correct(next_day, now=now + HOUR, **change)
    course.judge(now=now + HOUR)

    assert (len(course.alerts()), len(mails())) == (1, 1)


def test_second_correction_after_a_resolution_opens_nothing_either(course):
    session = course.hold(1, pre=50, post=50)
    next_day = course.rate(session, "h24", 97)
    now = session.ended_at + 25 * HOUR
    course.correct(next_day, now=now, pain_mm=95)
    course.judge(now=now)
    (acute,) = course.alerts()
    resolved(acute, by=course.tove, now=now)

    course.correct(next_day, now=now + HOUR, pain_mm=96)
    course.judge(now=now + HOUR)

    assert len(course.alerts()) == 1


def test_graver_correction_after_a_resolution_opens_another_alert(course):
    session = course.hold(1, pre=50, post=50)
    next_day = course.rate(session, "h24", 75)
    now = session.ended_at + 25 * HOUR
    course.judge(now=now)
    (possible,) = course.alerts()
    resolved(possible, by=course.tove, now=now)

    course.correct(next_day, now=now + HOUR, pain_mm=95)
    course.judge(now=now + HOUR)

    assert kinds(course, status="open") == [("acute_flare", "high")]


def test_trivial_correction_after_a_pattern_was_resolved_opens_nothing():
    course = make_course()
    sessions = course.golden(upto=4, judged=True)
    now = sessions[-1].ended_at + 61 * HOUR
    (pattern,) = course.alerts(kind="hyperalgesia")
    resolved(pattern, by=course.tove, now=now)

    course.correct(sessions[-1].check_ins.get(moment="h24"), now=now + HOUR, pain_mm=81)
    course.judge(now=now + HOUR)

    assert len(course.alerts(kind="hyperalgesia")) == 1


def test_pattern_stays_silent_after_its_session_was_voided(course):
    # R of each session: about 16 mm above 50, so the third makes the pattern.
    for number in range(1, 5):
        session = course.visit(number, (50, 60, 70, 65))
        course.judge(now=session.ended_at + 60 * HOUR)
    (pattern,) = course.alerts(kind="hyperalgesia")
    told_in = pattern.evidence["session"]
    now = session.ended_at + 61 * HOUR
    resolved(pattern, by=course.tove, now=now)
    count = len(mails())

    void(course, told_in, now=now + HOUR)
    session = course.visit(5, (50, 60, 70, 65))
    course.judge(now=session.ended_at + 60 * HOUR)

    assert len(course.alerts(kind="hyperalgesia")) == 1
    assert len(mails()) == count


def void(course, session_id, *, now):
    logbook.void_session(
        session_id=session_id,
        request=VoidRequest.parse({"reason": "Entered twice"}),
        by=course.tove,
        now=now,
    )


def test_voiding_the_opening_session_keeps_the_resolution(course):
    for number in (1, 2):
        session = course.visit(number, (50, 50, 80, 70))
        course.judge(now=session.ended_at + 48 * HOUR)
    now = session.ended_at + 50 * HOUR
    (acute,) = course.alerts()
    count = len(mails())
    resolved(acute, by=course.tove, now=now)
    course.judge(now=now)

    void(course, sessions_of(course)[0].public_id, now=now + HOUR)
    course.judge(now=now + HOUR)

    assert course.alerts(status="open") == []
    assert len(mails()) == count


def test_new_evidence_after_a_voided_opening_session_opens_an_alert(course):
    for number in (1, 2):
        session = course.visit(number, (50, 50, 80, 70))
        course.judge(now=session.ended_at + 48 * HOUR)
    now = session.ended_at + 50 * HOUR
    (acute,) = course.alerts()
    resolved(acute, by=course.tove, now=now)
    void(course, sessions_of(course)[0].public_id, now=now + HOUR)

    third = course.hold(3, pre=50, post=50)
    course.rate(third, "h24", 99)
    course.judge(now=third.ended_at + 24 * HOUR)

    assert kinds(course, status="open") == [("acute_flare", "high")]


@pytest.mark.requirement("F3")
def test_flare_of_another_session_after_a_correction_calls_everybody_anew(course):
    first = course.hold(1, pre=50, post=50)
    course.rate(first, "h24", 78)
    two_days = course.rate(first, "h48", 65)
    now = first.ended_at + 48 * HOUR
    course.judge(now=now)
    all_sent(now)
    (acute,) = course.alerts()
    acknowledge(
        alert_id=acute.public_id,
        request=Acknowledgement.parse({}),
        by=course.tove,
        now=now,
    )
    course.correct(two_days, now=now + HOUR, pain_mm=55)
    course.judge(now=now + HOUR)
    assert course.alerts()[0].no_longer_holds

    second = course.visit(2, (62, 60, 85, 80))
    course.judge(now=second.ended_at + 48 * HOUR)

    (alert,) = course.alerts()
    assert (alert.status, alert.no_longer_holds) == ("open", False)
    assert sorted(mail.state for mail in mails()) == ["pending", "sent"]


def test_resolving_does_not_cover_a_value_that_a_void_lets_into_its_window(course):
    first = course.hold(1, pre=50, post=50)
    course.rate(first, "h24", 75)
    course.judge(now=first.ended_at + 24 * HOUR)
    second = course.hold(2, pre=50, post=50)
    wrong = course.hold(0, at=second.ended_at + 5 * HOUR, pre=50)
    course.rate(second, "h24", 99)
    now = second.ended_at + 25 * HOUR
    course.judge(now=now)
    resolved(course.alerts()[0], by=course.tove, now=now)
    course.judge(now=now)

    void(course, wrong.public_id, now=now + MINUTE)
    course.judge(now=now + 2 * MINUTE)

    assert kinds(course, status="open") == [("acute_flare", "high")]


def test_resolving_does_not_cover_a_value_that_corrected_times_let_in(course):
    first = course.hold(1, pre=50, post=50)
    course.rate(first, "h24", 75)
    course.judge(now=first.ended_at + 24 * HOUR)
    right = start_of(2)
    second = course.hold(2, at=right - 20 * HOUR, pre=50, post=50, now=right + HOUR)
    felt_at = right + 25 * HOUR
    course.rate(second, "h24", 99, at=felt_at)
    course.judge(now=felt_at)
    resolved(course.alerts()[0], by=course.tove, now=felt_at)
    course.judge(now=felt_at)

    logbook.correct_session(
        session_id=second.public_id,
        correction=Correction.parse(
            {
                "correction_reason": "Wrong day",
                "started_at": right.isoformat(),
                "ended_at": (right + HOUR).isoformat(),
            }
        ),
        expected_version=1,
        by=course.tove,
        now=felt_at + MINUTE,
    )
    course.judge(now=felt_at + 2 * MINUTE)

    assert kinds(course, status="open") == [("acute_flare", "high")]
