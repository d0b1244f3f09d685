"""Make the order of a P50 calibration before its first pressure is given."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.clinical.pain_tests.order import p50_order
from apps.clinical.pain_tests.p50 import Step, p50_range
from apps.common.errors import InvalidEntryError
from apps.common.ids import uuid7
from apps.pain_tests import queries
from apps.pain_tests.entry import P50OrderEntry
from apps.pain_tests.models import P50Order
from apps.pain_tests.results import asked

from . import records

# JavaScript holds no larger whole number exactly.
SEED_BITS = 53


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeOrder:
    """A stored order; ``created`` is false when it had been asked for before."""

    order: P50Order
    created: bool


@transaction.atomic
def make_p50_order(*, entry: P50OrderEntry, by: Any, now: datetime) -> MadeOrder:
    """Draw and store an order. Asked again with the same ``id``, it is the same one.

    Raises:
        NotThereError: The patient is not the user's to test.
        NotAllowedError: The user is the patient.
        IdReusedError: The id came with other content, or is somebody else's.
        InvalidEntryError: The steps give no range, or it is too small.
    """
    patient = records.require_patient(by, entry.patient)
    before = _asked_before(entry, by=by)
    if before is not None:
        return before
    threshold_kpa, maximum_kpa = _range_of(entry)
    drawn = asked(
        "/maximum_kpa" if entry.steps is None else "/steps",
        lambda: p50_order(
            threshold_kpa=threshold_kpa,
            maximum_kpa=maximum_kpa,
            seed=secrets.randbits(SEED_BITS),
        ),
    )
    order = P50Order(
        **asdict(drawn),
        public_id=entry.id or uuid7(),
        request_digest=entry.digest(),
        clinic_id=patient.clinic_id,
        patient=patient,
        steps=entry.model_dump()["steps"],
        threshold_kpa=threshold_kpa,
        maximum_kpa=maximum_kpa,
        made_by=by,
        made_at=now,
    )
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError as error:
        raise records.id_reused() from error
    records.note("p50_order.make", order, by=by, now=now)
    return MadeOrder(order=queries.visible_order(by, order.public_id), created=True)


def _asked_before(entry: P50OrderEntry, *, by: Any) -> MadeOrder | None:
    if entry.id is None:
        return None
    stored = P50Order.objects.filter(public_id=entry.id).first()
    if stored is None:
        return None
    visible = P50Order.objects.visible_to(by).filter(pk=stored.pk).exists()
    if not visible or stored.request_digest != entry.digest():
        raise records.id_reused()
    return MadeOrder(order=queries.visible_order(by, entry.id), created=False)


def _range_of(entry: P50OrderEntry) -> tuple[float, float]:
    if entry.threshold_kpa is not None and entry.maximum_kpa is not None:
        return entry.threshold_kpa, entry.maximum_kpa
    steps = [Step(kpa=one.kpa, vas_mm=one.vas_mm) for one in entry.steps or ()]
    found = asked("/steps", lambda: p50_range(steps))
    if found.refusals or found.threshold_kpa is None or found.maximum_kpa is None:
        raise InvalidEntryError(
            [
                {
                    "pointer": "/steps",
                    "code": refusal.key.rpartition(".")[2],
                    "detail": refusal.reason,
                }
                for refusal in found.refusals
            ]
        )
    return found.threshold_kpa, found.maximum_kpa
