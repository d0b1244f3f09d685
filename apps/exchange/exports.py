"""Patients take out all their data as one file."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.audit.services import record
from apps.clinics.models import Patient
from apps.clinics.permissions import require_own_record
from apps.common.backoff import wait_after
from apps.common.celery import nudge_on_commit
from apps.common.errors import AlreadyRecordedError, NotThereError, WrongStateError
from apps.common.receipts import is_replay
from apps.common.shapes import ChangeRequest
from apps.common.tenancy import across_clinics, in_clinic

from .models import DataExport, DataExportFile, ExportState
from .takeout.archive import archive_of

logger = logging.getLogger(__name__)

MAKE_EXPORTS: Final = "exchange.make_exports"
LINK_LASTS: Final = timedelta(days=7)
MOST_ATTEMPTS: Final = 5
LONGEST_WAIT: Final = timedelta(minutes=10)
MOST_A_SWEEP: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportsReport:
    """How many copies one sweep made, could not make, and threw away.

    ``held_up`` counts those who wait for another attempt, whichever sweep failed.
    """

    made: int
    failed: int
    expired: int
    held_up: int


@transaction.atomic
def ask_export(*, entry: ChangeRequest, by: Any, now: datetime) -> DataExport:
    """Return the row of a copy that a worker will make of the user's own data.

    Raises:
        NotAllowedError: The user is nobody's patient.
        AlreadyRecordedError: One is being made.
    """
    patient = require_own_record(by)
    if is_replay(
        request=entry,
        target="exports.ask",
        target_id=patient.public_id,
        by=by,
        now=now,
    ):
        return DataExport.objects.filter(patient=patient).latest("pk")
    try:
        with transaction.atomic():
            export = DataExport.objects.create(
                clinic_id=patient.clinic_id,
                patient=patient,
                asked_by=by,
                asked_at=now,
                due_at=now,
            )
    except IntegrityError as error:
        if "exchange_dataexport_one_at_a_time" not in str(error):
            raise
        raise AlreadyRecordedError(
            "Your copy is being made. It can be fetched in a moment."
        ) from error
    _note(export, "export.ask", by=by, now=now)
    nudge_on_commit(MAKE_EXPORTS)
    return export


def own_export(user: Any, export_id: UUID) -> DataExport:
    """Return one of the user's own copies.

    Raises:
        NotThereError: There is none, or it is somebody else's.
    """
    found: DataExport | None = (
        DataExport.objects.visible_to(user)
        .select_related("patient")
        .filter(public_id=export_id)
        .first()
    )
    if found is None:
        raise NotThereError("There is no such copy, or it is not yours.")
    return found


@transaction.atomic
def fetch_export(*, export_id: UUID, by: Any, now: datetime) -> bytes:
    """Return the file of one of the user's own copies; the trail tells of it.

    Raises:
        NotThereError: There is none, or it is somebody else's.
        WrongStateError: It is not ready, or its time is over.
    """
    export = own_export(by, export_id)
    if export.state == ExportState.ASKED:
        raise WrongStateError("Your copy is being made. Try again in a moment.")
    file = DataExportFile.objects.filter(export=export).first()
    is_over = export.expires_at is None or export.expires_at <= now
    if export.state != ExportState.READY or is_over or file is None:
        raise WrongStateError("The time of this copy is over. Ask for a new one.")
    _note(export, "export.fetch", by=by, now=now)
    return bytes(file.content)


def make_exports(*, now: datetime) -> ExportsReport:
    """Make the copies that were asked for, and throw away those whose time is over.

    Each has a transaction of its own, so that one bad record stops nobody else's copy.
    Safe to repeat, also by two workers at once.
    """
    expired = sum(_expire(*each, now=now) for each in _over(now=now))
    made = failed = 0
    for clinic_id, export_pk in _due(now=now):
        try:
            made += _make(clinic_id, export_pk, now=now)
        except Exception:
            # Broad on purpose: whatever went wrong, the next patient comes first.
            logger.exception("Could not make data export %s", export_pk)
            failed += 1
            _put_back(clinic_id, export_pk, now=now)
    with across_clinics():
        waiting = DataExport.objects.filter(state=ExportState.ASKED, attempts__gt=0)
        held_up = waiting.count()
    return ExportsReport(made=made, failed=failed, expired=expired, held_up=held_up)


def discard_files(patient: Patient) -> None:
    """Throw away every copy of a patient, whatever its state."""
    exports = DataExport.objects.filter(patient=patient)
    # The rows first: that waits for whoever is making one, and then its file is seen.
    exports.exclude(state=ExportState.EXPIRED).update(state=ExportState.EXPIRED)
    DataExportFile.objects.filter(export__in=exports).delete()


def _due(*, now: datetime) -> list[tuple[int, int]]:
    with across_clinics():
        rows = DataExport.objects.filter(state=ExportState.ASKED, due_at__lte=now)
        return list(
            rows.order_by("due_at", "pk").values_list("clinic", "pk")[:MOST_A_SWEEP]
        )


def _over(*, now: datetime) -> list[tuple[int, int]]:
    with across_clinics():
        rows = DataExport.objects.filter(state=ExportState.READY, expires_at__lte=now)
        return list(rows.order_by("pk").values_list("clinic", "pk")[:MOST_A_SWEEP])


def _make(clinic_id: int, export_pk: int, *, now: datetime) -> int:
    with in_clinic(clinic_id):
        export = _locked(export_pk, state=ExportState.ASKED)
        if export is None:
            return 0
        patient = export.patient
        content = archive_of(patient, now=now)
        earlier = DataExport.objects.filter(patient=patient, state=ExportState.READY)
        DataExportFile.objects.filter(export__in=earlier).delete()
        earlier.update(state=ExportState.EXPIRED)
        DataExportFile.objects.create(
            export=export, clinic_id=clinic_id, content=content
        )
        export.state = ExportState.READY
        export.made_at, export.expires_at = now, now + LINK_LASTS
        export.size_bytes, export.sha256 = len(content), sha256(content).hexdigest()
        export.save()
        _note(export, "export.make", by=None, now=now)
    return 1


def _put_back(clinic_id: int, export_pk: int, *, now: datetime) -> None:
    with in_clinic(clinic_id):
        export = _locked(export_pk, state=ExportState.ASKED)
        if export is None:
            return
        export.attempts += 1
        export.due_at = now + wait_after(export.attempts, longest=LONGEST_WAIT)
        if export.attempts >= MOST_ATTEMPTS:
            export.state = ExportState.FAILED
        export.save(update_fields=["attempts", "due_at", "state"])


def _expire(clinic_id: int, export_pk: int, *, now: datetime) -> int:
    with in_clinic(clinic_id):
        export = _locked(export_pk, state=ExportState.READY)
        if export is None:
            return 0
        DataExportFile.objects.filter(export=export).delete()
        export.state = ExportState.EXPIRED
        export.save(update_fields=["state"])
        _note(export, "export.expire", by=None, now=now)
    return 1


def _locked(export_pk: int, *, state: ExportState) -> DataExport | None:
    found: DataExport | None = (
        DataExport.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("patient__clinic")
        .filter(pk=export_pk, state=state)
        .first()
    )
    return found


def _note(export: DataExport, action: str, *, by: Any, now: datetime) -> None:
    record(
        action,
        by=by,
        now=now,
        clinic_id=export.clinic_id,
        patient_id=export.patient_id,
        subject_id=export.public_id,
    )
