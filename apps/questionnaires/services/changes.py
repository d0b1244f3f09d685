"""Corrections of complete responses, and taking a response out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.clinics.models import RecordKind
from apps.clinics.versions import keep_version, require_version
from apps.common.device_clock import corrected, offset_s
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.common.receipts import is_replay
from apps.questionnaires import queries
from apps.questionnaires.entry import ResponseCorrection, VoidRequest
from apps.questionnaires.models import QuestionnaireResponse
from apps.questionnaires.permissions import require_may_change

from .filling import fill
from .trail import locked, trace

Content = Callable[[QuestionnaireResponse], dict[str, Any]]


@transaction.atomic
def correct_response(
    *,
    response_id: UUID,
    entry: ResponseCorrection,
    expected_version: int,
    content: Content,
    by: Any,
    now: datetime,
) -> QuestionnaireResponse:
    """Return the corrected response, scored anew; the earlier version stays readable.

    ``content`` makes the record's JSON as the patient may read it. The scores are made
    with the instrument's version and the wording that the response has.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: A patient would change what somebody else entered.
        StaleVersionError: Somebody else was quicker.
        WrongStateError: It is void, or half filled.
        InvalidEntryError: An answer or a time cannot be.
    """
    found = queries.visible_response(by, response_id)
    require_may_change(by, found)
    target = "questionnaire_responses.correct"
    if is_replay(request=entry, target=target, target_id=response_id, by=by, now=now):
        return queries.visible_response(by, response_id)
    locked(found.questionnaire)
    response = queries.visible_response(by, response_id)
    require_version(response, expected=expected_version)
    _require_complete(response)
    keep_version(
        response,
        kind=RecordKind.QUESTIONNAIRE_RESPONSE,
        content=content(response),
        by=by,
        reason=entry.correction_reason,
        now=now,
    )
    filling = fill(
        response,
        answers=response.answers | entry.answers,
        wording_id=None,
        started_at=_time(response, entry, name="started_at", now=now),
        completed_at=_time(response, entry, name="completed_at", now=now),
        now=now,
    )
    response.save()
    filling.write_scores(response)
    fields = entry.changed_fields()
    trace("questionnaire_response.correct", response, by=by, now=now, fields=fields)
    return queries.visible_response(by, response_id)


@transaction.atomic
def void_response(
    *, response_id: UUID, entry: VoidRequest, by: Any, now: datetime
) -> QuestionnaireResponse:
    """Take a response out of every computation; its questionnaire is open again.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: A patient takes out what somebody else entered.
        WrongStateError: It is void already.
    """
    found = queries.visible_response(by, response_id)
    require_may_change(by, found)
    target = "questionnaire_responses.void"
    if is_replay(request=entry, target=target, target_id=response_id, by=by, now=now):
        return queries.visible_response(by, response_id)
    locked(found.questionnaire)
    response = queries.visible_response(by, response_id)
    if response.voided_at is not None:
        raise WrongStateError("This response is void already.")
    response.voided_at, response.voided_by = now, by
    response.void_reason = entry.reason
    response.save(update_fields=["voided_at", "voided_by", "void_reason"])
    trace("questionnaire_response.void", response, by=by, now=now)
    return queries.visible_response(by, response_id)


def _require_complete(response: QuestionnaireResponse) -> None:
    if response.voided_at is not None:
        raise WrongStateError("This response is void. Record it anew.")
    if response.completed_at is None:
        raise WrongStateError("This response is half filled. Go on with it by PUT.")


def _time(
    response: QuestionnaireResponse,
    entry: ResponseCorrection,
    *,
    name: str,
    now: datetime,
) -> datetime | None:
    if name not in entry.model_fields_set:
        kept: datetime | None = getattr(response, name)
        return kept
    given: datetime | None = getattr(entry, name)
    if given is not None:
        return corrected(given, offset_s(entry.sent_at, now))
    if name == "completed_at":
        raise InvalidEntryError.at(
            "/completed_at",
            code="required",
            detail="A complete form stays complete. Void it to fill it anew.",
        )
    return None
