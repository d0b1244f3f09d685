"""What is told beside the figures that are kept: rules, moments, periods."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from apps.clinical.adherence.course import PERIOD_WEEKS, Period
from apps.programmes.queries import RulesInForce, in_force

from .models import AdherenceSnapshot, CourseOutcome, Window
from .periods_sql import (
    ByMoment,
    check_ins_by_moment,
    figures_of_periods,
    no_check_ins,
)

NOTHING_COUNTED: Final = in_force(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What is told beside one row of figures.

    Args:
        rules: Those of the clinic that the programme was judged by.
        diary: Of the row's window.
        periods: Beside the whole programme alone, each with its check-ins.
    """

    rules: RulesInForce
    diary: ByMoment
    periods: Mapping[Period, tuple[AdherenceSnapshot, ByMoment]]


def details_of(rows: Iterable[AdherenceSnapshot]) -> dict[int, Detail]:
    """Return the detail of each row by its key, in three queries for any number."""
    rows = list(rows)
    programmes = sorted({row.programme_id for row in rows})
    rules = {
        course.programme_id: in_force(course.rules)
        for course in CourseOutcome.objects.filter(
            programme__in=programmes
        ).select_related("rules__set_by")
    }
    diaries = check_ins_by_moment(programmes)
    periods = figures_of_periods(
        [row.programme_id for row in rows if row.window == Window.PROGRAMME]
    )
    return {
        row.pk: Detail(
            rules=rules.get(row.programme_id, NOTHING_COUNTED),
            diary=_diary(diaries, row.programme_id, row.window),
            periods={
                period: _with_check_ins(
                    periods[row.programme_id][period],
                    _diary(diaries, row.programme_id, period.value),
                )
                for period in PERIOD_WEEKS
                if row.window == Window.PROGRAMME and row.programme_id in periods
            },
        )
        for row in rows
    }


def _diary(
    diaries: Mapping[tuple[int, str], ByMoment], programme: int, span: str
) -> ByMoment:
    return diaries.get((programme, span)) or no_check_ins()


def _with_check_ins(
    row: AdherenceSnapshot, diary: ByMoment
) -> tuple[AdherenceSnapshot, ByMoment]:
    shares = diary.values()
    row.check_ins_in_window = int(sum(share.part for share in shares))
    row.check_ins_expected = int(sum(share.whole for share in shares))
    return row, diary
