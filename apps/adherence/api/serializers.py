"""What the API tells about adherence. To a patient it gives no mark."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from apps.clinical.adherence import sentences
from apps.clinical.adherence.course import PERIOD_WEEKS, Period
from apps.clinical.adherence.figures import Figures, Share
from apps.clinical.adherence.sentences import Sentence
from apps.clinical.check_in_windows import Moment
from apps.common.shapes import Answer

from ..details import Detail
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


class ShareAnswer(PartsAnswer):
    """A ratio with both its numbers."""

    ratio: Ratio


class MomentsAnswer(Answer):
    """Check-ins in their window, of those expected, for each moment."""

    pre: ShareAnswer
    post: ShareAnswer
    h24: ShareAnswer
    h48: ShareAnswer


class LightsAnswer(Answer):
    """How many running programmes have each light."""

    green: int
    amber: int
    red: int
    too_early: int


class FiguresAnswer(Answer):
    """How much was done of what was planned for some time.

    ``attended`` counts sessions held in full or in part, ``held`` those in full.
    ``parts`` has numerator and denominator of each ratio by its name.
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
    diary_by_moment: MomentsAnswer | None


class PeriodAnswer(FiguresAnswer):
    """Adherence over some weeks of a programme, both inside, as far as it has come.

    A planned session belongs to the week where it stood at first, a check-in to that of
    its session. ``attended`` counts sessions held in full or in part, ``held`` those in
    full. ``parts`` has numerator and denominator of each ratio by its name.
    """

    period: Period
    first_week: int
    last_week: int


class AdherenceAnswer(FiguresAnswer):
    """Adherence of a programme, or of a clinic, over one window.

    ``attended`` counts sessions held in full or in part, ``held`` those in full.
    ``parts`` has numerator and denominator of each ratio by its name. The light is that
    of the last four weeks, whatever the window. A patient gets null for the light, the
    misses in a row and the drop-out. ``periods`` stand beside the whole programme and
    are null on other windows. ``rules_version`` is that of the clinic's rules that the
    programme was judged by, 0 for what is shipped. For a clinic all counts are sums, a
    dose is the mean over the programmes in which it is known, and ``lights`` counts
    instead of one light; moments, periods and rules are null; it names nobody.
    """

    patient: UUID | None
    programme: UUID | None
    programmes: int
    window: Window
    periods: list[PeriodAnswer] | None
    light: Light | None
    lights: LightsAnswer | None
    misses_in_a_row: int | None
    drop_out: str | None
    sentences: list[str]
    rules_version: int | None
    computed_at: datetime


def adherence_answers(
    rows: Iterable[AdherenceSnapshot], *, details: Mapping[int, Detail], to: Any
) -> list[AdherenceAnswer]:
    """Return the answers for rows with patient, clinic and programme."""
    return [adherence_answer(row, detail=details[row.pk], to=to) for row in rows]


def adherence_answer(
    row: AdherenceSnapshot, *, detail: Detail, to: Any
) -> AdherenceAnswer:
    """Return the answer for a row; patients get theirs without a mark."""
    is_own = row.patient.user_id == to.pk
    figures = figures_of_row(row, diary_by_moment=detail.diary)
    told = _to_patient(row, figures) if is_own else _to_staff(row, figures, detail)
    is_whole = row.window == Window.PROGRAMME
    return AdherenceAnswer(
        patient=row.patient.public_id,
        programme=row.programme.public_id,
        programmes=1,
        window=Window(row.window),
        **_told_of(row, figures),
        periods=_periods(detail) if is_whole else None,
        light=None if is_own else Light(row.light),
        lights=None,
        misses_in_a_row=None if is_own else row.misses_in_a_row,
        drop_out=None if is_own else row.drop_out or None,
        sentences=[sentence.text for sentence in told],
        rules_version=detail.rules.version,
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
        diary_by_moment=None,
        periods=None,
        light=None,
        lights=LightsAnswer(**lights),
        misses_in_a_row=None,
        drop_out=None,
        sentences=[],
        rules_version=None,
        computed_at=total["oldest"],
    )


def _periods(detail: Detail) -> list[PeriodAnswer]:
    found = []
    for period, (row, diary) in detail.periods.items():
        first, last = PERIOD_WEEKS[period]
        figures = figures_of_row(row, diary_by_moment=diary)
        told = _told_of(row, figures)
        found.append(
            PeriodAnswer(period=period, first_week=first, last_week=last, **told)
        )
    return found


def _told_of(row: AdherenceSnapshot, figures: Figures) -> dict[str, Any]:
    """Return what every answer tells of sums."""
    shares = {name: getattr(figures, name) for name in RATIOS}
    return {
        **{name: getattr(row, name) for name in COUNTED},
        **_ratios(shares),
        # Those of doses were rounded from the exact sums.
        "dose": row.dose,
        "dose_when_attended": row.dose_when_attended,
        "dose_weight": row.dose_weight or None,
        "parts": _parts(shares),
        "diary_by_moment": _moments(figures.diary_by_moment),
    }


def _moments(shares: Mapping[Moment, Share]) -> MomentsAnswer:
    return MomentsAnswer(
        **{
            moment.value: ShareAnswer(
                ratio=each.rounded,
                numerator=_plain(each.part),
                denominator=_plain(each.whole),
            )
            for moment, each in shares.items()
        }
    )


def _to_patient(row: AdherenceSnapshot, figures: Figures) -> tuple[Sentence, ...]:
    # The sentences speak of the last four weeks.
    if row.window != Window.FOUR_WEEKS:
        return ()
    return sentences.for_patient(figures, clinic=row.patient.clinic.name)


def _to_staff(
    row: AdherenceSnapshot, figures: Figures, detail: Detail
) -> tuple[Sentence, ...]:
    told = sentences.for_therapist(figures, policy=detail.rules.adherence)
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
