"""Writes owned by adherence: computing what is due."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from django.db.models import Case, Value, When

from apps.clinical.adherence.course import adherence_of
from apps.common.backoff import wait_after
from apps.common.celery import nudge_on_commit
from apps.common.tenancy import across_clinics, in_clinic
from apps.programmes.models import AdherenceDue
from apps.programmes.services import mark_adherence_due_of

from . import queries
from .alert_sync import sync_alerts
from .models import AdherenceSnapshot
from .moments import next_change
from .snapshot_rows import COMPUTED, snapshots_of

logger = logging.getLogger(__name__)

REFRESH: Final = "adherence.refresh"
REFRESH_ALL: Final = "adherence.refresh_all"
MOST_A_SWEEP: Final = 1000
# Read together. Whoever records something about one of them waits until all are done.
AT_ONCE: Final = 20
LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What one sweep did, in patients; ``busy`` ones another worker had.

    ``held_up`` counts those who wait for another attempt, whichever sweep failed.
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
    with across_clinics():
        due = queries.due_patients(now=now, limit=MOST_A_SWEEP)
    report = _refresh(due, now=now)
    if len(due) == MOST_A_SWEEP:
        nudge_on_commit(REFRESH)
    return report


def refresh_all(*, now: datetime) -> RefreshReport:
    """Compute the adherence of everybody who ever was in a programme.

    It finds what no row says is due, for example after a restored backup. Safe to
    repeat.
    """
    with across_clinics():
        enrolled = queries.enrolled_patients()
    return _refresh(enrolled, now=now, before=_mark)


def compute(patients: Iterable[int], *, now: datetime) -> dict[int, datetime | None]:
    """Compute the adherence of patients of one clinic and keep their alerts right.

    Return when time alone changes it next, by the key of the patient. The rows that
    say they are due are locked by the caller.
    """
    keys = list(patients)
    programmes = list(queries.programmes_of(keys))
    courses = queries.courses_of(programmes)
    told = queries.reasons_told(programmes)
    known = queries.adherence_alerts(keys)
    rows: list[AdherenceSnapshot] = []
    again: dict[int, datetime | None] = dict.fromkeys(keys)
    for programme in programmes:
        course = courses[programme.pk]
        adherence = adherence_of(course, now=now)
        reasons = sync_alerts(
            programme,
            adherence=adherence,
            told=told.get(programme.pk, ()),
            known=known,
            now=now,
        )
        rows += snapshots_of(
            programme, course=course, adherence=adherence, reasons=reasons
        )
        moments = (again[programme.patient_id], next_change(course, now=now))
        known_moments = [at for at in moments if at is not None]
        again[programme.patient_id] = min(known_moments, default=None)
    AdherenceSnapshot.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["programme", "window"],
        update_fields=COMPUTED,
    )
    return again


def _refresh(
    due: Sequence[queries.Due],
    *,
    now: datetime,
    before: Callable[..., None] | None = None,
) -> RefreshReport:
    counts: Counter[str] = Counter()
    for some in _batches(due):
        counts += _try(some, now=now, before=before)
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


def _try(
    some: Sequence[queries.Due],
    *,
    now: datetime,
    before: Callable[..., None] | None,
) -> Counter[str]:
    try:
        done = _do(some, now=now, before=before)
    except Exception:
        # Broad on purpose: one bad record must not delay anybody else's figures.
        if len(some) > 1:
            each_alone = (_try([one], now=now, before=before) for one in some)
            return sum(each_alone, Counter())
        [one] = some
        logger.exception("Adherence of patient %s failed", one.patient_id)
        _put_back(one, now=now)
        return Counter(failed=1)
    return Counter(computed=done, busy=len(some) - done)


def _do(
    some: Sequence[queries.Due],
    *,
    now: datetime,
    before: Callable[..., None] | None,
) -> int:
    """Claim patients of one clinic, compute theirs, and return how many they were."""
    clinic_id = some[0].clinic_id
    keys = [each.patient_id for each in some]
    with in_clinic(clinic_id):
        if before is not None:
            before(clinic_id=clinic_id, patient_ids=keys, now=now)
        claimed = list(
            AdherenceDue.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk__in=keys, due_at__lte=now)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        _arm(compute(claimed, now=now))
        return len(claimed)


def _mark(*, clinic_id: int, patient_ids: Sequence[int], now: datetime) -> None:
    mark_adherence_due_of(clinic_id=clinic_id, patient_ids=patient_ids, now=now)


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


def _arm(again: Mapping[int, datetime | None]) -> None:
    """Note when each patient's figures change next by time; None means never."""
    over = [pk for pk, at in again.items() if at is None]
    if over:
        AdherenceDue.objects.filter(pk__in=over).delete()
    later = {pk: at for pk, at in again.items() if at is not None}
    if later:
        AdherenceDue.objects.filter(pk__in=later).update(
            due_at=Case(*(When(pk=pk, then=Value(at)) for pk, at in later.items())),
            attempts=0,
        )
