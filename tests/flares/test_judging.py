"""What becomes of alerts as values come, are corrected, and are judged by people."""

from datetime import timedelta

import pytest

from apps.clinics.models import CareTeamMember
from apps.flares import policies
from apps.flares.models import Verdict
from apps.inbox.entry import Resolution
from apps.inbox.models import Alert
from apps.inbox.services import resolve
from apps.logbook import services as logbook
from apps.logbook.entry import ConfoundersRequest, VoidRequest
from apps.logbook.models import JudgementDue
from tests.factories.people import api_client, make_manager, make_therapist

from .course import CALM_VALUES, DAY, GOLDEN, HOUR, end_of, mails, make_course, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F1")]


@pytest.fixture
def course():
    return make_course()


def resolved(alert, *, by, now):
    request = Resolution.parse({"judgement": "true_flare", "action": "talked"})
    return resolve(alert_id=alert.public_id, request=request, by=by, now=now)


def due(course):
    return JudgementDue.objects.filter(patient=course.anna).first()


def acute(course, *, number=1, h24=95, now=None):
    """Hold a session followed by a clear rise and judge it when it was told."""
    course.run_in((50,) * 6)
    session = course.hold(number, pre=50, post=50)
    course.rate(session, "h24", h24)
    course.judge(now=now or session.ended_at + 24 * HOUR)
    return session


# --- Windows and the time of the next look


def test_judge_patient_notes_when_the_next_window_closes(course):
    session = course.hold(1, pre=50, post=50)

    course.judge(now=session.ended_at)
    first = due(course).due_at
    course.judge(now=session.ended_at + 36 * HOUR)
    second = due(course).due_at
    course.judge(now=session.ended_at + 60 * HOUR)

    assert (first, second) == (
        session.ended_at + 36 * HOUR,
        session.ended_at + 60 * HOUR,
    )
    assert due(course) is None


def test_judge_patient_waits_for_the_two_day_value_before_a_moderate_flare(course):
    session = acute(course, h24=75)
    kind_before = course.alerts()[0].kind

    course.judge(now=session.ended_at + 60 * HOUR - timedelta(seconds=1))
    kind_just_before = course.alerts()[0].kind
    course.judge(now=session.ended_at + 60 * HOUR)

    assert (kind_before, kind_just_before) == ("possible_flare", "possible_flare")
    [alert] = course.alerts()
    assert (alert.kind, alert.severity) == ("acute_flare", "moderate")
    assert len(mails()) == 1


def test_judge_patient_supersedes_a_verdict_and_keeps_it_readable(course):
    session = acute(course, h24=75)

    course.judge(now=session.ended_at + 60 * HOUR)

    old, new = Verdict.objects.filter(session=session).order_by("id")
    assert (old.tiers, new.tiers) == (["T1"], ["T1", "T2"])
    assert old.superseded_at == new.judged_at
    assert new.superseded_at is None


# --- Who hears


@pytest.mark.requirement("F2")
def test_grave_flare_is_mailed_at_once_also_in_quiet_hours(course):
    now = end_of(1) + 36 * HOUR  # 23:00
    acute(course, now=now)

    [alert], [mail] = course.alerts(), mails()
    assert (alert.kind, alert.severity) == ("acute_flare", "high")
    assert (mail.next_attempt_at, mail.to_address) == (now, course.tove.email)


@pytest.mark.requirement("F2")
def test_moderate_flare_waits_for_the_morning(course):
    session = acute(course, h24=75)
    night = session.ended_at + 60 * HOUR  # 23:00

    course.judge(now=night)

    [mail] = mails()
    assert mail.next_attempt_at == night + 8 * HOUR


def test_alert_of_a_therapist_on_leave_goes_to_the_manager(course):
    manager = make_manager(course.clinic)
    session = course.hold(1, pre=50, post=50)
    course.rate(session, "h24", 95)
    CareTeamMember.objects.update(active_until=session.ended_at)

    course.judge(now=session.ended_at + 24 * HOUR)

    [mail] = mails()
    assert mail.to_address == manager.email


@pytest.mark.parametrize(("days", "count"), [(5, 1), (5.001, 0)])
def test_late_value_is_judged_but_mailed_only_within_five_days(course, days, count):
    session = course.hold(1, pre=50, post=50)
    now = session.ended_at + days * DAY
    course.rate(session, "h24", 95, now=now)

    course.judge(now=now)

    assert [alert.severity for alert in course.alerts()] == ["high"]
    assert len(mails()) == count


def test_flare_rises_in_place_and_each_rise_is_mailed_once(course):
    session = acute(course, h24=75)
    course.judge(now=session.ended_at + 60 * HOUR)
    for number in (2, 3):
        course.hold(number, pre=80, post=80)
        course.judge(now=end_of(number))

    [alert] = course.alerts()
    assert (alert.kind, alert.severity) == ("sustained_flare", "high")
    assert alert.sentence == (
        "Pain was still 80 and 80 before the next two sessions (usual 50). Started "
        "2026-03-02."
    )
    assert len(mails()) == 2


# --- Soreness


def test_soreness_after_new_work_opens_nothing(course):
    course.run_in((50,) * 6)
    session = course.hold(1, pre=50, post=50)
    course.rate(session, "h24", 75, location="only_trained")

    course.judge(now=session.ended_at + 60 * HOUR)

    verdict = course.verdict(session)
    assert verdict.novel
    assert verdict.likely_doms
    assert verdict.remarks["novel_because"] == ["first_sessions", "new_exercise"]
    assert course.alerts() == []


def test_the_same_soreness_after_known_work_is_a_flare(course):
    course.run_in((50,) * 6)
    for number in (1, 2, 3):
        course.visit(number, CALM_VALUES)
    session = course.hold(4, pre=50, post=50)
    course.rate(session, "h24", 75, location="only_trained")

    course.judge(now=session.ended_at + 60 * HOUR)

    assert not course.verdict(session).novel
    assert [alert.kind for alert in course.alerts()] == ["acute_flare"]


# --- Corrections


@pytest.mark.requirement("F5")
def test_correction_after_which_the_rule_fails_is_said_and_the_mail_withdrawn(course):
    course.run_in((50,) * 6)
    session = course.hold(1, pre=50, post=50)
    value = course.rate(session, "h24", 95)
    now = session.ended_at + 24 * HOUR
    course.judge(now=now)

    course.correct(value, now=now, pain_mm=59)
    course.judge(now=now)

    [alert], [mail] = course.alerts(), mails()
    assert alert.no_longer_holds
    assert (alert.status, alert.kind) == ("open", "acute_flare")
    assert (mail.state, mail.suppressed_reason) == (
        "suppressed",
        "After a correction the rule no longer holds.",
    )
    assert Verdict.objects.filter(session=session).count() == 2


@pytest.mark.requirement("F5")
def test_correction_of_the_correction_holds_again_and_is_mailed(course):
    course.run_in((50,) * 6)
    session = course.hold(1, pre=50, post=50)
    value = course.rate(session, "h24", 95)
    now = session.ended_at + 24 * HOUR
    for pain_mm in (59, 95):
        course.judge(now=now)
        course.correct(value, now=now, pain_mm=pain_mm)
    course.judge(now=now)

    [alert], [mail] = course.alerts(), mails()
    assert not alert.no_longer_holds
    assert mail.state == "pending"


@pytest.mark.requirement("F5")
def test_correction_that_makes_a_rule_true_opens_an_alert(course):
    course.run_in((50,) * 6)
    session = course.hold(1, pre=50, post=50)
    value = course.rate(session, "h24", 59)
    now = session.ended_at + 24 * HOUR
    course.judge(now=now)
    before = course.alerts()

    course.correct(value, now=now, pain_mm=95)
    course.judge(now=now)

    assert before == []
    assert [alert.kind for alert in course.alerts()] == ["acute_flare"]
    assert len(mails()) == 1


@pytest.mark.requirement("F5")
def test_correction_of_an_old_session_alerts_without_a_mail(course):
    course.run_in((50,) * 6)
    session = course.hold(1, pre=50, post=50)
    value = course.rate(session, "h24", 59)
    course.judge(now=session.ended_at + 60 * HOUR)

    late = session.ended_at + 30 * DAY
    course.correct(value, now=late, pain_mm=95)
    course.judge(now=late)

    assert [alert.kind for alert in course.alerts()] == ["acute_flare"]
    assert mails() == []


@pytest.mark.requirement("F5")
def test_correction_of_an_early_session_judges_all_later_ones_anew(course):
    course.golden(upto=4, judged=True)
    [second] = [s for s in course.verdicts() if s.session.started_at == start_of(2)]
    value = second.session.check_ins.get(moment="h24")
    now = end_of(4) + 60 * HOUR

    course.correct(value, now=now, pain_mm=60)
    report = course.judge(now=now)

    assert report.written == 3
    assert report.superseded == 3
    [pattern] = course.alerts(kind="hyperalgesia")
    assert pattern.no_longer_holds


@pytest.mark.requirement("F5")
def test_void_session_leaves_the_computation_and_its_verdict_is_superseded(course):
    session = acute(course)
    now = session.ended_at + 25 * HOUR

    logbook.void_session(
        session_id=session.public_id,
        request=VoidRequest.parse({"reason": "Wrong patient"}),
        by=course.tove,
        now=now,
    )
    course.judge(now=now)

    assert course.verdicts() == []
    assert [alert.no_longer_holds for alert in course.alerts()] == [True]


@pytest.mark.requirement("F5")
def test_confounder_ticked_later_takes_the_session_out_of_the_pattern(course):
    course.golden(upto=4, judged=True)
    session = course.verdicts()[3].session
    now = end_of(4) + 60 * HOUR

    logbook.add_confounders(
        session_id=session.public_id,
        request=ConfoundersRequest.parse({"confounders": ["infection"]}),
        by=course.tove,
        now=now,
    )
    course.judge(now=now)

    verdict = course.verdict(session)
    assert (verdict.confounded, verdict.usable, verdict.pattern) == (True, False, None)
    [pattern] = course.alerts(origin_key__startswith="pattern:")
    assert pattern.no_longer_holds


# --- A therapist's word


def test_resolved_alert_stays_closed_while_nothing_new_comes(course):
    session = acute(course)
    now = session.ended_at + 25 * HOUR
    resolved(course.alerts()[0], by=course.tove, now=now)

    course.judge(now=session.ended_at + 60 * HOUR)

    assert [alert.status for alert in course.alerts()] == ["resolved"]


def test_new_evidence_after_a_resolution_opens_another_alert(course):
    session = acute(course)
    resolved(course.alerts()[0], by=course.tove, now=session.ended_at + 25 * HOUR)

    second = course.hold(2, pre=50, post=50)
    course.rate(second, "h24", 95)
    course.judge(now=second.ended_at + 24 * HOUR)

    first_alert, second_alert = course.alerts()
    assert (first_alert.status, second_alert.status) == ("resolved", "open")
    assert second_alert.origin_key == f"flare:{second.public_id}"
    assert len(mails(state="pending")) == 1


def test_stronger_evidence_of_the_same_session_opens_the_next_generation(course):
    session = acute(course, h24=75)
    resolved(course.alerts()[0], by=course.tove, now=session.ended_at + 25 * HOUR)

    course.rate(session, "h48", 95)
    course.judge(now=session.ended_at + 48 * HOUR)

    first, second = course.alerts()
    assert first.status == "resolved"
    assert second.origin_key == f"flare:{session.public_id}:2"
    assert (second.kind, second.severity) == ("acute_flare", "high")


def test_correction_of_what_no_rule_reads_is_no_new_evidence(course):
    course.run_in((50,) * 6)
    session = course.hold(1, pre=50, post=50)
    value = course.rate(session, "h24", 95)
    course.judge(now=session.ended_at + 24 * HOUR)
    resolved(course.alerts()[0], by=course.tove, now=session.ended_at + 25 * HOUR)

    course.correct(value, now=session.ended_at + 26 * HOUR, fatigue_mm=70)
    course.judge(now=session.ended_at + 26 * HOUR)

    assert [alert.status for alert in course.alerts()] == ["resolved"]


def test_flare_that_comes_to_rest_closes_itself(course):
    session = acute(course, h24=75)
    course.judge(now=session.ended_at + 60 * HOUR)
    for number in (2, 3):
        course.hold(number, pre=50, post=50)
    course.judge(now=end_of(3))

    [alert] = course.alerts()
    assert alert.closed_itself_at == end_of(3)
    # Nobody has looked yet.
    assert alert.status == "open"


# --- Shadow and signature


@pytest.mark.parametrize("signed", [False, True])
def test_clinic_without_a_signature_runs_in_shadow(signed):
    course = make_course(live=signed)
    session = acute(course)

    verdict = course.verdict(session)

    assert verdict.tiers == ["T1", "T2"]
    assert verdict.alert_status == ("opened" if signed else "shadow")
    assert len(course.alerts()) == len(mails()) == int(signed)


def test_signing_brings_what_is_open_into_the_inbox_without_a_mail():
    course = make_course(live=False)
    session = acute(course)
    now = session.ended_at + 25 * HOUR

    policies.sign_policy(clinic=course.clinic, by=course.tove, now=now)
    course.judge(now=now)

    assert [alert.kind for alert in course.alerts()] == ["acute_flare"]
    assert mails() == []
    assert course.verdict(session).alert_status == "shadow"


def test_signing_brings_nothing_that_was_over():
    course = make_course(live=False)
    session = acute(course)
    for number in (2, 3):
        course.hold(number, pre=50, post=50)
    course.judge(now=session.ended_at + 10 * DAY)

    policies.sign_policy(
        clinic=course.clinic, by=course.tove, now=session.ended_at + 11 * DAY
    )
    course.judge(now=session.ended_at + 11 * DAY)

    assert course.alerts() == []


def test_signing_makes_everybody_with_a_verdict_due():
    course = make_course(live=False)
    acute(course)
    JudgementDue.objects.all().delete()
    now = end_of(1) + 9 * DAY

    policies.sign_policy(clinic=course.clinic, by=course.tove, now=now)

    assert due(course).due_at == now


# --- Whose alert


@pytest.mark.requirement("A2")
def test_therapist_of_another_clinic_sees_nothing(course):
    session = acute(course)
    stig = make_therapist(make_course().clinic)
    client = api_client(stig)

    assert client.get("/api/v1/alerts/").json()["results"] == []
    assert client.get(f"/api/v1/sessions/{session.public_id}/verdict/").status_code == (
        404
    )


def test_judging_costs_as_many_queries_for_many_sessions_as_for_few(
    course, django_assert_max_num_queries
):
    course.run_in()
    for number in (1, 2):
        course.visit(number, GOLDEN[0])
    with django_assert_max_num_queries(40) as few:
        course.judge(now=end_of(2) + 60 * HOUR)
    for number in range(3, 9):
        course.visit(number, GOLDEN[0])
    with django_assert_max_num_queries(40) as many:
        course.judge(now=end_of(8) + 60 * HOUR)

    # The second time there are verdicts to supersede.
    assert len(many) <= len(few) + 1
    assert Alert.objects.count() == 0
