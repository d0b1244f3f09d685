"""The figures of many programmes in one statement, from their running sums.

It subtracts and judges as ``apps.clinical.adherence`` adds up and judges; random
histories hold both to the same numbers. Cut-offs come from there, and so does the time:
SQL asks no clock.

How many sessions are due by a moment is its place in the programme's calendar, and the
row of that number holds the sums up to then. A window is what the sums grew by in it:
two rows are read for it, however long the programme is.

One row a programme runs through the steps, with a column for each window (``due_2w``):
what all windows share is then worked out once, and nothing has to be sorted.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from apps.clinical.adherence import course as rules
from apps.clinical.adherence.policy import ALL_PCT, AdherencePolicy

from .outcome_rows import SUMS

# When a window begins. That of the whole programme is what the sums have come to.
BEGINNINGS: Final = {
    rules.Window.TWO_WEEKS.value: "%(since_2w)s",
    rules.Window.FOUR_WEEKS.value: "%(since_4w)s",
    rules.Window.PROGRAMME.value: None,
}
# What counts from a moment on, by the list of the calendar that says from when.
COUNTED: Final = {
    "due": "slots_due_at",
    "closed": "check_ins_close_at",
    "answered": "answered_close_at",
}
# How much of each list lies at a moment or before.
PLACES: Final = ", ".join(
    [
        "*",
        *(
            f"width_bucket({at}, {among}) AS {name}_{moment}"
            for name, among in COUNTED.items()
            for moment, at in {"now": "%(now)s", **BEGINNINGS}.items()
            if at
        ),
    ]
)
# What was done and prescribed in the window ``w``: in kilograms, where all doses are,
# else in sets.
WEIGHTED: Final = {
    "done": """round(CASE WHEN doses_in_kg_{w} = doses_{w} THEN kg_done_{w}
        ELSE sets_done_{w} END, 12)""",
    "prescribed": """CASE WHEN doses_in_kg_{w} = doses_{w} THEN kg_planned_{w}
        ELSE sets_planned_{w} END""",
    "attended_prescribed": """CASE WHEN doses_in_kg_{w} = doses_{w}
        THEN attended_kg_planned_{w} ELSE attended_sets_planned_{w} END""",
}
# Columns of a snapshot that are not themselves sums, by how they follow from these
# and from its sums.
DERIVED: Final = {
    "due": "held_{w} + partial_{w} + excused_{w} + missed_{w}",
    "attended": "held_{w} + partial_{w}",
    "without_known_dose": """
        held_{w} + partial_{w} + excused_{w} + missed_{w} - doses_{w}""",
    "attended_without_known_dose": "held_{w} + partial_{w} - attended_doses_{w}",
    "dose_weight": """CASE WHEN doses_{w} = 0 THEN ''
        WHEN doses_in_kg_{w} = doses_{w} THEN 'kg' ELSE 'sets' END""",
    "dose_done": "round(done_{w}, 6)",
    "dose_prescribed": "prescribed_{w}",
    # Who did not come did nothing: what is done is the same.
    "attended_dose_done": "round(done_{w}, 6)",
    "attended_dose_prescribed": "attended_prescribed_{w}",
    "dose": "round(round(done_{w} / nullif(prescribed_{w}, 0), 12), 4)",
    "dose_when_attended": """
        round(round(done_{w} / nullif(attended_prescribed_{w}, 0), 12), 4)""",
}
SUMMED: Final = (
    *("held", "partial", "excused", "excused_pain_flare", "excused_late"),
    *("missed", "cancelled", "paused", "dose_modified"),
    *("sets_on_plan", "sets_judged", "seconds_done", "seconds_planned"),
    *("exercises_done", "exercises_planned"),
    *("check_ins_expected", "check_ins_in_window"),
)
OF_WINDOW: Final = (*SUMMED, *DERIVED)
SHARED: Final = ("light", "misses_in_a_row", "drop_out", "reasons")
COMPUTED: Final = (*OF_WINDOW, *SHARED)


def _each(names: Iterable[str], as_written: str) -> str:
    return ", ".join(as_written.format(name) for name in names)


def _each_window(as_written: str, joined_by: str = ", ") -> str:
    return joined_by.join(as_written.format(w=window) for window in BEGINNINGS)


def _columns(how: dict[str, str]) -> str:
    return ", ".join(
        _each_window(f"{written} AS {name}_{{w}}") for name, written in how.items()
    )


def _next_change() -> str:
    """Return when a row next comes due or leaves a window, or somebody drops out."""
    nexts = (
        f"{COUNTED[name]}[1 + {name}_{moment}] + %(length_{moment})s"
        for name in ("due", "closed")
        for moment in ("now", "2w", "4w")
    )
    return f"""least({", ".join(nexts)},
            CASE WHEN withdrawn_from > %(now)s THEN withdrawn_from END,
            CASE WHEN silent_from > %(now)s THEN silent_from END)"""


def _growth() -> str:
    """Return by how much each sum grew in each window."""
    columns = []
    for window, since in BEGINNINGS.items():
        for name in SUMS:
            grown = f"latest.{name} - before_{window}.{name}, " if since else ""
            columns.append(f"coalesce({grown}latest.{name}, 0) AS {name}_{window}")
        for name, of in (
            ("check_ins_expected", "closed"),
            ("check_ins_in_window", "answered"),
        ):
            grown = f"{of}_now - {of}_{window}" if since else f"{of}_now"
            columns.append(f"{grown} AS {name}_{window}")
    return ", ".join(columns)


def _row(
    table: str, condition: str = "", *, columns: str = "*", of: str = "wanted"
) -> str:
    """Return a step that looks up one row of the programme.

    LIMIT has rows looked up one by one: how many there are is a guess of the planner's.
    """
    return f"""LATERAL (SELECT {columns} FROM {table} AS one
            WHERE one.programme_id = {of}.programme_id {condition} LIMIT 1)"""  # noqa: S608


def _sums(name: str, moment: str) -> str:
    row = _row("adherence_slotoutcome", f"AND nth = due_{moment}")
    return f"LEFT JOIN {row} AS {name} ON true"


def _kept() -> str:
    """Return the snapshots as they are kept, to compare with."""
    row = _row("adherence_adherencesnapshot", """AND "window" = '{w}'""", of="reasoned")
    return _each_window(f"CROSS JOIN {row} AS kept_{{w}}", "\n        ")


def _found_columns() -> str:
    """Return what may have to be written of each window."""
    figures = _each(OF_WINDOW, "{0}_{{w}}")
    changed = f"{_is_changed()} AS is_changed_{{w}}"
    return _each_window(f"kept_{{w}}.id AS id_{{w}}, {figures}, {changed}")


def _is_changed() -> str:
    """Return whether the snapshot of ``w`` is kept as it should be no longer."""
    kept = _each(COMPUTED, "kept_{{w}}.{0}")
    found = [_each(OF_WINDOW, "{0}_{{w}}"), _each(SHARED, "reasoned.{0}")]
    return f"({kept}) IS DISTINCT FROM ({', '.join(found)})"


def _changed() -> str:
    """Return the new rows of snapshots, of all windows."""
    columns = _each(OF_WINDOW, "{0}_{{w}} AS {0}")
    return _each_window(
        f"""SELECT id_{{w}} AS id, {columns}, {", ".join(SHARED)}
            FROM found WHERE is_changed_{{w}}""",  # noqa: S608
        " UNION ALL ",
    )


# Every name in it is a constant of this module. OFFSET has each step computed once,
# however often it is used.
STATEMENT: Final = f"""
    WITH grown AS (
        SELECT wanted.programme_id, is_running, told, changes_at,
            {_next_change()} AS moves_at,
            CASE WHEN withdrawn_from <= %(now)s THEN 'withdrawn'
                WHEN silent_from <= %(now)s THEN 'silent' ELSE '' END AS drop_out,
            coalesce(latest.misses_in_a_row, 0) AS misses_in_a_row,
            {_growth()}
        FROM unnest(%(programmes)s::bigint[]) AS wanted (programme_id)
        CROSS JOIN {_row("adherence_courseoutcome")} AS course
        CROSS JOIN {_row("adherence_coursecalendar", columns=PLACES)} AS calendar
        {_sums("latest", "now")}
        {_sums("before_2w", "2w")}
        {_sums("before_4w", "4w")}
        OFFSET 0
    ),
    weighted AS (
        SELECT *, {_columns(WEIGHTED)}
        FROM grown OFFSET 0
    ),
    derived AS (
        SELECT *, {_columns(DERIVED)}
        FROM weighted OFFSET 0
    ),
    judged AS (
        SELECT *,
            CASE WHEN due_4w < %(judged_from_due)s OR due_4w = excused_4w
                    THEN 'too_early'
                WHEN attended_4w >= %(green_from)s * (due_4w - excused_4w) THEN 'green'
                WHEN attended_4w >= %(amber_from)s * (due_4w - excused_4w) THEN 'amber'
                ELSE 'red' END AS light,
            due_4w >= %(judged_from_due)s
                AND attended_without_known_dose_4w = 0 AND prescribed_4w > 0
                AND attended_4w >= %(comes_from)s * due_4w
                AND done_4w < %(low_dose_below)s * prescribed_4w AS is_low_dose
        FROM derived OFFSET 0
    ),
    reasoned AS (
        SELECT *, array_remove(ARRAY[
                CASE WHEN is_running AND misses_in_a_row >= %(alert_from_misses)s
                    THEN 'missed_sessions' END,
                CASE WHEN is_running AND light = 'red' THEN 'low_adherence' END,
                CASE WHEN is_running AND is_low_dose THEN 'low_dose' END
            ], NULL)::varchar[] AS reasons
        FROM judged OFFSET 0
    ),
    found AS MATERIALIZED (
        SELECT reasoned.programme_id, moves_at, {_each(SHARED, "reasoned.{0}")},
            {_found_columns()}, reasoned.reasons IS DISTINCT FROM told AS is_to_be_told,
            changes_at IS DISTINCT FROM moves_at AS is_rearmed
        FROM reasoned
        {_kept()}
        WHERE {_each_window(_is_changed(), " OR ")}
            OR reasoned.reasons IS DISTINCT FROM told
            OR changes_at IS DISTINCT FROM moves_at
    ),
    written AS (
        UPDATE adherence_adherencesnapshot AS snapshot
        SET computed_at = %(now)s, {_each(COMPUTED, "{0} = changed.{0}")}
        FROM ({_changed()}) AS changed
        WHERE snapshot.id = changed.id
    ),
    armed AS (
        UPDATE adherence_courseoutcome AS course SET changes_at = moves_at
        FROM found WHERE is_rearmed AND course.programme_id = found.programme_id
    )
    SELECT programme_id FROM found
    WHERE is_to_be_told OR (is_changed_4w AND reasons <> '{{}}')
"""  # noqa: S608

# The planner would read whole tables to write to some of their rows, of all clinics.
ONE_BY_ONE: Final = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
AS_PLANNED: Final = """
    SET LOCAL enable_hashjoin = DEFAULT; SET LOCAL enable_mergejoin = DEFAULT
"""


def refresh_figures(
    programmes: Sequence[int], *, policy: AdherencePolicy, now: datetime
) -> list[int]:
    """Bring the snapshots of programmes up to date; safe to repeat.

    Rows that stay as they are are not written. The programmes must have a snapshot for
    each window. Call it in a transaction.

    Args:
        programmes: Of one clinic.
        policy: The cut-offs that the clinic follows.

    Returns:
        The programmes of which alerts have to be opened, updated or closed.
    """
    with connection.cursor() as cursor:
        cursor.execute(ONE_BY_ONE)
        cursor.execute(STATEMENT, _parameters(programmes, policy=policy, now=now))
        found = [programme for (programme,) in cursor.fetchall()]
        cursor.execute(AS_PLANNED)
    return found


def _parameters(
    programmes: Sequence[int], *, policy: AdherencePolicy, now: datetime
) -> dict[str, Any]:
    short, long = _length(rules.Window.TWO_WEEKS), _length(rules.Window.FOUR_WEEKS)
    return {
        "programmes": list(programmes),
        "now": now,
        "since_2w": now - short,
        "since_4w": now - long,
        "length_now": timedelta(0),
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
