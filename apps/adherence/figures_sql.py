"""The figures of many programmes in one statement, from what became of each session.

It adds up and judges as ``apps.clinical.adherence`` does; random histories hold both to
the same numbers. Cut-offs come from there, and so does the time: SQL asks no clock.

A row belongs to the narrowest window that it lies in, and a wider one adds the narrower
ones up, so each row is looked at once for all windows.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.db import connection

from apps.clinical.adherence import course as rules
from apps.clinical.check_in_windows import SPANS

ATTENDED: Final = "result IN ('held', 'partial')"
# Of one programme and one stretch of time. What asks nothing of anybody has zeros.
SLOT_SUMS: Final = {
    **{
        result: f"count(*) FILTER (WHERE result = '{result}')"
        for result in ("held", "partial", "excused", "missed", "cancelled", "paused")
    },
    "excused_pain_flare": "count(*) FILTER (WHERE excused_pain_flare)",
    "excused_late": "count(*) FILTER (WHERE excused_late)",
    "dose_modified": f"count(*) FILTER (WHERE dose < 1 AND {ATTENDED})",
    "doses": "count(dose)",
    "attended_doses": f"count(dose) FILTER (WHERE {ATTENDED})",
    "doses_in_kg": "count(planned_kg)",
    "kg_done": "sum(dose * planned_kg)",
    "kg_planned": "sum(planned_kg)",
    "attended_kg_planned": f"sum(planned_kg) FILTER (WHERE {ATTENDED})",
    "sets_done": "sum(dose * planned_sets)",
    "sets_planned": "sum(planned_sets)",
    "attended_sets_planned": f"sum(planned_sets) FILTER (WHERE {ATTENDED})",
    **{
        name: f"sum({name})"
        for name in (
            *("sets_on_plan", "sets_judged", "seconds_done", "seconds_planned"),
            *("exercises_done", "exercises_planned"),
        )
    },
}
CHECK_IN_SUMS: Final = {
    "check_ins_expected": "count(*)",
    "check_ins_in_window": "count(*) FILTER (WHERE in_window)",
}
# Columns of a snapshot, by how they follow from the sums of its window.
WINDOW_COLUMNS: Final = {
    "due": "held + partial + excused + missed",
    "attended": "held + partial",
    **{
        name: name
        for name in (
            *("held", "partial", "excused", "excused_pain_flare", "excused_late"),
            *("missed", "cancelled", "paused", "dose_modified"),
            *("sets_on_plan", "sets_judged", "seconds_done", "seconds_planned"),
            *("exercises_done", "exercises_planned"),
            *("check_ins_expected", "check_ins_in_window"),
        )
    },
    "without_known_dose": "held + partial + excused + missed - doses",
    "attended_without_known_dose": "held + partial - attended_doses",
    "dose_weight": """CASE WHEN doses = 0 THEN ''
        WHEN doses_in_kg = doses THEN 'kg' ELSE 'sets' END""",
    "dose_done": "round(done, 6)",
    "dose_prescribed": "round(prescribed, 6)",
    # Who did not come did nothing: what is done is the same.
    "attended_dose_done": "round(done, 6)",
    "attended_dose_prescribed": "round(attended_prescribed, 6)",
    "dose": "round(round(done / nullif(prescribed, 0), 12), 4)",
    "dose_when_attended": "round(round(done / nullif(attended_prescribed, 0), 12), 4)",
}
SHARED_COLUMNS: Final = ("light", "misses_in_a_row", "drop_out", "reasons")
COMPUTED: Final = (*WINDOW_COLUMNS, *SHARED_COLUMNS)


def _bucket(at: str) -> str:
    return f"""CASE WHEN {at} > %(now)s THEN 0 WHEN {at} > %(since_2w)s THEN 1
        WHEN {at} > %(since_4w)s THEN 2 ELSE 3 END"""


def _named(columns: dict[str, str]) -> str:
    return ", ".join(f"{how} AS {name}" for name, how in columns.items())


def _added_up(columns: dict[str, str]) -> str:
    return ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in columns)


def _next_change() -> str:
    """Return when a row next comes due or leaves a window, or somebody drops out."""
    return """least(moment.at,
            CASE WHEN withdrawn_from > %(now)s THEN withdrawn_from END,
            CASE WHEN silent_from > %(now)s THEN silent_from END)"""


def _none_as(columns: dict[str, str]) -> str:
    return ", ".join(f"NULL::bigint AS {name}" for name in columns)


def _none(columns: dict[str, str]) -> str:
    return ", ".join("NULL" for _ in columns)


# Every name in it is a constant of this module. No step joins two results of earlier
# ones: how many rows these have is a guess of the planner's.
STATEMENT: Final = f"""
    WITH span (name, widest) AS (VALUES ('2w', 1), ('4w', 2), ('programme', 3)),
    stretch AS MATERIALIZED (
        SELECT programme_id, {_bucket("due_at")} AS bucket, min(due_at) AS first_at,
            max(misses_before) FILTER (WHERE {ATTENDED}) AS misses_ended,
            {_named(SLOT_SUMS)}, {_none_as(CHECK_IN_SUMS)}
        FROM adherence_slotoutcome WHERE programme_id = ANY (%(programmes)s)
        GROUP BY 1, 2
        UNION ALL
        SELECT programme_id, {_bucket("closes_at")}, min(closes_at), NULL,
            {_none(SLOT_SUMS)}, {_named(CHECK_IN_SUMS)}
        FROM adherence_sessioncheckins, LATERAL (VALUES
            {", ".join(f"({each}_closes_at, {each}_in_window)" for each in SPANS)}
        ) AS one (closes_at, in_window)
        WHERE programme_id = ANY (%(programmes)s) AND closes_at IS NOT NULL
        GROUP BY 1, 2
        UNION ALL
        -- Each programme has each window, whether anything has come due or not.
        SELECT programme_id, 1, NULL, NULL, {_none(SLOT_SUMS)}, {_none(CHECK_IN_SUMS)}
        FROM adherence_courseoutcome WHERE programme_id = ANY (%(programmes)s)
    ),
    sums AS (
        SELECT programme_id, name, max(misses_ended) AS misses_ended,
            {_added_up(SLOT_SUMS)}, {_added_up(CHECK_IN_SUMS)}
        FROM stretch JOIN span ON bucket BETWEEN 1 AND widest GROUP BY 1, 2
    ),
    weighted AS (
        SELECT programme_id, name, is_running, told,
            CASE WHEN withdrawn_from <= %(now)s THEN 'withdrawn'
                WHEN silent_from <= %(now)s THEN 'silent' ELSE '' END AS drop_out,
            missed - coalesce(misses_ended, 0) AS misses_since,
            round(CASE WHEN doses_in_kg = doses THEN kg_done
                ELSE sets_done END, 12) AS done,
            CASE WHEN doses_in_kg = doses THEN kg_planned
                ELSE sets_planned END AS prescribed,
            CASE WHEN doses_in_kg = doses THEN attended_kg_planned
                ELSE attended_sets_planned END AS attended_prescribed,
            {", ".join((*SLOT_SUMS, *CHECK_IN_SUMS))}
        FROM sums JOIN adherence_courseoutcome USING (programme_id)
    ),
    per_window AS (
        SELECT programme_id, name, is_running, told, drop_out, misses_since,
            done, prescribed, {_named(WINDOW_COLUMNS)}
        FROM weighted
    ),
    judged AS (
        SELECT *,
            max(CASE WHEN name = 'programme' THEN misses_since END) OVER whole
                AS misses_in_a_row,
            max(CASE WHEN name <> '4w' THEN NULL
                WHEN due < %(judged_from_due)s OR due = excused THEN 'too_early'
                WHEN attended >= %(green_from)s * (due - excused) THEN 'green'
                WHEN attended >= %(amber_from)s * (due - excused) THEN 'amber'
                ELSE 'red' END) OVER whole AS light,
            bool_or(name = '4w' AND due >= %(judged_from_due)s
                AND attended_without_known_dose = 0 AND prescribed > 0
                AND attended >= %(comes_from)s * due
                AND done < %(low_dose_below)s * prescribed) OVER whole AS is_low_dose
        FROM per_window WINDOW whole AS (PARTITION BY programme_id)
    ),
    found AS MATERIALIZED (
        SELECT programme_id, name, told, {", ".join(WINDOW_COLUMNS)},
            light, misses_in_a_row, drop_out, array_remove(ARRAY[
                CASE WHEN is_running AND misses_in_a_row >= %(alert_from_misses)s
                    THEN 'missed_sessions' END,
                CASE WHEN is_running AND light = 'red' THEN 'low_adherence' END,
                CASE WHEN is_running AND is_low_dose THEN 'low_dose' END
            ], NULL)::varchar[] AS reasons
        FROM judged
    ),
    changed AS (
        UPDATE adherence_adherencesnapshot AS snapshot
        SET computed_at = %(now)s,
            {", ".join(f"{name} = found.{name}" for name in COMPUTED)}
        FROM found
        WHERE snapshot.programme_id = found.programme_id
            AND snapshot.programme_id = ANY (%(programmes)s)
            -- By programme: the index of a clinic's windows would find all of them.
            AND snapshot."window" || '' = found.name
            AND ({", ".join(f"snapshot.{name}" for name in COMPUTED)})
                IS DISTINCT FROM ({", ".join(f"found.{name}" for name in COMPUTED)})
        RETURNING snapshot.programme_id, snapshot."window"
    ),
    armed AS (
        UPDATE adherence_courseoutcome AS course
        SET changes_at = {_next_change()}
        FROM (
            SELECT programme_id, min(CASE bucket WHEN 0 THEN first_at
                WHEN 1 THEN first_at + %(length_2w)s
                WHEN 2 THEN first_at + %(length_4w)s END) AS at
            FROM stretch GROUP BY 1
        ) AS moment
        WHERE course.programme_id = moment.programme_id
            AND course.programme_id = ANY (%(programmes)s)
            AND course.changes_at IS DISTINCT FROM {_next_change()}
    )
    SELECT programme_id FROM found
    WHERE name = '4w' AND (reasons IS DISTINCT FROM told OR (
        reasons <> '{{}}' AND programme_id IN (
            SELECT programme_id FROM changed WHERE "window" = '4w'
        )
    ))
"""  # noqa: S608


def refresh_figures(programmes: Sequence[int], *, now: datetime) -> list[int]:
    """Bring the snapshots of programmes up to date; safe to repeat.

    Rows that stay as they are are not written. The programmes must have a snapshot for
    each window.

    Returns:
        The programmes of which alerts have to be opened, updated or closed.
    """
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, _parameters(programmes, now=now))
        return [programme for (programme,) in cursor.fetchall()]


def _parameters(programmes: Sequence[int], *, now: datetime) -> dict[str, Any]:
    short, long = _length(rules.Window.TWO_WEEKS), _length(rules.Window.FOUR_WEEKS)
    return {
        "programmes": list(programmes),
        "now": now,
        "since_2w": now - short,
        "since_4w": now - long,
        "length_2w": short,
        "length_4w": long,
        "judged_from_due": rules.JUDGED_FROM_DUE,
        "alert_from_misses": rules.ALERT_FROM_MISSES,
        "green_from": _decimal(rules.GREEN_FROM_RATIO),
        "amber_from": _decimal(rules.AMBER_FROM_RATIO),
        "comes_from": _decimal(rules.COMES_FROM_RATIO),
        "low_dose_below": _decimal(rules.LOW_DOSE_BELOW_RATIO),
    }


def _length(window: rules.Window) -> timedelta:
    length = rules.WINDOW_LENGTHS[window]
    if length is None:
        raise ValueError(f"The window {window} has no length.")
    return length


def _decimal(ratio: Fraction) -> Decimal:
    return Decimal(ratio.numerator) / Decimal(ratio.denominator)
