"""What a manager brings in: the clinic's wordings and instruments of its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.audit.services import record
from apps.clinical.errors import ClinicalInputError
from apps.clinical.questionnaires.instrument import Instrument
from apps.clinical.questionnaires.library import shipped_instrument
from apps.clinical.questionnaires.parsing import parse_instrument
from apps.clinical.questionnaires.refusals import QuestionnaireDataError
from apps.clinical.questionnaires.wording import Wording, parse_wording
from apps.clinics.models import Clinic, Role
from apps.clinics.permissions import require_role
from apps.common.errors import AlreadyRecordedError, InvalidEntryError
from apps.questionnaires.entry import InstrumentImport, WordingImport
from apps.questionnaires.instruments import as_json, is_shipped, refused_document
from apps.questionnaires.models import InstrumentWording, OwnInstrument


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedWording:
    """A stored wording; ``created`` is false when it was in force already."""

    row: InstrumentWording
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedInstrument:
    """A stored instrument; ``created`` is false when the clinic had it."""

    row: OwnInstrument
    created: bool


@transaction.atomic
def import_wording(
    *, entry: WordingImport, clinic: Clinic, by: Any, now: datetime
) -> ImportedWording:
    """Put a clinic's wording in force from now on. Safe to repeat.

    Responses that were begun with an earlier wording keep it.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
        InvalidEntryError: The file cannot be used; every item at fault is told.
        AlreadyRecordedError: Somebody imported another at this moment.
    """
    require_role(by, clinic.pk, Role.MANAGER, now=now)
    wording = _read_wording(entry.document, clinic=clinic)
    document = as_json(entry.document)
    newest = _newest_wording(wording, clinic=clinic)
    if newest is not None and newest.document == document:
        return ImportedWording(row=newest, created=False)
    row = InstrumentWording(
        clinic=clinic,
        instrument_key=wording.instrument_key,
        instrument_version=wording.instrument_version,
        language=wording.language,
        revision=newest.revision + 1 if newest else 1,
        edition=wording.version,
        licence_statement=wording.licence_statement,
        licensed_on=wording.licensed_on,
        document=document,
        imported_at=now,
        imported_by=by,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyRecordedError(
            "Somebody imported another wording of this instrument just now. "
            "Look at it before you import yours."
        ) from error
    record(
        "instrument_wording.import",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        subject_id=row.public_id,
        detail={"instrument": row.instrument_key, "revision": row.revision},
    )
    return ImportedWording(row=row, created=True)


@transaction.atomic
def import_instrument(
    *, entry: InstrumentImport, clinic: Clinic, by: Any, now: datetime
) -> ImportedInstrument:
    """Add a version of an instrument of the clinic's own. Safe to repeat.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
        InvalidEntryError: The document cannot be, or takes a shipped key.
        AlreadyRecordedError: The clinic has this version with other content.
    """
    require_role(by, clinic.pk, Role.MANAGER, now=now)
    instrument = _read_instrument(entry.document)
    row = OwnInstrument(
        clinic=clinic,
        key=instrument.key,
        version=instrument.version,
        document=as_json(entry.document),
        imported_at=now,
        imported_by=by,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return _same_instrument(instrument, clinic=clinic)
    record(
        "instrument.import",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        subject_id=row.public_id,
        detail={"instrument": row.key, "version": row.version},
    )
    return ImportedInstrument(row=row, created=True)


def _read_wording(document: dict[str, Any], *, clinic: Clinic) -> Wording:
    try:
        return parse_wording(document, instrument=_instrument_of(document, clinic))
    except QuestionnaireDataError as error:
        raise refused_document(error) from error
    except ClinicalInputError as error:
        raise InvalidEntryError.at(
            "/document/instrument", code="not_found", detail=str(error)
        ) from error


def _instrument_of(document: dict[str, Any], clinic: Clinic) -> Instrument | None:
    """Return the clinic's own instrument that a wording names; None: a shipped one."""
    key, version = document.get("instrument"), document.get("instrument_version")
    if not isinstance(key, str) or type(version) is not int or not 0 < version < 2**31:
        return None
    row = OwnInstrument.objects.filter(clinic=clinic, key=key, version=version).first()
    if row is not None:
        return parse_instrument(row.document)
    return shipped_instrument(key, version=version)


def _newest_wording(wording: Wording, *, clinic: Clinic) -> InstrumentWording | None:
    rows = InstrumentWording.objects.filter(
        clinic=clinic,
        instrument_key=wording.instrument_key,
        instrument_version=wording.instrument_version,
        language=wording.language,
    )
    found: InstrumentWording | None = rows.order_by("-revision").first()
    return found


def _read_instrument(document: dict[str, Any]) -> Instrument:
    try:
        instrument = parse_instrument(document)
    except QuestionnaireDataError as error:
        raise refused_document(error) from error
    if is_shipped(instrument.key):
        raise InvalidEntryError.at(
            "/document/key",
            code="shipped",
            detail="An instrument of this key is shipped. Take another key.",
        )
    return instrument


def _same_instrument(instrument: Instrument, *, clinic: Clinic) -> ImportedInstrument:
    row = OwnInstrument.objects.get(
        clinic=clinic, key=instrument.key, version=instrument.version
    )
    if parse_instrument(row.document) != instrument:
        raise AlreadyRecordedError(
            f"Your clinic has {instrument.key} version {instrument.version} with other "
            "content. Give the change the next version.",
            pointer="/document/version",
        )
    return ImportedInstrument(row=row, created=False)
