"""What each row of a diary says: a rating of the region, something else, or a fault."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import BinaryIO, Final

from apps.clinical.scales import PAIN_MAX_MM, PAIN_MIN_MM

from .columns import Columns, recognise_columns, split_line
from .errors import UnreadableDiaryError, shown
from .lines import DiaryLines, Line

MM_A_POINT: Final = 10
EARLIEST_YEAR: Final = 1900
REGION_MAX_CHARACTERS: Final = 80
# A spreadsheet would run a cell that begins like this.
FORMULA_MARKS: Final = ("=", "+", "-", "@")
VALUE: Final = re.compile(r"[0-9]{1,3}([.,][0-9]{1,16})?")
STAMP: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?"
)
WHOLE: Final = re.compile(r"[0-9]{1,4}")
NOT_WRITTEN: Final = frozenset({"", "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One rating of the region, as it stands in the file.

    ``stamp`` is wall time. At least one of ``written_day`` and ``stamp`` is there.
    """

    line: int
    name: str
    value: str
    pain_mm: int
    written_day: date | None
    stamp: datetime | None


@dataclass(frozen=True, slots=True)
class Other:
    """A row about something else than the region, with its cells as they stand."""

    line: int
    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be used, and why; ``name`` if that much could be read."""

    line: int
    reason: str
    name: str = ""


Row = Rating | Other | Refusal


class _RowFaultError(Exception):
    """Something in the row cannot be; the message is the reason."""


class DiaryReader:
    """The rows of a diary, one for each line below the header that is not blank."""

    def __init__(self, source: BinaryIO, *, region: str, until: datetime) -> None:
        """Read the header.

        Args:
            source: The file, open for bytes and seekable.
            region: What the wanted rows are called; case and spaces do not count.
            until: Wall time now; no entry can be later.

        Raises:
            UnreadableDiaryError: It is no diary.
        """
        self.lines = DiaryLines(source)
        self._region = region_key(region)
        self._until = until
        self._left = iter(self.lines)
        header = next(self._left, Line(1, "", "the file has no line"))
        self.columns: Columns = recognise_columns(header)

    def __iter__(self) -> Iterator[Row]:
        for line in self._left:
            yield self._row(line)

    def times_of(self, other: Other) -> tuple[date | None, datetime | None]:
        """Return written day and stamp of another row; nothing if they cannot be."""
        try:
            return self._written_day(other.cells), self._stamp(other.cells)
        except _RowFaultError:
            return None, None

    def _row(self, line: Line) -> Row:
        name = ""
        try:
            cells = self._cells(line)
            name = tidy_name(cells[self.columns.name])
            if not name:
                raise _RowFaultError("name is empty")
            if region_key(name) != self._region:
                return Other(line.number, name, tuple(cells))
            return self._rating(line.number, name, cells)
        except _RowFaultError as error:
            return Refusal(line.number, str(error), name)

    def _cells(self, line: Line) -> list[str]:
        if line.fault:
            raise _RowFaultError(line.fault)
        try:
            cells = split_line(line.text, self.columns.delimiter)
        except csv.Error as error:
            raise _RowFaultError(f"the quotes do not fit: {error}") from error
        if len(cells) != self.columns.count:
            raise _RowFaultError(
                f"the row has {len(cells)} cells, the header {self.columns.count}"
            )
        return cells

    def _rating(self, line: int, name: str, cells: list[str]) -> Rating:
        value = cells[self.columns.intensity].strip()
        rating = Rating(
            line=line,
            name=name,
            value=value,
            pain_mm=_pain_mm(value),
            written_day=self._written_day(cells),
            stamp=self._stamp(cells),
        )
        if rating.written_day is None and rating.stamp is None:
            raise _RowFaultError("the row has neither a day nor a stamp")
        return rating

    def _written_day(self, cells: Sequence[str]) -> date | None:
        if self.columns.day is None:
            return None
        parts = [cells[position].strip() for position in self.columns.day]
        if all(part in NOT_WRITTEN for part in parts):
            return None
        written = "-".join(reversed(parts))
        if not all(WHOLE.fullmatch(part) for part in parts):
            raise _RowFaultError(f"the day must be three numbers, got {shown(written)}")
        day_of_month, month, year = map(int, parts)
        try:
            day = date(year, month, day_of_month)
        except ValueError as error:
            raise _RowFaultError(f"there is no day {shown(written)}") from error
        self._require_in_reach(day, self._until.date())
        return day

    def _stamp(self, cells: Sequence[str]) -> datetime | None:
        if self.columns.stamp is None:
            return None
        text = cells[self.columns.stamp].strip()
        if not text:
            return None
        if not STAMP.fullmatch(text):
            raise _RowFaultError(
                "date must be wall time like 2018-01-31 20:21:49 without an offset, "
                f"got {shown(text)}"
            )
        try:
            stamp = datetime.fromisoformat(text)
        except ValueError as error:
            raise _RowFaultError(f"there is no time {shown(text)}") from error
        self._require_in_reach(stamp, self._until)
        return stamp

    @staticmethod
    def _require_in_reach(when: date, until: date) -> None:
        if when.year < EARLIEST_YEAR:
            raise _RowFaultError(
                f"the year must be {EARLIEST_YEAR} or later, got {when.year}"
            )
        if when > until:
            raise _RowFaultError(f"{when} lies in the future")


def require_region(region: str) -> str:
    """Return the name of a region in tidy form.

    Raises:
        UnreadableDiaryError: It is empty, too long, or would run in a spreadsheet.
    """
    name = tidy_name(region)
    if not name or len(name) > REGION_MAX_CHARACTERS or not name.isprintable():
        raise UnreadableDiaryError(
            f"A region has a name of 1 to {REGION_MAX_CHARACTERS} printable "
            f"characters, got {shown(region)}."
        )
    if name.startswith(FORMULA_MARKS):
        raise UnreadableDiaryError(
            f"The name of a region must not begin with one of "
            f"{' '.join(FORMULA_MARKS)}, got {shown(name)}."
        )
    return name


@lru_cache(maxsize=1024)
def tidy_name(text: str) -> str:
    """Return a name with single spaces and composed letters."""
    return " ".join(unicodedata.normalize("NFC", text).split())


@lru_cache(maxsize=1024)
def region_key(name: str) -> str:
    """Return what two spellings of one region have in common."""
    return tidy_name(name).casefold()


def _pain_mm(value: str) -> int:
    points = Decimal(value.replace(",", ".")) if VALUE.fullmatch(value) else None
    if points is None or not PAIN_MIN_MM <= points * MM_A_POINT <= PAIN_MAX_MM:
        raise _RowFaultError(
            f"intensity must be a number from 0 to 10, got {shown(value)}"
        )
    return int((points * MM_A_POINT).quantize(Decimal(1), rounding=ROUND_HALF_UP))
