"""The words of each item and option in a clinic's wording file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from .answers import is_same_scores
from .instrument import Instrument, Item
from .reading import exact_number, read_fields, read_number, read_text, refused
from .refusals import QuestionnaireDataError, Refusal

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWording:
    """The words of one item: its text, and those of its options or line.

    `options` has a text for each option code; `anchors` the texts that stand at
    numbers of a line. `option_scores` is empty where the file gives none.
    """

    text: str
    options: Mapping[str, str]
    anchors: Mapping[str, str]
    option_scores: Mapping[str, Fraction]


def gathered(refusals: list[Refusal], read: Callable[[], Read]) -> Read | None:
    """Return what is read, or None after noting why it is refused."""
    try:
        return read()
    except QuestionnaireDataError as error:
        refusals.extend(error.refusals)
        return None


def read_items(
    value: object, *, instrument: Instrument, refusals: list[Refusal]
) -> dict[str, ItemWording]:
    """Return the words of every item, noting all that is missing or unknown."""
    codes = [item.code for item in instrument.items]
    words = gathered(
        refusals, lambda: read_fields("/items", value, required=(), optional=codes)
    )
    if words is None:
        return {}
    found = {}
    for item in instrument.items:
        read = gathered(
            refusals,
            lambda item=item: _item(  # type: ignore[misc]
                item, words.get(item.code), needs_scores=instrument.needs_option_scores
            ),
        )
        if read is not None:
            found[item.code] = read
    return found


def _item(item: Item, value: object, *, needs_scores: bool) -> ItemWording:
    where = f"/items/{item.code}"
    if value is None:
        raise refused(where, rule="missing_item", detail="has no wording.")
    if item.options:
        fields = read_fields(where, value, required={"text", "options"})
        return _with_options(
            where, fields, item=item, text=fields["text"], needs_scores=needs_scores
        )
    fields = read_fields(where, value, required={"text"}, optional={"anchors"})
    return ItemWording(
        text=read_text(f"{where}/text", fields["text"]),
        options={},
        anchors=_anchors(f"{where}/anchors", fields.get("anchors", {}), item=item),
        option_scores={},
    )


def _with_options(
    where: str,
    fields: Mapping[str, object],
    *,
    item: Item,
    text: object,
    needs_scores: bool,
) -> ItemWording:
    codes = [option.code for option in item.options]
    entries = read_fields(f"{where}/options", fields["options"], required=codes)
    required, optional = {"text"}, {"score"}
    if needs_scores:
        required, optional = {"text", "score"}, set()
    texts, scores = {}, {}
    for code in codes:
        place = f"{where}/options/{code}"
        entry = read_fields(place, entries[code], required=required, optional=optional)
        texts[code] = read_text(f"{place}/text", entry["text"])
        if "score" in entry:
            scores[code] = read_number(f"{place}/score", entry["score"])
    _require_own_scores(where, scores, item=item, may_differ=needs_scores)
    return ItemWording(
        text=read_text(f"{where}/text", text),
        options=texts,
        anchors={},
        option_scores=scores if needs_scores else {},
    )


def _require_own_scores(
    where: str, scores: Mapping[str, Fraction], *, item: Item, may_differ: bool
) -> None:
    """Refuse scores that are not the instrument's own, or not where they stand."""
    if may_differ and not is_same_scores(item.options, scores=scores):
        detail = "must have each of the instrument's scores as often as it has."
        raise refused(f"{where}/options", rule="option_scores", detail=detail)
    own = {option.code: option.score for option in item.options}
    if not may_differ and any(own[code] != scores[code] for code in scores):
        detail = "must have the instrument's scores, or none."
        raise refused(f"{where}/options", rule="option_scores", detail=detail)


def _anchors(where: str, value: object, *, item: Item) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise refused(where, rule="object", detail="must be an object with fields.")
    for key in value:
        number = exact_number(key)
        if number is None or not item.minimum <= number <= item.maximum:
            detail = f"{key!r:.60} is no number of this item's line."
            raise refused(where, rule="anchor", detail=detail)
    return {str(key): read_text(f"{where}/{key}", text) for key, text in value.items()}
