"""Writes owned by strength."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.clinics.models import Membership, Patient, RecordKind
from apps.clinics.permissions import require_therapist_of
from apps.clinics.queries import visible_patient
from apps.clinics.services import mark_proposals_due
from apps.clinics.versions import keep_version, require_version
from apps.common.client_records import arrival_of, id_reused, require_replay
from apps.common.device_clock import TOLERANCE, corrected, offset_s
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.common.loads import kilograms
from apps.common.receipts import is_replay
from apps.exercises.models import Exercise, LoadKind
from apps.exercises.queries import clinic_exercises

from . import queries
from .entry import (
    OneRepMaxTestCorrection,
    OneRepMaxTestEntry,
    TrialEntry,
    VoidTestRequest,
)
from .models import OneRepMaxTest, Trial
from .results import result_of

Content = Callable[[OneRepMaxTest], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTest:
    """A stored test; ``created`` is false when it had been sent before."""

    test: OneRepMaxTest
    created: bool


@transaction.atomic
def record_one_rep_max_test(
    *, entry: OneRepMaxTestEntry, by: Any, now: datetime
) -> RecordedTest:
    """Store a test and its result. Safe to repeat with the same ``id``.

    Raises:
        NotThereError: The patient is not the user's to see.
        NotAllowedError: The user is the patient.
        IdReusedError: The id came with other content, or is somebody else's.
        InvalidEntryError: The trials give no 1RM, or a value cannot be.
    """
    patient = visible_patient(by, entry.patient)
    require_therapist_of(by, patient)
    if entry.id is not None:
        stored = OneRepMaxTest.objects.filter(public_id=entry.id).first()
        if stored is not None:
            return _replay(stored, entry=entry, by=by)
    test = OneRepMaxTest(
        clinic_id=patient.clinic_id,
        patient=patient,
        **arrival_of(entry, by=by, now=now),
    )
    tested_at = corrected(entry.tested_at, test.clock_offset_s)
    _fill(test, entry=entry, tested_at=tested_at, now=now)
    try:
        with transaction.atomic():
            test.save(force_insert=True)
    except IntegrityError as error:
        # Another sender of the same id was quicker, or the id lies behind a wall.
        stored = OneRepMaxTest.objects.filter(public_id=test.public_id).first()
        if stored is None:
            raise id_reused() from error
        return _replay(stored, entry=entry, by=by)
    _write_trials(test, entry.trials)
    _record("one_rep_max_test.record", test, by=by, now=now)
    return RecordedTest(test=queries.visible_test(by, test.public_id), created=True)


@transaction.atomic
def correct_one_rep_max_test(
    *,
    test_id: UUID,
    entry: OneRepMaxTestCorrection,
    expected_version: int,
    content: Content,
    by: Any,
    now: datetime,
) -> OneRepMaxTest:
    """Return the corrected test; the earlier version stays readable.

    ``content`` makes the record's JSON as the API gives it out.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        StaleVersionError: Somebody else was quicker.
        WrongStateError: The test is void.
        InvalidEntryError: The test as corrected gives no 1RM.
    """
    found = queries.visible_test(by, test_id)
    require_therapist_of(by, found.patient)
    if is_replay(
        request=entry, target="strength.correct", target_id=test_id, by=by, now=now
    ):
        return queries.visible_test(by, test_id)
    _lock(found)
    test = queries.visible_test(by, test_id)
    require_version(test, expected=expected_version)
    _require_not_void(test)
    changes = entry.changes()
    merged = OneRepMaxTestEntry.parse(_as_entry(test) | changes)
    tested_at = merged.tested_at
    if "tested_at" in changes:
        tested_at = corrected(tested_at, offset_s(entry.sent_at, now))
    keep_version(
        test,
        kind=RecordKind.ONE_REP_MAX_TEST,
        content=content(test),
        by=by,
        reason=entry.correction_reason,
        now=now,
    )
    _fill(test, entry=merged, tested_at=tested_at, now=now)
    test.save()
    if "trials" in changes:
        test.trials.all().delete()
        _write_trials(test, merged.trials)
    _record("one_rep_max_test.correct", test, by=by, now=now, fields=sorted(changes))
    return queries.visible_test(by, test_id)


@transaction.atomic
def void_one_rep_max_test(
    *, test_id: UUID, entry: VoidTestRequest, by: Any, now: datetime
) -> OneRepMaxTest:
    """Take a test out of every computation; it stays readable.

    A load that was put in force because of it stays in force until a person decides.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: It is void already.
    """
    found = queries.visible_test(by, test_id)
    require_therapist_of(by, found.patient)
    if is_replay(
        request=entry, target="strength.void", target_id=test_id, by=by, now=now
    ):
        return queries.visible_test(by, test_id)
    _lock(found)
    test = queries.visible_test(by, test_id)
    _require_not_void(test)
    test.voided_at, test.voided_by, test.void_reason = now, by, entry.reason
    test.save(update_fields=["voided_at", "voided_by", "void_reason"])
    _record("one_rep_max_test.void", test, by=by, now=now)
    return queries.visible_test(by, test_id)


def _replay(
    stored: OneRepMaxTest, *, entry: OneRepMaxTestEntry, by: Any
) -> RecordedTest:
    require_replay(stored, entry=entry, by=by)
    return RecordedTest(test=queries.visible_test(by, stored.public_id), created=False)


def _fill(
    test: OneRepMaxTest,
    *,
    entry: OneRepMaxTestEntry,
    tested_at: datetime,
    now: datetime,
) -> None:
    if tested_at > now + TOLERANCE:
        raise InvalidEntryError.at(
            "/tested_at", code="in_future", detail="A test cannot lie in the future."
        )
    exercise = _exercise_of(test, entry)
    result = result_of(entry)
    test.exercise = exercise
    test.side = entry.side or ""
    test.tested_at = tested_at
    test.method = entry.method
    test.equation = entry.equation_used
    test.machine = entry.machine
    test.tester = _tester_of(test, entry)
    test.analgesic_hours = entry.analgesic_hours
    test.one_rep_max_value = result.value
    test.unit = result.unit
    test.one_rep_max_kg = result.kg
    test.confidence = result.confidence


def _exercise_of(test: OneRepMaxTest, entry: OneRepMaxTestEntry) -> Exercise:
    """Return the exercise of a test; a correction is judged for what it changes.

    The catalogue may have changed since the test was recorded.
    """
    is_same = test.pk is not None and test.exercise.public_id == entry.exercise
    exercise: Exercise = (
        test.exercise if is_same else _require_exercise(test.patient, entry.exercise)
    )
    if not is_same or (entry.side or "") != test.side:
        _require_side(exercise, entry.side)
    return exercise


def _require_exercise(patient: Patient, exercise_id: UUID) -> Exercise:
    exercise = clinic_exercises(patient.clinic_id, [exercise_id]).get(exercise_id)
    if exercise is None:
        raise InvalidEntryError.at(
            "/exercise",
            code="not_found",
            detail="The patient's clinic has no such exercise.",
        )
    if exercise.load_kind != LoadKind.EXTERNAL:
        raise InvalidEntryError.at(
            "/exercise",
            code="no_weight",
            detail="Only an exercise with a weight has a 1RM.",
        )
    return exercise


def _require_side(exercise: Exercise, side: str | None) -> None:
    if exercise.unilateral and side is None:
        raise InvalidEntryError.at(
            "/side", code="required", detail="Say which side: left or right."
        )
    if not exercise.unilateral and side is not None:
        raise InvalidEntryError.at(
            "/side",
            code="not_for_this_exercise",
            detail=f"{exercise.name} is done with both sides at once.",
        )


def _tester_of(test: OneRepMaxTest, entry: OneRepMaxTestEntry) -> User | None:
    if entry.tester is None:
        return None
    if test.tester is not None and test.tester.public_id == entry.tester:
        return test.tester
    return _require_tester(test.patient, entry.tester)


def _require_tester(patient: Patient, tester_id: UUID) -> User:
    tester = User.objects.filter(public_id=tester_id).first()
    works_here = (
        tester is not None
        and Membership.objects.filter(user=tester, clinic=patient.clinic_id).exists()
    )
    if tester is None or not works_here:
        raise InvalidEntryError.at(
            "/tester", code="not_found", detail="Nobody of this id works in the clinic."
        )
    return tester


def _write_trials(test: OneRepMaxTest, trials: list[TrialEntry]) -> None:
    Trial.objects.bulk_create(
        Trial(
            clinic_id=test.clinic_id,
            test=test,
            position=position,
            load_kg=kilograms(value=trial.load.value, unit=trial.load.unit),
            load_value=trial.load.value,
            load_unit=trial.load.unit,
            **trial.model_dump(exclude={"load"}),
        )
        for position, trial in enumerate(trials)
    )


def _as_entry(test: OneRepMaxTest) -> dict[str, Any]:
    return {
        "patient": test.patient.public_id,
        "exercise": test.exercise.public_id,
        "side": test.side or None,
        "tested_at": test.tested_at,
        "method": test.method,
        "equation": test.equation or None,
        "machine": test.machine,
        "tester": test.tester.public_id if test.tester else None,
        "analgesic_hours": test.analgesic_hours,
        "trials": [
            {
                "load": {"value": trial.load_value, "unit": trial.load_unit},
                "reps": trial.reps,
                "success": trial.success,
                "rpe": trial.rpe,
                "pain_before_mm": trial.pain_before_mm,
                "pain_after_mm": trial.pain_after_mm,
            }
            for trial in sorted(test.trials.all(), key=lambda trial: trial.position)
        ],
    }


def _lock(test: OneRepMaxTest) -> None:
    OneRepMaxTest.objects.select_for_update(of=("self",)).get(pk=test.pk)


def _require_not_void(test: OneRepMaxTest) -> None:
    if test.voided_at is not None:
        raise WrongStateError("This test is void. Record it anew.")


def _record(
    action: str,
    test: OneRepMaxTest,
    *,
    by: Any,
    now: datetime,
    fields: list[str] | None = None,
) -> None:
    record(
        action,
        by=by,
        now=now,
        clinic_id=test.clinic_id,
        patient_id=test.patient_id,
        subject_id=test.public_id,
        detail={"fields": fields} if fields else None,
    )
    mark_proposals_due(clinic_id=test.clinic_id, patient_ids=[test.patient_id], now=now)
