"""Asking a patient to fill a form, and taking that back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.clinical.questionnaires.instrument import Instrument
from apps.clinics.models import Patient
from apps.clinics.permissions import require_therapist_of
from apps.clinics.queries import visible_patient
from apps.common.client_records import arrival_of, id_reused, require_replay
from apps.common.errors import WrongStateError
from apps.common.receipts import is_replay
from apps.questionnaires import queries
from apps.questionnaires.entry import QuestionnaireEntry, VoidRequest
from apps.questionnaires.instruments import needs_wording, require_instrument
from apps.questionnaires.models import Questionnaire

from .trail import locked, trace


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedQuestionnaire:
    """A stored questionnaire; ``created`` is false when it had been sent before."""

    questionnaire: Questionnaire
    created: bool


@transaction.atomic
def assign_questionnaire(
    *, entry: QuestionnaireEntry, by: Any, now: datetime
) -> AssignedQuestionnaire:
    """Ask a patient to fill an instrument. Safe to repeat with the same ``id``.

    Raises:
        NotThereError: The patient is not the user's to see.
        NotAllowedError: The user is the patient.
        IdReusedError: The id came with other content, or is somebody else's.
        InvalidEntryError: There is no such instrument.
        WrongStateError: It cannot be scored without the clinic's own wording.
    """
    patient = visible_patient(by, entry.patient)
    require_therapist_of(by, patient)
    if entry.id is not None:
        stored = Questionnaire.objects.filter(public_id=entry.id).first()
        if stored is not None:
            return _replay(stored, entry=entry, by=by)
    instrument = require_instrument(
        patient.clinic_id, key=entry.instrument, version=entry.instrument_version
    )
    _require_wording(patient, instrument)
    questionnaire = Questionnaire(
        clinic_id=patient.clinic_id,
        patient=patient,
        instrument_key=instrument.key,
        instrument_version=instrument.version,
        label=entry.label,
        week=entry.week,
        due_on=entry.due_on,
        **arrival_of(entry, by=by, now=now),
    )
    try:
        with transaction.atomic():
            questionnaire.save(force_insert=True)
    except IntegrityError as error:
        # Another sender of the same id was quicker, or the id lies behind a wall.
        stored = Questionnaire.objects.filter(public_id=questionnaire.public_id).first()
        if stored is None:
            raise id_reused() from error
        return _replay(stored, entry=entry, by=by)
    trace("questionnaire.assign", questionnaire, by=by, now=now)
    found = queries.visible_questionnaire(by, questionnaire.public_id)
    return AssignedQuestionnaire(questionnaire=found, created=True)


@transaction.atomic
def void_questionnaire(
    *, questionnaire_id: UUID, entry: VoidRequest, by: Any, now: datetime
) -> Questionnaire:
    """Take a questionnaire back; it stays readable.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: It is void already, or was answered.
    """
    found = queries.visible_questionnaire(by, questionnaire_id)
    require_therapist_of(by, found.patient)
    target = "questionnaires.void"
    if is_replay(
        request=entry, target=target, target_id=questionnaire_id, by=by, now=now
    ):
        return queries.visible_questionnaire(by, questionnaire_id)
    locked(found)
    row: Any = queries.visible_questionnaire(by, questionnaire_id)
    if row.voided_at is not None:
        raise WrongStateError("This questionnaire is void already.")
    if row.response_id is not None:
        raise WrongStateError("It has a response. Void the response first.")
    row.voided_at, row.voided_by, row.void_reason = now, by, entry.reason
    row.save(update_fields=["voided_at", "voided_by", "void_reason"])
    trace("questionnaire.void", row, by=by, now=now)
    return queries.visible_questionnaire(by, questionnaire_id)


def _replay(
    stored: Questionnaire, *, entry: QuestionnaireEntry, by: Any
) -> AssignedQuestionnaire:
    require_replay(stored, entry=entry, by=by)
    found = queries.visible_questionnaire(by, stored.public_id)
    return AssignedQuestionnaire(questionnaire=found, created=False)


def _require_wording(patient: Patient, instrument: Instrument) -> None:
    if not needs_wording(instrument):
        return
    key, version = instrument.key, instrument.version
    if queries.wording_for(patient, key=key, version=version) is None:
        raise WrongStateError(
            f"How {instrument.edition} is scored stands in the clinic's own wording: "
            f"a manager imports it for the language {patient.language!r} first."
        )
