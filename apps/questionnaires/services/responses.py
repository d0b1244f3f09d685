"""Filling a form: at once, half and half, or from paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.common.client_records import id_reused, recorded_at, require_replay
from apps.common.device_clock import corrected, offset_s
from apps.common.errors import (
    AlreadyRecordedError,
    InvalidEntryError,
    WrongStateError,
)
from apps.common.ids import uuid7
from apps.questionnaires import queries
from apps.questionnaires.entry import FilledForm, ResponseEntry, ResponseSave
from apps.questionnaires.models import Questionnaire, QuestionnaireResponse
from apps.questionnaires.permissions import require_may_change

from .filling import Filling, fill
from .trail import locked, trace


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedResponse:
    """A stored response; ``created`` is false when there was one of this id."""

    response: QuestionnaireResponse
    created: bool


@transaction.atomic
def record_response(
    *, entry: ResponseEntry, by: Any, now: datetime
) -> RecordedResponse:
    """Store a response, and its scores if it is complete. Safe to repeat with ``id``.

    Raises:
        NotThereError: The questionnaire is not the user's to see.
        IdReusedError: The id came with other content, or is somebody else's.
        AlreadyRecordedError: The questionnaire has a response.
        WrongStateError: The questionnaire is void.
        InvalidEntryError: An answer or a time cannot be.
    """
    questionnaire = queries.visible_questionnaire(by, entry.questionnaire)
    # In this order, so that a second sender of the same id finds the first one's row.
    locked(questionnaire)
    if entry.id is not None:
        stored = QuestionnaireResponse.objects.filter(public_id=entry.id).first()
        if stored is not None:
            return _replay(stored, entry=entry, by=by)
    response = _new(entry.id or uuid7(), questionnaire, entry=entry, by=by, now=now)
    if response is None:
        raise id_reused()
    return RecordedResponse(response=response, created=True)


@transaction.atomic
def save_response(
    *, response_id: UUID, entry: ResponseSave, by: Any, now: datetime
) -> QuestionnaireResponse:
    """Store a response in place of its half-filled state. Safe to repeat.

    An entry that was typed before the stored one (``recorded_at``) comes late from a
    device's queue and changes nothing.

    Raises:
        NotThereError: The response or the questionnaire is not the user's to see.
        NotAllowedError: A patient would go on with what somebody else entered.
        IdReusedError: The response is to another questionnaire.
        WrongStateError: It is complete or void.
        InvalidEntryError: An answer, a time or an id cannot be.
    """
    if entry.id not in (None, response_id):
        raise InvalidEntryError.at(
            "/id", code="contradiction", detail="The address names another id."
        )
    found = queries.visible_response(by, response_id)
    require_may_change(by, found)
    if entry.questionnaire is not None:
        named = queries.visible_questionnaire(by, entry.questionnaire)
        if named.pk != found.questionnaire_id:
            raise id_reused()
    locked(found.questionnaire)
    response = queries.visible_response(by, response_id)
    if response.put_digest != entry.content_digest():
        _replace(response, entry=entry, by=by, now=now)
    return queries.visible_response(by, response_id)


def _new(
    response_id: UUID,
    questionnaire: Questionnaire,
    *,
    entry: ResponseEntry,
    by: Any,
    now: datetime,
) -> QuestionnaireResponse | None:
    """Return the stored response, or None if the id lies behind a wall."""
    _require_open(questionnaire)
    response = QuestionnaireResponse(
        public_id=response_id,
        request_digest=entry.digest(),
        put_digest=entry.content_digest(),
        clinic_id=questionnaire.clinic_id,
        patient=questionnaire.patient,
        questionnaire=questionnaire,
        instrument_key=questionnaire.instrument_key,
        instrument_version=questionnaire.instrument_version,
        entered_by=by,
        received_at=now,
    )
    filling = _fill(response, entry=entry, now=now)
    try:
        with transaction.atomic():
            response.save(force_insert=True)
    except IntegrityError:
        return None
    filling.write_scores(response)
    trace("questionnaire_response.record", response, by=by, now=now)
    return queries.visible_response(by, response_id)


def _require_open(questionnaire: Questionnaire) -> None:
    if questionnaire.voided_at is not None:
        raise WrongStateError("This questionnaire was taken back.")
    if questionnaire.responses.filter(voided_at__isnull=True).exists():
        raise AlreadyRecordedError(
            "This questionnaire has a response. Correct that one, or go on with it."
        )


def _replay(
    stored: QuestionnaireResponse, *, entry: ResponseEntry, by: Any
) -> RecordedResponse:
    require_replay(stored, entry=entry, by=by)
    found = queries.visible_response(by, stored.public_id)
    return RecordedResponse(response=found, created=False)


def _replace(
    response: QuestionnaireResponse, *, entry: ResponseSave, by: Any, now: datetime
) -> None:
    was_complete = response.completed_at is not None
    stored_at = response.recorded_at
    filling = _fill(response, entry=entry, now=now)
    if response.voided_at is not None:
        raise WrongStateError("This response is void. Record it anew.")
    if was_complete:
        raise WrongStateError("This response is complete. Correct it by PATCH.")
    if response.recorded_at < stored_at:
        return
    response.put_digest = entry.content_digest()
    response.entered_by = by
    response.received_at = now
    response.save()
    filling.write_scores(response)
    trace("questionnaire_response.save", response, by=by, now=now)


def _fill(
    response: QuestionnaireResponse, *, entry: FilledForm, now: datetime
) -> Filling:
    clock_offset_s = offset_s(entry.sent_at, now)
    response.clock_offset_s = clock_offset_s
    response.recorded_at = recorded_at(entry, offset_s=clock_offset_s, now=now)
    times = [
        None if each is None else corrected(each, clock_offset_s)
        for each in (entry.started_at, entry.completed_at)
    ]
    return fill(
        response,
        answers=entry.answers,
        wording_id=entry.wording,
        started_at=times[0],
        completed_at=times[1],
        now=now,
    )
