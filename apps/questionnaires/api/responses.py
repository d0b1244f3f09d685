"""What the API tells about responses: bands and changes to staff alone."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import model_serializer

from apps.clinical.questionnaires.answers import ClinicSettings
from apps.clinical.questionnaires.change import ScoreChange, ThresholdVerdict, change
from apps.clinical.questionnaires.scoring import Score, Scores
from apps.common.shapes import Answer
from apps.questionnaires.instruments import Named, instruments_named, settings_of
from apps.questionnaires.models import InstrumentWording, QuestionnaireResponse
from apps.questionnaires.permissions import is_staff_for
from apps.questionnaires.queries import previous_responses
from apps.questionnaires.scores import kept_scores, shown


class BandAnswer(Answer):
    """Where a score lies by one scheme, and for whom that holds."""

    scheme: str
    code: str
    population: str
    mark: str


class ScoreAnswer(Answer):
    """One score; null where there is none, with the reason.

    ``complete``: nothing was missing. ``band`` is the first of ``bands``; both are for
    staff alone and not there for patients.
    """

    code: str
    role: str
    value: int | float | None
    complete: bool
    answered: int
    parts: int
    direction: str
    why_none: str | None
    band: str | None = None
    bands: list[BandAnswer] | None = None

    @model_serializer(mode="wrap")
    def _for_whom(self, handler):
        told = handler(self)
        if self.bands is None:
            del told["band"], told["bands"]
        return told


class ThresholdAnswer(Answer):
    """Whether a change reaches one published threshold; null: ``why_unknown``."""

    code: str
    unit: str
    at_least: float
    population: str
    mark: str
    met: bool | None
    why_unknown: str | None


class ScoreChangeAnswer(Answer):
    """What one score did since the earlier response: after minus before, unrounded."""

    code: str
    difference: float | None
    trend: str | None
    why_none: str | None
    thresholds: list[ThresholdAnswer]


class ChangeAnswer(Answer):
    """What became of the scores since the patient's earlier response."""

    since: UUID
    since_completed_at: datetime
    scores: list[ScoreChangeAnswer]


class QuestionnaireResponseAnswer(Answer):
    """A response; ``scores`` is empty until it is complete.

    ``entered_by`` other than the patient: staff typed in a paper form. ``change`` is
    for staff alone and not there for patients; null without an earlier response.
    """

    id: UUID
    version: int
    questionnaire: UUID
    patient: UUID
    instrument: str
    instrument_version: int
    wording: UUID | None
    wording_version: str | None
    answers: dict[str, int | str]
    started_at: datetime | None
    completed_at: datetime | None
    recorded_at: datetime
    received_at: datetime
    entered_by: UUID
    scores: list[ScoreAnswer]
    change: ChangeAnswer | None = None
    voided_at: datetime | None
    void_reason: str | None

    @model_serializer(mode="wrap")
    def _for_whom(self, handler):
        told = handler(self)
        if "change" not in self.model_fields_set:
            del told["change"]
        return told


def response_answers(
    rows: Iterable[QuestionnaireResponse], *, reader: Any
) -> Iterator[QuestionnaireResponseAnswer]:
    """Return responses (of ``queries.with_details``) as ``reader`` may see them.

    A fixed number of queries for all of them.
    """
    found = list(rows)
    previous = previous_responses(found)
    book = _Book([*found, *previous.values()])
    for row in found:
        yield _response_answer(
            row,
            scores=book.scores(row),
            told=_staff_fields(row, previous.get(row.pk), book=book)
            if is_staff_for(reader, row)
            else {},
        )


def response_answer(
    row: QuestionnaireResponse, *, reader: Any
) -> QuestionnaireResponseAnswer:
    """Return one response (of ``queries.with_details``) as ``reader`` may see it."""
    return next(response_answers([row], reader=reader))


def response_content(row: QuestionnaireResponse) -> dict[str, Any]:
    """Return one response as the JSON that its snapshot keeps.

    Patients read snapshots too, so it is without bands and change.
    """
    scores = _Book([row]).scores(row)
    return _response_answer(row, scores=scores, told={}).model_dump(mode="json")


class _Book:
    """The instruments and wordings that responses were scored with."""

    def __init__(self, rows: list[QuestionnaireResponse]) -> None:
        self._instruments = instruments_named(map(_name, rows))
        self._wordings = InstrumentWording.objects.in_bulk(
            {row.wording_id for row in rows if row.wording_id}
        )
        self._settings: dict[int | None, ClinicSettings] = {}

    def instrument(self, row: QuestionnaireResponse):
        """Return the instrument of a response."""
        return self._instruments[_name(row)]

    def scores(self, row: QuestionnaireResponse) -> Scores:
        """Return the kept scores of a response."""
        instrument, key = self.instrument(row), row.wording_id
        if key not in self._settings:
            wording = self._wordings.get(key)
            self._settings[key] = settings_of(wording, instrument=instrument)
        settings = self._settings[key]
        return kept_scores(row, instrument=instrument, settings=settings)


def _name(row: QuestionnaireResponse) -> Named:
    return row.clinic_id, row.instrument_key, row.instrument_version


def _staff_fields(
    row: QuestionnaireResponse,
    previous: QuestionnaireResponse | None,
    *,
    book: _Book,
) -> dict[str, Any]:
    if previous is None or row.completed_at is None:
        return {"change": None}
    changes = change(book.instrument(row), book.scores(previous), book.scores(row))
    answer = ChangeAnswer(
        since=previous.public_id,
        since_completed_at=previous.completed_at,
        scores=[_change_answer(each) for each in changes],
    )
    return {"change": answer}


def _response_answer(
    row: QuestionnaireResponse, *, scores: Scores, told: dict[str, Any]
) -> QuestionnaireResponseAnswer:
    score_answer: Callable[[Score], ScoreAnswer] = (
        _judged_score if told else _bare_score
    )
    return QuestionnaireResponseAnswer(
        id=row.public_id,
        version=row.version,
        questionnaire=row.questionnaire.public_id,
        patient=row.patient.public_id,
        instrument=row.instrument_key,
        instrument_version=row.instrument_version,
        wording=row.wording.public_id if row.wording else None,
        wording_version=row.wording.edition if row.wording else None,
        answers=row.answers,
        started_at=row.started_at,
        completed_at=row.completed_at,
        recorded_at=row.recorded_at,
        received_at=row.received_at,
        entered_by=row.entered_by.public_id,
        scores=[score_answer(each) for each in scores.scores],
        voided_at=row.voided_at,
        void_reason=row.void_reason or None,
        **told,
    )


def _bare_score(score: Score) -> ScoreAnswer:
    return ScoreAnswer(
        code=score.code,
        role=score.role,
        value=shown(score.rounded),
        complete=score.is_complete,
        answered=score.answered,
        parts=score.parts,
        direction=score.direction,
        why_none=score.why_none,
    )


def _judged_score(score: Score) -> ScoreAnswer:
    bands = [
        BandAnswer(
            scheme=band.scheme,
            code=band.code,
            population=band.population,
            mark=band.mark,
        )
        for band in score.bands
    ]
    first = bands[0].code if bands else None
    return _bare_score(score).model_copy(update={"band": first, "bands": bands})


def _change_answer(each: ScoreChange) -> ScoreChangeAnswer:
    return ScoreChangeAnswer(
        code=each.code,
        difference=None if each.difference is None else float(each.difference),
        trend=each.trend,
        why_none=each.why_none,
        thresholds=[_threshold_answer(verdict) for verdict in each.thresholds],
    )


def _threshold_answer(verdict: ThresholdVerdict) -> ThresholdAnswer:
    return ThresholdAnswer(
        code=verdict.code,
        unit=verdict.unit,
        at_least=float(verdict.at_least),
        population=verdict.population,
        mark=verdict.mark,
        met=verdict.is_met,
        why_unknown=verdict.why_unknown,
    )
