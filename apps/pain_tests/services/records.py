"""What recording, correcting and voiding have in common for both kinds of test."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.audit.services import record
from apps.clinics.models import Patient
from apps.common.client_records import arrival_of, id_reused, require_replay
from apps.common.device_clock import TOLERANCE, corrected
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.common.receipts import is_replay
from apps.pain_tests import queries
from apps.pain_tests.entry import VoidMeasurementRequest
from apps.pain_tests.models import FunctionTest, PainTest
from apps.pain_tests.permissions import require_measuring

Content = Callable[[Any], dict[str, Any]]
Test = TypeVar("Test", PainTest, FunctionTest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Generic[Test]):
    """A stored test; ``created`` is false when it had been sent before."""

    test: Test
    created: bool


def require_patient(user: Any, patient_id: UUID) -> Patient:
    """Return the patient whom the user may test, locked: their tests wait in line.

    Raises:
        NotThereError: The patient is not theirs to test.
        NotAllowedError: The user is the patient.
    """
    patient = queries.testable_patient(user, patient_id)
    require_measuring(user, patient)
    Patient.objects.select_for_update(no_key=True).only("pk").get(pk=patient.pk)
    return patient


def sent_before(
    model: type[Test], *, entry: Any, by: Any, public_id: UUID | None
) -> Recorded[Test] | None:
    """Return the record that came under this id before, if one did.

    Raises:
        IdReusedError: It has other content, or is not theirs to see.
    """
    if public_id is None:
        return None
    stored = model.objects.filter(public_id=public_id).first()
    if stored is None:
        return None
    require_replay(stored, entry=entry, by=by)
    return Recorded(test=queries.visible_test(model, by, public_id), created=False)


def new_record(
    model: type[Test], *, entry: Any, patient: Patient, by: Any, now: datetime
) -> Test:
    """Return an unsaved record with what every record has."""
    return model(
        clinic_id=patient.clinic_id,
        patient=patient,
        **arrival_of(entry, by=by, now=now),
    )


def insert(test: Test, *, entry: Any, by: Any) -> Recorded[Test]:
    """Return the record as stored, or what another sender of its id stored before.

    Raises:
        IdReusedError: The id is taken, perhaps behind a wall.
    """
    model = type(test)
    try:
        with transaction.atomic():
            test.save(force_insert=True)
    except IntegrityError as error:
        stored = sent_before(model, entry=entry, by=by, public_id=test.public_id)
        if stored is None:
            raise id_reused() from error
        return stored
    return Recorded(test=queries.visible_test(model, by, test.public_id), created=True)


def void(
    model: type[Test],
    *,
    test_id: UUID,
    entry: VoidMeasurementRequest,
    action: str,
    by: Any,
    now: datetime,
) -> Test:
    """Take a test out of every computation; it stays readable.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: It is void already.
    """
    found = queries.visible_test(model, by, test_id)
    require_measuring(by, found.patient)
    if is_replay(request=entry, target=action, target_id=test_id, by=by, now=now):
        return queries.visible_test(model, by, test_id)
    test = locked(found, by=by)
    require_not_void(test)
    test.voided_at, test.voided_by, test.void_reason = now, by, entry.reason
    test.save(update_fields=["voided_at", "voided_by", "void_reason"])
    note(action, test, by=by, now=now)
    return queries.visible_test(model, by, test_id)


def locked(test: Test, *, by: Any) -> Test:
    """Return the newest version of a test, which waits for nobody else now."""
    model = type(test)
    model.objects.select_for_update(of=("self",)).get(pk=test.pk)
    return queries.visible_test(model, by, test.public_id)


def require_not_void(test: Any) -> None:
    """Refuse a change of a test that is out of every computation.

    Raises:
        WrongStateError: It is void.
    """
    if test.voided_at is not None:
        raise WrongStateError("This test is void. Record it anew.")


def require_past(tested_at: datetime, *, now: datetime) -> None:
    """Refuse a test of tomorrow.

    Raises:
        InvalidEntryError: The time lies in the future.
    """
    if tested_at > now + TOLERANCE:
        raise InvalidEntryError.at(
            "/tested_at", code="in_future", detail="A test cannot lie in the future."
        )


def shifted(entry: Any, *, times: set[str], by_s: int) -> Any:
    """Return the entry with these of its times as the device meant them."""
    meant = {
        name: corrected(at, by_s)
        for name in sorted(times)
        if (at := getattr(entry, name)) is not None
    }
    return entry.model_copy(update=meant)


def note(
    action: str,
    row: Any,
    *,
    by: Any,
    now: datetime,
    fields: list[str] | None = None,
) -> None:
    """Add what was done with a row of a patient to the trail."""
    record(
        action,
        by=by,
        now=now,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        subject_id=row.public_id,
        detail={"fields": fields} if fields else None,
    )
