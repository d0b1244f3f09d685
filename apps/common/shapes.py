"""The base of everything that comes in: plain mappings become frozen, checked values.

The same shapes serve the API, forms and imports, so there is one set of limits.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Generic, LiteralString, Self, TypeVar, get_args
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    StrictBool,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ErrorType

from apps.clinical import scales

from .errors import InvalidEntryError

AnyDay = TypeVar("AnyDay", bound=date)
# Far enough for a birth and a plan; near enough that no arithmetic leaves the calendar.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _instant_text(value: Any) -> Any:
    # The library would take a bare number for seconds since 1970.
    if isinstance(value, datetime) or (
        isinstance(value, str) and _INSTANT.match(value)
    ):
        return value
    raise PydanticCustomError(
        "invalid", "Write a time as text, for example 2026-03-02T10:00+01:00."
    )


def _day_text(value: Any) -> Any:
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    if is_day or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("invalid", "Write a day as text, like 2026-03-02.")


def _in_calendar(value: AnyDay) -> AnyDay:
    if _FIRST_YEAR <= value.year < _LAST_YEAR:
        return value
    raise PydanticCustomError(
        "out_of_range", f"The year must lie in {_FIRST_YEAR} to {_LAST_YEAR - 1}."
    )


def _in_utc(value: datetime) -> datetime:
    # PostgreSQL knows no offsets of 16 hours and more, which ISO 8601 can write.
    return value.astimezone(UTC)


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_instant_text),
    AfterValidator(_in_calendar),
    AfterValidator(_in_utc),
]
"""A time with an offset, kept in UTC; one without is refused."""
Day = Annotated[date, BeforeValidator(_day_text), AfterValidator(_in_calendar)]
"""A day of the calendar, without a time."""
Flag = StrictBool
Pain = Annotated[int, Field(strict=True, ge=scales.PAIN_MIN_MM, le=scales.PAIN_MAX_MM)]
Rpe = Annotated[int, Field(strict=True, ge=scales.RPE_MIN, le=scales.RPE_MAX)]
ZeroToTen = Annotated[int, Field(strict=True, ge=0, le=10)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
RequiredLine = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)
]


# Nobody mends more than these at once, and a refusal stays small.
MOST_FAULTS = 100
LONGEST_NAME = 100
NOT_CONTENT = frozenset({"id", "change_id", "sent_at"})


class Shape(BaseModel):
    """A checked value that cannot change. Unknown fields are refused."""

    # What was typed must not reach a log by way of an error's text.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Return ``data`` as this shape.

        Raises:
            InvalidEntryError: With one error for each value that cannot be.
        """
        if not isinstance(data, Mapping):
            raise InvalidEntryError.at(
                "", code="invalid_type", detail="Send one JSON object."
            )
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            faults = error.errors(include_url=False)[:MOST_FAULTS]
            raise InvalidEntryError([_fault(each) for each in faults]) from error

    def digest(self, *, without: frozenset[str] = frozenset()) -> str:
        """Return the SHA-256 of the content in canonical form.

        Two ways of writing the same content ("40" and "40.0", +01:00 and UTC, a field
        left out and its default) give the same digest. ``id`` and ``sent_at`` are not
        content.
        """
        return _sha256(self.model_dump(exclude={*NOT_CONTENT, *without}))


class Load(Shape):
    """A load as typed: the value and its unit are kept."""

    value: Decimal = Field(ge=0, le=2205, max_digits=7, decimal_places=3)
    unit: Annotated[str, Field(pattern="^(kg|lb)$")]


class DayRange(Shape):
    """Query parameters ``from`` and ``to``: days, both included."""

    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.to < self.from_:
            raise rule_broken("out_of_range", "to must not lie before from.")
        return self


class Answer(BaseModel):
    """A checked value that goes out; decimals leave as text."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


Row = TypeVar("Row", bound=Answer)


class Page(Answer, Generic[Row]):
    """One page of a list; ``next`` and ``previous`` are addresses."""

    next: str | None
    previous: str | None
    results: list[Row]

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Return a name that the OpenAPI document may use."""
        return f"PageOf{params[0].__name__}"


class Listing(RootModel[list[Row]], Generic[Row]):
    """A short, complete list, such as the versions of one record."""

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Return a name that the OpenAPI document may use."""
        return f"ListOf{params[0].__name__}"


class LoadAnswer(Answer):
    """A load as typed, and in kilograms."""

    value: str
    unit: str
    kg: str


class ChangeRequest(Shape):
    """The part that every action and correction shares."""

    change_id: UUID | None = None
    sent_at: Instant | None = None

    def digest(self, *, without: frozenset[str] = frozenset()) -> str:
        """Return the SHA-256 of what was said, in canonical form.

        In a correction null empties a field and a field left out stays as it is, so
        here these two differ.
        """
        return _sha256(
            self.model_dump(exclude={*NOT_CONTENT, *without}, exclude_unset=True)
        )


# Every code that is not the library's own comes from ``rule_broken``.
_LIBRARY_CODES = set(get_args(ErrorType))
_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "greater_than_equal": "min_value",
    "greater_than": "min_value",
    "less_than_equal": "max_value",
    "less_than": "max_value",
    "string_too_long": "max_length",
    "string_too_short": "required",
    "too_long": "max_length",
    "too_short": "min_length",
    "literal_error": "invalid_choice",
    "enum": "invalid_choice",
    "string_pattern_mismatch": "invalid_choice",
    "timezone_aware": "offset_required",
}
_DETAILS = {
    "required": "This field is required.",
    "unknown_field": "There is no field of this name here. Check the spelling.",
    "offset_required": "Write the offset too, for example 2026-03-02T10:00+01:00.",
}


def _fault(error: Any) -> dict[str, str]:
    kind = error["type"]
    code = _CODES.get(kind) or ("invalid" if kind in _LIBRARY_CODES else kind)
    if kind == "string_too_short" and error["ctx"]["min_length"] > 1:
        code = "min_length"
    return {
        "pointer": pointer_to(*error["loc"]),
        "code": code,
        "detail": _DETAILS.get(code, error["msg"]),
    }


def rule_broken(code: LiteralString, detail: str) -> PydanticCustomError:
    """Return the error to raise inside a validator: ``code`` reaches the client."""
    return PydanticCustomError(code, "{detail}", {"detail": detail})


def pointer_to(*parts: object) -> str:
    """Return the JSON pointer to a place of the input; long names are cut."""
    return "".join(f"/{_escaped(part)}" for part in parts)


def _escaped(part: object) -> str:
    name = str(part)
    if len(name) > LONGEST_NAME:
        name = f"{name[:LONGEST_NAME]}…"
    # RFC 6901: "~" and "/" inside a key.
    return name.replace("~", "~0").replace("/", "~1")


def _sha256(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, default=_canonical)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    """Return what JSON knows for a value that it does not."""
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Decimal):
        # Zero has a sign and an exponent, and means one thing.
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical text.")
