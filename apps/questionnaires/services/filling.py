"""From what was typed to a response that can be kept, with its scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.clinical.questionnaires.scoring import Scores, score
from apps.common.device_clock import TOLERANCE
from apps.common.errors import InvalidEntryError
from apps.questionnaires import queries, scores
from apps.questionnaires.instruments import (
    instrument_named,
    needs_wording,
    settings_of,
)
from apps.questionnaires.models import InstrumentWording, QuestionnaireResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """The scores of a response that is not stored yet; None: half filled."""

    scores: Scores | None

    def write_scores(self, response: QuestionnaireResponse) -> None:
        """Keep them with the stored response."""
        if self.scores is not None:
            scores.write_scores(response, self.scores)


def fill(
    response: QuestionnaireResponse,
    *,
    answers: Mapping[str, object],
    wording_id: UUID | None,
    started_at: datetime | None,
    completed_at: datetime | None,
    now: datetime,
) -> Filling:
    """Put answers and times into an unsaved response and score it if it is complete.

    Raises:
        InvalidEntryError: An answer, a time or the wording cannot be.
    """
    _require_times(started_at, completed_at, now=now)
    name = (response.clinic_id, response.instrument_key, response.instrument_version)
    instrument = instrument_named(name)
    response.wording = _wording(response, wording_id)
    response.answers = {
        code: answer for code, answer in answers.items() if answer is not None
    }
    response.started_at, response.completed_at = started_at, completed_at
    settings = settings_of(response.wording, instrument=instrument)
    scores.require_possible(instrument, response.answers, settings=settings)
    if completed_at is None:
        return Filling(scores=None)
    if not response.answers:
        raise InvalidEntryError.at(
            "/answers", code="empty", detail="A complete form has at least one answer."
        )
    if response.wording is None and needs_wording(instrument):
        raise InvalidEntryError.at(
            "/wording",
            code="wording_needed",
            detail="How this form is scored stands in the clinic's own wording. Save "
            "it half filled until a manager has imported that.",
        )
    found = score(instrument, response.answers, clinic_settings=settings)
    return Filling(scores=found)


def _wording(
    response: QuestionnaireResponse, wording_id: UUID | None
) -> InstrumentWording | None:
    """Return the wording that was shown: named, or of before, or the newest."""
    key, version = response.instrument_key, response.instrument_version
    if wording_id is None:
        if response.wording is not None:
            return response.wording
        return queries.wording_for(response.patient, key=key, version=version)
    found: InstrumentWording | None = InstrumentWording.objects.filter(
        clinic=response.clinic_id,
        instrument_key=key,
        instrument_version=version,
        public_id=wording_id,
    ).first()
    if found is None:
        raise InvalidEntryError.at(
            "/wording",
            code="not_found",
            detail="The patient's clinic has no such wording of this instrument.",
        )
    return found


def _require_times(
    started_at: datetime | None, completed_at: datetime | None, *, now: datetime
) -> None:
    for name, instant in (("started_at", started_at), ("completed_at", completed_at)):
        if instant is not None and instant > now + TOLERANCE:
            raise InvalidEntryError.at(
                f"/{name}", code="in_future", detail="This cannot lie in the future."
            )
    if started_at and completed_at and completed_at < started_at:
        raise InvalidEntryError.at(
            "/completed_at",
            code="out_of_range",
            detail="A form is not complete before it is begun.",
        )
