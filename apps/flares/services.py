"""Writes owned by flares: judging what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import transaction

from apps.clinical.flare.detector import judge_history
from apps.clinics.models import Patient
from apps.clinics.services import mark_proposals_due
from apps.common.celery import nudge_on_commit
from apps.common.due_work import Again, DueSweep, Urgent
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
from .patient_rows import PatientRows, rows_of, rows_of_many
from .policies import policy_of
from .red_flags import report_red_flags
from .verdict_rows import Kept, compare_verdicts, store_verdicts

CLOSE_WINDOWS: Final = "flares.close_windows"
MOST_A_SWEEP: Final = 500
# Read together, which costs a third of reading each alone. Whoever records something
# about one of them waits until all are judged, so there are not many.
AT_ONCE: Final = 10
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
    judged = _judge_all([rows_of(patient)], now=now)
    _sweep().arm(judged.due_at)
    [kept] = judged.kept
    return Judged(written=len(kept.fresh), superseded=len(kept.ended))


def _judge_all(some: Sequence[PatientRows], *, now: datetime) -> "_JudgedAll":
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
    # What is proposed stands on the verdicts and the alerts.
    mark_proposals_due(
        clinic_id=some[0].patient.clinic_id,
        patient_ids=[rows.patient.pk for rows in some],
        now=now,
    )
    return _JudgedAll(kept=kept, due_at=due_at)


def judge_due(*, now: datetime) -> JudgeReport:
    """Judge every patient who is due, some of a clinic in one transaction.

    Two sweeps at once take different patients. A patient whose judgement fails delays
    nobody: the others are judged without them, they are tried again later, with
    growing waits, and their red flags are out before the rest is tried.
    """
    report = _sweep().run(now=now)
    if report.has_more:
        nudge_on_commit(JUDGE_DUE)
    return JudgeReport(
        judged=report.done,
        failed=report.failed,
        busy=report.busy,
        held_up=report.held_up,
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


class _JudgedAll(NamedTuple):
    kept: Sequence[Kept]
    due_at: Again


def _sweep() -> DueSweep:
    return DueSweep(
        failure="Patient %s could not be judged",
        model=JudgementDue,
        work=_judge_patients,
        most=MOST_A_SWEEP,
        at_once=AT_ONCE,
        urgent=Urgent(whose=queries.ever_told_a_red_flag(), work=_report),
        # Nothing may be raised on a judgement that failed.
        on_failure=mark_proposals_due,
        again_as={"reason": "window_closes"},
    )


def _judge_patients(patients: Sequence[Patient], *, now: datetime) -> Again:
    return _judge_all(rows_of_many(patients), now=now).due_at


def _report(patients: Sequence[Patient], *, now: datetime) -> None:
    for rows in rows_of_many(patients):
        report_red_flags(rows=rows, now=now)


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
