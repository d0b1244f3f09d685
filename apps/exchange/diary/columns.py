"""Which column of a diary holds what."""

import csv
from collections import Counter
from dataclasses import dataclass
from typing import Final

from .errors import UnreadableDiaryError, shown
from .lines import Line

NAME: Final = "name"
INTENSITY: Final = "intensity"
DAY_PARTS: Final = ("startday", "startmonth", "startyear")
STAMP: Final = "date"
KNOWN: Final = (NAME, INTENSITY, *DAY_PARTS, STAMP)
DELIMITERS: Final = (",", ";", "\t")
MAX_COLUMNS: Final = 50
SHOWN_COLUMNS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where the known columns stand; every row has ``count`` cells.

    ``day`` are the positions of day, month and year.
    """

    delimiter: str
    count: int
    name: int
    intensity: int
    day: tuple[int, int, int] | None
    stamp: int | None
    recognised: tuple[str, ...]
    ignored: tuple[str, ...]


def recognise_columns(header: Line) -> Columns:
    """Return the columns that a header names, with whatever delimiter makes sense.

    Raises:
        UnreadableDiaryError: A needed column is missing or named twice, or the line
            is no header.
    """
    if header.fault:
        raise UnreadableDiaryError(f"The header cannot be read: {header.fault}.")
    delimiter = max(DELIMITERS, key=lambda each: len(_known(header.text, each)))
    try:
        names = [cell.strip().lower() for cell in split_line(header.text, delimiter)]
    except csv.Error as error:
        raise UnreadableDiaryError(
            f"The header cannot be read, its quotes do not fit: {error}. "
            "Close every quote, or leave them out."
        ) from error
    _require_columns(names)
    has_days = DAY_PARTS[0] in names
    return Columns(
        delimiter=delimiter,
        count=len(names),
        name=names.index(NAME),
        intensity=names.index(INTENSITY),
        day=_positions(names) if has_days else None,
        stamp=names.index(STAMP) if STAMP in names else None,
        recognised=tuple(name for name in names if name in KNOWN),
        ignored=tuple(name for name in names if name not in KNOWN),
    )


def split_line(text: str, delimiter: str) -> list[str]:
    """Return the cells of one line.

    Raises:
        csv.Error: A quote is not closed, or something follows a closing quote.
    """
    if '"' not in text and "\r" not in text:
        return text.split(delimiter)
    return next(
        csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=True)
    )


def _known(header: str, delimiter: str) -> set[str]:
    try:
        cells = split_line(header, delimiter)
    except csv.Error:
        return set()
    return {cell.strip().lower() for cell in cells}.intersection(KNOWN)


def _positions(names: list[str]) -> tuple[int, int, int]:
    day, month, year = (names.index(part) for part in DAY_PARTS)
    return day, month, year


def _require_columns(names: list[str]) -> None:
    if len(names) > MAX_COLUMNS:
        raise UnreadableDiaryError(
            f"The header names {len(names)} columns; a diary has at most {MAX_COLUMNS}."
        )
    twice = [name for name, times in Counter(names).items() if times > 1]
    if doubled := [name for name in twice if name in KNOWN]:
        raise UnreadableDiaryError(
            f"The header names {', '.join(doubled)} more than once. "
            "Leave one column of each name."
        )
    if missing := _missing(set(names)):
        found = ", ".join(shown(name) for name in names[:SHOWN_COLUMNS])
        raise UnreadableDiaryError(
            f"The header lacks {missing}; it begins with {found}. A diary has the "
            f"columns {NAME}, {INTENSITY} and {', '.join(DAY_PARTS)} or {STAMP}."
        )


def _missing(names: set[str]) -> str:
    missing = [name for name in (NAME, INTENSITY) if name not in names]
    parts = [part for part in DAY_PARTS if part not in names]
    if 0 < len(parts) < len(DAY_PARTS):
        missing += parts
    elif parts and STAMP not in names:
        missing.append(f"{', '.join(DAY_PARTS)} or {STAMP}")
    return ", ".join(missing)
