"""Reading one value of a JSON document strictly: as told, or refused with its place."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, TypeVar

from .refusals import QuestionnaireDataError, Refusal

# [D] an instrument is a form for a person, not a table.
MAX_ENTRIES: Final = 200
MAX_TEXT: Final = 4000
CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
OPTION_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,19}")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
ONE_MARK: Final = r"(S0|S1|K|D|U|O:[1-9][0-9]{0,2})"
MARK: Final = re.compile(rf"{ONE_MARK}(, {ONE_MARK})*")
NUMBER: Final = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,6})?(/[1-9][0-9]{0,5})?")

Choice = TypeVar("Choice", bound=StrEnum)


def refused(where: str, *, rule: str, detail: str) -> QuestionnaireDataError:
    """Return the error that says what is wrong at one place."""
    refusal = Refusal(where=where, rule=rule, detail=detail)
    return QuestionnaireDataError("Refused", refusals=[refusal])


def read_fields(
    where: str, value: object, *, required: Iterable[str], optional: Iterable[str] = ()
) -> Mapping[str, Any]:
    """Return an object that has every required field and no unknown one."""
    if not isinstance(value, Mapping):
        raise refused(where, rule="object", detail="must be an object with fields.")
    needed, known = set(required), {*required, *optional}
    for rule, names in (
        ("missing_field", needed - value.keys()),
        ("unknown_field", value.keys() - known),
    ):
        if names:
            told = ", ".join(sorted(map(str, names)))
            raise refused(
                where, rule=rule, detail=f"{rule.replace('_', ' ')}: {told[:200]}."
            )
    return value


def read_list(where: str, value: object) -> list[Any]:
    """Return a list of 1 to 200 entries."""
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_ENTRIES:
        detail = f"must be a list of 1 to {MAX_ENTRIES} entries."
        raise refused(where, rule="list", detail=detail)
    return list(value)


def read_text(where: str, value: object) -> str:
    """Return a text that is not blank and not endless."""
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        detail = f"must be a text of 1 to {MAX_TEXT} characters."
        raise refused(where, rule="text", detail=detail)
    return value


def read_matching(
    where: str, value: object, *, pattern: re.Pattern[str], what: str
) -> str:
    """Return a text that is wholly of the pattern."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise refused(where, rule=what, detail=f"is no {what}: {value!r:.60}.")
    return value


def read_code(where: str, value: object) -> str:
    """Return the neutral name of an item, section, score or band."""
    return read_matching(where, value, pattern=CODE, what="code")


def read_mark(where: str, value: object) -> str:
    """Return where a number comes from: S0, S1, O:n, K, D or U, several by comma."""
    return read_matching(where, value, pattern=MARK, what="source mark")


def read_choice(where: str, value: object, *, of: type[Choice]) -> Choice:
    """Return the member that the text names."""
    if isinstance(value, str) and value in list(of):
        return of(value)
    names = ", ".join(of)
    raise refused(
        where, rule="choice", detail=f"must be one of {names}, got {value!r:.60}."
    )


def read_flag(where: str, value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise refused(where, rule="flag", detail="must be true or false.")
    return value


def read_day(where: str, value: object) -> date:
    """Return the day that a text names, as in 2026-03-02."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    # fromisoformat also takes 20260302 and 2026-W10-1.
    if day is not None and day.isoformat() == value:
        return day
    raise refused(
        where, rule="day", detail=f"must be a day like 2026-03-02, got {value!r:.60}."
    )


def read_whole(where: str, value: object, *, minimum: int, maximum: int) -> int:
    """Return a whole number within its bounds."""
    # True and False are integers to Python and never a number here.
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not minimum <= value <= maximum:  # type: ignore[operator]
        detail = (
            f"must be a whole number from {minimum} to {maximum}, got {value!r:.60}."
        )
        raise refused(where, rule="whole_number", detail=detail)
    return value  # type: ignore[return-value]


def read_number(where: str, value: object) -> Fraction:
    """Return the exact number: JSON numbers, or a text such as "3.33" or "1/3"."""
    number = exact_number(value)
    if number is None:
        detail = f'must be a number or a text like "3.33" or "1/3", got {value!r:.60}.'
        raise refused(where, rule="number", detail=detail)
    return number


def exact_number(value: object) -> Fraction | None:
    """Return the number exactly as it is printed, or None where it is none.

    A float counts as its shortest decimal form, so that 0.1 is one tenth.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, float | Decimal):
        decimal = Decimal(str(value))
        if not decimal.is_finite():
            return None
        value = format(decimal, "f")
    if not NUMBER.fullmatch(str(value)):
        return None
    whole, _, divisor = str(value).partition("/")
    return Fraction(whole) / Fraction(divisor or 1)
