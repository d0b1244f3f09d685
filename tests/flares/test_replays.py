"""A clinic's past judged by another policy: what is counted, and nothing else."""

import threading
from random import Random
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from apps.audit.models import AuditEvent
from apps.clinical.flare.policy import DetectorPolicy as Numbers
from apps.common.errors import NotAllowedError, NotThereError, WrongStateError
from apps.common.tenancy import in_clinic
from apps.flares import findings, policies, queries, replays
from apps.flares.api.policy_serializers import comparison_answer
from apps.flares.entry import CancelReplayRequest, ReplayRequest
from apps.flares.history import record_of
from apps.flares.models import PolicyReplay, Verdict
from apps.flares.patient_rows import rows_of
from apps.flares.replays import ask_replay, cancel_replay, replay_policies
from apps.inbox.entry import Resolution
from apps.inbox.models import Alert
from apps.inbox.services import resolve
from apps.messaging.models import OutboxMail
from tests.factories.people import (
    enter_also,
    make_assessor,
    make_clinic,
    make_patient,
    make_therapist,
)

from .course import HOUR, Course, end_of, make_course
from .test_drafts import drafted

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F4")]
NOW = end_of(20)


def strict(course):
    """Draft a policy that calls nothing below 30 mm a flare."""
    return drafted(
        course.clinic, by=course.tove, now=NOW, t1_rise_mm=30, t2_rise_mm=30
    )[0]


def flared(course, *, judgement=None):
    """Record a rise of 25 mm over 50, whose alert a therapist has judged."""
    course.run_in((50,) * 6)
    session = course.visit(1, (50, 50, 75, None))
    course.judge(now=session.ended_at + 60 * HOUR)
    if judgement is not None:
        [alert] = course.alerts()
        request = Resolution.parse({"judgement": judgement, "action": "talked"})
        resolve(
            alert_id=alert.public_id,
            request=request,
            by=course.tove,
            now=session.ended_at + 61 * HOUR,
        )
    return session


def asked(course, policy, *, now=NOW, by=None, **fields):
    return ask_replay(
        policy=policy,
        clinic=course.clinic,
        request=ReplayRequest.parse(fields),
        by=by or course.tove,
        now=now,
    )


def done(course, policy, **fields):
    """Replay a policy to its end and return what was counted."""
    replay = asked(course, policy, **fields)
    replay_policies(now=NOW)
    replay.refresh_from_db()
    assert replay.status == "done"
    return replay


def told(counts):
    """Return the counts that are not zero, by rule."""
    return {
        kind: {name: count for name, count in rule.items() if count}
        for kind, rule in counts["rules"].items()
        if any(rule.values())
    }


def neighbour_of(course, **fields):
    """Return the course of another patient of the same clinic."""
    return Course(
        clinic=course.clinic,
        tove=course.tove,
        anna=make_patient(course.clinic, therapist=course.tove, **fields),
        exercise=course.exercise,
    )


def test_a_replay_counts_what_would_not_be_told_any_more():
    course = make_course()
    flared(course, judgement="false_alarm")

    replay = done(course, strict(course))

    assert (replay.patients_done, replay.patients_total) == (1, 1)
    assert replay.counts["sessions"] == 1
    assert told(replay.counts) == {"acute_flare": {"in_force": 1, "lost": 1}}
    assert replay.counts["judged"] == {
        "false_alarm": {"alerts": 1, "in_force": 1, "replayed": 0}
    }


def test_a_replay_counts_that_a_true_flare_stays():
    course = make_course()
    flared(course, judgement="true_flare")
    policy, _ = drafted(course.clinic, by=course.tove, t1_rise_mm=25, t2_rise_mm=25)

    counts = done(course, policy).counts

    assert told(counts) == {
        "acute_flare": {"in_force": 1, "replayed": 1, "unchanged": 1}
    }
    assert counts["judged"] == {
        "true_flare": {"alerts": 1, "in_force": 1, "replayed": 1}
    }


def test_a_policy_that_says_more_has_new_alerts_at_their_rate():
    course = make_course()
    # 17 mm over 50: less than 20, and more than 15 and three tenths of 50.
    course.run_in((50,) * 6)
    for number in (1, 2, 3):
        course.visit(number, (50, 50, 50, 50))
    course.visit(4, (50, 50, 67, 50))
    policy, _ = drafted(course.clinic, by=course.tove, t1_rise_mm=15)

    counts = done(course, policy).counts

    assert told(counts) == {"possible_flare": {"replayed": 1, "new": 1}}
    # From Monday 2 to Thursday 12 March: 11 days.
    answer = comparison_answer(counts)
    assert answer.patient_weeks == 11 / 7
    [rule] = [each for each in answer.rules if each.kind == "possible_flare"]
    assert rule.replayed.per_patient_week == 7 / 11
    assert rule.in_force.per_patient_week == 0


def test_a_replay_writes_no_verdict_alert_or_mail():
    course = make_course()
    flared(course)
    policy = strict(course)
    before = [
        list(model.objects.order_by("pk").values())
        for model in (Verdict, Alert, OutboxMail)
    ]

    done(course, policy)

    assert before == [
        list(model.objects.order_by("pk").values())
        for model in (Verdict, Alert, OutboxMail)
    ]


@pytest.mark.parametrize(
    ("days", "sessions"),
    [
        ({}, 3),
        ({"from": "2026-03-05"}, 2),
        ({"to": "2026-03-05"}, 2),
        ({"from": "2026-03-05", "to": "2026-03-05"}, 1),
        ({"from": "2026-04-01"}, 0),
    ],
)
def test_a_replay_counts_the_sessions_of_its_days(days, sessions):
    course = make_course()
    for number in (1, 2, 3):
        course.visit(number, (50, 50, 50, 50))

    counts = done(course, strict(course), **days).counts

    assert counts.get("sessions", 0) == sessions
    assert counts["patients"] == 1


@pytest.mark.parametrize("seed", range(4))
def test_the_policy_in_force_says_what_the_stored_verdicts_say(seed):
    random, course = Random(seed), make_course()
    course.run_in([random.randint(30, 60) for _ in range(6)])
    for number in range(1, 11):
        values = [random.choice([None, random.randint(20, 95)]) for _ in range(4)]
        course.visit(number, values)
        course.judge(now=end_of(number) + 60 * HOUR)
        for alert in course.alerts(resolved_at=None)[: random.randint(0, 1)]:
            found = {"judgement": "true_flare", "action": "talked"}
            resolve(
                alert_id=alert.public_id,
                request=Resolution.parse(found),
                by=course.tove,
                now=end_of(number) + 61 * HOUR,
            )
    course.judge(now=NOW)
    rows = rows_of(course.anna)

    for judgement in replays.judgements_of(
        rows,
        record=record_of(rows),
        question=replays.Question(
            in_force=Numbers(),
            replayed=Numbers(key="own", version=1),
            first_day=None,
            last_day=None,
            now=NOW,
        ),
    ):
        assert [[tier.value for tier in one.tiers] for one in judgement.verdicts] == [
            verdict.tiers for verdict in course.verdicts()
        ]
        assert {findings.origin_of(state) for state in judgement.alerts} == {
            alert.origin_key for alert in course.alerts(no_longer_holds=False)
        }
    counts = done(course, policies.policy_of(course.clinic.pk).row).counts
    for rule in counts["rules"].values():
        assert rule["in_force"] == rule["replayed"] == rule["unchanged"]
    for judged in counts["judged"].values():
        assert judged["alerts"] == judged["in_force"] == judged["replayed"]


def test_a_replay_holds_to_the_policy_that_was_in_force_when_it_was_asked():
    course = make_course()
    flared(course)
    first = strict(course)
    done(course, first)
    second, _ = drafted(course.clinic, by=course.tove, t1_rise_mm=40)
    replay = asked(course, second)

    policies.sign_policy(clinic=course.clinic, policy=first, by=course.tove, now=NOW)
    replay_policies(now=NOW)

    replay.refresh_from_db()
    assert policies.version_name(replay.in_force) == "eih-1"
    assert replay.counts["rules"]["acute_flare"]["in_force"] == 1


def test_a_replay_asks_as_much_of_the_database_for_one_patient_as_for_five():
    course = make_course()
    flared(course)
    policy = strict(course)

    def queries_of_a_sweep():
        replay = asked(course, policy)
        with connection.execute_wrapper(counted := Counted()):
            replay_policies(now=NOW)
        replay.refresh_from_db()
        return replay.patients_done, counted.number

    one = queries_of_a_sweep()
    for _ in range(4):
        flared(neighbour_of(course))
    five = queries_of_a_sweep()

    assert (one[0], five[0]) == (1, 5)
    assert one[1] == five[1]


class Counted:
    """Counts statements."""

    def __init__(self):
        self.number = 0

    def __call__(self, execute, *args):
        self.number += 1
        return execute(*args)


# --- One at a time, twice, by whom


def test_the_same_replay_asked_for_twice_is_one():
    course = make_course()
    policy = strict(course)

    assert asked(course, policy) == asked(course, policy)
    assert AuditEvent.objects.filter(action="policy.replay").count() == 1


def test_a_late_copy_of_a_request_starts_no_second_replay():
    course, change_id = make_course(), str(uuid4())
    policy = strict(course)
    first = done(course, policy, change_id=change_id)

    assert asked(course, policy, change_id=change_id) == first
    assert PolicyReplay.objects.count() == 1


@pytest.mark.parametrize("other", ["policy", "days"])
def test_another_replay_of_the_clinic_waits_for_the_first(other):
    course = make_course()
    policy = strict(course)
    asked(course, policy)
    fields = {"from": "2026-03-05"} if other == "days" else {}
    if other == "policy":
        policy = strict(course)

    with pytest.raises(WrongStateError, match="own-1 is not finished"):
        asked(course, policy, **fields)
    assert PolicyReplay.objects.count() == 1


def test_nobody_else_asks_or_cancels():
    course = make_course()
    policy = strict(course)
    people = (
        make_assessor(course.clinic),
        make_therapist(make_clinic()),
        course.anna.user,
    )
    for by in people:
        with pytest.raises(NotAllowedError):
            asked(course, policy, by=by)
    assert not PolicyReplay.objects.exists()
    asked(course, policy)
    for by in people:
        with pytest.raises(NotAllowedError):
            cancelled(course, policy, by=by)
    assert PolicyReplay.objects.get().status == "queued"


def cancelled(course, policy, *, by=None, **fields):
    return cancel_replay(
        policy=policy,
        clinic=course.clinic,
        request=CancelReplayRequest(**fields),
        by=by or course.tove,
        now=NOW,
    )


def test_a_cancelled_replay_is_left_alone():
    course, change_id = make_course(), uuid4()
    policy = strict(course)
    replay = asked(course, policy)

    for _ in range(2):
        assert cancelled(course, policy, change_id=change_id).status == "cancelled"
    report = replay_policies(now=NOW)

    replay.refresh_from_db()
    assert (replay.status, replay.patients_done, report.done) == ("cancelled", 0, 0)
    assert asked(course, policy).pk != replay.pk


def test_a_replay_that_is_done_or_was_never_asked_for_cannot_be_cancelled():
    course = make_course()
    policy = strict(course)

    with pytest.raises(NotThereError):
        cancelled(course, policy)
    done(course, policy)
    with pytest.raises(WrongStateError, match="is done"):
        cancelled(course, policy)


# --- Workers


@pytest.fixture
def one_by_one(monkeypatch):
    """Let each patient have a transaction of their own."""
    monkeypatch.setattr(replays, "AT_ONCE", 1)


def three_patients():
    course = make_course()
    flared(course)
    for _ in range(2):
        flared(neighbour_of(course))
    return course


def test_a_killed_worker_loses_one_batch_and_the_next_goes_on(one_by_one, monkeypatch):
    course = three_patients()
    policy = strict(course)
    replay = asked(course, policy)
    real, calls = replays.rows_of_many, []

    def die_at_the_second(patients):
        calls.append(patients)
        if len(calls) == 2:
            raise SystemExit
        return real(patients)

    monkeypatch.setattr(replays, "rows_of_many", die_at_the_second)
    with pytest.raises(SystemExit):
        replay_policies(now=NOW)
    enter_also(course.clinic)
    replay.refresh_from_db()
    progress = (replay.status, replay.patients_done, replay.patients_total)
    replay_policies(now=NOW)
    replay.refresh_from_db()

    assert progress == ("running", 1, 3)
    assert (replay.status, replay.patients_done) == ("done", 3)
    assert replay.counts["patients"] == 3
    assert replay.counts["rules"]["acute_flare"]["in_force"] == 3


def test_a_sweep_leaves_long_replays_to_the_next(one_by_one, monkeypatch):
    course = three_patients()
    monkeypatch.setattr(replays, "BATCHES_A_SWEEP", 2)
    replay = asked(course, strict(course))

    reports = [replay_policies(now=NOW) for _ in range(2)]

    replay.refresh_from_db()
    assert [(one.done, one.going_on) for one in reports] == [(0, 1), (1, 0)]
    assert replay.counts["patients"] == 3


def test_a_replay_that_fails_is_tried_later_and_then_given_up(monkeypatch, caplog):
    course = make_course()
    replay = asked(course, strict(course))

    def fail(*args, **kwargs):
        raise ValueError("broken on purpose")

    monkeypatch.setattr(replays, "rows_of_many", fail)
    first = replay_policies(now=NOW)
    at_once = replay_policies(now=NOW)
    replay.refresh_from_db()
    status = replay.status
    later = NOW
    for _ in range(replays.MOST_ATTEMPTS - 1):
        later += replays.LONGEST_WAIT
        report = replay_policies(now=later)
    replay.refresh_from_db()

    assert (first.failed, first.held_up, at_once.failed, status) == (1, 1, 0, "queued")
    assert (replay.status, report.held_up) == ("failed", 0)
    assert f"Replay {replay.pk} could not go on" in caplog.text


def test_one_bad_record_keeps_nobody_else_from_counting(monkeypatch, caplog):
    course = make_course()
    flared(course)
    bad = neighbour_of(course)
    flared(bad)
    real = replays.record_of

    def fail(rows):
        if rows.patient.pk == bad.anna.pk:
            raise ValueError("broken on purpose")
        return real(rows)

    monkeypatch.setattr(replays, "record_of", fail)
    replay = done(course, strict(course))

    assert (replay.counts["patients"], replay.counts["patients_left_out"]) == (1, 1)
    assert bad.anna.family_name not in caplog.text


def test_clinics_are_replayed_within_their_own_walls():
    courses = [make_course(), make_course()]
    for course in courses:
        flared(course)
    replayed = [asked(course, strict(course)) for course in courses]

    report = replay_policies(now=NOW)

    for course in courses:
        enter_also(course.clinic)
    assert report.done == 2
    for replay in replayed:
        replay.refresh_from_db()
        assert replay.counts["patients"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_have_the_same_replay():
    with transaction.atomic():
        course = make_course(live=False)
        replay = asked(course, strict(course))
    claimed, release = threading.Event(), threading.Event()

    def hold():
        with in_clinic(replay.clinic_id):
            queries.claimed_replay(replay.pk, now=NOW)
            claimed.set()
            release.wait(60)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert claimed.wait(60)
    meanwhile = replay_policies(now=NOW)
    release.set()
    other.join()
    afterwards = replay_policies(now=NOW)

    assert (meanwhile.done, meanwhile.going_on, meanwhile.failed) == (0, 0, 0)
    assert afterwards.done == 1


# --- The command


def printed(capsys, course, *options):
    call_command(
        "replay_policy", *options, clinic=str(course.clinic.public_id), no_color=True
    )
    return capsys.readouterr().out


def test_replay_policy_command_prints_what_a_replay_counts(capsys):
    course = make_course()
    flared(course, judgement="false_alarm")
    policy = strict(course)

    lines = printed(capsys, course, "own-1").splitlines()

    assert lines[0] == "1 patients, 1 sessions, 0.1 patient-weeks, 0 left out"
    rows = {line.split()[0]: line.split()[1:] for line in lines if line.split()}
    assert rows["alerts"][:2] == ["eih-1", "own-1"]
    assert rows["acute_flare"] == ["1", "0", "0", "0", "0", "0", "1"]
    assert rows["false_alarm"] == ["1", "1", "0"]
    assert not PolicyReplay.objects.exists()
    assert printed(capsys, course, str(policy.public_id)).splitlines() == lines


def test_replay_policy_command_counts_the_same_in_any_batches(one_by_one, capsys):
    course = three_patients()
    policy = strict(course)
    enter_also(course.clinic)

    output = printed(capsys, course, "own-1", "--from", "2026-03-01")

    assert output.startswith("3 patients, 3 sessions")
    enter_also(course.clinic)
    counts = done(course, policy).counts
    assert counts["rules"]["acute_flare"]["lost"] == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["own-9", "--clinic", "{clinic}"], r"no policy own-9. It has: eih-1, own-1"),
        (["own-1", "--clinic", "Nowhere"], "no clinic of this name"),
        (
            ["own-1", "--clinic", "{clinic}", "--from=2026-03-02", "--to=2026-03-01"],
            "--to must not lie before",
        ),
        (["own-1", "--clinic", "{clinic}", "--from=March"], "write a day as"),
    ],
)
def test_replay_policy_command_refuses(options, message):
    course = make_course()
    strict(course)
    given = [each.format(clinic=course.clinic.name) for each in options]

    with pytest.raises(CommandError, match=message):
        call_command("replay_policy", *given)
