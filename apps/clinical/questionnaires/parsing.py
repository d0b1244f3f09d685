"""From a JSON document to an instrument, strictly: nothing unknown gets in.

The fields are closed, so no file can carry item wording into the product, and the
range of each score must follow from its items.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from .instrument import (
    Instrument,
    Item,
    ItemKind,
    Licence,
    Option,
    Recall,
    ScoreRule,
)
from .reading import (
    OPTION_CODE,
    read_choice,
    read_code,
    read_fields,
    read_flag,
    read_list,
    read_mark,
    read_matching,
    read_number,
    read_text,
    read_whole,
    refused,
)
from .refusals import QuestionnaireDataError
from .score_parsing import parse_score

MAX_VERSION: Final = 10_000
MAX_RECALL_DAYS: Final = 3660

INSTRUMENT_FIELDS: Final = frozenset(
    {"key", "version", "edition", "recall", "licence", "items", "scores"}
)


def parse_instrument(document: object) -> Instrument:
    """Return the instrument that a JSON document describes.

    Raises:
        QuestionnaireDataError: The first thing that cannot be, with its place as a
            JSON pointer: a field missing or unknown, a code used twice, a score of
            unknown items, a range that the items do not give, and so on.
    """
    try:
        return _instrument(document)
    except QuestionnaireDataError as error:
        key = document.get("key") if isinstance(document, Mapping) else None
        subject = f"Instrument {key!r:.60}"
        raise QuestionnaireDataError(subject, refusals=error.refusals) from error


def _instrument(document: object) -> Instrument:
    fields = read_fields(
        "", document, required=INSTRUMENT_FIELDS, optional={"needs_option_scores"}
    )
    items = _items(fields["items"])
    return Instrument(
        key=read_code("/key", fields["key"]),
        version=read_whole(
            "/version", fields["version"], minimum=1, maximum=MAX_VERSION
        ),
        edition=read_text("/edition", fields["edition"]),
        recall=_recall(fields["recall"]),
        licence=_licence(fields["licence"]),
        needs_option_scores=read_flag(
            "/needs_option_scores", fields.get("needs_option_scores", False)
        ),
        items=items,
        scores=_scores(fields["scores"], items=items),
    )


def _recall(value: object) -> Recall:
    fields = read_fields("/recall", value, required={"days", "mark"})
    days = fields["days"]
    if days is not None:
        days = read_whole("/recall/days", days, minimum=1, maximum=MAX_RECALL_DAYS)
    return Recall(days=days, mark=read_mark("/recall/mark", fields["mark"]))


def _licence(value: object) -> Licence:
    required = {"holder", "terms", "mark", "wording_included"}
    fields = read_fields("/licence", value, required=required)
    if fields["wording_included"] is not False:
        raise refused(
            "/licence/wording_included",
            rule="wording_included",
            detail="must be false: wording comes by a clinic's own wording file.",
        )
    holder = fields["holder"]
    return Licence(
        holder=None if holder is None else read_text("/licence/holder", holder),
        terms=read_text("/licence/terms", fields["terms"]),
        mark=read_mark("/licence/mark", fields["mark"]),
    )


def _items(value: object) -> tuple[Item, ...]:
    items: list[Item] = []
    for index, each in enumerate(read_list("/items", value)):
        where = f"/items/{index}"
        item = _item(where, each)
        if item.code in {earlier.code for earlier in items}:
            raise refused(
                where, rule="unique", detail=f"item code {item.code} is used twice."
            )
        items.append(item)
    return tuple(items)


def _item(where: str, value: object) -> Item:
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if kind == ItemKind.OPTIONS:
        return _option_item(where, value)
    return _numeric_item(where, value)


def _option_item(where: str, value: object) -> Item:
    fields = read_fields(
        where,
        value,
        required={"code", "section", "kind", "options"},
        optional={"may_be_left_out"},
    )
    options = _options(f"{where}/options", fields["options"])
    points = [each.score for each in options if each.score is not None]
    return Item(
        code=read_code(f"{where}/code", fields["code"]),
        section=read_code(f"{where}/section", fields["section"]),
        kind=ItemKind.OPTIONS,
        may_be_left_out=_may_be_left_out(where, fields),
        options=options,
        minimum=min(points, default=Fraction(0)),
        maximum=max(points, default=Fraction(0)),
        step=None,
        is_reversed=len(points) > 1 and points == sorted(points, reverse=True),
    )


def _options(where: str, value: object) -> tuple[Option, ...]:
    options: list[Option] = []
    for index, each in enumerate(read_list(where, value)):
        place = f"{where}/{index}"
        fields = read_fields(place, each, required={"code", "score"})
        code = read_matching(
            f"{place}/code", fields["code"], pattern=OPTION_CODE, what="option code"
        )
        if code in {earlier.code for earlier in options}:
            raise refused(
                place, rule="unique", detail=f"option code {code} is used twice."
            )
        score = fields["score"]
        if score is not None:
            score = read_number(f"{place}/score", score)
        options.append(Option(code=code, score=score))
    return tuple(options)


def _numeric_item(where: str, value: object) -> Item:
    fields = read_fields(
        where,
        value,
        required={"code", "section", "kind", "minimum", "maximum"},
        optional={"step", "reversed", "may_be_left_out"},
    )
    kind = read_choice(f"{where}/kind", fields["kind"], of=ItemKind)
    minimum = read_number(f"{where}/minimum", fields["minimum"])
    maximum = read_number(f"{where}/maximum", fields["maximum"])
    step = fields.get("step", 1 if kind == ItemKind.DAYS else None)
    if step is not None:
        step = read_number(f"{where}/step", step)
    _require_line(where, kind=kind, minimum=minimum, maximum=maximum, step=step)
    return Item(
        code=read_code(f"{where}/code", fields["code"]),
        section=read_code(f"{where}/section", fields["section"]),
        kind=kind,
        may_be_left_out=_may_be_left_out(where, fields),
        options=(),
        minimum=minimum,
        maximum=maximum,
        step=step,
        is_reversed=_is_reversed(where, fields.get("reversed", False)),
    )


def _require_line(
    where: str,
    *,
    kind: ItemKind,
    minimum: Fraction,
    maximum: Fraction,
    step: Fraction | None,
) -> None:
    """Refuse a line that has no length, or whose steps do not end on its end."""
    if minimum >= maximum:
        raise refused(where, rule="range", detail="minimum must be below maximum.")
    if step is None:
        if kind == ItemKind.SCALE:
            raise refused(where, rule="step", detail="a scale needs a step.")
        return
    if step <= 0 or ((maximum - minimum) / step).denominator != 1:
        detail = "step must be above 0 and lead from minimum to maximum."
        raise refused(where, rule="step", detail=detail)
    if kind == ItemKind.DAYS and (step != 1 or minimum.denominator != 1):
        raise refused(where, rule="step", detail="days are whole, with step 1.")


def _is_reversed(where: str, value: object) -> bool | None:
    return None if value == "ask_clinic" else read_flag(f"{where}/reversed", value)


def _may_be_left_out(where: str, fields: Mapping[str, Any]) -> bool:
    value = fields.get("may_be_left_out", False)
    return read_flag(f"{where}/may_be_left_out", value)


def _scores(value: object, *, items: tuple[Item, ...]) -> tuple[ScoreRule, ...]:
    rules: list[ScoreRule] = []
    for index, each in enumerate(read_list("/scores", value)):
        rules.append(
            parse_score(f"/scores/{index}", each, items=items, earlier=tuple(rules))
        )
    return tuple(rules)
