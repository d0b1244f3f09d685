"""Red flags bypass everything: once each, at once, whatever happens afterwards."""

import pytest

from apps.logbook import services as logbook
from apps.logbook.entry import VoidRequest

from .course import DAY, HOUR, end_of, mails, make_course, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("E1")]


@pytest.fixture
def course():
    return make_course()


def flags(course, *, moment="pre", at=None, now=None, flags=("chest_pain", "fever")):
    felt = at or start_of(1)
    return course.rate(None, moment, 50, at=felt, now=now, red_flags=list(flags))


@pytest.mark.parametrize("live", [True, False], ids=["signed", "shadow"])
def test_red_flag_before_any_session_alerts_and_mails_at_once(live):
    course = make_course(live=live)
    check_in = flags(course)

    course.judge(now=start_of(1))

    [alert], [mail] = course.alerts(), mails()
    assert (alert.kind, alert.severity) == ("red_flag", "high")
    assert alert.origin_key == f"red_flag:{check_in.public_id}"
    assert alert.sentence == "Red flag before a session: chest pain, fever."
    assert alert.evidence["red_flags"] == ["chest_pain", "fever"]
    assert mail.next_attempt_at == start_of(1)


def test_red_flag_is_told_once(course):
    flags(course)

    for hours in range(3):
        course.judge(now=start_of(1) + hours * HOUR)

    assert len(course.alerts()) == len(mails()) == 1


def test_red_flags_asked_and_answered_with_none_are_no_alert(course):
    flags(course, flags=())

    course.judge(now=start_of(1))

    assert course.alerts() == []


def test_red_flag_out_of_its_window_and_weeks_late_is_mailed_all_the_same(course):
    session = course.hold(1, pre=50, post=50)
    late = session.ended_at + 30 * DAY
    course.rate(
        session,
        "h24",
        50,
        at=session.ended_at + 40 * HOUR,
        now=late,
        red_flags=["fever"],
    )

    course.judge(now=late)

    assert [alert.kind for alert in course.alerts()] == ["red_flag"]
    assert len(mails()) == 1


def test_red_flag_that_was_corrected_before_anybody_judged_is_told(course):
    check_in = flags(course)
    course.correct(check_in, now=start_of(1) + HOUR, red_flags=[])

    course.judge(now=start_of(1) + HOUR)

    [alert] = course.alerts()
    assert alert.evidence["red_flags"] == ["chest_pain", "fever"]
    assert len(mails()) == 1


def test_red_flag_of_a_void_check_in_is_told(course):
    check_in = flags(course)
    logbook.void_check_in(
        check_in_id=check_in.public_id,
        request=VoidRequest.parse({"reason": "Wrong button"}),
        by=course.tove,
        now=start_of(1),
    )

    course.judge(now=start_of(1))

    assert [alert.kind for alert in course.alerts()] == ["red_flag"]


def test_red_flag_added_by_a_correction_is_told_by_itself(course):
    check_in = flags(course, flags=["fever"])
    course.judge(now=start_of(1))

    course.correct(check_in, now=start_of(1) + HOUR, red_flags=["fever", "chest_pain"])
    course.judge(now=start_of(1) + HOUR)

    first, second = course.alerts()
    assert second.origin_key == f"red_flag:{check_in.public_id}:2"
    assert (first.evidence["red_flags"], second.evidence["red_flags"]) == (
        ["fever"],
        ["chest_pain"],
    )
    assert len(mails()) == 2


def test_red_flag_stands_beside_a_flare_and_both_are_told(course):
    course.run_in((50,) * 6)
    session = course.hold(1, pre=50, post=50)
    course.rate(session, "h24", 95, red_flags=["fainting"])

    course.judge(now=end_of(1) + 24 * HOUR)

    assert {alert.kind for alert in course.alerts()} == {"red_flag", "acute_flare"}
    assert len(mails()) == 2
