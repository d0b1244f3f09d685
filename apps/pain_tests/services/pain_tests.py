"""Record, correct and void the pain tests of a visit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.clinics.models import RecordKind
from apps.clinics.versions import keep_version, require_version
from apps.common.device_clock import offset_s
from apps.common.errors import InvalidEntryError
from apps.common.receipts import is_replay
from apps.pain_tests import queries
from apps.pain_tests.entry import (
    DOSES,
    MEASURES,
    PREPARATION,
    P50Entry,
    PainTestCorrection,
    PainTestEntry,
    VoidMeasurementRequest,
)
from apps.pain_tests.models import P50Order, PainTest, PainTestSettings
from apps.pain_tests.permissions import require_measuring
from apps.pain_tests.results import readiness_of, results_of, stored

from . import records
from .records import Content, Recorded

TIMES = {"tested_at", *DOSES}


@transaction.atomic
def record_pain_test(
    *, entry: PainTestEntry, by: Any, now: datetime
) -> Recorded[PainTest]:
    """Store the tests of a visit and what they give. Safe to repeat with its ``id``.

    Raises:
        NotThereError: The patient is not the user's to test.
        NotAllowedError: The user is the patient.
        IdReusedError: The id came with other content, or is somebody else's.
        InvalidEntryError: A value cannot be, the order is not the patient's or was
            used, or a question stands in the way and there is no reason to go on.
    """
    patient = records.require_patient(by, entry.patient)
    before = records.sent_before(PainTest, entry=entry, by=by, public_id=entry.id)
    if before is not None:
        return before
    test = records.new_record(PainTest, entry=entry, patient=patient, by=by, now=now)
    meant = records.shifted(entry, times=TIMES, by_s=test.clock_offset_s)
    records.require_past(meant.tested_at, now=now)
    _fill(test, entry=meant)
    recorded = records.insert(test, entry=entry, by=by)
    if recorded.created:
        _note("pain_test.record", recorded.test, by=by, now=now)
    return recorded


@transaction.atomic
def correct_pain_test(
    *,
    test_id: UUID,
    entry: PainTestCorrection,
    expected_version: int,
    content: Content,
    by: Any,
    now: datetime,
) -> PainTest:
    """Return the corrected test, computed anew; the earlier version stays readable.

    It is judged by the clinic's settings under which it was recorded, so that a typo
    mended later changes nothing else; where something was left open then, by today's.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        StaleVersionError: Somebody else was quicker.
        WrongStateError: The test is void.
        InvalidEntryError: The test as corrected cannot be.
    """
    found = queries.visible_test(PainTest, by, test_id)
    require_measuring(by, found.patient)
    if is_replay(
        request=entry, target="pain_test.correct", target_id=test_id, by=by, now=now
    ):
        return queries.visible_test(PainTest, by, test_id)
    # As recording does: two tests that want one order wait in line.
    records.require_patient(by, found.patient.public_id)
    test = records.locked(found, by=by)
    require_version(test, expected=expected_version)
    records.require_not_void(test)
    changes = entry.changes()
    merged = PainTestEntry.parse(_as_entry(test) | changes)
    by_s = offset_s(entry.sent_at, now)
    meant = records.shifted(merged, times=TIMES & set(changes), by_s=by_s)
    if "tested_at" in changes:
        records.require_past(meant.tested_at, now=now)
    keep_version(
        test,
        kind=RecordKind.PAIN_TEST,
        content=content(test),
        by=by,
        reason=entry.correction_reason,
        now=now,
    )
    _fill(test, entry=meant)
    test.save()
    _note("pain_test.correct", test, by=by, now=now, fields=sorted(changes))
    return queries.visible_test(PainTest, by, test_id)


@transaction.atomic
def void_pain_test(
    *, test_id: UUID, entry: VoidMeasurementRequest, by: Any, now: datetime
) -> PainTest:
    """Take a test out of every computation; its order may be used again."""
    return records.void(
        PainTest, test_id=test_id, entry=entry, action="pain_test.void", by=by, now=now
    )


def _fill(test: PainTest, *, entry: PainTestEntry) -> None:
    settings = _settings_for(test)
    ready = readiness_of(entry, settings=settings)
    order = None if entry.p50 is None else _order_of(test, entry.p50)
    results = results_of(entry, order=order, settings=settings)
    typed = entry.model_dump(mode="json")
    test.tested_at = entry.tested_at
    test.device = entry.device
    test.preparation = {name: typed[name] for name in PREPARATION}
    test.measurements = {
        name: typed[name] for name in MEASURES if typed[name] is not None
    }
    test.p50_order = order
    test.settings = settings
    test.questions = [stored(question) for question in ready.questions]
    test.details = results.details
    test.refusals = results.refusals
    test.deviations = results.deviations
    for name, value in results.columns.items():
        setattr(test, name, value)


def _settings_for(test: PainTest) -> PainTestSettings | None:
    then = test.settings
    if then is not None and then.p50_degree is not None and then.bp_rule:
        return then
    return queries.current_settings(test.clinic_id)


def _order_of(test: PainTest, entry: P50Entry) -> P50Order:
    order = P50Order.objects.filter(
        public_id=entry.order, clinic=test.clinic_id, patient=test.patient_id
    ).first()
    if order is None:
        raise _refused("order", "not_found", "The patient has no such order.")
    in_use = order.pain_tests.filter(voided_at=None).exclude(public_id=test.public_id)
    if in_use.exists():
        raise _refused(
            "order", "used", "This order was used in another test. Make a new one."
        )
    for name in ("threshold_kpa", "maximum_kpa"):
        told, ordered = getattr(entry, name), getattr(order, name)
        if told is not None and told != ordered:
            raise _refused(
                name, "other_order", f"The order was made with {ordered:g} kPa."
            )
    return order


def _refused(name: str, code: str, detail: str) -> InvalidEntryError:
    return InvalidEntryError.at(f"/p50/{name}", code=code, detail=detail)


def _as_entry(test: PainTest) -> dict[str, Any]:
    return {
        "patient": test.patient.public_id,
        "tested_at": test.tested_at,
        "device": test.device,
        **test.preparation,
        **test.measurements,
    }


def _note(
    action: str,
    test: PainTest,
    *,
    by: Any,
    now: datetime,
    fields: list[str] | None = None,
) -> None:
    records.note(action, test, by=by, now=now, fields=fields)
    if test.questions:
        # Names of questions only: answers are not for the trail.
        asked = [question["where"] for question in test.questions]
        records.note("pain_test.override", test, by=by, now=now, fields=asked)
