"""What an instrument is: items, scores and licence, without a word of its wording.

An instrument is data. Nothing in this package knows a particular one; a new one is
a file, or a clinic's own document, that `parsing.parse_instrument` accepts.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from ..errors import ClinicalInputError


class ItemKind(StrEnum):
    """How one item is answered."""

    OPTIONS = "options"  # one of the printed options
    SCALE = "scale"  # a marked number on a line
    DAYS = "days"  # a count of days
    NUMBER = "number"  # a number in words of the item's own unit


class Combine(StrEnum):
    """How the parts of a score become one number."""

    SUM = "sum"
    MEAN = "mean"


class Role(StrEnum):
    """What a score is within its instrument."""

    PART = "part"  # a step of the computation; not reported by itself
    SUBSCALE = "subscale"
    TOTAL = "total"


class Direction(StrEnum):
    """What a higher score means."""

    HIGHER_WORSE = "higher_worse"
    HIGHER_BETTER = "higher_better"
    ASK_CLINIC = "ask_clinic"  # [U] printed both ways; the clinic's file says it


class Unit(StrEnum):
    """What a change is measured in."""

    POINTS = "points"
    PERCENT = "percent"  # of the score before


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One printed option: its code, and its score or None where it has none."""

    code: str
    score: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that is asked.

    `minimum` and `maximum` bound the points an answer gives; for a scale, days or
    number also the answer itself, in steps of `step` (None: any number between).
    `is_reversed` tells that a higher answer, or a later option, gives fewer points;
    None: only the clinic's own file can say. `may_be_left_out`: the form itself
    lets a person leave the item out, and the score is complete without it.
    """

    code: str
    section: str
    kind: ItemKind
    may_be_left_out: bool
    options: tuple[Option, ...]
    minimum: Fraction
    maximum: Fraction
    step: Fraction | None
    is_reversed: bool | None

    def option(self, code: str) -> Option | None:
        """Return the option with this printed code."""
        return next((each for each in self.options if each.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BandStep:
    """One band: from `at_least` on, or beyond `above`; the first has neither."""

    code: str
    at_least: Fraction | None
    above: Fraction | None

    @property
    def bound(self) -> Fraction:
        """Return the number the band begins at or beyond; the first band has none."""
        bound = self.above if self.at_least is None else self.at_least
        if bound is None:
            raise ClinicalInputError(f"Band {self.code} is the first and has no bound.")
        return bound

    def holds(self, value: Fraction) -> bool:
        """Tell whether the value has come this far."""
        if self.above is not None:
            return value > self.above
        return self.at_least is None or value >= self.at_least


@dataclass(frozen=True, slots=True, kw_only=True)
class BandScheme:
    """Cut-offs of one score, lowest band first, for one population."""

    code: str
    population: str
    mark: str
    steps: tuple[BandStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeThreshold:
    """A change that counts as clear, for one population, with its source."""

    code: str
    unit: Unit
    at_least: Fraction
    population: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceValue:
    """What a group of people had on average; shown beside a score, never a band."""

    value: Fraction
    population: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRule:
    """How one score comes from items, or from scores above it in the file.

    The score is the mean of what is there (times the number of parts for a sum),
    times `factor`. With fewer than `min_answered` there is none.
    """

    code: str
    role: Role
    of: tuple[str, ...]
    combine: Combine
    factor: Fraction
    mark: str
    min_answered: int
    min_answered_mark: str
    minimum: Fraction
    maximum: Fraction
    is_clamped: bool
    decimals: int
    direction: Direction
    loinc: str | None
    bands: tuple[BandScheme, ...]
    thresholds: tuple[ChangeThreshold, ...]
    references: tuple[ReferenceValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """The days that a person looks back on; None where not known or not asked."""

    days: int | None
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Whose words they are and on what terms; the words are never included."""

    holder: str | None
    terms: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One version of one questionnaire, without wording.

    `needs_option_scores`: a clinic's wording must carry the score of each option,
    because translations print the options in different orders.
    """

    key: str
    version: int
    edition: str
    recall: Recall
    licence: Licence
    needs_option_scores: bool
    items: tuple[Item, ...]
    scores: tuple[ScoreRule, ...]

    def item(self, code: str) -> Item | None:
        """Return the item with this code."""
        return next((each for each in self.items if each.code == code), None)

    def score_rule(self, code: str) -> ScoreRule | None:
        """Return the rule of the score with this code."""
        return next((each for each in self.scores if each.code == code), None)

    @property
    def undirected_items(self) -> frozenset[str]:
        """Return the items whose reversal only the clinic's own file can tell."""
        return frozenset(each.code for each in self.items if each.is_reversed is None)

    @property
    def asks_direction(self) -> bool:
        """Tell whether a clinic must say what a higher score means."""
        return any(each.direction == Direction.ASK_CLINIC for each in self.scores)
