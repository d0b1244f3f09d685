"""Addresses of FHIR and of ours, and the numbers that FHIR writes."""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from apps.clinical.questionnaires.reading import refused

BASE: Final = "https://eihtrack.example/fhir"
SCORING: Final = f"{BASE}/StructureDefinition/instrument-scoring"
ITEM: Final = f"{BASE}/StructureDefinition/instrument-item"
HL7: Final = "http://hl7.org/fhir/StructureDefinition"
MIN_VALUE: Final = f"{HL7}/minValue"
MAX_VALUE: Final = f"{HL7}/maxValue"
ORDINAL: Final = f"{HL7}/ordinalValue"

NO_CODE_CHARACTER: Final = re.compile(r"[^a-z0-9]+")
LONGEST_CODE: Final = 40


def canonical(key: str) -> str:
    """Return the address of an instrument, whichever version."""
    return f"{BASE}/Questionnaire/{key}"


def option_system(key: str) -> str:
    """Return the code system of an instrument's printed options."""
    return f"{BASE}/CodeSystem/{key}-options"


def code_of(link_id: str) -> str:
    """Return the code that an item, group or name of another system gets here.

    Ours stay as they are; empty where nothing is left.
    """
    code = NO_CODE_CHARACTER.sub("_", link_id.lower()).strip("_")
    code = code if not code or code[0].isalpha() else f"q{code}"
    return code[:LONGEST_CODE].rstrip("_")


def as_number(value: Fraction) -> int | float:
    """Return a number as FHIR writes it.

    Raises:
        QuestionnaireDataError: It has no end as a decimal.
    """
    if value.denominator == 1:
        return int(value)
    if Fraction(str(float(value))) != value:
        detail = f"{value} has no end as a decimal, and FHIR has no fractions."
        raise refused("", rule="no_decimal", detail=detail)
    return float(value)


def extension(holder: Mapping[str, Any], url: str) -> Mapping[str, Any] | None:
    """Return the first extension of this address, None without one."""
    given = holder.get("extension", [])
    entries = given if isinstance(given, list) else []
    return next(
        (
            each
            for each in entries
            if isinstance(each, Mapping) and each.get("url") == url
        ),
        None,
    )


def value_of(holder: Mapping[str, Any] | None, *types: str) -> Any:
    """Return what an extension says in one of the types, None where it does not."""
    names = [f"value{each}" for each in types]
    return next((holder[name] for name in names if holder and name in holder), None)


def require_fields(
    where: str, value: object, *, known: Iterable[str]
) -> Mapping[str, Any]:
    """Return an object with known fields alone: FHIR allows no others either."""
    if not isinstance(value, Mapping):
        raise refused(where, rule="object", detail="must be an object with fields.")
    strange = sorted(map(str, value.keys() - set(known)))
    if strange:
        detail = f"cannot be carried, or is no field of FHIR R4: {strange[0]:.60}."
        raise refused(f"{where}/{strange[0]}", rule="unknown_field", detail=detail)
    return value


def require_list(where: str, value: object) -> list[Any]:
    """Return a list with something in it."""
    if not isinstance(value, list) or not value:
        raise refused(where, rule="list", detail="must be a list with entries.")
    return value
