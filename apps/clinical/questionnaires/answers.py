"""From what a person answered to points, refusing what the form cannot hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ..errors import ClinicalInputError
from .instrument import Direction, Instrument, Item, ItemKind, Option
from .reading import exact_number
from .refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicSettings:
    """What only a clinic's own form can say about scoring; see `wording`.

    `reversed_items` None: not known. `option_scores` has, by item, the score of
    each printed option where the clinic's form differs from, or must confirm, the
    instrument's. `direction` None: not known.
    """

    reversed_items: frozenset[str] | None = None
    option_scores: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    direction: Direction | None = None


NO_SETTINGS = ClinicSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The points of each answered item, what is missing and what is refused.

    `missing` is in the order of the form; `gaps` are those of it that the form does
    not let a person leave out. An answered item that gives no points (an option
    without a score) is in neither `points` nor `missing`.
    """

    points: Mapping[str, Fraction]
    missing: tuple[str, ...]
    gaps: frozenset[str]
    refusals: tuple[Refusal, ...]


def read_answers(
    instrument: Instrument, answers: Mapping[str, object], *, settings: ClinicSettings
) -> Reading:
    """Return the points of the answers; None and an absent key are both missing.

    Raises:
        ClinicalInputError: The settings are not of this instrument.
    """
    require_fitting(instrument, settings=settings)
    points: dict[str, Fraction] = {}
    missing: list[str] = []
    refusals = _unknown_items(instrument, answers)
    refusals += _unknown_reversals(instrument, settings)
    for item in instrument.items:
        answer = answers.get(item.code)
        if answer is None:
            missing.append(item.code)
            continue
        read = _read(item, answer, settings=settings)
        if isinstance(read, Refusal):
            refusals.append(read)
        elif read is not None:
            points[item.code] = read
    left_out = {item.code for item in instrument.items if item.may_be_left_out}
    return Reading(
        points=points,
        missing=tuple(missing),
        gaps=frozenset(missing) - left_out,
        refusals=tuple(refusals),
    )


def require_fitting(instrument: Instrument, *, settings: ClinicSettings) -> None:
    """Refuse settings that belong to another form.

    Raises:
        ClinicalInputError: A reversal that is not the clinic's to set, or option
            scores that are not the instrument's in another order.
    """
    reversals = settings.reversed_items or frozenset()
    strange = reversals - instrument.undirected_items
    if strange:
        raise ClinicalInputError(
            f"{instrument.key}: reversed_items must be items whose reversal the "
            f"instrument leaves open, got {', '.join(sorted(strange))}."
        )
    for code, scores in settings.option_scores.items():
        item = instrument.item(code)
        if item is None or not is_same_scores(item.options, scores=scores):
            raise ClinicalInputError(
                f"{instrument.key}: option_scores of {code} must give each of its "
                f"options one of its scores, each score as often as the instrument."
            )


def is_same_scores(
    options: tuple[Option, ...], *, scores: Mapping[str, Fraction]
) -> bool:
    """Tell whether these are the options' own scores, perhaps in another order."""
    own = [each.score for each in options if each.score is not None]
    codes = {each.code for each in options if each.score is not None}
    return codes == scores.keys() and sorted(own) == sorted(scores.values())


def _unknown_items(
    instrument: Instrument, answers: Mapping[str, object]
) -> list[Refusal]:
    known = {item.code for item in instrument.items}
    return [
        Refusal(
            where=str(code)[:60],
            rule="unknown_item",
            detail=f"is no item of {instrument.key} version {instrument.version}.",
        )
        for code in sorted(answers.keys() - known, key=str)
    ]


def _unknown_reversals(
    instrument: Instrument, settings: ClinicSettings
) -> list[Refusal]:
    if not instrument.undirected_items or settings.reversed_items is not None:
        return []
    detail = (
        f"which items of {instrument.key} are reversed is not known: import the "
        "clinic's own wording file, which says it."
    )
    return [Refusal(where="reversed_items", rule="reversal_unknown", detail=detail)]


def _read(
    item: Item, answer: object, *, settings: ClinicSettings
) -> Fraction | Refusal | None:
    if item.kind == ItemKind.OPTIONS:
        return _option_points(item, answer, settings=settings)
    number = exact_number(answer)
    if number is None or not _is_on_line(item, number):
        return Refusal(where=item.code, rule="range", detail=_line(item, answer))
    is_reversed = item.is_reversed or item.code in (settings.reversed_items or ())
    return item.minimum + item.maximum - number if is_reversed else number


def _option_points(
    item: Item, answer: object, *, settings: ClinicSettings
) -> Fraction | Refusal | None:
    # True is an integer to Python and never the code of an option.
    is_code = isinstance(answer, str | int) and not isinstance(answer, bool)
    option = item.option(str(answer)) if is_code else None
    if option is None:
        codes = ", ".join(each.code for each in item.options)
        detail = f"must be one of the options {codes}, got {answer!r:.60}."
        return Refusal(where=item.code, rule="option", detail=detail)
    return settings.option_scores.get(item.code, {}).get(option.code, option.score)


def _is_on_line(item: Item, number: Fraction) -> bool:
    if not item.minimum <= number <= item.maximum:
        return False
    return item.step is None or ((number - item.minimum) / item.step).denominator == 1


def _line(item: Item, answer: object) -> str:
    steps = "" if item.step is None else f" in steps of {_plain(item.step)}"
    return (
        f"must be a number from {_plain(item.minimum)} to {_plain(item.maximum)}"
        f"{steps}, got {answer!r:.60}."
    )


def _plain(number: Fraction) -> str:
    return f"{float(number):g}"
