"""The figures of adherence: sums over rows, each share with both its numbers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from ..check_in_windows import SPANS, Moment
from ..errors import ClinicalInputError
from .inputs import ExcuseReason
from .outcomes import ATTENDED, DUE, CheckInOutcome, Result, SlotOutcome

INTERRUPTED_FROM_MISSES: Final = 3  # [O:73, O:74] in a row
RATIO_DECIMALS: Final = 4  # [D] of a shown ratio

# What other groups had, to compare with: supervised exercise in cancer care.
BENCHMARK_ATTENDANCE: Final = Decimal("0.79")  # [O:73]
BENCHMARK_DOSE: Final = Decimal("0.77")  # [O:73]
BENCHMARK_ANY_MISS: Final = Decimal("0.87")  # [O:73] of people
BENCHMARK_INTERRUPTION: Final = Decimal("0.51")  # [O:73] of people
BENCHMARK_DOSE_MODIFIED: Final = Decimal("0.85")  # [O:73] of people, resistance
BENCHMARK_COMPLIANCE_FM_STRENGTH: Final = Decimal("0.81")  # [O:78] 20 weeks


class DoseWeight(StrEnum):
    """By what the doses of several sessions are weighted."""

    KG = "kg"
    SETS = "sets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a whole, both exact; the ratio is None where the whole is 0."""

    part: Fraction
    whole: Fraction

    def __post_init__(self) -> None:
        """Refuse a part outside its whole."""
        if not 0 <= self.part <= self.whole:
            raise ClinicalInputError(
                f"part must lie from 0 to the whole of {self.whole}, got {self.part}."
            )

    @property
    def ratio(self) -> Fraction | None:
        """Return the unrounded ratio, from 0 to 1; every cut-off takes this one."""
        return None if self.whole == 0 else self.part / self.whole

    @property
    def rounded(self) -> Decimal | None:
        """Return the ratio with four decimals, half up."""
        return _rounded(self, scale=1, decimals=RATIO_DECIMALS)

    @property
    def percent(self) -> Decimal | None:
        """Return the ratio in per cent with one decimal, half up; for display."""
        return _rounded(self, scale=100, decimals=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Adherence over some planned sessions that are due.

    due = attended + excused + missed; attended = held + partial. Cancelled and paused
    ones stand beside: they are in no numerator and no denominator.

    Args:
        excused: All of them; `excused_pain_flare` and `excused_late` are among them.
        dose_modified: Attended, with less than the whole plan done.
        held_share: Of the due ones, those that were more than partial.
        dose: Done / prescribed, 0 where nobody came (relative dose intensity).
        dose_when_attended: The same over attended sessions alone.
        without_known_dose: Due, but in neither dose; so stand those of them beside that
            were attended.
        dose_weight: None where no dose is known.
        intensity: Working sets and bouts on plan, of those that can be judged.
        time: Planned time that was trained, at most all of each session.
        kinds: Planned exercises on which work was done.
        diary: Check-ins in their window, of those expected.
        diary_by_moment: The same for each moment.
        longest_row: Most misses without an excuse in a row; None where only sums are
            known.
    """

    due: int
    attended: int
    held: int
    partial: int
    excused: int
    excused_pain_flare: int
    excused_late: int
    missed: int
    cancelled: int
    paused: int
    dose_modified: int
    attendance: Share
    attendance_without_excused: Share
    held_share: Share
    dose: Share
    dose_when_attended: Share
    without_known_dose: int
    attended_without_known_dose: int
    dose_weight: DoseWeight | None
    intensity: Share
    time: Share
    kinds: Share
    diary: Share
    diary_by_moment: Mapping[Moment, Share]
    longest_row: int | None


def figures_of(
    slots: Iterable[SlotOutcome], *, check_ins: Iterable[CheckInOutcome] = ()
) -> Figures:
    """Return the figures over rows, in any order; those not due yet add nothing.

    The dose of a session counts with its prescribed kg. Where one due session of known
    dose has none, all of them count with their prescribed sets: kg and sets cannot
    stand in one sum.

    Source:
        Attendance and relative dose intensity [O:73, O:74]; time, frequency, intensity
        and type [O:75]; the other figures are ours [D].
    """
    rows, entries = tuple(slots), tuple(check_ins)
    due = [row for row in rows if row.result in DUE]
    attended = [row for row in due if row.result in ATTENDED]
    excused = [row for row in due if row.result == Result.EXCUSED]
    held = _count(due, lambda row: row.result == Result.HELD)
    weight = _dose_weight(due)
    return Figures(
        due=len(due),
        attended=len(attended),
        held=held,
        partial=len(attended) - held,
        excused=len(excused),
        excused_pain_flare=_count(
            excused, lambda row: row.excuse_reason == ExcuseReason.PAIN_FLARE
        ),
        excused_late=_count(excused, lambda row: row.excused_late),
        missed=_count(due, lambda row: row.result == Result.MISSED),
        cancelled=_count(rows, lambda row: row.result == Result.CANCELLED),
        paused=_count(rows, lambda row: row.result == Result.PAUSED),
        dose_modified=_count(attended, lambda r: r.dose is not None and r.dose < 1),
        attendance=_share(len(attended), len(due)),
        attendance_without_excused=_share(len(attended), len(due) - len(excused)),
        held_share=_share(held, len(due)),
        dose=_dose(due, weight=weight),
        dose_when_attended=_dose(attended, weight=weight),
        without_known_dose=_count(due, lambda row: row.dose is None),
        attended_without_known_dose=_count(attended, lambda row: row.dose is None),
        dose_weight=weight,
        intensity=_sums(
            attended, lambda row: row.sets_on_plan, lambda row: row.sets_judged
        ),
        time=_sums(due, lambda row: row.seconds_done, lambda row: row.seconds_planned),
        kinds=_sums(
            due, lambda row: row.exercises_done, lambda row: row.exercises_planned
        ),
        diary=_diary(entries),
        diary_by_moment={
            moment: _diary([one for one in entries if one.moment == moment])
            for moment in SPANS
        },
        longest_row=max(_rows_of_misses(due)),
    )


def misses_in_a_row(slots: Iterable[SlotOutcome]) -> int:
    """Return how many due sessions were missed without an excuse since the last one.

    In the order in which they came due, so that time adds to a row only at its end.
    Cancelled, paused and excused ones neither end a row nor lengthen it; only an
    attended one ends it.
    """
    return _rows_of_misses([row for row in slots if row.result in DUE])[-1]


def _rows_of_misses(due: Iterable[SlotOutcome]) -> list[int]:
    """Return the length of each row of misses, in order; the last is still open."""
    lengths = [0]
    for row in sorted(due, key=lambda one: (one.due_at, one.key)):
        if row.result in ATTENDED:
            lengths.append(0)
        elif row.result == Result.MISSED:
            lengths[-1] += 1
    return lengths


def _dose_weight(due: Sequence[SlotOutcome]) -> DoseWeight | None:
    known = [row for row in due if row.dose is not None]
    if not known:
        return None
    has_kg = all(row.planned_kg is not None for row in known)
    return DoseWeight.KG if has_kg else DoseWeight.SETS


def _dose(rows: Sequence[SlotOutcome], *, weight: DoseWeight | None) -> Share:
    part = whole = Fraction(0)
    for row in rows:
        if row.dose is not None:
            size = _size(row, weight=weight)
            part += Fraction(row.dose) * size
            whole += size
    return Share(part=part, whole=whole)


def _size(row: SlotOutcome, *, weight: DoseWeight | None) -> Fraction:
    if weight == DoseWeight.KG and row.planned_kg is not None:
        return Fraction(row.planned_kg)
    return Fraction(row.planned_sets)


def _diary(entries: Sequence[CheckInOutcome]) -> Share:
    return _share(sum(one.in_window for one in entries), len(entries))


def _count(rows: Sequence[SlotOutcome], holds: Callable[[SlotOutcome], bool]) -> int:
    return sum(1 for row in rows if holds(row))


def _sums(
    rows: Sequence[SlotOutcome],
    part: Callable[[SlotOutcome], int],
    whole: Callable[[SlotOutcome], int],
) -> Share:
    return _share(sum(map(part, rows)), sum(map(whole, rows)))


def _share(part: int, whole: int) -> Share:
    return Share(part=Fraction(part), whole=Fraction(whole))


def _rounded(share: Share, *, scale: int, decimals: int) -> Decimal | None:
    if share.ratio is None:
        return None
    # Half up in whole numbers: a decimal of the ratio would have been rounded before.
    step = 10**decimals
    whole = int(share.ratio * scale * step + Fraction(1, 2))
    return Decimal(whole).scaleb(-decimals)
