"""One engine that scores any instrument.

All arithmetic is in exact fractions, so no cut-off hangs on a rounding of the
machine, and the order of answers cannot matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

from .answers import NO_SETTINGS, ClinicSettings, Reading, read_answers
from .bands import Band, band_of
from .instrument import Combine, Direction, Instrument, Role, ScoreRule
from .refusals import Refusal


class NoScore(StrEnum):
    """Why there is no score."""

    TOO_FEW_ANSWERS = "too_few_answers"
    REFUSED = "refused"  # see the refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One score of one filled form.

    `value` is exact and unrounded, None where there is no score (`why_none`);
    `rounded` is what people are shown. `answered` of `parts` items (or scores)
    went in. `is_prorated`: something was missing, here or in a score it uses, and
    the mean of the rest stands for it.
    """

    code: str
    role: Role
    value: Fraction | None
    rounded: Decimal | None
    answered: int
    parts: int
    is_prorated: bool
    bands: tuple[Band, ...]
    direction: Direction
    why_none: NoScore | None

    @property
    def is_complete(self) -> bool:
        """Tell whether the score stands on everything that it asks for."""
        return self.value is not None and not self.is_prorated


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All scores of one filled form, in the order of the instrument.

    With any refusal there is no score at all: an impossible answer is not treated
    as a missing one.
    """

    instrument_key: str
    instrument_version: int
    settings: ClinicSettings
    scores: tuple[Score, ...]
    missing_items: tuple[str, ...]
    refusals: tuple[Refusal, ...]

    def score(self, code: str) -> Score | None:
        """Return the score with this code."""
        return next((each for each in self.scores if each.code == code), None)

    @property
    def subscales(self) -> tuple[Score, ...]:
        """Return the scores that are subscales."""
        return tuple(each for each in self.scores if each.role == Role.SUBSCALE)

    @property
    def total(self) -> Score | None:
        """Return the total, None where the instrument has none."""
        return next((each for each in self.scores if each.role == Role.TOTAL), None)

    def without_bands(self) -> "Scores":
        """Return the scores as a patient may see them: without any cut-off label."""
        bare = tuple(replace(each, bands=()) for each in self.scores)
        return replace(self, scores=bare)


def score(
    instrument: Instrument,
    answers: Mapping[str, object],
    *,
    clinic_settings: ClinicSettings | None = None,
) -> Scores:
    """Return the scores of one form, whole or half filled.

    Args:
        answers: By item code: a number (or its text) for a scale, days or number,
            the printed code for options; None or absent is not answered, and is
            never counted as zero.
        clinic_settings: What the clinic's own form says about reversals, option
            scores and direction; needed by an instrument that leaves them open.

    Raises:
        ClinicalInputError: The settings are not of this instrument. Impossible
            answers are not raised but told in `refusals`.

    Source: minimum answers and factors stand in each instrument's file with their
        marks; missing answers by the mean of the rest [D].
    """
    settings = clinic_settings or NO_SETTINGS
    reading = read_answers(instrument, answers, settings=settings)
    scores: dict[str, Score] = {}
    for rule in instrument.scores:
        direction = _direction(rule, settings)
        scores[rule.code] = _score(
            rule, direction=direction, reading=reading, scores=scores
        )
    return Scores(
        instrument_key=instrument.key,
        instrument_version=instrument.version,
        settings=settings,
        scores=tuple(scores.values()),
        missing_items=reading.missing,
        refusals=reading.refusals,
    )


def _direction(rule: ScoreRule, settings: ClinicSettings) -> Direction:
    if rule.direction == Direction.ASK_CLINIC and settings.direction is not None:
        return settings.direction
    return rule.direction


def _values(
    rule: ScoreRule, *, reading: Reading, scores: Mapping[str, Score]
) -> list[Fraction]:
    """Return the values that are there, of items or of scores further up."""
    values = [
        scores[code].value if code in scores else reading.points.get(code)
        for code in rule.of
    ]
    return [each for each in values if each is not None]


def _is_prorated(
    rule: ScoreRule, *, reading: Reading, scores: Mapping[str, Score]
) -> bool:
    return any(
        not scores[code].is_complete if code in scores else code in reading.gaps
        for code in rule.of
    )


def _score(
    rule: ScoreRule,
    *,
    direction: Direction,
    reading: Reading,
    scores: Mapping[str, Score],
) -> Score:
    """Return one score; `scores` has those that stand before it."""
    if reading.refusals:
        return _none(rule, direction=direction, answered=0, why=NoScore.REFUSED)
    values = _values(rule, reading=reading, scores=scores)
    if len(values) < rule.min_answered:
        why = NoScore.TOO_FEW_ANSWERS
        return _none(rule, direction=direction, answered=len(values), why=why)
    value = _value(rule, values)
    return Score(
        code=rule.code,
        role=rule.role,
        value=value,
        rounded=rounded(value, decimals=rule.decimals),
        answered=len(values),
        parts=len(rule.of),
        is_prorated=_is_prorated(rule, reading=reading, scores=scores),
        bands=tuple(band_of(value, scheme=each) for each in rule.bands),
        direction=direction,
        why_none=None,
    )


def _value(rule: ScoreRule, values: list[Fraction]) -> Fraction:
    """Return the mean of what is there, as mean or for all parts, within its range."""
    value = sum(values, start=Fraction(0)) * rule.factor / len(values)
    if rule.combine == Combine.SUM:
        value *= len(rule.of)
    if rule.is_clamped:
        value = min(max(value, rule.minimum), rule.maximum)
    return value


def _none(
    rule: ScoreRule, *, direction: Direction, answered: int, why: NoScore
) -> Score:
    return Score(
        code=rule.code,
        role=rule.role,
        value=None,
        rounded=None,
        answered=answered,
        parts=len(rule.of),
        is_prorated=False,
        bands=(),
        direction=direction,
        why_none=why,
    )


def rounded(value: Fraction, *, decimals: int) -> Decimal:
    """Return the value to so many decimals, a half upwards [D]."""
    steps = floor(value * 10**decimals + Fraction(1, 2))
    return Decimal(steps).scaleb(-decimals)
