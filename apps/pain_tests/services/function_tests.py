"""Record, correct and void tests of function."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.clinics.models import RecordKind
from apps.clinics.versions import keep_version, require_version
from apps.common.device_clock import offset_s
from apps.common.receipts import is_replay
from apps.pain_tests import queries
from apps.pain_tests.entry import (
    FunctionTestCorrection,
    FunctionTestEntry,
    VoidMeasurementRequest,
)
from apps.pain_tests.models import FunctionTest
from apps.pain_tests.permissions import require_measuring
from apps.pain_tests.results import function_result_of, stored

from . import records
from .records import Content, Recorded

TIMES = {"tested_at"}


@transaction.atomic
def record_function_test(
    *, entry: FunctionTestEntry, by: Any, now: datetime
) -> Recorded[FunctionTest]:
    """Store a test of function and its best trial. Safe to repeat with its ``id``.

    Raises:
        NotThereError: The patient is not the user's to test.
        NotAllowedError: The user is the patient.
        IdReusedError: The id came with other content, or is somebody else's.
        InvalidEntryError: The test cannot give this.
    """
    patient = records.require_patient(by, entry.patient)
    before = records.sent_before(FunctionTest, entry=entry, by=by, public_id=entry.id)
    if before is not None:
        return before
    test = records.new_record(
        FunctionTest, entry=entry, patient=patient, by=by, now=now
    )
    meant = records.shifted(entry, times=TIMES, by_s=test.clock_offset_s)
    records.require_past(meant.tested_at, now=now)
    _fill(test, entry=meant)
    recorded = records.insert(test, entry=entry, by=by)
    if recorded.created:
        records.note("function_test.record", recorded.test, by=by, now=now)
    return recorded


@transaction.atomic
def correct_function_test(
    *,
    test_id: UUID,
    entry: FunctionTestCorrection,
    expected_version: int,
    content: Content,
    by: Any,
    now: datetime,
) -> FunctionTest:
    """Return the corrected test; the earlier version stays readable.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        StaleVersionError: Somebody else was quicker.
        WrongStateError: The test is void.
        InvalidEntryError: The test as corrected cannot be.
    """
    found = queries.visible_test(FunctionTest, by, test_id)
    require_measuring(by, found.patient)
    if is_replay(
        request=entry, target="function_test.correct", target_id=test_id, by=by, now=now
    ):
        return queries.visible_test(FunctionTest, by, test_id)
    test = records.locked(found, by=by)
    require_version(test, expected=expected_version)
    records.require_not_void(test)
    changes = entry.changes()
    merged = FunctionTestEntry.parse(_as_entry(test) | changes)
    by_s = offset_s(entry.sent_at, now)
    meant = records.shifted(merged, times=TIMES & set(changes), by_s=by_s)
    if "tested_at" in changes:
        records.require_past(meant.tested_at, now=now)
    keep_version(
        test,
        kind=RecordKind.FUNCTION_TEST,
        content=content(test),
        by=by,
        reason=entry.correction_reason,
        now=now,
    )
    _fill(test, entry=meant)
    test.save()
    records.note("function_test.correct", test, by=by, now=now, fields=sorted(changes))
    return queries.visible_test(FunctionTest, by, test_id)


@transaction.atomic
def void_function_test(
    *, test_id: UUID, entry: VoidMeasurementRequest, by: Any, now: datetime
) -> FunctionTest:
    """Take a test of function out of every computation; it stays readable."""
    return records.void(
        FunctionTest,
        test_id=test_id,
        entry=entry,
        action="function_test.void",
        by=by,
        now=now,
    )


def _fill(test: FunctionTest, *, entry: FunctionTestEntry) -> None:
    result = function_result_of(entry)
    test.tested_at = entry.tested_at
    test.kind = entry.kind
    test.side = entry.side or ""
    test.movement = entry.movement or ""
    test.unit = result.unit
    test.device = entry.device
    test.trials = entry.trials
    test.best = result.best
    test.refusals = [stored(one) for one in result.refusals]
    test.deviations = [stored(one) for one in result.deviations]


def _as_entry(test: FunctionTest) -> dict[str, Any]:
    return {
        "patient": test.patient.public_id,
        "tested_at": test.tested_at,
        "kind": test.kind,
        "unit": test.unit,
        "trials": test.trials,
        "side": test.side or None,
        "movement": test.movement or None,
        "device": test.device,
    }
