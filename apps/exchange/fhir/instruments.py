"""A FHIR R4 Questionnaire as an instrument of a clinic's own.

What cannot be carried without changing what is asked or scored is refused, with its
place. What only describes (texts, codes of other systems) is left out, and that is
told: words come by a wording file, with the licence they have.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from apps.clinical.questionnaires.reading import OPTION_CODE, exact_number, refused

from .questionnaires import SCORED_BY
from .terms import (
    ITEM,
    MAX_VALUE,
    MIN_VALUE,
    ORDINAL,
    SCORING,
    code_of,
    extension,
    require_fields,
    require_list,
    value_of,
)

KEPT: Final = frozenset(
    {
        "resourceType",
        "url",
        "version",
        "name",
        "title",
        "copyright",
        "item",
        "extension",
    }
)
DESCRIBES: Final = frozenset(
    {
        "id", "meta", "language", "text", "contained", "identifier", "derivedFrom",
        "status", "experimental", "subjectType", "date", "publisher", "contact",
        "description", "useContext", "jurisdiction", "purpose", "approvalDate",
        "lastReviewDate", "effectivePeriod", "code",
    }
)  # fmt: skip
SAYS_NOTHING_NEW: Final = frozenset({"id", "status", "subjectType"})
KEPT_OF_ITEM: Final = frozenset(
    {"linkId", "type", "item", "answerOption", "extension", "repeats"}
)
DESCRIBES_ITEM: Final = frozenset(
    {"id", "text", "prefix", "definition", "code", "required", "readOnly", "maxLength"}
)
OUR_EXTENSIONS: Final = frozenset({ITEM, MIN_VALUE, MAX_VALUE, ORDINAL, SCORING})
NUMERIC: Final = {"integer": "scale", "decimal": "number"}
REVERSED: Final = {"yes": True, "no": False, "ask-clinic": "ask_clinic"}
WHOLE_NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}")
UNKNOWN: Final = "U"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadQuestionnaire:
    """An instrument's document, and the places of what was left out of it."""

    document: dict[str, Any]
    left_out: list[str] = field(default_factory=list)


def document_of(
    resource: object, *, key: str | None = None, version: int | None = None
) -> ReadQuestionnaire:
    """Return the instrument that a Questionnaire describes; see `parse_instrument`.

    ``key`` and ``version`` stand in place of its name and version. Without our own
    extension on scores there is one: the sum of all items that give points, none of
    them missing, whose direction is not known.

    Raises:
        QuestionnaireDataError: The first thing that cannot be carried, with its place.
    """
    root = require_fields("", resource, known=KEPT | DESCRIBES)
    if root.get("resourceType") != "Questionnaire":
        detail = "must be a Questionnaire of FHIR R4."
        raise refused("/resourceType", rule="resource_type", detail=detail)
    left_out = _left_out("", root, names=DESCRIBES - SAYS_NOTHING_NEW)
    items = _items(root, left_out=left_out)
    document = {
        "key": key or _key(root),
        "version": version or _version(root),
        "edition": _edition(root),
        **_scoring(root, items=items),
        "items": items,
    }
    return ReadQuestionnaire(document=document, left_out=left_out)


def _left_out(
    where: str, value: Mapping[str, Any], *, names: frozenset[str]
) -> list[str]:
    found = [f"{where}/{name}" for name in value if name in names]
    extensions = value.get("extension", [])
    for index, each in enumerate(extensions if isinstance(extensions, list) else []):
        # A list is in no set.
        url = str(each.get("url")) if isinstance(each, Mapping) else ""
        if url not in OUR_EXTENSIONS:
            found.append(f"{where}/extension/{index}")
    return found


def _key(root: Mapping[str, Any]) -> str:
    named = next((root[each] for each in ("url", "name") if root.get(each)), None)
    code = code_of(str(named).rpartition("/")[2]) if named else ""
    if not code:
        detail = "has no url and no name: say the key that it shall have."
        raise refused("/url", rule="no_key", detail=detail)
    return code


def _version(root: Mapping[str, Any]) -> int:
    told = root.get("version")
    if not isinstance(told, str) or not WHOLE_NUMBER.fullmatch(told):
        detail = "is no whole number from 1: say the version that it shall have."
        raise refused("/version", rule="version", detail=detail)
    return int(told)


def _edition(root: Mapping[str, Any]) -> str:
    title = root.get("title") or root.get("name")
    if not isinstance(title, str):
        raise refused("/title", rule="text", detail="must be a text.")
    return title


def _items(root: Mapping[str, Any], *, left_out: list[str]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for index, each in enumerate(require_list("/item", root.get("item"))):
        where = f"/item/{index}"
        entry = _entry(where, each, left_out=left_out)
        if entry["type"] != "group":
            items += _read(where, entry, section="items", left_out=left_out)
            continue
        section = code_of(entry["linkId"].rpartition("-")[0] or entry["linkId"])
        inner = require_list(f"{where}/item", entry.get("item"))
        for number, one in enumerate(inner):
            place = f"{where}/item/{number}"
            question = _entry(place, one, left_out=left_out)
            items += _read(place, question, section=section, left_out=left_out)
    _require_each_once(items)
    return items


def _entry(where: str, value: object, *, left_out: list[str]) -> Mapping[str, Any]:
    entry = require_fields(where, value, known=KEPT_OF_ITEM | DESCRIBES_ITEM)
    link_id = entry.get("linkId")
    if not isinstance(link_id, str) or not code_of(link_id):
        detail = "each item needs a linkId with a letter or a digit."
        raise refused(f"{where}/linkId", rule="missing_link_id", detail=detail)
    if not isinstance(entry.get("type"), str):
        raise refused(f"{where}/type", rule="missing_type", detail="has no type.")
    if entry.get("repeats"):
        detail = "an item is answered once here."
        raise refused(f"{where}/repeats", rule="repeats", detail=detail)
    left_out += _left_out(where, entry, names=DESCRIBES_ITEM - {"id"})
    return entry


def _require_each_once(items: list[dict[str, Any]]) -> None:
    codes = [each["code"] for each in items]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        detail = f"two items would be {twice}: give them other linkIds."
        raise refused("/item", rule="unique", detail=detail)


def _read(
    where: str, entry: Mapping[str, Any], *, section: str, left_out: list[str]
) -> list[dict[str, Any]]:
    """Return the item, or nothing for what is only shown."""
    kind = entry["type"]
    if kind == "display":
        left_out.append(where)
        return []
    if kind == "group" or "item" in entry:
        detail = "items stand in a group, and no deeper."
        raise refused(where, rule="nested_too_deep", detail=detail)
    own = extension(entry, ITEM) or {}
    item: dict[str, Any] = {
        "code": code_of(entry["linkId"]),
        "section": section or "items",
    }
    if value_of(extension(own, "mayBeLeftOut"), "Boolean") is True:
        item["may_be_left_out"] = True
    if kind == "choice":
        return [item | {"kind": "options", "options": _options(where, entry)}]
    if kind in NUMERIC:
        return [item | _line(where, entry, own=own)]
    detail = f"{kind:.40} has no points: choice, integer and decimal have."
    raise refused(f"{where}/type", rule="unsupported_type", detail=detail)


def _options(where: str, entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    options = []
    given = require_list(f"{where}/answerOption", entry.get("answerOption"))
    for index, each in enumerate(given):
        place = f"{where}/answerOption/{index}"
        option = require_fields(
            place, each, known={"id", "extension", "valueCoding", "valueInteger"}
        )
        coding = option.get("valueCoding") or {"code": option.get("valueInteger")}
        code = coding.get("code") if isinstance(coding, Mapping) else None
        code = str(code) if type(code) in (str, int) else ""
        if not OPTION_CODE.fullmatch(code):
            detail = "each option needs a code of 1 to 20 letters, digits, . _ or -."
            raise refused(place, rule="no_code", detail=detail)
        points = extension(coding, ORDINAL) or extension(option, ORDINAL)
        score = None if points is None else value_of(points, "Decimal")
        options.append({"code": code, "score": score})
    return options


def _line(
    where: str, entry: Mapping[str, Any], *, own: Mapping[str, Any]
) -> dict[str, Any]:
    bounds = {}
    for name, url in (("minimum", MIN_VALUE), ("maximum", MAX_VALUE)):
        bounds[name] = value_of(extension(entry, url), "Integer", "Decimal")
        if exact_number(bounds[name]) is None:
            detail = f"needs {url} as a number: without an end there are no points."
            raise refused(f"{where}/extension", rule="no_range", detail=detail)
    kind = value_of(extension(own, "kind"), "Code") or NUMERIC[entry["type"]]
    line = {"kind": kind, **bounds}
    step = value_of(extension(own, "step"), "Decimal", "Integer")
    if step is None and entry["type"] == "integer":
        step = 1
    if step is not None:
        line["step"] = step
    told = value_of(extension(own, "reversed"), "Code")
    if told is not None:
        if told not in REVERSED:
            detail = f"must be one of {', '.join(REVERSED)}."
            raise refused(f"{where}/extension", rule="reversed", detail=detail)
        line["reversed"] = REVERSED[told]
    return line


def _scoring(root: Mapping[str, Any], *, items: list[dict[str, Any]]) -> dict[str, Any]:
    told = value_of(extension(root, SCORING), "String")
    if told is not None:
        try:
            scoring = json.loads(told)
        except (TypeError, ValueError, RecursionError) as error:
            detail = "how it is scored is no JSON."
            raise refused("/extension", rule="json", detail=detail) from error
        return dict(require_fields("/extension", scoring, known=SCORED_BY))
    return {
        "recall": {"days": None, "mark": UNKNOWN},
        "licence": {
            "holder": None,
            "terms": root.get("copyright") or "Not told: ask before use.",
            "mark": UNKNOWN,
            "wording_included": False,
        },
        "scores": [_total(items)],
    }


def _total(items: list[dict[str, Any]]) -> dict[str, Any]:
    lines = {each["code"]: _points(each) for each in items}
    counted = {code: points for code, points in lines.items() if points}
    if not counted:
        detail = "no item gives points: options need ordinalValue."
        raise refused("/item", rule="no_points", detail=detail)
    return {
        "code": "total" if "total" not in lines else "sum_of_all",
        "role": "total",
        "of": list(counted),
        "combine": "sum",
        "mark": UNKNOWN,
        "min_answered": len(counted),
        "min_answered_mark": UNKNOWN,
        "minimum": str(sum(min(points) for points in counted.values())),
        "maximum": str(sum(max(points) for points in counted.values())),
        "decimals": 0 if all(_is_whole(each) for each in counted.values()) else 2,
        "direction": "ask_clinic",
    }


def _points(item: Mapping[str, Any]) -> list[Fraction]:
    """Return the points that an item gives; nothing if an option gives none."""
    given = [each["score"] for each in item.get("options", [])]
    given = given or [item.get("minimum"), item.get("maximum")]
    numbers = [exact_number(each) for each in given]
    return [] if None in numbers else [each for each in numbers if each is not None]


def _is_whole(points: list[Fraction]) -> bool:
    return all(each.denominator == 1 for each in points)
