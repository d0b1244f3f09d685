"""From what is shipped and what a clinic keeps to the instruments of the rules."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from apps.clinical.errors import ClinicalInputError
from apps.clinical.questionnaires.answers import ClinicSettings
from apps.clinical.questionnaires.instrument import Instrument
from apps.clinical.questionnaires.library import (
    shipped_instrument,
    shipped_instruments,
)
from apps.clinical.questionnaires.parsing import parse_instrument
from apps.clinical.questionnaires.refusals import QuestionnaireDataError
from apps.clinical.questionnaires.wording import parse_wording
from apps.common.errors import InvalidEntryError
from apps.common.shapes import MOST_FAULTS

from .models import InstrumentWording, OwnInstrument

Named = tuple[int, str, int]
"""Clinic, key and version of an instrument."""


def is_shipped(key: str) -> bool:
    """Tell whether the product ships an instrument of this key."""
    return any(each == key for each, _ in shipped_instruments())


def shipped_id(key: str, version: int) -> UUID:
    """Return the id of a shipped version: the same in every installation."""
    return uuid5(NAMESPACE_URL, f"https://eihtrack.example/instruments/{key}.{version}")


def instruments_named(names: Iterable[Named]) -> dict[Named, Instrument]:
    """Return the instruments that rows name; at most one query for all of them."""
    wanted = set(names)
    shipped = shipped_instruments()
    found = {name: shipped[name[1:]] for name in wanted if name[1:] in shipped}
    missing = wanted - found.keys()
    if missing:
        rows = OwnInstrument.objects.filter(key__in={key for _, key, _ in missing})
        for row in rows:
            name = (row.clinic_id, row.key, row.version)
            if name in missing:
                found[name] = parse_instrument(row.document)
    return found


def instrument_named(name: Named) -> Instrument:
    """Return the instrument that a row names."""
    return instruments_named([name])[name]


def require_instrument(
    clinic_id: int, *, key: str, version: int | None, where: str = ""
) -> Instrument:
    """Return what a clinic can ask for, the newest version unless told.

    ``where`` is the JSON pointer of what named it, before ``/instrument``.

    Raises:
        InvalidEntryError: It is neither shipped nor the clinic's own.
    """
    try:
        if is_shipped(key):
            return shipped_instrument(key, version=version)
    except ClinicalInputError as error:
        raise InvalidEntryError.at(
            f"{where}/instrument_version", code="not_found", detail=str(error)
        ) from error
    rows = OwnInstrument.objects.filter(clinic=clinic_id, key=key).order_by("-version")
    if version is not None:
        rows = rows.filter(version=version)
    row = rows.first()
    if row is None:
        raise InvalidEntryError.at(
            f"{where}/instrument",
            code="not_found",
            detail="The clinic has no such instrument.",
        )
    return parse_instrument(row.document)


def needs_wording(instrument: Instrument) -> bool:
    """Tell whether only a clinic's own form can say how this one is scored."""
    return instrument.needs_option_scores or bool(instrument.undirected_items)


def settings_of(
    wording: InstrumentWording | None, *, instrument: Instrument
) -> ClinicSettings:
    """Return what a wording says about scoring; nothing without one."""
    if wording is None:
        return ClinicSettings()
    return parse_wording(wording.document, instrument=instrument).clinic_settings()


def as_json(value: Any) -> Any:
    """Return a document as the database keeps it: exact numbers become text."""
    if isinstance(value, dict):
        return {key: as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    return format(value, "f") if isinstance(value, Decimal) else value


def refused_document(error: QuestionnaireDataError) -> InvalidEntryError:
    """Return the refusal of a document with the place of every fault."""
    return InvalidEntryError(
        [
            {
                "pointer": f"/document{each.where}",
                "code": each.rule.replace(" ", "_"),
                "detail": each.detail,
            }
            for each in error.refusals[:MOST_FAULTS]
        ]
    )
