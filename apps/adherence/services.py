"""Writes owned by adherence: computing what is due.

Two steps. What was recorded is made into outcomes by the plain rules, for whom
something changed. Outcomes are made into figures by one statement for many programmes,
whenever time or a change moves them.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from django.db import transaction
from django.db.models import Case, Value, When

from apps.common.backoff import wait_after
from apps.common.celery import nudge_on_commit
from apps.common.tenancy import across_clinics, in_clinic
from apps.programmes.models import AdherenceDue
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
FIGURES_AT_ONCE: Final = 10000
MOST_FIGURES_A_SWEEP: Final = 50_000
LONGEST_WAIT: Final = timedelta(hours=1)


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
    counts = _refresh_due(now=now)
    with across_clinics():
        moved = queries.programmes_that_change(now=now, limit=MOST_FIGURES_A_SWEEP)
    for clinic_id, group in groupby(moved, key=lambda one: one.clinic_id):
        programmes = [one.programme_id for one in group]
        _refresh_figures_of(clinic_id, programmes, now=now)
        counts["computed"] += len(programmes)
    if counts["due"] == MOST_A_SWEEP or len(moved) == MOST_FIGURES_A_SWEEP:
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
    while (some := _refresh_due(now=now))["computed"] + some["failed"]:
        counts += some
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
            _bring_up_to_date(some, clinic_id=clinic_id, now=now)
        done += len(some)
        last = some[-1]


def compute(patients: Iterable[int], *, now: datetime) -> dict[int, datetime]:
    """Compute the adherence of patients of one clinic and keep their alerts right.

    Return who must be looked at again, and when. The rows that say they are due are
    locked by the caller.
    """
    programmes = list(queries.programmes_of(patients))
    keys = [programme.pk for programme in programmes]
    again = keep_outcomes(programmes, now=now)
    refresh_figures(keys, now=now)
    rows = queries.rows_with_alerts(keys)
    known = queries.adherence_alerts([row.patient_id for row in rows])
    for row in rows:
        _tell(row, known=known, now=now)
    return again


def _refresh_due(*, now: datetime) -> Counter[str]:
    with across_clinics():
        due = queries.due_patients(now=now, limit=MOST_A_SWEEP)
    counts = Counter(due=len(due))
    for some in _batches(due):
        counts += _try(some, now=now)
    return counts


def _report(counts: Counter[str]) -> RefreshReport:
    with across_clinics():
        held_up = queries.held_up_patients()
    return RefreshReport(
        computed=counts["computed"],
        failed=counts["failed"],
        busy=counts["busy"],
        held_up=held_up,
    )


def _batches(due: Iterable[queries.Due]) -> Iterator[list[queries.Due]]:
    for _, group in groupby(
        sorted(due, key=lambda one: one.clinic_id), key=lambda one: one.clinic_id
    ):
        of_clinic = list(group)
        for start in range(0, len(of_clinic), AT_ONCE):
            yield of_clinic[start : start + AT_ONCE]


def _try(some: Sequence[queries.Due], *, now: datetime) -> Counter[str]:
    try:
        done = _do(some, now=now)
    except Exception:
        # Broad on purpose: one bad record must not delay anybody else's figures.
        if len(some) > 1:
            each_alone = (_try([one], now=now) for one in some)
            return sum(each_alone, Counter())
        [one] = some
        logger.exception("Adherence of patient %s failed", one.patient_id)
        _put_back(one, now=now)
        return Counter(failed=1)
    return Counter(computed=done, busy=len(some) - done)


def _do(some: Sequence[queries.Due], *, now: datetime) -> int:
    """Claim patients of one clinic, compute theirs, and return how many they were."""
    keys = [each.patient_id for each in some]
    with in_clinic(some[0].clinic_id):
        lock_outcomes(some[0].clinic_id)
        claimed = list(
            AdherenceDue.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk__in=keys, due_at__lte=now)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        _settle(claimed, again=compute(claimed, now=now))
        return len(claimed)


def _settle(claimed: Iterable[int], *, again: Mapping[int, datetime]) -> None:
    AdherenceDue.objects.filter(pk__in=set(claimed) - set(again)).delete()
    if again:
        AdherenceDue.objects.filter(pk__in=again).update(
            due_at=Case(*(When(pk=pk, then=Value(at)) for pk, at in again.items())),
            attempts=0,
        )


def _put_back(one: queries.Due, *, now: datetime) -> None:
    with in_clinic(one.clinic_id):
        # Nothing may have said that they were due.
        row = AdherenceDue(
            patient_id=one.patient_id, clinic_id=one.clinic_id, due_at=now
        )
        AdherenceDue.objects.bulk_create([row], ignore_conflicts=True)
        due = (
            AdherenceDue.objects.select_for_update(skip_locked=True)
            .filter(pk=one.patient_id)
            .first()
        )
        if due is None:
            return
        due.attempts += 1
        due.due_at = now + wait_after(due.attempts, longest=LONGEST_WAIT)
        due.save(update_fields=["attempts", "due_at"])


def _refresh_figures_of(
    clinic_id: int, programmes: Sequence[int], *, now: datetime
) -> None:
    for start in range(0, len(programmes), FIGURES_AT_ONCE):
        some = programmes[start : start + FIGURES_AT_ONCE]
        with in_clinic(clinic_id):
            lock_figures(clinic_id)
            _bring_up_to_date(some, clinic_id=clinic_id, now=now)


def _bring_up_to_date(
    programmes: Sequence[int], *, clinic_id: int, now: datetime
) -> None:
    """Compute figures from outcomes, and tell what they give reason to."""
    rows = queries.rows_of(refresh_figures(programmes, now=now))
    known = queries.adherence_alerts([row.patient_id for row in rows])
    for row in rows:
        try:
            with transaction.atomic():
                _tell(row, known=known, now=now)
        except Exception:
            # Broad on purpose, as above. Whoever is put back is computed in full.
            logger.exception("Alerts of programme %s failed", row.programme_id)
            _put_back(queries.Due(row.patient_id, clinic_id), now=now)


def _tell(row: AdherenceSnapshot, *, known: Alerts, now: datetime) -> None:
    course = CourseOutcome.objects.filter(programme=row.programme_id)
    told = course.values_list("told", flat=True).get()
    sync_alerts(row, told=told, known=known, now=now)
    if told != row.reasons:
        course.update(told=row.reasons)
