"""A clinic's own wording of an instrument, with the licence it holds.

The product ships structure and scoring. The words come as a JSON document of this
shape, one a language; nothing here changes or completes them::

    {"instrument": "<key>", "instrument_version": 1,
     "language": "sv", "version": "2.0",
     "licence_statement": "...", "licensed_on": "2026-03-02",
     "items": {"q1": {"text": "...",
                      "options": {"0": {"text": "...", "score": 3}}},
               "q2": {"text": "...", "anchors": {"0": "...", "10": "..."}}},
     "reversed_items": ["q2"], "direction": "higher_better"}

`options` stand at items with options and nowhere else, all of them. `score` is
required where the instrument says `needs_option_scores`. `reversed_items` and
`direction` are required where the instrument leaves them open, else not allowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from .answers import ClinicSettings
from .instrument import Direction, Instrument
from .library import shipped_instrument
from .reading import (
    LANGUAGE,
    read_choice,
    read_code,
    read_day,
    read_fields,
    read_list,
    read_matching,
    read_text,
    read_whole,
    refused,
)
from .refusals import QuestionnaireDataError, Refusal
from .wording_items import ItemWording, gathered, read_items

MAX_VERSION: Final = 10_000
REQUIRED: Final = frozenset(
    {"instrument", "instrument_version", "language", "version", "items"}
)
# Told one by one, in words of their own, when they are missing.
TOLD: Final = frozenset(
    {"licence_statement", "licensed_on", "reversed_items", "direction"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One language's words of one version of an instrument, and by what right.

    `differing_items`: whose options score otherwise than in the instrument's
    file; a person looks at these before the wording is used.
    """

    instrument_key: str
    instrument_version: int
    language: str
    version: str
    licence_statement: str
    licensed_on: date
    items: Mapping[str, ItemWording]
    reversed_items: frozenset[str] | None
    direction: Direction | None
    differing_items: tuple[str, ...]

    def clinic_settings(self) -> ClinicSettings:
        """Return what this form says about scoring, for `scoring.score`."""
        return ClinicSettings(
            reversed_items=self.reversed_items,
            option_scores={
                code: item.option_scores
                for code, item in self.items.items()
                if item.option_scores
            },
            direction=self.direction,
        )


def parse_wording(
    document: Mapping[str, object], *, instrument: Instrument | None = None
) -> Wording:
    """Return the wording that a clinic's JSON document holds.

    Args:
        instrument: The one it must be of; without it, the shipped one it names.

    Raises:
        QuestionnaireDataError: It cannot be used. Every item that is missing,
            unknown or incomplete is told, and a licence statement that is missing.
        ClinicalInputError: It names an instrument that is not shipped.
    """
    fields = read_fields("", document, required=REQUIRED, optional=TOLD)
    named = _instrument(fields, instrument=instrument)
    refusals: list[Refusal] = []
    wording = _wording(fields, instrument=named, refusals=refusals)
    if wording is None:
        raise QuestionnaireDataError(f"Wording of {named.key}", refusals=refusals)
    return wording


def _wording(
    fields: Mapping[str, Any], *, instrument: Instrument, refusals: list[Refusal]
) -> Wording | None:
    """Return the wording, or None after noting all that is refused."""
    items = read_items(fields["items"], instrument=instrument, refusals=refusals)
    language = gathered(refusals, lambda: _language(fields))
    version = gathered(refusals, lambda: read_text("/version", fields["version"]))
    statement = gathered(refusals, lambda: _licence_statement(fields))
    licensed_on = gathered(
        refusals, lambda: read_day("/licensed_on", fields.get("licensed_on"))
    )
    reversed_items = gathered(refusals, lambda: _reversed_items(fields, instrument))
    direction = gathered(refusals, lambda: _direction(fields, instrument))
    if (
        refusals
        or language is None
        or version is None
        or statement is None
        or licensed_on is None
    ):
        return None
    return Wording(
        instrument_key=instrument.key,
        instrument_version=instrument.version,
        language=language,
        version=version,
        licence_statement=statement,
        licensed_on=licensed_on,
        items=items,
        reversed_items=reversed_items,
        direction=direction,
        differing_items=_differing(instrument, items),
    )


def _instrument(
    fields: Mapping[str, Any], *, instrument: Instrument | None
) -> Instrument:
    key = read_code("/instrument", fields["instrument"])
    version = read_whole(
        "/instrument_version",
        fields["instrument_version"],
        minimum=1,
        maximum=MAX_VERSION,
    )
    if instrument is None:
        return shipped_instrument(key, version=version)
    if (key, version) != (instrument.key, instrument.version):
        detail = (
            f"must be {instrument.key} version {instrument.version}, "
            f"got {key} version {version}."
        )
        raise refused("/instrument", rule="instrument", detail=detail)
    return instrument


def _language(fields: Mapping[str, Any]) -> str:
    return read_matching(
        "/language", fields["language"], pattern=LANGUAGE, what="language tag"
    )


def _licence_statement(fields: Mapping[str, Any]) -> str:
    statement = fields.get("licence_statement")
    if not isinstance(statement, str) or not statement.strip():
        detail = "must say by what right the clinic uses these words."
        raise refused("/licence_statement", rule="licence_statement", detail=detail)
    return read_text("/licence_statement", statement)


def _reversed_items(
    fields: Mapping[str, Any], instrument: Instrument
) -> frozenset[str] | None:
    where, value = "/reversed_items", fields.get("reversed_items")
    undirected = instrument.undirected_items
    if not undirected:
        _require_absent(where, value)
        return None
    if value is None:
        detail = "must list the items that the clinic's form reverses, [] for none."
        raise refused(where, rule="reversed_items", detail=detail)
    listed = [] if value == [] else read_list(where, value)
    codes = {read_code(where, each) for each in listed}
    strange = sorted(codes - undirected)
    if strange:
        detail = f"not for the clinic to reverse: {', '.join(strange)}."
        raise refused(where, rule="reversed_items", detail=detail)
    return frozenset(codes)


def _direction(fields: Mapping[str, Any], instrument: Instrument) -> Direction | None:
    where, value = "/direction", fields.get("direction")
    if not instrument.asks_direction:
        _require_absent(where, value)
        return None
    direction = read_choice(where, value, of=Direction)
    if direction == Direction.ASK_CLINIC:
        detail = "must say what a higher score means on the clinic's form."
        raise refused(where, rule="direction", detail=detail)
    return direction


def _require_absent(where: str, value: object) -> None:
    if value is not None:
        detail = "is settled by the instrument; leave it out."
        raise refused(where, rule="settled", detail=detail)


def _differing(
    instrument: Instrument, items: Mapping[str, ItemWording]
) -> tuple[str, ...]:
    return tuple(
        item.code
        for item in instrument.items
        if any(
            items[item.code].option_scores.get(option.code, option.score)
            != option.score
            for option in item.options
        )
    )
