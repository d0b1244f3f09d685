"""Work rows, one a patient: claimed in batches, tried again with growing waits.

The row is a model with ``patient`` as its key, ``clinic``, ``due_at`` and ``attempts``.
Whoever changes an input writes it in the same transaction.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from django.db.models import Case, Value, When

from .backoff import wait_after
from .tenancy import across_clinics, in_clinic

logger = logging.getLogger(__name__)

LONGEST_WAIT: Final = timedelta(hours=1)

# Of patients of one clinic by key: when time alone makes each due again, or never.
Again = Mapping[int, datetime | None]


@dataclass(frozen=True, slots=True)
class DueReport:
    """What one sweep did, in patients; ``busy`` ones another worker had.

    ``held_up`` counts those who wait for another attempt, whichever sweep failed;
    ``has_more`` asks for another sweep at once.
    """

    done: int
    failed: int
    busy: int
    held_up: int
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSweep:
    """A sweep over the rows of ``model``.

    Args:
        name: What the log calls it.
        work: Does it for patients of one clinic whose rows are locked.
        most: In one run.
        at_once: In one transaction. Whoever changes something about one of them waits
            until all are done.
    """

    name: str
    model: Any
    work: Callable[..., Again]
    most: int
    at_once: int

    def run(self, *, now: datetime) -> DueReport:
        """Do what is due. Two sweeps at once take different patients.

        A patient for whom it fails delays nobody: the others are done without them,
        and they are tried again later. Safe to repeat.
        """
        with across_clinics():
            due = self._due(now)
        counts: Counter[str] = Counter()
        for some in self._batches(due):
            counts += self._try(some, now=now)
        with across_clinics():
            held_up = self.model.objects.filter(attempts__gt=0).count()
        return DueReport(
            done=counts["done"],
            failed=counts["failed"],
            busy=counts["busy"],
            held_up=held_up,
            has_more=len(due) == self.most,
        )

    def _due(self, now: datetime) -> list["_Due"]:
        rows = self.model.objects.filter(due_at__lte=now)
        oldest = rows.order_by("due_at", "patient_id")[: self.most]
        return [_Due(*row) for row in oldest.values_list("clinic_id", "patient_id")]

    def _batches(self, due: Sequence["_Due"]) -> Iterator[list["_Due"]]:
        # Sorting is stable: within a clinic, who has waited longest stays first.
        by_clinic = sorted(due, key=lambda one: one.clinic_id)
        for _, group in groupby(by_clinic, key=lambda one: one.clinic_id):
            of_clinic = list(group)
            for start in range(0, len(of_clinic), self.at_once):
                yield of_clinic[start : start + self.at_once]

    def _try(self, some: Sequence["_Due"], *, now: datetime) -> Counter[str]:
        try:
            done = self._do(some, now=now)
        except Exception:
            # Broad on purpose: one bad record must not delay anybody else.
            if len(some) > 1:
                each_alone = (self._try([one], now=now) for one in some)
                return sum(each_alone, Counter())
            [one] = some
            logger.exception("%s failed for patient %s", self.name, one.patient_id)
            self._put_back(one, now=now)
            return Counter(failed=1)
        return Counter(done=done, busy=len(some) - done)

    def _do(self, some: Sequence["_Due"], *, now: datetime) -> int:
        with in_clinic(some[0].clinic_id):
            claimed = list(
                self.model.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(pk__in=[one.patient_id for one in some], due_at__lte=now)
                .order_by("pk")
                .values_list("pk", flat=True)
            )
            if claimed:
                self._arm(self.work(claimed, now=now))
            return len(claimed)

    def _put_back(self, one: "_Due", *, now: datetime) -> None:
        with in_clinic(one.clinic_id):
            due = (
                self.model.objects.select_for_update(skip_locked=True)
                .filter(pk=one.patient_id)
                .first()
            )
            if due is None:
                return
            due.attempts += 1
            due.due_at = now + wait_after(due.attempts, longest=LONGEST_WAIT)
            due.save(update_fields=["attempts", "due_at"])

    def _arm(self, again: Again) -> None:
        over = [pk for pk, at in again.items() if at is None]
        if over:
            self.model.objects.filter(pk__in=over).delete()
        later = {pk: at for pk, at in again.items() if at is not None}
        if later:
            self.model.objects.filter(pk__in=later).update(
                due_at=Case(*(When(pk=pk, then=Value(at)) for pk, at in later.items())),
                attempts=0,
            )


class _Due(NamedTuple):
    clinic_id: int
    patient_id: int
