"""Work rows, one a patient: claimed in batches, tried again with growing waits.

The row is a model with ``patient`` as its key, ``clinic``, ``due_at`` and ``attempts``.
Whoever changes an input writes it in the same transaction.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

from django.db.models import Case, Exists, Q, Value, When

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


class FailureHook(Protocol):
    """What else is written with the row of a patient for whom the work failed."""

    def __call__(
        self, *, clinic_id: int, patient_ids: Sequence[int], now: datetime
    ) -> None:
        """Write it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent:
    """Part of the work that must get out even if the rest of it fails.

    Args:
        whose: Which work rows have such a part.
        work: Does it, in a transaction of its own before the rest; safe to repeat.
    """

    whose: Exists | Q
    work: Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSweep:
    """A sweep over the rows of ``model``.

    Args:
        failure: What the log says of a patient, by ``%s``, for whom the work failed.
        work: Does it for patients of one clinic whose rows are locked, and says when
            they are due again. Who is not mentioned stays due.
        most: In one run.
        at_once: In one transaction. Whoever changes something about one of them waits
            until all are done.
        again_as: Fields of a row that is due again because time has passed.
    """

    failure: str
    model: Any
    work: Callable[..., Again]
    most: int
    at_once: int
    urgent: Urgent | None = None
    on_failure: FailureHook | None = None
    again_as: Mapping[str, Any] = field(default_factory=dict)

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
        return DueReport(
            done=counts["done"],
            failed=counts["failed"],
            busy=counts["busy"],
            held_up=self.held_up(),
            has_more=len(due) == self.most,
        )

    def held_up(self) -> int:
        """Return how many patients wait because the work failed for them."""
        with across_clinics():
            return self.model.objects.filter(attempts__gt=0).count()

    def arm(self, again: Again) -> None:
        """Note when each patient is due again; the caller holds their rows."""
        over = [pk for pk, at in again.items() if at is None]
        if over:
            self.model.objects.filter(pk__in=over).delete()
        later = {pk: at for pk, at in again.items() if at is not None}
        if later:
            self.model.objects.filter(pk__in=later).update(
                due_at=Case(*(When(pk=pk, then=Value(at)) for pk, at in later.items())),
                attempts=0,
                **self.again_as,
            )

    def put_back(self, patient_id: int, *, clinic_id: int, now: datetime) -> None:
        """Have a patient tried again later, each time after a longer wait."""
        with in_clinic(clinic_id):
            due = (
                self.model.objects.select_for_update(skip_locked=True)
                .filter(pk=patient_id)
                .first()
            )
            if due is None:
                return
            due.attempts += 1
            due.due_at = now + wait_after(due.attempts, longest=LONGEST_WAIT)
            due.save(update_fields=["attempts", "due_at"])
            if self.on_failure:
                self.on_failure(clinic_id=clinic_id, patient_ids=[patient_id], now=now)

    def _due(self, now: datetime) -> list["_Due"]:
        """Return whom to work for, who has waited longest first."""
        is_urgent = self.urgent.whose if self.urgent else Value(value=False)
        rows = self.model.objects.filter(due_at__lte=now).annotate(is_urgent=is_urgent)
        oldest = rows.order_by("due_at", "patient_id")[: self.most]
        return [_Due(*row) for row in oldest.values_list(*_Due._fields)]

    def _batches(self, due: Sequence["_Due"]) -> Iterator[list["_Due"]]:
        by_clinic: dict[int, list[_Due]] = {}
        for one in due:
            by_clinic.setdefault(one.clinic_id, []).append(one)
        for of_clinic in by_clinic.values():
            for start in range(0, len(of_clinic), self.at_once):
                yield of_clinic[start : start + self.at_once]

    def _try(self, some: Sequence["_Due"], *, now: datetime) -> Counter[str]:
        try:
            if self.urgent:
                urgent = [one for one in some if one.is_urgent]
                self._do(self.urgent.work, urgent, now=now)
            done = self._do(self._finish, some, now=now)
        except Exception:
            # Broad on purpose: one bad record must not delay anybody else.
            if len(some) > 1:
                each_alone = (self._try([one], now=now) for one in some)
                return sum(each_alone, Counter())
            [one] = some
            logger.exception(self.failure, one.patient_id)
            self.put_back(one.patient_id, clinic_id=one.clinic_id, now=now)
            return Counter(failed=1)
        return Counter(done=done, busy=len(some) - done)

    def _do(
        self, work: Callable[..., None], some: Sequence["_Due"], *, now: datetime
    ) -> int:
        """Claim patients of one clinic, do the work for those, return how many."""
        if not some:
            return 0
        with in_clinic(some[0].clinic_id):
            claimed = list(
                self.model.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("patient")
                .filter(pk__in=[one.patient_id for one in some], due_at__lte=now)
                .order_by("pk")
            )
            if claimed:
                work([row.patient for row in claimed], now=now)
            return len(claimed)

    def _finish(self, patients: Sequence[Any], *, now: datetime) -> None:
        self.arm(self.work(patients, now=now))


class _Due(NamedTuple):
    clinic_id: int
    patient_id: int
    is_urgent: bool
