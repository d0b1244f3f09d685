"""Periods of programmes, and check-ins by moment, added up when somebody reads them.

From the same outcomes as the figures of windows, and as they stood when those were
made: ``changes_at`` is when time moves a figure next, so what counts from before it has
been counted, and nothing else. Complete passes do not read this.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection

from apps.clinical.adherence.course import PERIOD_WEEKS, WINDOW_LENGTHS
from apps.clinical.adherence.figures import Share
from apps.clinical.check_in_windows import SPANS, Moment

from .figures_sql import DERIVED, SUMMED, WEIGHTED
from .models import AdherenceSnapshot
from .outcome_rows import SUMS
from .snapshot_rows import share

# A span is a window or a period, by its name.
ByMoment = dict[Moment, Share]
# A period is figured as a window is; check-ins are told by moment besides.
SLOT_COLUMNS: Final = {
    name: how.format(w="period")
    for name, how in ({each: f"{each}_{{w}}" for each in SUMMED} | DERIVED).items()
    if name not in ("check_ins_expected", "check_ins_in_window")
}
COUNTED: Final = "< coalesce(changes_at, 'infinity')"


def _each(as_written: str) -> str:
    return ", ".join(as_written.format(name) for name in SUMS)


def _named(columns: Mapping[str, str], ending: str = "") -> str:
    return ", ".join(
        f"{how.format(w='period')} AS {name}{ending}" for name, how in columns.items()
    )


# Every name in both is a constant of this module. What a session adds is what the sums
# grew by since the one before it.
PERIODS: Final = f"""
    WITH slot AS (
        SELECT one.programme_id, slot_weeks[nth] AS week,
            {_each("{0} - lag({0}, 1, 0) OVER so_far AS {0}")}
        FROM adherence_slotoutcome AS one
        JOIN adherence_courseoutcome AS course USING (programme_id)
        JOIN adherence_coursecalendar AS calendar USING (programme_id)
        JOIN adherence_courseweeks AS weeks USING (programme_id)
        WHERE one.programme_id = ANY (%(programmes)s) AND slots_due_at[nth] {COUNTED}
        WINDOW so_far AS (PARTITION BY one.programme_id ORDER BY nth)
    ),
    summed AS (
        SELECT weeks.programme_id, period.name AS period,
            {_each("coalesce(sum({0}), 0) AS {0}_period")}
        FROM adherence_courseweeks AS weeks
        CROSS JOIN unnest(%(periods)s::text[], %(firsts)s::int[], %(lasts)s::int[])
            AS period (name, first, last)
        LEFT JOIN slot ON slot.programme_id = weeks.programme_id
            AND week BETWEEN first AND last
        WHERE weeks.programme_id = ANY (%(programmes)s)
        GROUP BY weeks.programme_id, period.name
    ),
    weighted AS (SELECT *, {_named(WEIGHTED, "_period")} FROM summed)
    SELECT programme_id, period, {_named(SLOT_COLUMNS)} FROM weighted
"""  # noqa: S608
MOMENTS: Final = f"""
    SELECT programme_id, span.name, moment,
        count(*) FILTER (WHERE is_answered), count(*)
    FROM adherence_courseweeks AS weeks
    JOIN adherence_courseoutcome AS course USING (programme_id)
    JOIN adherence_coursecalendar AS calendar USING (programme_id)
    CROSS JOIN unnest(check_ins_close_at, check_in_weeks, check_in_moments,
        check_ins_answered) AS check_in (closed_at, week, moment, is_answered)
    CROSS JOIN unnest(%(spans)s::text[], %(lengths)s::interval[], %(firsts)s::int[],
        %(lasts)s::int[]) AS span (name, length, first, last)
    WHERE weeks.programme_id = ANY (%(programmes)s) AND closed_at {COUNTED}
        AND (length IS NULL OR closed_at + length >= changes_at)
        AND (first IS NULL OR week BETWEEN first AND last)
    GROUP BY programme_id, span.name, moment
"""  # noqa: S608


def check_ins_by_moment(programmes: Sequence[int]) -> dict[tuple[int, str], ByMoment]:
    """Return the share of check-ins in their window, for each moment.

    By programme and the name of a window or period; what is not named expected none.
    """
    lengths = {window.value: length for window, length in WINDOW_LENGTHS.items()}
    weeks = {period.value: both for period, both in PERIOD_WEEKS.items()}
    found: dict[tuple[int, str], ByMoment] = {}
    spans = [*lengths, *weeks]
    values = {
        "programmes": list(programmes),
        "spans": spans,
        "lengths": [lengths.get(name) for name in spans],
        "firsts": [weeks.get(name, (None, None))[0] for name in spans],
        "lasts": [weeks.get(name, (None, None))[1] for name in spans],
    }
    for programme, span, moment, part, whole in _rows(MOMENTS, values):
        by_moment = found.setdefault((programme, span), no_check_ins())
        by_moment[Moment(moment)] = share(part, whole)
    return found


def no_check_ins() -> ByMoment:
    """Return the shares of a time in which no check-in was expected."""
    return {moment: share(0, 0) for moment in SPANS}


def figures_of_periods(
    programmes: Sequence[int],
) -> dict[int, dict[str, AdherenceSnapshot]]:
    """Return the sums of each period by programme, as rows that are not kept.

    Without check-ins, which ``check_ins_by_moment`` tells. Programmes of which nothing
    was counted yet are not among them.
    """
    first_and_last = list(PERIOD_WEEKS.values())
    values = {
        "programmes": list(programmes),
        "periods": [period.value for period in PERIOD_WEEKS],
        "firsts": [first for first, _ in first_and_last],
        "lasts": [last for _, last in first_and_last],
    }
    found: dict[int, dict[str, AdherenceSnapshot]] = {}
    for programme, period, *columns in _rows(PERIODS, values):
        row = AdherenceSnapshot(**dict(zip(SLOT_COLUMNS, columns, strict=True)))
        found.setdefault(programme, {})[period] = row
    return found


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
