"""The worked example of eight sessions, from the logbook to the mailbox."""

import pytest

from apps.flares.models import Verdict
from apps.inbox.models import Alert
from tests.factories.people import api_client

from .course import DAY, HOUR, end_of, mails, make_course

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F1")]

# med, ref, sig, imm, d24, d48, R, T1, T2, n, mean, z, >=10, WATCH, ALERT
ROWS = (
    (51.0, 51.0, 9.42, 4, 7, 4, 5.20, 0, 0, 1, 5.20, 0.55, 0, 0, 0),
    (51.0, 52.5, 9.15, 6, 25.5, 13.5, 16.80, 1, 1, 2, 11.00, 1.70, 1, 0, 0),
    (51.5, 50.25, 8.91, 17, 23.75, 9.75, 16.80, 1, 0, 3, 12.93, 2.51, 2, 1, 0),
    (50.5, 53.25, 8.70, 14, 26.75, None, 22.50, 1, 1, 4, 15.325, 3.52, 3, 1, 1),
    (52.5, 52.25, 8.51, 10, None, 11.75, 11.17, 0, 0, 5, 14.49, 3.81, 4, 1, 1),
    (51.5, 50.75, 8.09, 14, 25.25, 19.25, 20.60, 1, 1, 6, 15.51, 4.69, 5, 1, 1),
    (50.5, 51.75, 7.71, None, 20.25, 14.25, 17.25, 1, 1, 6, 17.52, 5.57, 6, 1, 1),
    (51.5, 53.25, 7.77, 13, 27.75, 15.75, 20.00, 1, 1, 6, 18.05, 5.69, 6, 1, 1),
)
STATUSES = [
    "none",
    "opened",
    "opened",
    "opened",
    "silent",
    "appended",
    "appended",
    "appended",
]
AFTER = end_of(8) + 60 * HOUR


def numbers(row):
    keys = ("med", "ref", "sig", "imm", "d24", "d48", "R", "T1", "T2")
    keys += ("n", "mean", "z", "rises", "watch", "alert")
    return dict(zip(keys, row, strict=True))


def test_judge_patient_stores_every_number_of_the_worked_example():
    course = make_course()
    course.golden()

    course.judge(now=AFTER)

    for verdict, row in zip(course.verdicts(), ROWS, strict=True):
        expected = numbers(row)
        tiers = verdict.tiers
        assert (verdict.med_mm, verdict.ref_mm) == (expected["med"], expected["ref"])
        assert verdict.sig_mm == pytest.approx(expected["sig"], abs=0.005)
        assert verdict.immediate_mm == expected["imm"]
        assert (verdict.d24_mm, verdict.d48_mm) == (expected["d24"], expected["d48"])
        assert verdict.response_mm == pytest.approx(expected["R"], abs=0.005)
        assert verdict.pattern["n"] == expected["n"]
        assert verdict.pattern["mean_mm"] == pytest.approx(expected["mean"], abs=0.006)
        assert verdict.pattern["z"] == pytest.approx(expected["z"], abs=0.006)
        assert verdict.pattern["at_least_10"] == expected["rises"]
        assert ("T1" in tiers, "T2" in tiers) == (expected["T1"], expected["T2"])
        assert ("T4_WATCH" in tiers) == expected["watch"]
        assert ("T4_ALERT" in tiers) == expected["alert"]
        assert verdict.usable
        assert not verdict.likely_doms


@pytest.mark.parametrize("judged", [True, False], ids=["step by step", "all at once"])
def test_judge_patient_says_the_same_however_the_values_came(judged):
    course = make_course()
    course.golden(judged=judged)

    course.judge(now=AFTER)

    assert [verdict.alert_status for verdict in course.verdicts()] == STATUSES
    flare, second_flare, pattern = sorted(
        course.alerts(), key=lambda alert: alert.origin_key.partition(":")[0]
    )
    assert (flare.kind, second_flare.kind) == ("acute_flare", "acute_flare")
    assert (flare.closed_itself_at is None, second_flare.closed_itself_at) == (
        False,
        None,
    )
    assert (pattern.kind, pattern.severity) == ("hyperalgesia", "moderate")


def test_judge_patient_alerts_once_at_the_fourth_session():
    course = make_course()
    sessions = course.golden(upto=3, judged=True)
    kinds_before = {alert.kind for alert in course.alerts()}

    fourth = course.visit(4, (56, 70, 80, None))
    course.judge(now=end_of(4) + 60 * HOUR)

    [pattern] = course.alerts(kind="hyperalgesia")
    assert kinds_before == {"acute_flare", "hyperalgesia_watch"}
    assert pattern.origin_key == f"pattern:{sessions[2].public_id}"
    assert pattern.evidence["session"] == str(fourth.public_id)
    assert pattern.evidence["pattern"]["n"] == 4
    assert len(pattern.evidence["values"]) == 4
    assert pattern.policy_version == "eih-1"
    assert pattern.sentence == (
        "Over the last 4 sessions pain right after and in the two days after exercise "
        "averaged 15 mm above the resting level before it; 3 of 4 sessions rose by "
        "10 mm or more. Usual variation 8.7 mm. This pattern suggests "
        "exercise-induced hyperalgesia; it is not a diagnosis. Other explanations: "
        "infection, sleep, stress, drug change, too steep load, another illness. "
        "Data: 4 of 4 24-h values, 3 of 4 48-h values."
    )


def test_judge_patient_tells_the_acute_flare_in_a_sentence():
    course = make_course()
    course.golden(upto=2, judged=True)

    [flare] = course.alerts()

    assert flare.sentence == (
        "Pain rose from about 53 to 78 the day after session 2 (+26 mm, 2.8 x the "
        "person's usual day-to-day variation) and was 66 after 48 h. Load that day: "
        "volume unchanged against the session before."
    )


@pytest.mark.requirement("F2")
def test_judge_patient_twice_changes_nothing():
    course = make_course()
    course.golden()

    first = course.judge(now=AFTER)
    second = course.judge(now=AFTER)

    assert (first.written, second.written) == (8, 0)
    assert Verdict.objects.count() == 8
    assert len(course.alerts()) == 3


@pytest.mark.requirement("F2")
def test_judge_patient_mails_what_is_fresh_although_it_all_came_at_once():
    course = make_course()
    now = end_of(8) + 3 * DAY
    course.golden(now=now)

    course.judge(now=now)

    today, tomorrow = mails()
    assert today.to_address == course.tove.email
    assert today.next_attempt_at == now
    assert tomorrow.next_attempt_at > now + 12 * HOUR


@pytest.mark.requirement("F2")
def test_judge_patient_sends_no_mail_about_what_is_old():
    course = make_course()
    now = end_of(8) + 6 * DAY
    course.golden(now=now)

    course.judge(now=now)

    assert len(course.alerts()) == 3
    assert mails() == []


def test_verdict_answers_with_every_number_unrounded():
    course = make_course()
    sessions = course.golden()
    course.judge(now=AFTER)

    body = (
        api_client(course.tove)
        .get(f"/api/v1/sessions/{sessions[3].public_id}/verdict/")
        .json()
    )

    assert body["pattern"]["mean_mm"] == pytest.approx(15.325, abs=1e-9)
    assert body["response_mm"] == 22.5
    assert (body["d24_mm"], body["d48_mm"]) == (26.75, None)
    assert body["tiers"] == ["T1", "T2", "T4_WATCH", "T4_ALERT"]
    assert (body["alert_status"], body["severity"]) == ("opened", "moderate")
    assert (body["policy_version"], body["superseded"]) == ("eih-1", False)
    assert body["usable"] is True
    assert Alert.objects.count() == 3
