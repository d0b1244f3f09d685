"""Record, correct and void: the same for all that is kept here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.audit.services import record as note
from apps.clinics.models import Patient, RecordKind
from apps.clinics.queries import visible_patient
from apps.clinics.versions import keep_version, require_version
from apps.common.client_records import arrival_of, id_reused, require_replay
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.common.receipts import is_replay
from apps.common.shapes import ChangeRequest
from apps.common.zones import day_in
from apps.context import queries
from apps.context.answers import RecordAnswer
from apps.context.entry import RecordCorrection, RecordEntry, VoidRecordRequest
from apps.context.permissions import require_writer

Record = TypeVar("Record", bound=Any)
# How a record came here, which no correction changes.
ARRIVAL: Final = frozenset({"id", "recorded_at", "sent_at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[Record]):
    """One kind of record: what comes in, how it becomes a row, what goes out.

    ``fill`` writes an entry into a row that is not saved yet. ``happened_on`` names the
    day that must not lie ahead. ``by_patient``: the patient may tell it themself.
    ``told_to_patient``: what the model's ``visible_to`` does, said here for refusals.
    """

    name: RecordKind
    model: type[Record]
    entry: type[RecordEntry]
    answer: Callable[[Record], RecordAnswer]
    fill: Callable[[Record, Any], None]
    happened_on: str | None = None
    by_patient: bool = False
    told_to_patient: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Generic[Record]):
    """A stored record; ``created`` is false when it had been sent before."""

    record: Record
    created: bool


@transaction.atomic
def enter(
    kind: Kind[Record], *, entry: Any, by: Any, now: datetime
) -> Recorded[Record]:
    """Store what a client entered. Safe to repeat with its ``id``.

    Raises:
        NotThereError: The patient is not the user's to see.
        NotAllowedError: The user is the patient, who does not tell this.
        IdReusedError: The id came with other content, or is somebody else's.
        InvalidEntryError: It speaks of what is not there, or lies ahead.
    """
    patient = visible_patient(by, entry.patient)
    require_writer(by, patient, by_patient=kind.by_patient)
    before = _sent_before(kind, entry=entry, by=by, public_id=entry.id)
    if before is not None:
        return before
    record = kind.model(
        clinic_id=patient.clinic_id,
        patient=patient,
        **arrival_of(entry, by=by, now=now),
    )
    _require_past(kind, entry, patient=patient, now=now)
    kind.fill(record, entry)
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError as error:
        other = _sent_before(kind, entry=entry, by=by, public_id=record.public_id)
        if other is None:
            raise id_reused() from error
        return other
    _note(kind, "record", record, by=by, now=now)
    return Recorded(record=record, created=True)


@transaction.atomic
def correct(
    kind: Kind[Record],
    *,
    record_id: UUID,
    entry: RecordCorrection,
    expected_version: int,
    by: Any,
    now: datetime,
) -> Record:
    """Return the corrected record; the earlier version stays readable.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient, and did not enter it.
        StaleVersionError: Somebody else was quicker.
        WrongStateError: The record is void.
        InvalidEntryError: The record as corrected cannot be.
    """
    record, was_done = opened(
        kind, "correct", record_id=record_id, request=entry, by=by, now=now
    )
    if was_done:
        return record
    require_version(record, expected=expected_version)
    return change(
        kind,
        record,
        changes=entry.changes(),
        verb="correct",
        reason=entry.correction_reason,
        by=by,
        now=now,
    )


@transaction.atomic
def void(
    kind: Kind[Record],
    *,
    record_id: UUID,
    entry: VoidRecordRequest,
    by: Any,
    now: datetime,
) -> Record:
    """Take a record out; it stays readable.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient, and did not enter it.
        WrongStateError: It is void already.
    """
    record, was_done = opened(
        kind, "void", record_id=record_id, request=entry, by=by, now=now
    )
    if was_done:
        return record
    _require_not_void(record)
    record.voided_at, record.voided_by, record.void_reason = now, by, entry.reason
    record.save(update_fields=["voided_at", "voided_by", "void_reason"])
    _note(kind, "void", record, by=by, now=now)
    return record


def change(
    kind: Kind[Record],
    record: Record,
    *,
    changes: dict[str, Any],
    verb: str,
    reason: str,
    by: Any,
    now: datetime,
) -> Record:
    """Write fields of a locked record anew, one version higher.

    Raises:
        WrongStateError: The record is void.
        InvalidEntryError: The record cannot be like that.
    """
    _require_not_void(record)
    content = kind.answer(record).model_dump(mode="json")
    known = {
        name: content[name]
        for name in kind.entry.model_fields
        if name in content and name not in ARRIVAL
    }
    entry = kind.entry.parse(known | changes)
    if kind.happened_on in changes:
        _require_past(kind, entry, patient=record.patient, now=now)
    keep_version(record, kind=kind.name, content=content, by=by, reason=reason, now=now)
    kind.fill(record, entry)
    record.save()
    _note(kind, verb, record, by=by, now=now, fields=sorted(changes))
    return record


def opened(
    kind: Kind[Record],
    verb: str,
    *,
    record_id: UUID,
    request: ChangeRequest,
    by: Any,
    now: datetime,
) -> tuple[Record, bool]:
    """Return a record, locked, to be changed, and whether this change was made before.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient, and did not enter it.
        IdReusedError: The ``change_id`` was used for something else.
    """
    found = queries.visible_record(kind.model, by, record_id)
    require_writer(by, found.patient, by_patient=kind.by_patient, record=found)
    kind.model.objects.select_for_update(of=("self",)).get(pk=found.pk)
    was_done = is_replay(
        request=request,
        target=f"{kind.name}.{verb}",
        target_id=record_id,
        by=by,
        now=now,
    )
    # Whoever was quicker has changed it since it was found.
    return queries.visible_record(kind.model, by, record_id), was_done


def _sent_before(
    kind: Kind[Record], *, entry: Any, by: Any, public_id: UUID | None
) -> Recorded[Record] | None:
    """Return the record that came under this id before, if one did.

    Raises:
        IdReusedError: It has other content, or is not theirs to see.
    """
    if public_id is None:
        return None
    stored = kind.model.objects.filter(public_id=public_id).first()
    if stored is None:
        return None
    require_replay(stored, entry=entry, by=by)
    return Recorded(
        record=queries.visible_record(kind.model, by, public_id), created=False
    )


def _require_past(
    kind: Kind[Any], entry: Any, *, patient: Patient, now: datetime
) -> None:
    if kind.happened_on is None:
        return
    # The patient's today: theirs may have begun before that of the clinic.
    if getattr(entry, kind.happened_on) > day_in(patient.time_zone, now):
        raise InvalidEntryError.at(
            f"/{kind.happened_on}",
            code="in_future",
            detail="This is about what was: the day lies ahead.",
        )


def _require_not_void(record: Any) -> None:
    if record.voided_at is not None:
        raise WrongStateError("This record is void. Enter it anew.")


def _note(
    kind: Kind[Any],
    verb: str,
    record: Any,
    *,
    by: Any,
    now: datetime,
    fields: list[str] | None = None,
) -> None:
    note(
        f"{kind.name}.{verb}",
        by=by,
        now=now,
        clinic_id=record.clinic_id,
        patient_id=record.patient_id,
        subject_id=record.public_id,
        detail={"fields": fields} if fields else None,
    )
