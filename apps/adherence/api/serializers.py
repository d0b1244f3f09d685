"""What the API tells about adherence. To a patient it gives no mark."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from apps.clinical.adherence import sentences
from apps.clinical.adherence.figures import Figures, Share
from apps.clinical.adherence.sentences import Sentence
from apps.common.shapes import Answer

from ..models import AdherenceSnapshot, DropOut, Light, Window
from ..queries import ADDABLE, DOSES
from ..snapshot_rows import WHOLE_SHARES, figures_of_row, share

Ratio = Annotated[
    Decimal | None,
    Field(description="From 0 to 1, four decimals; null where the denominator is 0"),
]
COUNTED = (
    *("due", "attended", "held", "partial", "excused", "excused_pain_flare"),
    *("excused_late", "missed", "cancelled", "paused", "dose_modified"),
)
RATIOS = (
    *("attendance", "attendance_without_excused", "held_share", "dose"),
    *("dose_when_attended", "intensity", "time", "kinds", "diary"),
)


class PartsAnswer(Answer):
    """Both numbers of a ratio."""

    numerator: Decimal
    denominator: Decimal


class LightsAnswer(Answer):
    """How many running programmes have each light."""

    green: int
    amber: int
    red: int
    too_early: int


class AdherenceAnswer(Answer):
    """Adherence of a programme, or of a clinic, over one window.

    ``attended`` counts sessions held in full or in part, ``held`` those in full.
    ``parts`` has numerator and denominator of each ratio by its name. The light is that
    of the last four weeks, whatever the window. A patient gets null for the light, the
    misses in a row and the drop-out. For a clinic all counts are sums, a dose is the
    mean over the programmes in which it is known, and ``lights`` counts instead of one
    light; it names nobody.
    """

    patient: UUID | None
    programme: UUID | None
    programmes: int
    window: Window
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
    attendance: Ratio
    attendance_without_excused: Ratio
    held_share: Ratio
    dose: Ratio
    dose_when_attended: Ratio
    dose_weight: str | None
    intensity: Ratio
    time: Ratio
    kinds: Ratio
    diary: Ratio
    parts: dict[str, PartsAnswer]
    light: Light | None
    lights: LightsAnswer | None
    misses_in_a_row: int | None
    drop_out: str | None
    sentences: list[str]
    computed_at: datetime


def adherence_answers(
    rows: Iterable[AdherenceSnapshot], *, to: Any
) -> list[AdherenceAnswer]:
    """Return the answers for rows with patient, clinic and programme."""
    return [adherence_answer(row, to=to) for row in rows]


def adherence_answer(row: AdherenceSnapshot, *, to: Any) -> AdherenceAnswer:
    """Return the answer for a row; patients get theirs without a mark."""
    is_own = row.patient.user_id == to.pk
    figures = figures_of_row(row)
    shares = {name: getattr(figures, name) for name in RATIOS}
    # Those of doses were rounded from the exact sums.
    ratios = _ratios(shares) | {
        "dose": row.dose,
        "dose_when_attended": row.dose_when_attended,
    }
    told = _to_patient(row, figures) if is_own else _to_staff(row, figures)
    return AdherenceAnswer(
        patient=row.patient.public_id,
        programme=row.programme.public_id,
        programmes=1,
        window=Window(row.window),
        **{name: getattr(row, name) for name in COUNTED},
        **ratios,
        dose_weight=row.dose_weight or None,
        parts=_parts(shares),
        light=None if is_own else Light(row.light),
        lights=None,
        misses_in_a_row=None if is_own else row.misses_in_a_row,
        drop_out=None if is_own else row.drop_out or None,
        sentences=[sentence.text for sentence in told],
        computed_at=row.computed_at,
    )


def clinic_answer(total: dict[str, Any]) -> AdherenceAnswer:
    """Return the answer for the sums of a clinic over one window."""
    sums = {name: total[f"sum_{name}"] for name in ADDABLE}
    asked = sums["due"] - sums["excused"]
    shares = {
        "attendance": share(sums["attended"], sums["due"]),
        "attendance_without_excused": share(sums["attended"], asked),
        "held_share": share(sums["held"], sums["due"]),
    }
    shares |= {name: share(sums[part], sums[of]) for name, part, of in WHOLE_SHARES}
    shares |= {
        name: share(total[f"sum_{name}"] or 0, total[f"known_{name}"]) for name in DOSES
    }
    lights = {light: total[f"light_{light}"] for light in Light.values}
    return AdherenceAnswer(
        patient=None,
        programme=None,
        programmes=total["programmes"],
        window=Window(total["window"]),
        **{name: sums[name] for name in COUNTED},
        **_ratios(shares),
        dose_weight=None,
        parts=_parts(shares),
        light=None,
        lights=LightsAnswer(**lights),
        misses_in_a_row=None,
        drop_out=None,
        sentences=[],
        computed_at=total["oldest"],
    )


def _to_patient(row: AdherenceSnapshot, figures: Figures) -> tuple[Sentence, ...]:
    # The sentences speak of the last four weeks.
    if row.window != Window.FOUR_WEEKS:
        return ()
    return sentences.for_patient(figures, clinic=row.patient.clinic.name)


def _to_staff(row: AdherenceSnapshot, figures: Figures) -> tuple[Sentence, ...]:
    told = sentences.for_therapist(figures)
    if row.drop_out == DropOut.WITHDRAWN and row.programme.ended_on is not None:
        return (*told, sentences.withdrawn(day=row.programme.ended_on))
    return told


def _ratios(shares: dict[str, Share]) -> dict[str, Decimal | None]:
    return {name: each.rounded for name, each in shares.items()}


def _parts(shares: dict[str, Share]) -> dict[str, PartsAnswer]:
    return {
        name: PartsAnswer(numerator=_plain(each.part), denominator=_plain(each.whole))
        for name, each in shares.items()
    }


def _plain(value: Fraction) -> Decimal:
    # Kept with six decimals at most, so the division ends.
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(f"{number.normalize():f}")
