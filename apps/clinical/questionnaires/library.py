"""The instruments that are shipped: one file a version, in `instruments/`."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ..errors import ClinicalInputError
from .instrument import Instrument
from .parsing import parse_instrument
from .reading import refused

INSTRUMENTS: Final = Path(__file__).parent / "instruments"


def shipped_instrument(key: str, *, version: int | None = None) -> Instrument:
    """Return a shipped instrument, the newest version unless told.

    Raises:
        ClinicalInputError: It is not shipped.
    """
    versions = [
        each
        for each in shipped_instruments().values()
        if each.key == key and version in (None, each.version)
    ]
    if not versions:
        told = "" if version is None else f" version {version}"
        raise ClinicalInputError(f"No instrument {key!r:.60}{told} is shipped.")
    return max(versions, key=lambda each: each.version)


@cache
def shipped_instruments() -> Mapping[tuple[str, int], Instrument]:
    """Return every shipped version by key and version.

    Raises:
        QuestionnaireDataError: A file that cannot be, or that is named otherwise
            than `<key>.<version>.json`.
    """
    found = {}
    for path in sorted(INSTRUMENTS.glob("*.json")):
        instrument = read_instrument_file(path)
        found[instrument.key, instrument.version] = instrument
    return MappingProxyType(found)


@cache
def shipped_document(key: str, version: int) -> Mapping[str, Any]:
    """Return the JSON document of a shipped version, as its file has it."""
    path = INSTRUMENTS / f"{key}.{version}.json"
    return MappingProxyType(parse_document(path.read_text(encoding="utf-8")))


def read_instrument_file(path: Path) -> Instrument:
    """Return the instrument of one file.

    Raises:
        QuestionnaireDataError: See `shipped_instruments`.
    """
    instrument = parse_instrument(parse_document(path.read_text(encoding="utf-8")))
    if path.name != f"{instrument.key}.{instrument.version}.json":
        raise refused(
            path.name,
            rule="file_name",
            detail=f"must be named {instrument.key}.{instrument.version}.json.",
        )
    return instrument


def parse_document(text: str) -> Any:
    """Return a JSON document, refusing what is not JSON or names a field twice.

    Raises:
        QuestionnaireDataError: The text is no JSON, or a field stands twice in one
            object (the first would be lost without a word).
    """
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise refused("", rule="json", detail=f"is not JSON: {error}.") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        told = ", ".join(twice)
        raise refused("", rule="unique", detail=f"fields that stand twice: {told}.")
    return fields
