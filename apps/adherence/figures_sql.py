"""The figures of many programmes in one statement, from their running sums.

It subtracts and judges as ``apps.clinical.adherence`` adds up and judges; random
histories hold both to the same numbers. Cut-offs come from there, and so does the time:
SQL asks no clock.

How many sessions are due by a moment is its place in the programme's calendar, and the
row of that number holds the sums up to then. A window is what the sums grew by in it:
two rows are read for it, however long the programme is.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from apps.clinical.adherence import course as rules
from apps.clinical.adherence.policy import ALL_PCT, AdherencePolicy

from .outcome_rows import SUMS

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
# What they take beside the sums: doses in the unit that all of them are known in.
WEIGHTED: Final = """
    round(CASE WHEN doses_in_kg = doses THEN kg_done ELSE sets_done END, 12) AS done,
    CASE WHEN doses_in_kg = doses THEN kg_planned ELSE sets_planned END AS prescribed,
    CASE WHEN doses_in_kg = doses THEN attended_kg_planned
        ELSE attended_sets_planned END AS attended_prescribed
"""
SHARED_COLUMNS: Final = ("light", "misses_in_a_row", "drop_out", "reasons")
COMPUTED: Final = (*WINDOW_COLUMNS, *SHARED_COLUMNS)


def _named(columns: dict[str, str]) -> str:
    return ", ".join(f"{how} AS {name}" for name, how in columns.items())


def _place(at: str, among: str) -> str:
    """Return how many moments of a sorted array lie at ``at`` or before."""
    return f"width_bucket({at}, {among})"


def _next_change() -> str:
    """Return when a row next comes due or leaves a window, or somebody drops out."""
    nexts = (
        f"{among}[1 + {_place(f'%(since_{name})s', among)}] + %(length_{name})s"
        for among in ("slots_due_at", "check_ins_close_at")
        for name in ("0", "2w", "4w")
    )
    return f"""least({", ".join(nexts)},
            CASE WHEN withdrawn_from > %(now)s THEN withdrawn_from END,
            CASE WHEN silent_from > %(now)s THEN silent_from END)"""


def _each(names: Iterable[str], as_written: str) -> str:
    return ", ".join(as_written.format(name) for name in names)


# Every name in it is a constant of this module. LIMIT has rows looked up one by one:
# how many there are is a guess of the planner's. OFFSET has each step computed once,
# however often it is used.
STATEMENT: Final = f"""
    WITH grown AS (
        SELECT snapshot.id, course.programme_id, "window", is_running, told,
            {_each(COMPUTED, "snapshot.{0} AS kept_{0}")},
            CASE WHEN withdrawn_from <= %(now)s THEN 'withdrawn'
                WHEN silent_from <= %(now)s THEN 'silent' ELSE '' END AS drop_out,
            coalesce(latest.misses_in_a_row, 0) AS misses_in_a_row,
            check_ins_closed - {_place("since", "check_ins_close_at")}
                AS check_ins_expected,
            answered - {_place("since", "answered_close_at")} AS check_ins_in_window,
            moves_at IS DISTINCT FROM changes_at AS is_rearmed, moves_at,
            {_each(SUMS, "coalesce(latest.{0}, 0) - coalesce(before.{0}, 0) AS {0}")}
        FROM unnest(%(programmes)s::bigint[]) AS wanted (programme_id)
        CROSS JOIN LATERAL (
            SELECT * FROM adherence_courseoutcome AS one
            WHERE one.programme_id = wanted.programme_id LIMIT 1
        ) AS course
        CROSS JOIN LATERAL (
            SELECT *, {_place("%(now)s", "slots_due_at")} AS slots_due,
                {_place("%(now)s", "check_ins_close_at")} AS check_ins_closed,
                {_place("%(now)s", "answered_close_at")} AS answered,
                {_next_change()} AS moves_at
            FROM adherence_coursecalendar AS one
            WHERE one.programme_id = wanted.programme_id LIMIT 1
        ) AS calendar
        LEFT JOIN LATERAL (
            SELECT * FROM adherence_slotoutcome AS one
            WHERE one.programme_id = wanted.programme_id
                AND nth = calendar.slots_due LIMIT 1
        ) AS latest ON true
        CROSS JOIN LATERAL (
            SELECT *, CASE "window" WHEN '2w' THEN %(since_2w)s
                WHEN '4w' THEN %(since_4w)s ELSE '-infinity' END AS since
            FROM adherence_adherencesnapshot AS one
            WHERE one.programme_id = wanted.programme_id LIMIT {len(rules.Window)}
        ) AS snapshot
        LEFT JOIN LATERAL (
            SELECT * FROM adherence_slotoutcome AS one
            WHERE one.programme_id = wanted.programme_id
                AND nth = {_place("since", "slots_due_at")}
                AND snapshot."window" <> 'programme' LIMIT 1
        ) AS before ON true
        OFFSET 0
    ),
    weighted AS (SELECT *, {WEIGHTED} FROM grown OFFSET 0),
    per_window AS (
        SELECT id, programme_id, "window", is_running, told, drop_out, misses_in_a_row,
            is_rearmed, moves_at, done, prescribed,
            {_named(WINDOW_COLUMNS)}, {_each(COMPUTED, "kept_{0}")}
        FROM weighted OFFSET 0
    ),
    judged AS (
        SELECT *,
            max(CASE WHEN "window" <> '4w' THEN NULL
                WHEN due < %(judged_from_due)s OR due = excused THEN 'too_early'
                WHEN attended >= %(green_from)s * (due - excused) THEN 'green'
                WHEN attended >= %(amber_from)s * (due - excused) THEN 'amber'
                ELSE 'red' END) OVER whole AS light,
            bool_or("window" = '4w' AND due >= %(judged_from_due)s
                AND attended_without_known_dose = 0 AND prescribed > 0
                AND attended >= %(comes_from)s * due
                AND done < %(low_dose_below)s * prescribed) OVER whole AS is_low_dose
        FROM per_window WINDOW whole AS (PARTITION BY programme_id)
    ),
    told AS (
        SELECT *, array_remove(ARRAY[
                CASE WHEN is_running AND misses_in_a_row >= %(alert_from_misses)s
                    THEN 'missed_sessions' END,
                CASE WHEN is_running AND light = 'red' THEN 'low_adherence' END,
                CASE WHEN is_running AND is_low_dose THEN 'low_dose' END
            ], NULL)::varchar[] AS reasons
        FROM judged OFFSET 0
    ),
    compared AS (
        SELECT *, ({_each(COMPUTED, "kept_{0}")})
            IS DISTINCT FROM ({", ".join(COMPUTED)}) AS is_changed
        FROM told OFFSET 0
    ),
    found AS MATERIALIZED (
        SELECT id, programme_id, "window", told, is_changed, is_rearmed, moves_at,
            {", ".join(COMPUTED)}
        FROM compared
        WHERE is_changed
            OR ("window" = '4w' AND (is_rearmed OR reasons IS DISTINCT FROM told))
    ),
    written AS (
        UPDATE adherence_adherencesnapshot AS snapshot
        SET computed_at = %(now)s, {_each(COMPUTED, "{0} = found.{0}")}
        FROM found WHERE is_changed AND snapshot.id = found.id
    ),
    armed AS (
        UPDATE adherence_courseoutcome AS course SET changes_at = moves_at
        FROM found WHERE "window" = '4w' AND is_rearmed
            AND course.programme_id = found.programme_id
    )
    SELECT programme_id FROM found
    WHERE "window" = '4w' AND (reasons IS DISTINCT FROM told
        OR (is_changed AND reasons <> '{{}}'))
"""  # noqa: S608


def refresh_figures(
    programmes: Sequence[int], *, policy: AdherencePolicy, now: datetime
) -> list[int]:
    """Bring the snapshots of programmes up to date; safe to repeat.

    Rows that stay as they are are not written. The programmes must have a snapshot for
    each window.

    Args:
        programmes: Of one clinic.
        policy: The cut-offs that the clinic follows.

    Returns:
        The programmes of which alerts have to be opened, updated or closed.
    """
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, _parameters(programmes, policy=policy, now=now))
        return [programme for (programme,) in cursor.fetchall()]


def _parameters(
    programmes: Sequence[int], *, policy: AdherencePolicy, now: datetime
) -> dict[str, Any]:
    short, long = _length(rules.Window.TWO_WEEKS), _length(rules.Window.FOUR_WEEKS)
    return {
        "programmes": list(programmes),
        "now": now,
        "since_0": now,
        "since_2w": now - short,
        "since_4w": now - long,
        "length_0": timedelta(0),
        "length_2w": short,
        "length_4w": long,
        "judged_from_due": policy.judged_from_due,
        "alert_from_misses": policy.alert_from_misses,
        "green_from": _ratio(policy.green_from_pct),
        "amber_from": _ratio(policy.amber_from_pct),
        "comes_from": _ratio(policy.comes_from_pct),
        "low_dose_below": _ratio(policy.low_dose_below_pct),
    }


def _length(window: rules.Window) -> timedelta:
    length = rules.WINDOW_LENGTHS[window]
    if length is None:
        raise ValueError(f"The window {window} has no length.")
    return length


def _ratio(percent: int) -> Decimal:
    return Decimal(percent) / ALL_PCT
