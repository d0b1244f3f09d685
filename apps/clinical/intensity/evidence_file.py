"""The file of evidence windows: what stands in it, and what it may not say."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from ..errors import ClinicalInputError
from .targets import UNITS, Basis

FILE: Final = "evidence.toml"
PARTS: Final = frozenset(("version", "sources", "windows", "suggestions"))
NEEDED: Final = frozenset(("key", "kind", "quantity", "mark"))
OPTIONAL: Final = frozenset(("stage", "basis", "unit", "low", "high", "below", "above"))


class Kind(StrEnum):
    """What sort of exercise a window is about."""

    AEROBIC = "aerobic"
    HIIT = "hiit"
    MIND_BODY = "mind_body"
    AQUATIC = "aquatic"
    RESISTANCE = "resistance"


class Stage(StrEnum):
    """The first phase of a programme, or a later one."""

    START = "start"
    LATER = "later"


class Quantity(StrEnum):
    """What of a dose is looked at."""

    INTENSITY = "intensity"
    MINUTES = "minutes"
    SESSIONS_PER_WEEK = "sessions_per_week"
    BOUTS = "bouts"
    BOUT_S = "bout_s"
    REST_RATIO = "rest_ratio"
    SETS = "sets"
    REPETITIONS = "repetitions"


class Side(StrEnum):
    """On which side of its window a dose lies."""

    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What one source says of one quantity; an open end is None.

    Args:
        stage: None for every phase.
        basis: Of an intensity; None for the other quantities.
        mark: S0, S1, K or D.
        texts: What a therapist reads, by side.
    """

    key: str
    kind: Kind
    stage: Stage | None
    quantity: Quantity
    basis: Basis | None
    unit: str | None
    low: Decimal | None
    high: Decimal | None
    mark: str
    texts: Mapping[Side, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The whole file.

    Args:
        sources: By mark.
        suggestions: Kinds of exercise by condition, in no ranking.
    """

    version: int
    sources: Mapping[str, str]
    windows: tuple[Window, ...]
    suggestions: Mapping[str, tuple[str, ...]]


def evidence_from(text: str) -> Evidence:
    """Return the windows of a file.

    Raises:
        ClinicalInputError: No TOML, an unknown or missing entry, a window without a
            bound or without the text for it, an unknown mark, or a key twice.
    """
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ClinicalInputError(f"{FILE} must be TOML: {error}.") from error
    _require_keys(FILE, data, needed=PARTS)
    windows = tuple(_window(each, sources=data["sources"]) for each in data["windows"])
    keys = [window.key for window in windows]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ClinicalInputError(
            f"{FILE} must name each window once, got {', '.join(twice)} twice."
        )
    return Evidence(
        version=data["version"],
        sources=MappingProxyType(data["sources"]),
        windows=windows,
        suggestions=MappingProxyType(
            {name: tuple(each) for name, each in data["suggestions"].items()}
        ),
    )


def _window(entry: Mapping[str, Any], *, sources: Mapping[str, str]) -> Window:
    place = f"Window {entry.get('key', '?')!r} of {FILE}"
    _require_keys(place, entry, needed=NEEDED, optional=OPTIONAL)
    if entry["mark"] not in sources:
        raise ClinicalInputError(
            f"{place}: mark must be one of {', '.join(sources)}, got {entry['mark']!r}."
        )
    try:
        window = Window(
            key=entry["key"],
            kind=Kind(entry["kind"]),
            stage=Stage(entry["stage"]) if "stage" in entry else None,
            quantity=Quantity(entry["quantity"]),
            basis=Basis(entry["basis"]) if "basis" in entry else None,
            unit=entry.get("unit"),
            low=_bound(entry, "low", place=place),
            high=_bound(entry, "high", place=place),
            mark=entry["mark"],
            texts=MappingProxyType({one: entry[one] for one in Side if one in entry}),
        )
    except ClinicalInputError:
        raise
    except ValueError as error:
        raise ClinicalInputError(f"{place}: {error}.") from error
    _require_bounds(window, place=place)
    _require_basis(window, place=place)
    return window


def _require_keys(
    place: str,
    entry: Mapping[str, Any],
    *,
    needed: frozenset[str],
    optional: frozenset[str] = frozenset(),
) -> None:
    unknown = ", ".join(sorted(set(entry) - needed - optional))
    missing = ", ".join(sorted(needed - set(entry)))
    if unknown:
        raise ClinicalInputError(f"{place} must not hold {unknown}.")
    if missing:
        raise ClinicalInputError(f"{place} must hold {missing}.")


def _bound(entry: Mapping[str, Any], name: str, *, place: str) -> Decimal | None:
    value = entry.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value <= 0:
        raise ClinicalInputError(
            f"{place}: {name} must be a number above 0, got {value!r}."
        )
    return Decimal(value)


def _require_bounds(window: Window, *, place: str) -> None:
    low, high = window.low, window.high
    if low is None and high is None:
        raise ClinicalInputError(f"{place} must have at least one bound.")
    if low is not None and high is not None and low > high:
        raise ClinicalInputError(
            f"{place}: low must not be above high, got {low} and {high}."
        )
    for side, bound in ((Side.BELOW, low), (Side.ABOVE, high)):
        if (bound is None) != (side not in window.texts):
            raise ClinicalInputError(
                f"{place}: a bound and its text belong together, see {side}."
            )


def _require_basis(window: Window, *, place: str) -> None:
    if (window.quantity is Quantity.INTENSITY) != (window.basis is not None):
        raise ClinicalInputError(
            f"{place}: an intensity, and nothing else, must have a basis."
        )
    units = UNITS[window.basis] if window.basis else (None,)
    if window.unit not in units:
        raise ClinicalInputError(
            f"{place}: unit must be {' or '.join(map(str, units))}, "
            f"got {window.unit!r}."
        )
