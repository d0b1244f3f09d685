"""Writes owned by flares: judging what is due."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Case, Value, When

from apps.clinical.flare.detector import judge_history
from apps.clinics.models import Patient
from apps.clinics.services import mark_proposals_due
from apps.common.backoff import wait_after
from apps.common.celery import nudge_on_commit
from apps.common.tenancy import across_clinics, in_clinic
from apps.inbox.services import (
    note_judged,
    redirect_all_waiting_mails,
    redirect_waiting_mails,
)
from apps.logbook.models import JudgementDue
from apps.logbook.services.due import JUDGE_DUE, mark_for_judgement

from . import queries
from .alert_sync import sync_alerts
from .findings import Course
from .history import record_of
from .patient_rows import PatientRows, grouped, rows_of, rows_of_many
from .policies import policy_of
from .red_flags import report_red_flags
from .verdict_rows import Kept, compare_verdicts, store_verdicts

logger = logging.getLogger(__name__)

CLOSE_WINDOWS: Final = "flares.close_windows"
MOST_A_SWEEP: Final = 500
# Read together, which costs a third of reading each alone. Whoever records something
# about one of them waits until all are judged, so there are not many.
AT_ONCE: Final = 10
LONGEST_WAIT: Final = timedelta(hours=1)
# Windows close within 60 hours; what was missed for a week is found by a person.
LOOK_BACK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class JudgeReport:
    """What one sweep did, in patients; ``busy`` ones another worker had.

    ``held_up`` counts those who wait for another attempt, whichever sweep failed.
    """

    judged: int
    failed: int
    busy: int
    held_up: int


@dataclass(frozen=True, slots=True)
class CloseReport:
    """How many patients a sweep found whose window had closed unnoticed.

    ``redirected`` counts the waiting mails that went to somebody who has left.
    """

    marked: int
    redirected: int


@dataclass(frozen=True, slots=True)
class Judged:
    """How many verdicts one patient got anew, and how many were superseded."""

    written: int
    superseded: int


@transaction.atomic
def judge_patient(*, patient: Patient, now: datetime) -> Judged:
    """Judge all sessions of a patient, keep the alerts right, note the next look.

    Red flags, verdicts, alerts, their mails and the row that makes the patient due are
    written together or not at all. Verdicts whose inputs and policy are the same stay.
    Safe to repeat: the second time nothing changes. One at a time for a patient; a
    second caller waits.
    """
    _lock(patient, now=now)
    [judged] = _judge_all([rows_of(patient)], now=now)
    return judged


def _judge_all(some: Sequence[PatientRows], *, now: datetime) -> list[Judged]:
    """Judge patients of one clinic whose locks are held."""
    in_force = policy_of(some[0].patient.clinic_id)
    kept: list[Kept] = []
    due_at: dict[int, datetime | None] = {}
    until: dict[int, datetime | None] = {}
    for rows in some:
        report_red_flags(rows=rows, now=now)
        record = record_of(rows)
        judgement = judge_history(
            record.history,
            policy=in_force.numbers,
            now=now,
            closings=queries.closings_of(rows.alerts),
        )
        new = compare_verdicts(
            judgement.verdicts, rows=rows, record=record, in_force=in_force, now=now
        )
        if in_force.is_live:
            course = Course.of(judgement, record=record, in_force=in_force)
            sync_alerts(judgement.alerts, rows=rows, course=course, kept=new, now=now)
            until[rows.patient.pk] = record.newest_arrival
        kept.append(new)
        due_at[rows.patient.pk] = judgement.next_due_at
    store_verdicts(kept, now=now)
    note_judged(until)
    redirect_waiting_mails(patients=[rows.patient for rows in some], now=now)
    _arm(due_at)
    # What is proposed stands on the verdicts and the alerts.
    mark_proposals_due(
        clinic_id=some[0].patient.clinic_id,
        patient_ids=[rows.patient.pk for rows in some],
        now=now,
    )
    return [
        Judged(written=len(each.fresh), superseded=len(each.ended)) for each in kept
    ]


def judge_due(*, now: datetime) -> JudgeReport:
    """Judge every patient who is due, some of a clinic in one transaction.

    Two sweeps at once take different patients. A patient whose judgement fails delays
    nobody: the others are judged without them, they are tried again later, with
    growing waits, and their red flags are out before the rest is tried.
    """
    with across_clinics():
        due = queries.due_patients(now=now, limit=MOST_A_SWEEP)
    counts: Counter[str] = Counter()
    for some in _batches(due):
        counts += _try(some, now=now)
    if len(due) == MOST_A_SWEEP:
        nudge_on_commit(JUDGE_DUE)
    with across_clinics():
        held_up = queries.held_up_patients()
    return JudgeReport(
        judged=counts["judged"],
        failed=counts["failed"],
        busy=counts["busy"],
        held_up=held_up,
    )


def close_windows(*, now: datetime) -> CloseReport:
    """Make due whoever had a window close without being judged since.

    Each judgement already notes when the next window closes; this finds the rest, for
    example after a restored backup. Mails that still wait for somebody who has left
    are sent to who hears now. Safe to repeat.
    """
    with across_clinics():
        sessions = list(
            queries.sessions_with_missed_closing(
                now=now, ended_since=now - LOOK_BACK
            ).select_related("patient")
        )
    first = {session.patient_id: session for session in reversed(sessions)}
    for session in first.values():
        with in_clinic(session.clinic_id):
            mark_for_judgement(
                patient=session.patient,
                from_started_at=session.started_at,
                due_at=now,
                reason="window_closed",
            )
    redirected = redirect_all_waiting_mails(now=now)
    return CloseReport(marked=len(first), redirected=redirected)


def _batches(due: Iterable[queries.DuePatient]) -> Iterator[list[queries.DuePatient]]:
    for of_clinic in grouped(due, by=lambda each: each.clinic_id).values():
        for start in range(0, len(of_clinic), AT_ONCE):
            yield of_clinic[start : start + AT_ONCE]


def _try(some: Sequence[queries.DuePatient], *, now: datetime) -> "Counter[str]":
    try:
        # Two transactions: a red flag must get out even if the judging fails.
        _do(_report, [each for each in some if each.has_red_flag], now=now)
        judged = _do(_judge_all, some, now=now)
    except Exception:
        # Broad on purpose: one bad record must not delay anybody else's alert.
        if len(some) > 1:
            return sum((_try([each], now=now) for each in some), Counter())
        [one] = some
        logger.exception("Patient %s could not be judged", one.patient_id)
        _put_back(one.patient_id, clinic_id=one.clinic_id, now=now)
        return Counter(failed=1)
    return Counter(judged=judged, busy=len(some) - judged)


def _do(
    work: Callable[..., object], some: Sequence[queries.DuePatient], *, now: datetime
) -> int:
    """Claim patients of one clinic, do the work for those, and return how many."""
    if not some:
        return 0
    with in_clinic(some[0].clinic_id):
        claimed = list(
            JudgementDue.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("patient")
            .filter(pk__in=[each.patient_id for each in some], due_at__lte=now)
            .order_by("pk")
        )
        if claimed:
            work(rows_of_many([each.patient for each in claimed]), now=now)
        return len(claimed)


def _report(some: Sequence[PatientRows], *, now: datetime) -> None:
    for rows in some:
        report_red_flags(rows=rows, now=now)


def _put_back(patient_id: int, *, clinic_id: int, now: datetime) -> None:
    with in_clinic(clinic_id):
        due = (
            JudgementDue.objects.select_for_update(skip_locked=True)
            .filter(pk=patient_id)
            .first()
        )
        if due is None:
            return
        due.attempts += 1
        due.due_at = now + wait_after(due.attempts, longest=LONGEST_WAIT)
        due.save(update_fields=["attempts", "due_at"])
        # Nothing may be raised on a judgement that failed.
        mark_proposals_due(clinic_id=clinic_id, patient_ids=[patient_id], now=now)


def _lock(patient: Patient, *, now: datetime) -> None:
    row = JudgementDue(
        patient=patient,
        clinic_id=patient.clinic_id,
        from_started_at=now,
        due_at=now,
        reason="asked_for",
    )
    JudgementDue.objects.bulk_create([row], ignore_conflicts=True)
    JudgementDue.objects.select_for_update().filter(pk=patient.pk).first()


def _arm(due_at: Mapping[int, datetime | None]) -> None:
    """Note when each patient is to be looked at next, by key; None means never."""
    over = [pk for pk, at in due_at.items() if at is None]
    if over:
        JudgementDue.objects.filter(pk__in=over).delete()
    again = {pk: at for pk, at in due_at.items() if at is not None}
    if again:
        JudgementDue.objects.filter(pk__in=again).update(
            due_at=Case(*(When(pk=pk, then=Value(at)) for pk, at in again.items())),
            reason="window_closes",
            attempts=0,
        )
