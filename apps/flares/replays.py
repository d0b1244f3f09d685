"""Judging a clinic's past by another policy, before anybody is alerted by it.

No verdict, alert or mail comes of it: what is kept are counts.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from apps.audit.services import record
from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.inputs import Family
from apps.clinical.flare.policy import DetectorPolicy as Numbers
from apps.clinical.flare.verdicts import Judgement, Kind
from apps.clinics.models import Clinic, Patient
from apps.common.backoff import wait_after
from apps.common.celery import nudge_on_commit
from apps.common.errors import WrongStateError
from apps.common.receipts import is_replay
from apps.common.tenancy import across_clinics, in_clinic

from . import permissions, queries
from .comparison import Counts, JudgedAlert, added, counts_of
from .entry import CancelReplayRequest, ReplayRequest
from .history import PatientRecord, record_of
from .models import UNFINISHED, DetectorPolicy, PolicyReplay, ReplayStatus
from .patient_rows import PatientRows, local_day, rows_of_many
from .policies import policy_of, version_name

logger = logging.getLogger(__name__)

REPLAY_POLICIES: Final = "flares.replay_policies"
# Read together. Nobody waits for it: a replay locks its own row alone.
AT_ONCE: Final = 20
# Then the next clinic has its turn, and a new task goes on.
BATCHES_A_SWEEP: Final = 25
MOST_ATTEMPTS: Final = 5
LONGEST_WAIT: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ReplaysReport:
    """How many replays one sweep took to their end, on their way, or could not do.

    ``held_up`` counts those who wait for another attempt, whichever sweep failed.
    """

    done: int
    going_on: int
    failed: int
    held_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which two policies are compared, on sessions of which days, seen from when."""

    in_force: Numbers
    replayed: Numbers
    first_day: date | None
    last_day: date | None
    now: datetime

    def asks_about(self, day: date) -> bool:
        """Tell whether sessions of this day count."""
        return (self.first_day is None or self.first_day <= day) and (
            self.last_day is None or day <= self.last_day
        )


@transaction.atomic
def ask_replay(
    *,
    policy: DetectorPolicy,
    clinic: Clinic,
    request: ReplayRequest,
    by: Any,
    now: datetime,
) -> PolicyReplay:
    """Have the clinic's past judged by a policy, beside the one in force.

    One replay a clinic runs at a time. Asking for the same one again while it runs
    gives that one.

    Raises:
        NotAllowedError: The person is neither therapist nor manager of the clinic.
        WrongStateError: Another replay of the clinic is not finished.
    """
    permissions.require_signer(by, clinic, now=now)
    # Two requests at once must not start two.
    Clinic.objects.select_for_update(no_key=True).only("pk").get(pk=clinic.pk)
    if is_replay(
        request=request,
        target="policy.replay",
        target_id=policy.public_id,
        by=by,
        now=now,
    ):
        return queries.newest_replay(clinic, policy)
    unfinished = queries.unfinished_replay(clinic)
    if unfinished is not None:
        _require_same(unfinished, policy=policy, request=request)
        return unfinished
    replay = PolicyReplay.objects.create(
        clinic=clinic,
        policy=policy,
        in_force=policy_of(clinic.pk).row,
        first_day=request.from_,
        last_day=request.to,
        asked_by=by,
        asked_at=now,
        patients_total=queries.patients_at(clinic.pk, now).count(),
        due_at=now,
    )
    record(
        "policy.replay",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        subject_id=policy.public_id,
        detail={"policy": version_name(policy)},
    )
    nudge_on_commit(REPLAY_POLICIES)
    return replay


@transaction.atomic
def cancel_replay(
    *,
    policy: DetectorPolicy,
    clinic: Clinic,
    request: CancelReplayRequest,
    by: Any,
    now: datetime,
) -> PolicyReplay:
    """Stop the newest replay of a policy; what it counted is not told.

    Raises:
        NotAllowedError: The person is neither therapist nor manager of the clinic.
        NotThereError: The policy was never replayed here.
        WrongStateError: It is finished.
    """
    permissions.require_signer(by, clinic, now=now)
    replay = queries.newest_replay(clinic, policy, lock=True)
    if is_replay(
        request=request,
        target="policy.cancel_replay",
        target_id=policy.public_id,
        by=by,
        now=now,
    ):
        return replay
    if replay.status not in UNFINISHED:
        raise WrongStateError(
            f"This replay is {replay.status}: there is no more to it."
        )
    replay.status = ReplayStatus.CANCELLED
    replay.save(update_fields=["status"])
    record(
        "policy.cancel_replay",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        subject_id=policy.public_id,
        detail={"policy": version_name(policy)},
    )
    return replay


def replay_policies(*, now: datetime) -> ReplaysReport:
    """Go on with every replay that waits, some patients in one transaction.

    A worker that is killed loses the patients of one transaction, and the next goes
    on with these. Two sweeps at once never judge the same patients.
    """
    with across_clinics():
        waiting = queries.waiting_replays(now=now)
    counts = Counter(
        _go_on(replay_id, clinic_id=clinic_id, now=now)
        for replay_id, clinic_id in waiting
    )
    if counts["going_on"]:
        nudge_on_commit(REPLAY_POLICIES)
    with across_clinics():
        held_up = queries.held_up_replays()
    return ReplaysReport(
        done=counts["done"],
        going_on=counts["going_on"],
        failed=counts["failed"],
        held_up=held_up,
    )


def compare_at_once(*, clinic: Clinic, question: Question) -> Counts:
    """Return what a replay of a policy would count, without a row of it."""
    counts: Counts = {}
    last = 0
    while True:
        with in_clinic(clinic.pk):
            patients = queries.patients_after(
                last, clinic_id=clinic.pk, now=question.now, limit=AT_ONCE
            )
            for one in _judged_again(patients, question=question):
                counts = added(counts, one)
        if len(patients) < AT_ONCE:
            return counts
        last = patients[-1].pk


def judgements_of(
    rows: PatientRows, *, record: PatientRecord, question: Question
) -> tuple[Judgement, Judgement]:
    """Return what the policy in force and the replayed one make of one patient.

    Both hear of the alerts that therapists closed: what people did is part of the
    past, and without it an alert would stay open and swallow the next one.
    """
    closings = queries.closings_of(rows.alerts)
    in_force, replayed = (
        judge_history(
            record.history, policy=numbers, now=question.now, closings=closings
        )
        for numbers in (question.in_force, question.replayed)
    )
    return in_force, replayed


def _require_same(
    unfinished: PolicyReplay, *, policy: DetectorPolicy, request: ReplayRequest
) -> None:
    running = (unfinished.policy_id, unfinished.first_day, unfinished.last_day)
    if running != (policy.pk, request.from_, request.to):
        raise WrongStateError(
            f"A replay of {version_name(unfinished.policy)} is not finished. Wait for "
            "it, or cancel it. One replay of a clinic runs at a time."
        )


def _go_on(replay_id: int, *, clinic_id: int, now: datetime) -> str:
    try:
        for _ in range(BATCHES_A_SWEEP):
            with in_clinic(clinic_id):
                replay = queries.claimed_replay(replay_id, now=now)
                if replay is None:
                    return "busy"
                _judge_some(replay)
            if replay.status == ReplayStatus.DONE:
                return "done"
    except Exception:
        # Broad on purpose: the replay of one clinic must not hold up the others.
        logger.exception("Replay %s could not go on", replay_id)
        _put_back(replay_id, clinic_id=clinic_id, now=now)
        return "failed"
    return "going_on"


def _judge_some(replay: PolicyReplay) -> None:
    question = Question(
        in_force=Numbers.from_mapping(replay.in_force.content),
        replayed=Numbers.from_mapping(replay.policy.content),
        first_day=replay.first_day,
        last_day=replay.last_day,
        now=replay.asked_at,
    )
    patients = queries.patients_after(
        replay.judged_up_to,
        clinic_id=replay.clinic_id,
        now=replay.asked_at,
        limit=AT_ONCE,
    )
    for counts in _judged_again(patients, question=question):
        replay.counts = added(replay.counts, counts)
    replay.patients_done += len(patients)
    replay.status = ReplayStatus.RUNNING
    if patients:
        replay.judged_up_to = patients[-1].pk
    if len(patients) < AT_ONCE:
        replay.status = ReplayStatus.DONE
        replay.patients_total = replay.patients_done
    replay.attempts = 0
    replay.save()


def _judged_again(
    patients: Sequence[Patient], *, question: Question
) -> Iterator[Counts]:
    if not patients:
        return
    for rows in rows_of_many(patients):
        try:
            yield _counts(rows, question=question)
        except Exception:
            # Broad on purpose: one bad record must not keep the others from counting.
            logger.exception("Patient %s could not be replayed", rows.patient.pk)
            yield {"patients_left_out": 1}


def _counts(rows: PatientRows, *, question: Question) -> Counts:
    known = record_of(rows)
    in_force, replayed = judgements_of(rows, record=known, question=question)
    days = {key: local_day(row) for key, row in known.rows.items()}
    return counts_of(
        in_force=in_force,
        replayed=replayed,
        days={key: day for key, day in days.items() if question.asks_about(day)},
        judged=_judged_alerts(rows),
    )


def _judged_alerts(rows: PatientRows) -> Iterator[JudgedAlert]:
    for origin_key, alert in queries.detector_alerts(rows.alerts).items():
        if alert.is_resolved_by_person:
            yield JudgedAlert(
                family=Family(origin_key.partition(":")[0]),
                kind=Kind(alert.kind),
                told_in=alert.evidence["session"],
                session_keys=frozenset(alert.evidence["sessions"]),
                judgement=alert.judgement,
            )


def _put_back(replay_id: int, *, clinic_id: int, now: datetime) -> None:
    with in_clinic(clinic_id):
        replay = queries.claimed_replay(replay_id, now=now)
        if replay is None:
            return
        replay.attempts += 1
        replay.due_at = now + wait_after(replay.attempts, longest=LONGEST_WAIT)
        if replay.attempts >= MOST_ATTEMPTS:
            replay.status = ReplayStatus.FAILED
        replay.save(update_fields=["attempts", "due_at", "status"])
