"""FHIR resources into the rooms that own what they say."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.clinical.questionnaires.refusals import QuestionnaireDataError
from apps.clinics.models import Clinic
from apps.common.errors import InvalidEntryError
from apps.exchange.entry import FhirQuestionnaireImport, FhirResponseImport
from apps.exchange.fhir.instruments import document_of
from apps.exchange.fhir.responses import ReadResponse, read_response
from apps.questionnaires.entry import InstrumentImport, ResponseEntry
from apps.questionnaires.instruments import instrument_named
from apps.questionnaires.models import Questionnaire
from apps.questionnaires.queries import visible_questionnaire
from apps.questionnaires.services import (
    ImportedInstrument,
    RecordedResponse,
    import_instrument,
    record_response,
)

RESOURCE = "/resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedQuestionnaire:
    """The instrument, and the JSON pointers of what was left out of it."""

    imported: ImportedInstrument
    left_out: list[str]


def import_questionnaire(
    *, entry: FhirQuestionnaireImport, clinic: Clinic, by: Any, now: datetime
) -> ImportedQuestionnaire:
    """Add a Questionnaire as an instrument of the clinic's own. Safe to repeat.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
        InvalidEntryError: Something in it cannot be carried, or cannot be.
        AlreadyRecordedError: The clinic has this version with other content.
    """
    with _refusals_in_the_resource():
        read = document_of(entry.resource, key=entry.key, version=entry.version)
    imported = import_instrument(
        entry=InstrumentImport(document=read.document), clinic=clinic, by=by, now=now
    )
    left_out = [f"{RESOURCE}{each}" for each in read.left_out]
    return ImportedQuestionnaire(imported=imported, left_out=left_out)


def import_response(
    *, entry: FhirResponseImport, by: Any, now: datetime
) -> RecordedResponse:
    """Record a QuestionnaireResponse as any other response. Safe to repeat with ``id``.

    Raises:
        NotThereError: The questionnaire is not the user's to see.
        InvalidEntryError: Something in it cannot be carried, or is another patient's.
        IdReusedError, AlreadyRecordedError, WrongStateError: See `record_response`.
    """
    asked = visible_questionnaire(by, entry.questionnaire)
    name = (asked.clinic_id, asked.instrument_key, asked.instrument_version)
    with _refusals_in_the_resource():
        read = read_response(entry.resource, instrument=instrument_named(name))
    _require_same_patient(read, asked=asked)
    with _pointers_in_the_resource():
        form = ResponseEntry.parse(
            entry.model_dump(include={"id", "questionnaire", "recorded_at", "sent_at"})
            | {"answers": read.answers}
            | {"completed_at": read.authored if read.is_complete else None}
        )
    if read.is_complete and form.completed_at is None:
        raise InvalidEntryError.at(
            f"{RESOURCE}/authored",
            code="required",
            detail="A complete form says when it was authored.",
        )
    return record_response(entry=form, by=by, now=now)


def _require_same_patient(read: ReadResponse, *, asked: Questionnaire) -> None:
    if read.patient not in (None, f"Patient/{asked.patient.public_id}"):
        raise InvalidEntryError.at(
            f"{RESOURCE}/subject/reference",
            code="another_patient",
            detail="The questionnaire was assigned to another patient.",
        )


@contextmanager
def _refusals_in_the_resource() -> Iterator[None]:
    try:
        yield
    except QuestionnaireDataError as error:
        raise InvalidEntryError(
            [
                {
                    "pointer": f"{RESOURCE}{each.where}",
                    "code": each.rule.replace(" ", "_"),
                    "detail": each.detail,
                }
                for each in error.refusals
            ]
        ) from error


@contextmanager
def _pointers_in_the_resource() -> Iterator[None]:
    """Say of a time that the shape refused where it stands in the resource."""
    try:
        yield
    except InvalidEntryError as error:
        raise InvalidEntryError(
            [
                each
                | {
                    "pointer": each["pointer"].replace(
                        "/completed_at", f"{RESOURCE}/authored"
                    )
                }
                for each in error.errors
            ]
        ) from error
