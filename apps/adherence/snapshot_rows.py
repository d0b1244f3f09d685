"""Between the figures of the rules and the rows that keep them."""

import hashlib
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from apps.clinical.adherence.course import Adherence
from apps.clinical.adherence.figures import DoseWeight, Figures, Share
from apps.clinical.adherence.inputs import Course
from apps.programmes.models import Programme

from .models import AdherenceSnapshot, Window

COUNTS: Final = (
    *("due", "attended", "held", "partial", "excused", "excused_pain_flare"),
    *("excused_late", "missed", "cancelled", "paused", "dose_modified"),
    *("without_known_dose", "attended_without_known_dose", "longest_row"),
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
_DECIMALS: Final = Decimal("0.000001")
# Columns that say which row it is; all others are what was computed.
_IDENTITY: Final = {"id", "public_id", "clinic", "patient", "programme", "window"}
COMPUTED: Final = [
    field.name
    for field in AdherenceSnapshot._meta.concrete_fields
    if field.name not in _IDENTITY
]


def snapshots_of(
    programme: Programme,
    *,
    course: Course,
    adherence: Adherence,
    reasons: list[str],
) -> list[AdherenceSnapshot]:
    """Return the rows of a programme, one a window, not saved yet."""
    shared = {
        "clinic_id": programme.clinic_id,
        "patient_id": programme.patient_id,
        "programme": programme,
        "computed_at": adherence.computed_at,
        "inputs_digest": digest_of(course),
        "light": adherence.light.value,
        "misses_in_a_row": adherence.misses_in_a_row,
        "drop_out": adherence.drop_out.value if adherence.drop_out else "",
        "reasons": reasons,
    }
    return [
        AdherenceSnapshot(window=Window(window.value), **shared, **columns_of(figures))
        for window, figures in adherence.windows.items()
    ]


def columns_of(figures: Figures) -> dict[str, Any]:
    """Return the columns that keep the figures of a window."""
    columns: dict[str, Any] = {name: getattr(figures, name) for name in COUNTS}
    for share, part, whole in WHOLE_SHARES:
        value: Share = getattr(figures, share)
        columns |= {part: int(value.part), whole: int(value.whole)}
    for share, part, whole in DOSE_SHARES:
        value = getattr(figures, share)
        columns |= {
            part: _decimal(value.part),
            whole: _decimal(value.whole),
            share: value.rounded,
        }
    weight = figures.dose_weight
    return columns | {"dose_weight": weight.value if weight else ""}


def digest_of(course: Course) -> str:
    """Return the SHA-256 of everything that the figures were computed from."""
    return hashlib.sha256(repr(course).encode()).hexdigest()


def figures_of_row(row: AdherenceSnapshot) -> Figures:
    """Return the figures that a row keeps; those of single moments are not kept."""
    kept: dict[str, Any] = {name: getattr(row, name) for name in COUNTS}
    for name, part, whole in (*WHOLE_SHARES, *DOSE_SHARES):
        kept[name] = share(getattr(row, part), getattr(row, whole))
    return Figures(
        **kept,
        attendance=share(row.attended, row.due),
        attendance_without_excused=share(row.attended, row.due - row.excused),
        held_share=share(row.held, row.due),
        dose_weight=DoseWeight(row.dose_weight) if row.dose_weight else None,
        diary_by_moment={},
    )


def share(part: int | Decimal, whole: int | Decimal) -> Share:
    """Return a share of stored numbers."""
    return Share(part=Fraction(part), whole=Fraction(whole))


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_DECIMALS)
