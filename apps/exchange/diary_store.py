"""Storing the ratings of a diary, each once, whatever files they come in."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from apps.clinics.models import Patient
from apps.logbook.models import DiaryRating

from . import queries
from .diary import days
from .diary.errors import DiaryReadOtherwiseError
from .diary.preview import DiaryPreview
from .diary.rows import Rating, Refusal


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch."""

    imported: int
    duplicate: int
    refusals: tuple[Refusal, ...]


@dataclass(kw_only=True)
class DiaryStore:
    """Adds the ratings of one previewed file, batch by batch.

    A rating is known by its file and line; by its stamp; without a stamp as the n-th
    equal rating of its day. The count of equal ratings grows with the days of the diary
    and not with its rows.
    """

    patient: Patient
    preview: DiaryPreview
    by: Any
    now: datetime
    region: str = field(init=False)
    _equal_on_day: Counter[tuple[date, int]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.region = queries.kept_spelling(self.patient, region=self.preview.region)

    def add(self, batch: list[Rating]) -> Stored:
        """Add what is not there yet. Constraints decide; what loses is told apart.

        Raises:
            DiaryReadOtherwiseError: A line of this file is kept with another time.
        """
        rows = [self._row(rating) for rating in batch]
        known = self._lines_kept(rows)
        for row in rows:
            _require_same_time(row, kept=known.get(row.line))
        fresh = [row for row in rows if row.line not in known]
        DiaryRating.objects.bulk_create(fresh, ignore_conflicts=True)
        kept_lines = self._lines_kept(fresh)
        lost = [row for row in fresh if row.line not in kept_lines]
        refusals = self._contradictions(lost)
        return Stored(
            imported=len(kept_lines),
            duplicate=len(rows) - len(kept_lines) - len(refusals),
            refusals=refusals,
        )

    def _row(self, rating: Rating) -> DiaryRating:
        day = days.day_of(
            written_day=rating.written_day,
            stamp=rating.stamp,
            day_ends_at=self.preview.day_ends_at,
        )
        stamped_at, nth = None, 1
        if rating.stamp is not None:
            stamped_at = days.instant_of(rating.stamp, zone=self.preview.zone)
        else:
            self._equal_on_day[day, rating.pain_mm] += 1
            nth = self._equal_on_day[day, rating.pain_mm]
        return DiaryRating(
            clinic_id=self.patient.clinic_id,
            patient=self.patient,
            region=self.region,
            day=day,
            stamped_at=stamped_at,
            original_value=rating.value,
            pain_mm=rating.pain_mm,
            file_digest=self.preview.file_digest,
            line=rating.line,
            nth_of_day=nth,
            imported_by=self.by,
            imported_at=self.now,
        )

    def _lines_kept(self, rows: list[DiaryRating]) -> dict[int, DiaryRating]:
        kept = DiaryRating.objects.filter(
            patient=self.patient,
            file_digest=self.preview.file_digest,
            line__in=[row.line for row in rows],
        )
        return {row.line: row for row in kept.only("line", "day", "stamped_at")}

    def _contradictions(self, rows: list[DiaryRating]) -> tuple[Refusal, ...]:
        """Refuse the rows whose stamp is kept with another value: which one holds?"""
        kept_mm = dict(
            DiaryRating.objects.filter(
                patient=self.patient,
                region=self.region,
                stamped_at__in=[row.stamped_at for row in rows if row.stamped_at],
            ).values_list("stamped_at", "pain_mm")
        )
        return tuple(
            Refusal(
                row.line,
                f"{kept_mm[row.stamped_at]} mm is kept for this stamp, "
                f"the row says {row.pain_mm} mm",
                row.region,
            )
            for row in rows
            if kept_mm.get(row.stamped_at, row.pain_mm) != row.pain_mm
        )


def _require_same_time(row: DiaryRating, *, kept: DiaryRating | None) -> None:
    # Left alone, a double row of the file would count as new at its other time.
    if kept is None or (kept.stamped_at, kept.day) == (row.stamped_at, row.day):
        return
    raise DiaryReadOtherwiseError(
        f"This file was imported before: line {row.line} is kept at "
        f"{_when(kept)} and would now be {_when(row)}. Use the zone and the end of "
        "the day of the first import."
    )


def _when(row: DiaryRating) -> str:
    stamp = f"{row.stamped_at:%Y-%m-%d %H:%M:%S} UTC, " if row.stamped_at else ""
    return f"{stamp}day {row.day}"
