"""An instrument as a FHIR R4 Questionnaire: structure, codes, points; no wording.

Items stand in one group for each run of a section. Their points are ordinal values,
their lines the extensions minValue and maxValue; kind, step, reversal and how scores
are made travel in two extensions of our own.
"""

import json
from collections.abc import Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from apps.clinical.questionnaires.instrument import Instrument, Item, ItemKind, Option
from apps.clinical.questionnaires.parsing import parse_instrument

from .terms import (
    ITEM,
    MAX_VALUE,
    MIN_VALUE,
    ORDINAL,
    SCORING,
    as_number,
    canonical,
    option_system,
)

SCORED_BY: Final = ("recall", "licence", "needs_option_scores", "scores")
"""The fields of an instrument's document that FHIR has no place for."""
REVERSED: Final = {True: "yes", False: "no", None: "ask-clinic"}

Words = Mapping[str, Mapping[str, Any]]
"""By item its ``text``, and ``options`` with a ``text`` each, as a wording has it."""


def questionnaire_of(
    document: Mapping[str, Any],
    *,
    resource_id: UUID,
    words: Words | None = None,
    language: str | None = None,
) -> dict[str, Any]:
    """Return the Questionnaire of an instrument's document.

    ``words`` only where the clinic owns them. Without them no item has a text.

    Raises:
        QuestionnaireDataError: A number of it cannot be written as a decimal.
    """
    instrument = parse_instrument(document)
    scoring = {name: document[name] for name in SCORED_BY if name in document}
    resource = {
        "resourceType": "Questionnaire",
        "id": str(resource_id),
        "extension": [
            {"url": SCORING, "valueString": json.dumps(scoring, sort_keys=True)}
        ],
        "url": canonical(instrument.key),
        "version": str(instrument.version),
        "name": instrument.key.title().replace("_", ""),
        "title": instrument.edition,
        "status": "active",
        "subjectType": ["Patient"],
        "copyright": _copyright(instrument),
        "item": [
            {
                "linkId": link_id,
                "type": "group",
                "item": [_item(each, instrument, words=words) for each in items],
            }
            for link_id, items in sections(instrument)
        ],
    }
    return resource | ({"language": language} if words and language else {})


def sections(instrument: Instrument) -> list[tuple[str, list[Item]]]:
    """Return each run of items of one section with the ``linkId`` of its group."""
    runs = groupby(instrument.items, key=lambda item: item.section)
    # A hyphen is in no code, so that no item has the name of a group.
    return [
        (f"{section}-{number}", list(items))
        for number, (section, items) in enumerate(runs, start=1)
    ]


def _copyright(instrument: Instrument) -> str:
    licence = instrument.licence
    return f"{licence.holder}. {licence.terms}" if licence.holder else licence.terms


def _item(item: Item, instrument: Instrument, *, words: Words | None) -> dict[str, Any]:
    own = (words or {}).get(item.code, {})
    entry: dict[str, Any] = {"linkId": item.code}
    if "text" in own:
        entry["text"] = own["text"]
    if item.kind == ItemKind.OPTIONS:
        texts = own.get("options", {})
        return entry | {
            "extension": [_own_extension(item)],
            "type": "choice",
            "answerOption": [
                {"valueCoding": _coding(each, instrument, texts.get(each.code))}
                for each in item.options
            ],
        }
    return entry | {
        "extension": [
            _own_extension(item),
            _bound(MIN_VALUE, item.minimum, item=item),
            _bound(MAX_VALUE, item.maximum, item=item),
        ],
        "type": "integer" if is_whole(item) else "decimal",
    }


def is_whole(item: Item) -> bool:
    """Tell whether only whole numbers lie on the item's line."""
    return (
        item.step is not None
        and item.step.denominator == 1
        and item.minimum.denominator == 1
    )


def _bound(url: str, value: Fraction, *, item: Item) -> dict[str, Any]:
    kind = "valueInteger" if is_whole(item) else "valueDecimal"
    return {"url": url, kind: as_number(value)}


def _own_extension(item: Item) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"url": "kind", "valueCode": item.kind.value}]
    if item.kind != ItemKind.OPTIONS:
        parts.append({"url": "reversed", "valueCode": REVERSED[item.is_reversed]})
    if item.step is not None:
        parts.append({"url": "step", "valueDecimal": as_number(item.step)})
    if item.may_be_left_out:
        parts.append({"url": "mayBeLeftOut", "valueBoolean": True})
    return {"url": ITEM, "extension": parts}


def _coding(
    option: Option, instrument: Instrument, words: Mapping[str, Any] | None
) -> dict[str, Any]:
    coding: dict[str, Any] = {}
    if option.score is not None:
        points = as_number(option.score)
        coding["extension"] = [{"url": ORDINAL, "valueDecimal": points}]
    coding |= {"system": option_system(instrument.key), "code": option.code}
    return coding | ({"display": words["text"]} if words else {})
