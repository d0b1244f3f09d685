"""Reading how one score is computed, and refusing what its items cannot give."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from .band_parsing import parse_bands, parse_references, parse_thresholds
from .instrument import Combine, Direction, Item, Role, ScoreRule
from .reading import (
    read_choice,
    read_code,
    read_fields,
    read_flag,
    read_list,
    read_mark,
    read_number,
    read_text,
    read_whole,
    refused,
)

MAX_DECIMALS: Final = 4

REQUIRED: Final = frozenset(
    {
        "code", "role", "of", "combine", "mark", "min_answered", "min_answered_mark",
        "minimum", "maximum", "decimals", "direction",
    }
)  # fmt: skip
OPTIONAL: Final = frozenset(
    {"factor", "clamped", "loinc", "bands", "thresholds", "references"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """An item or an earlier score, as something that a score adds up."""

    is_item: bool
    minimum: Fraction
    maximum: Fraction


def parse_score(
    where: str,
    value: object,
    *,
    items: tuple[Item, ...],
    earlier: tuple[ScoreRule, ...],
) -> ScoreRule:
    """Return one score's rule; it may use items, or scores that stand before it.

    Raises:
        QuestionnaireDataError: Something in it cannot be, with its place.
    """
    fields = read_fields(where, value, required=REQUIRED, optional=OPTIONAL)
    code = _code(where, fields["code"], items=items, earlier=earlier)
    role = _role(where, fields["role"], earlier=earlier)
    parts = _parts(f"{where}/of", fields["of"], items=items, earlier=earlier)
    combine = read_choice(f"{where}/combine", fields["combine"], of=Combine)
    factor = _factor(where, fields.get("factor", 1))
    minimum, maximum = _range(
        where, fields, parts=parts.values(), combine=combine, factor=factor
    )
    return ScoreRule(
        code=code,
        role=role,
        of=tuple(parts),
        combine=combine,
        factor=factor,
        mark=read_mark(f"{where}/mark", fields["mark"]),
        min_answered=_min_answered(where, fields, role=role, parts=len(parts)),
        min_answered_mark=_min_answered_mark(where, fields),
        minimum=minimum,
        maximum=maximum,
        is_clamped=read_flag(f"{where}/clamped", fields.get("clamped", False)),
        decimals=_decimals(where, fields["decimals"]),
        direction=read_choice(f"{where}/direction", fields["direction"], of=Direction),
        loinc=_loinc(where, fields.get("loinc")),
        bands=parse_bands(where, fields, minimum=minimum, maximum=maximum),
        thresholds=parse_thresholds(where, fields),
        references=parse_references(where, fields, minimum=minimum, maximum=maximum),
    )


def _code(
    where: str,
    value: object,
    *,
    items: tuple[Item, ...],
    earlier: tuple[ScoreRule, ...],
) -> str:
    code = read_code(f"{where}/code", value)
    if code in {each.code for each in items} | {each.code for each in earlier}:
        detail = f"code {code} is used twice."
        raise refused(f"{where}/code", rule="unique", detail=detail)
    return code


def _role(where: str, value: object, *, earlier: tuple[ScoreRule, ...]) -> Role:
    role = read_choice(f"{where}/role", value, of=Role)
    if role == Role.TOTAL and any(each.role == Role.TOTAL for each in earlier):
        detail = "an instrument has one total at most."
        raise refused(f"{where}/role", rule="one_total", detail=detail)
    return role


def _parts(
    where: str,
    value: object,
    *,
    items: tuple[Item, ...],
    earlier: tuple[ScoreRule, ...],
) -> dict[str, _Part]:
    known = {each.code: _item_part(each) for each in items if _gives_points(each)}
    known |= {
        each.code: _Part(is_item=False, minimum=each.minimum, maximum=each.maximum)
        for each in earlier
    }
    parts: dict[str, _Part] = {}
    for index, each in enumerate(read_list(where, value)):
        code = read_code(f"{where}/{index}", each)
        if code not in known:
            detail = f"{code} is no item that gives points and no score above."
            raise refused(f"{where}/{index}", rule="known_part", detail=detail)
        if code in parts:
            detail = f"{code} is counted twice."
            raise refused(f"{where}/{index}", rule="unique", detail=detail)
        parts[code] = known[code]
    if len({each.is_item for each in parts.values()}) > 1:
        detail = "must be items alone or scores alone."
        raise refused(where, rule="one_kind_of_part", detail=detail)
    return parts


def _gives_points(item: Item) -> bool:
    return all(each.score is not None for each in item.options)


def _item_part(item: Item) -> _Part:
    return _Part(is_item=True, minimum=item.minimum, maximum=item.maximum)


def _factor(where: str, value: object) -> Fraction:
    factor = read_number(f"{where}/factor", value)
    if factor <= 0:
        detail = "must be above 0; reverse the items instead."
        raise refused(f"{where}/factor", rule="factor", detail=detail)
    return factor


def _range(
    where: str,
    fields: Mapping[str, Any],
    *,
    parts: Collection[_Part],
    combine: Combine,
    factor: Fraction,
) -> tuple[Fraction, Fraction]:
    """Return the stated range when it is what the parts give, or clamps that."""
    minimum = read_number(f"{where}/minimum", fields["minimum"])
    maximum = read_number(f"{where}/maximum", fields["maximum"])
    divisor = len(parts) if combine == Combine.MEAN else 1
    lowest = sum(each.minimum for each in parts) * factor / divisor
    highest = sum(each.maximum for each in parts) * factor / divisor
    fits = (minimum, maximum) == (lowest, highest)
    if fields.get("clamped"):
        fits = lowest <= minimum < maximum <= highest
    if not fits:
        detail = f"range {minimum} to {maximum} must be what the items give: "
        raise refused(where, rule="range", detail=f"{detail}{lowest} to {highest}.")
    return minimum, maximum


def _min_answered(
    where: str, fields: Mapping[str, Any], *, role: Role, parts: int
) -> int:
    """Return the number of parts that must be there; half of them at least [D]."""
    fewest = 1 if role == Role.PART else (parts + 1) // 2
    return read_whole(
        f"{where}/min_answered", fields["min_answered"], minimum=fewest, maximum=parts
    )


def _min_answered_mark(where: str, fields: Mapping[str, Any]) -> str:
    return read_mark(f"{where}/min_answered_mark", fields["min_answered_mark"])


def _decimals(where: str, value: object) -> int:
    return read_whole(f"{where}/decimals", value, minimum=0, maximum=MAX_DECIMALS)


def _loinc(where: str, value: object) -> str | None:
    return None if value is None else read_text(f"{where}/loinc", value)
