"""What a diary holds, before anything of it is stored."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

from . import days
from .columns import Columns
from .rows import (
    REGION_MAX_CHARACTERS,
    DiaryReader,
    Other,
    Rating,
    Row,
    region_key,
)

MAX_NAMES: Final = 200
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NameCount:
    """A name in the diary, in the spelling of its first row, and its rows."""

    name: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryPreview:
    """What was recognised, and how an import would read it.

    Args:
        region: As spelled in the file, else as asked for.
        region_rows: Rows of this name, the refused ones among them included.
        names: All names by number of rows; of more than 200 the first ones.
        rows_of_further_names: Rows whose name is not among them.
        day_end_evidence: Rows of any name with a day and a stamp that is of this day
            or the next; from them the end of the day is inferred.
        days_apart: Ratings whose day and stamp are more than one day apart; the
            written day holds.
        skipped_stamps: Stamps that no clock of the zone showed.
        repeated_stamps: Stamps that the clocks showed twice.
    """

    file_digest: str
    region: str
    zone: ZoneInfo
    columns: Columns
    rows: int
    blank_lines: int
    windows_lines: int
    names: tuple[NameCount, ...]
    rows_of_further_names: int
    region_rows: int
    ratings: int
    refused: int
    stamped: int
    first_day: date | None
    last_day: date | None
    day_ends_at: time
    inferred_day_ends_at: time
    day_end_evidence: int
    stamps_before_day_end: int
    days_apart: int
    skipped_stamps: int
    repeated_stamps: int

    @property
    def other(self) -> int:
        """Rows about something else."""
        return self.rows - self.ratings - self.refused


def preview_of(
    source: BinaryIO,
    *,
    region: str,
    zone: ZoneInfo,
    now: datetime,
    day_ends_at: time | None,
) -> DiaryPreview:
    """Read a diary once and return what it holds; nothing is kept of its rows.

    Raises:
        UnreadableDiaryError: It is no diary.
    """
    until = now.astimezone(zone).replace(tzinfo=None)
    reader = DiaryReader(source, region=region, until=until)
    tally = _Tally(region=region, zone=zone)
    for row in reader:
        tally.add(row)
        if isinstance(row, Other):
            tally.compare(*reader.times_of(row))
    return tally.as_preview(reader, day_ends_at=day_ends_at)


@dataclass(kw_only=True)
class _Tally:
    """Sums over the rows; its size depends on names and clock, not on rows."""

    region: str
    zone: ZoneInfo
    rows: int = 0
    ratings: int = 0
    refused: int = 0
    region_rows: int = 0
    region_spelling: str = ""
    names: dict[str, list] = field(default_factory=dict)
    rows_of_further_names: int = 0
    day_before: list[int] = field(default_factory=lambda: [0] * days.HOURS)
    same_day: list[int] = field(default_factory=lambda: [0] * days.HOURS)
    stamps_in_minute: list[int] = field(default_factory=lambda: [0] * days.HOURS * 60)
    days_apart: int = 0
    skipped_stamps: int = 0
    repeated_stamps: int = 0
    first_written: date | None = None
    last_written: date | None = None
    first_stamp: datetime | None = None
    last_stamp: datetime | None = None

    def __post_init__(self) -> None:
        self.region_spelling = self.region

    def add(self, row: Row) -> None:
        """Count one row."""
        self.rows += 1
        if row.name:
            self._add_name(row.name)
        if isinstance(row, Rating):
            self.ratings += 1
            self._add_rating(row)
        elif not isinstance(row, Other):
            self.refused += 1

    def compare(self, day: date | None, stamp: datetime | None) -> None:
        """Note for which day an entry of this hour was written."""
        if day is None or stamp is None:
            return
        if stamp.date() - day == ONE_DAY:
            self.day_before[stamp.hour] += 1
        elif stamp.date() == day:
            self.same_day[stamp.hour] += 1

    def as_preview(
        self, reader: DiaryReader, *, day_ends_at: time | None
    ) -> DiaryPreview:
        """Return the sums with what the reader knows, once all rows are counted."""
        inferred = days.inferred_day_end(
            day_before=self.day_before, same_day=self.same_day
        )
        day_end = inferred if day_ends_at is None else day_ends_at
        first_day, last_day = self.span(day_end)
        return DiaryPreview(
            file_digest=reader.lines.digest,
            region=self.region_spelling,
            zone=self.zone,
            columns=reader.columns,
            rows=self.rows,
            blank_lines=reader.lines.blank_lines,
            windows_lines=reader.lines.windows_lines,
            names=self.names_by_rows(),
            rows_of_further_names=self.rows_of_further_names,
            region_rows=self.region_rows,
            ratings=self.ratings,
            refused=self.refused,
            stamped=sum(self.stamps_in_minute),
            first_day=first_day,
            last_day=last_day,
            day_ends_at=day_end,
            inferred_day_ends_at=inferred,
            day_end_evidence=sum(self.day_before) + sum(self.same_day),
            stamps_before_day_end=sum(self.stamps_in_minute[: _minute(day_end)]),
            days_apart=self.days_apart,
            skipped_stamps=self.skipped_stamps,
            repeated_stamps=self.repeated_stamps,
        )

    def names_by_rows(self) -> tuple[NameCount, ...]:
        """Return the names, the most frequent first."""
        counts = (NameCount(name, rows) for name, rows in self.names.values())
        return tuple(sorted(counts, key=lambda each: (-each.rows, each.name)))

    def span(self, day_ends_at: time) -> tuple[date | None, date | None]:
        """Return the first and the last day of the region."""
        firsts, lasts = (
            [
                days.day_of(written_day=day, stamp=stamp, day_ends_at=day_ends_at)
                for day, stamp in ((written, None), (None, stamped))
                if day or stamp
            ]
            for written, stamped in (
                (self.first_written, self.first_stamp),
                (self.last_written, self.last_stamp),
            )
        )
        return min(firsts, default=None), max(lasts, default=None)

    def _add_name(self, name: str) -> None:
        key = region_key(name)
        if key == region_key(self.region):
            if not self.region_rows and len(name) <= REGION_MAX_CHARACTERS:
                self.region_spelling = name
            self.region_rows += 1
        if key in self.names:
            self.names[key][1] += 1
        elif len(self.names) < MAX_NAMES:
            self.names[key] = [name, 1]
        else:
            self.rows_of_further_names += 1

    def _add_rating(self, rating: Rating) -> None:
        day, stamp = rating.written_day, rating.stamp
        if stamp is not None:
            self._add_stamp(stamp)
        if day is not None:
            self.first_written = min(self.first_written or day, day)
            self.last_written = max(self.last_written or day, day)
        elif stamp is not None:
            self.first_stamp = min(self.first_stamp or stamp, stamp)
            self.last_stamp = max(self.last_stamp or stamp, stamp)
        self.compare(day, stamp)
        self.days_apart += days.are_days_apart(written_day=day, stamp=stamp)

    def _add_stamp(self, stamp: datetime) -> None:
        self.stamps_in_minute[_minute(stamp.time())] += 1
        self.skipped_stamps += days.was_skipped(stamp, zone=self.zone)
        self.repeated_stamps += days.came_twice(stamp, zone=self.zone)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute
