"""Scores between the rules and the rows that keep them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from apps.clinical.questionnaires.answers import ClinicSettings
from apps.clinical.questionnaires.bands import band_of
from apps.clinical.questionnaires.instrument import (
    Direction,
    Instrument,
    Item,
    Role,
    ScoreRule,
)
from apps.clinical.questionnaires.refusals import Refusal
from apps.clinical.questionnaires.scoring import NoScore, Score, Scores, rounded, score
from apps.common.errors import InvalidEntryError

from .models import QuestionnaireResponse, ResponseScore

# Only the clinic's own wording can mend it, so a half-filled form may wait for that.
NOT_OF_THE_ANSWERS = "reversal_unknown"


def require_possible(
    instrument: Instrument, answers: Mapping[str, object], *, settings: ClinicSettings
) -> None:
    """Refuse answers that the form cannot hold, whole or half filled.

    Raises:
        InvalidEntryError: With one error for each of them.
    """
    found = score(instrument, answers, clinic_settings=settings).refusals
    _refuse(each for each in found if each.rule != NOT_OF_THE_ANSWERS)


def _refuse(refusals: Iterable[Refusal]) -> None:
    errors = [
        {
            "pointer": f"/answers/{each.where}",
            "code": each.rule,
            "detail": each.detail,
        }
        for each in refusals
    ]
    if errors:
        raise InvalidEntryError(errors)


def is_enough(
    instrument: Instrument, answers: Mapping[str, object], *, settings: ClinicSettings
) -> bool:
    """Tell whether these answers give every score that is reported."""
    found = score(instrument, answers, clinic_settings=settings)
    return all(
        each.value is not None for each in found.scores if each.role != Role.PART
    )


def can_lack_answers(instrument: Instrument, *, settings: ClinicSettings) -> bool:
    """Tell whether every score stands even where some one answer is missing."""
    full = {item.code: _some_answer(item) for item in instrument.items}
    return any(
        is_enough(
            instrument,
            {code: answer for code, answer in full.items() if code != left_out},
            settings=settings,
        )
        for left_out in (
            item.code for item in instrument.items if not item.may_be_left_out
        )
    )


def _some_answer(item: Item) -> str:
    if not item.options:
        return str(item.minimum)
    with_score = (each.code for each in item.options if each.score is not None)
    return next(with_score, item.options[0].code)


def write_scores(response: QuestionnaireResponse, scores: Scores) -> None:
    """Keep the scores of a response in place of those it had."""
    ResponseScore.objects.filter(response=response).delete()
    ResponseScore.objects.bulk_create(
        ResponseScore(
            clinic_id=response.clinic_id,
            response=response,
            position=position,
            code=each.code,
            role=each.role,
            exact="" if each.value is None else str(each.value),
            value=each.rounded,
            answered=each.answered,
            parts=each.parts,
            is_prorated=each.is_prorated,
            direction=each.direction,
            why_none=each.why_none or "",
        )
        for position, each in enumerate(scores.scores)
    )


def kept_scores(
    response: QuestionnaireResponse,
    *,
    instrument: Instrument,
    settings: ClinicSettings,
) -> Scores:
    """Return the kept scores of a response (``scores`` prefetched) as the rules do.

    ``instrument`` is the one that made them.
    """
    rows = sorted(response.scores.all(), key=lambda row: row.position)
    rules = {rule.code: rule for rule in instrument.scores}
    return Scores(
        instrument_key=response.instrument_key,
        instrument_version=response.instrument_version,
        settings=settings,
        scores=tuple(_kept(row, rule=rules[row.code]) for row in rows),
        missing_items=(),
        refusals=(),
    )


def _kept(row: ResponseScore, *, rule: ScoreRule) -> Score:
    value = Fraction(row.exact) if row.exact else None
    return Score(
        code=row.code,
        role=Role(row.role),
        value=value,
        rounded=None if value is None else rounded(value, decimals=rule.decimals),
        answered=row.answered,
        parts=row.parts,
        is_prorated=row.is_prorated,
        bands=()
        if value is None
        else tuple(band_of(value, scheme=each) for each in rule.bands),
        direction=Direction(row.direction),
        why_none=NoScore(row.why_none) if row.why_none else None,
    )


def shown(value: Decimal | None) -> int | float | None:
    """Return a rounded score as a JSON number."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
