"""From the rows that keep figures back to the figures."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from apps.clinical.adherence.figures import DoseWeight, Figures, Share
from apps.clinical.check_in_windows import Moment

from .models import AdherenceSnapshot

COUNTS: Final = (
    *("due", "attended", "held", "partial", "excused", "excused_pain_flare"),
    *("excused_late", "missed", "cancelled", "paused", "dose_modified"),
    *("without_known_dose", "attended_without_known_dose"),
)
# Share, and the columns of its part and whole.
WHOLE_SHARES: Final = (
    ("intensity", "sets_on_plan", "sets_judged"),
    ("time", "seconds_done", "seconds_planned"),
    ("kinds", "exercises_done", "exercises_planned"),
    ("diary", "check_ins_in_window", "check_ins_expected"),
)
DOSE_SHARES: Final = (
    ("dose", "dose_done", "dose_prescribed"),
    ("dose_when_attended", "attended_dose_done", "attended_dose_prescribed"),
)


def figures_of_row(
    row: AdherenceSnapshot, *, diary_by_moment: Mapping[Moment, Share] | None = None
) -> Figures:
    """Return the figures that a row keeps: sums, none of single rows.

    Args:
        diary_by_moment: A row keeps check-ins of all moments alone.
    """
    kept: dict[str, Any] = {name: getattr(row, name) for name in COUNTS}
    for name, part, whole in (*WHOLE_SHARES, *DOSE_SHARES):
        kept[name] = share(getattr(row, part), getattr(row, whole))
    return Figures(
        **kept,
        attendance=share(row.attended, row.due),
        attendance_without_excused=share(row.attended, row.due - row.excused),
        held_share=share(row.held, row.due),
        dose_weight=DoseWeight(row.dose_weight) if row.dose_weight else None,
        diary_by_moment=diary_by_moment or {},
        longest_row=None,
    )


def share(part: int | Decimal, whole: int | Decimal) -> Share:
    """Return a share of stored numbers."""
    return Share(part=Fraction(part), whole=Fraction(whole))
