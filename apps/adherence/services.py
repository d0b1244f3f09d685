"""Writes owned by adherence: computing what is due.

Two steps. What was recorded is made into outcomes by the plain rules, for whom
something changed. Outcomes are made into figures by one statement for many programmes,
whenever time or a change moves them.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from django.db import transaction

from apps.clinics.models import Patient
from apps.common.celery import nudge_on_commit
from apps.common.due_work import Again, DueSweep
from apps.common.tenancy import across_clinics, in_clinic
from apps.programmes.models import AdherenceDue
from apps.programmes.queries import rules_of
from apps.programmes.services import mark_adherence_due_of

from . import queries
from .alert_sync import Alerts, sync_alerts
from .figures_sql import refresh_figures
from .input_digests import stale_patients
from .locks import lock_figures, lock_outcomes
from .models import AdherenceSnapshot, CourseOutcome
from .outcomes import keep_outcomes

logger = logging.getLogger(__name__)

REFRESH: Final = "adherence.refresh"
REFRESH_ALL: Final = "adherence.refresh_all"
MOST_A_SWEEP: Final = 1000
# Read together. Whoever records something about one of them waits until all are done.
AT_ONCE: Final = 100
# Programmes whose figures are added up by one statement, in one transaction.
FIGURES_AT_ONCE: Final = 10_000
MOST_FIGURES_A_SWEEP: Final = 50_000


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What one sweep did.

    Args:
        computed: Patients of whom something changed, and programmes that time moved; of
            a complete pass, programmes.
        busy: Patients whom another worker had.
        held_up: Those who wait for another attempt, whichever sweep failed.
    """

    computed: int
    failed: int
    busy: int
    held_up: int


def refresh(*, now: datetime) -> RefreshReport:
    """Compute the adherence of whom something changed, or time has brought on.

    Some patients of a clinic in one transaction. A patient for whom it fails delays
    nobody and is tried again later, with growing waits. Safe to repeat.
    """
    due = _sweep().run(now=now)
    counts = Counter(computed=due.done, failed=due.failed, busy=due.busy)
    with across_clinics():
        moved = queries.programmes_that_change(now=now, limit=MOST_FIGURES_A_SWEEP)
    for clinic_id, group in groupby(moved, key=lambda one: one.clinic_id):
        programmes = [one.programme_id for one in group]
        _refresh_figures_of(clinic_id, programmes, now=now)
        counts["computed"] += len(programmes)
    if due.has_more or len(moved) == MOST_FIGURES_A_SWEEP:
        nudge_on_commit(REFRESH)
    return _report(counts)


def refresh_all(*, now: datetime) -> RefreshReport:
    """Compute the adherence of everybody who ever was in a programme.

    It finds what no row says is due, for example after a restored backup: programmes
    whose outcomes are missing or of other rows. Some programmes of a clinic at a time,
    so that memory stays flat. Safe to repeat.
    """
    with across_clinics():
        clinics = queries.clinics_with_programmes()
    for clinic_id in clinics:
        mark_stale(clinic_id, now=now)
    counts: Counter[str] = Counter()
    while (some := _sweep().run(now=now)).done + some.failed:
        counts += Counter(failed=some.failed, busy=some.busy)
    counts["computed"] = sum(
        refresh_clinic(clinic_id, now=now) for clinic_id in clinics
    )
    return _report(counts)


def mark_stale(clinic_id: int, *, now: datetime) -> None:
    """Have everybody computed whose outcomes are missing or of other rows."""
    last = 0
    while True:
        with in_clinic(clinic_id):
            some = queries.programmes_after(last, clinic_id=clinic_id)
            if not some:
                return
            mark_adherence_due_of(
                clinic_id=clinic_id, patient_ids=stale_patients(some), now=now
            )
        last = some[-1]


def refresh_clinic(clinic_id: int, *, now: datetime) -> int:
    """Bring all figures of a clinic up to date; return of how many programmes."""
    last = done = 0
    while True:
        with in_clinic(clinic_id):
            lock_figures(clinic_id)
            some = queries.courses_after(
                last, clinic_id=clinic_id, now=now, limit=FIGURES_AT_ONCE
            )
            if not some:
                return done
            _bring_up_to_date(clinic_id, some, now=now)
        done += len(some)
        last = some[-1]


def compute(patients: Iterable[int], *, now: datetime) -> dict[int, datetime]:
    """Compute the adherence of patients of one clinic and keep their alerts right.

    Return who must be looked at again, and when. The rows that say they are due are
    locked by the caller.
    """
    programmes = list(queries.programmes_of(patients))
    if not programmes:
        return {}
    rules = rules_of(programmes[0].clinic_id)
    keys = [programme.pk for programme in programmes]
    again = keep_outcomes(programmes, rules=rules, now=now)
    refresh_figures(keys, policy=rules.adherence, now=now)
    rows = queries.rows_with_alerts(keys)
    known = queries.adherence_alerts([row.patient_id for row in rows])
    for row in rows:
        _tell(row, known=known, now=now)
    return again


def _sweep() -> DueSweep:
    return DueSweep(
        failure="Adherence of patient %s failed",
        model=AdherenceDue,
        work=_compute,
        most=MOST_A_SWEEP,
        at_once=AT_ONCE,
    )


def _compute(patients: Sequence[Patient], *, now: datetime) -> Again:
    keys = [patient.pk for patient in patients]
    lock_outcomes(patients[0].clinic_id)
    return {**dict.fromkeys(keys), **compute(keys, now=now)}


def _report(counts: Counter[str]) -> RefreshReport:
    return RefreshReport(
        computed=counts["computed"],
        failed=counts["failed"],
        busy=counts["busy"],
        held_up=_sweep().held_up(),
    )


def _put_back(row: AdherenceSnapshot, *, now: datetime) -> None:
    # Nothing may have said that they were due.
    due = AdherenceDue(patient_id=row.patient_id, clinic_id=row.clinic_id, due_at=now)
    AdherenceDue.objects.bulk_create([due], ignore_conflicts=True)
    _sweep().put_back(row.patient_id, clinic_id=row.clinic_id, now=now)


def _refresh_figures_of(
    clinic_id: int, programmes: Sequence[int], *, now: datetime
) -> None:
    for start in range(0, len(programmes), FIGURES_AT_ONCE):
        some = programmes[start : start + FIGURES_AT_ONCE]
        with in_clinic(clinic_id):
            lock_figures(clinic_id)
            _bring_up_to_date(clinic_id, some, now=now)


def _bring_up_to_date(
    clinic_id: int, programmes: Sequence[int], *, now: datetime
) -> None:
    """Compute figures from outcomes, and tell what they give reason to."""
    policy = rules_of(clinic_id).adherence
    rows = queries.rows_of(refresh_figures(programmes, policy=policy, now=now))
    known = queries.adherence_alerts([row.patient_id for row in rows])
    for row in rows:
        try:
            with transaction.atomic():
                _tell(row, known=known, now=now)
        except Exception:
            # Broad on purpose: one bad record must not delay anybody else's figures.
            # Whoever is put back is computed in full.
            logger.exception("Alerts of programme %s failed", row.programme_id)
            _put_back(row, now=now)


def _tell(row: AdherenceSnapshot, *, known: Alerts, now: datetime) -> None:
    course = CourseOutcome.objects.filter(programme=row.programme_id)
    told = course.values_list("told", flat=True).get()
    sync_alerts(row, told=told, known=known, now=now)
    if told != row.reasons:
        course.update(told=row.reasons)
