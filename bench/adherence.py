"""Adherence of a clinic, against one bare sum over the table that it is added up from.

    .venv/bin/python bench/adherence.py [--enrolments 10000 100000] [--million]

Each enrolment has 30 planned sessions, of which every fifth is missed, with all rows
that the figures are added up from. The yardstick is ``SELECT programme_id, sum(...)
GROUP BY 1`` over these rows, on one core as a pass is: the other cores go on serving
people. What it takes on all of them is told beside it. The complete pass is that of a
night: it works all figures out anew and finds nothing to write, because what time moved
was written by the sweep of that minute. One that writes all figures for the first time,
and one a day later that writes what moved, are told apart; their second yardstick is
the same sum and a bare UPDATE of the same rows. Then the sweeps of a minute: 100
programmes that time has moved, and 100 with something new in the calendar. The latter
are read in full with their sessions and sets, and their sums made anew by the plain
rules; that time is told apart from the figures'. A night also compares what was
recorded with what outcomes were made from.
Nobody gives reason to alert: opening alerts is the inbox's work, one by one.
"""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.common import (
    count,
    running_stack,
    say_figure,
    say_ratio,
    set_up_django,
)

AT_MOST = 5
CHANGED = 100
CHANGED_MS = 100
# Twice as much a programme as in a tenth of them would not be linear any more.
LINEAR = 1.5
ENROLMENTS = (10_000, 100_000)
MILLION = 1_000_000
AT_ONCE = 10_000
NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
YARDSTICK = """
    SELECT programme_id, sum(seconds_done) AS seconds_done
    FROM adherence_slotoutcome GROUP BY 1
"""
# What a pass that writes cannot do without, by the same yardstick.
WRITTEN_AGAIN = """
    WITH moved AS (
        UPDATE adherence_adherencesnapshot SET computed_at = computed_at
        WHERE computed_at = %(now)s RETURNING programme_id
    )
    UPDATE adherence_courseoutcome SET changes_at = changes_at + interval '1 second'
    WHERE programme_id IN (SELECT programme_id FROM moved)
"""
# Copies of one patient and one programme, whatever columns they have.
PEOPLE = """
    WITH patient AS (
        INSERT INTO clinics_patient
        SELECT its.* FROM clinics_patient AS one,
            generate_series(%(first)s::int8, %(last)s::int8) AS nr,
            jsonb_populate_record(one, jsonb_build_object(
                'id', nr, 'public_id', gen_random_uuid(), 'user_id', NULL,
                'email', 'patient' || nr || '@bench.example')) AS its
        WHERE one.id = %(patient)s
    ),
    programme AS (
        INSERT INTO programmes_programme
        SELECT its.* FROM programmes_programme AS one,
            generate_series(%(first)s::int8, %(last)s::int8) AS nr,
            jsonb_populate_record(one, jsonb_build_object(
                'id', nr, 'public_id', gen_random_uuid(), 'patient_id', nr,
                'starts_on', %(now)s::date - (nr %% 105)::int)) AS its
        WHERE one.id = %(programme)s
    ),
    course AS (
        INSERT INTO adherence_courseoutcome (programme_id, clinic_id, inputs_digest,
            is_running, told, silent_from)
        SELECT nr, %(clinic)s, '', true, '{}', %(now)s + interval '300 days'
        FROM generate_series(%(first)s::int8, %(last)s::int8) AS nr
    )
    INSERT INTO adherence_adherencesnapshot
    SELECT its.* FROM adherence_adherencesnapshot AS one,
        generate_series(%(first)s::int8, %(last)s::int8) AS nr,
        jsonb_populate_record(one, jsonb_build_object(
            'id', 3 * nr + array_position('{2w,4w,programme}', one."window"::text),
            'public_id', gen_random_uuid(), 'patient_id', nr, 'programme_id', nr)
        ) AS its
    WHERE one.programme_id = %(programme)s
"""
# Two a week from the start on; what lies in the past was held, but for every fifth.
CALENDAR = """
    WITH slot AS (
        SELECT *, nth %% 5 <> 4 AND starts_at < %(now)s - interval '1 hour' AS is_held,
            programme = ANY (coalesce(%(recorded)s::int8[], ARRAY[programme]))
                AS is_recorded
        FROM (
            SELECT nr AS programme, 30 * nr + nth AS id, nth, %(now)s
                - (nr %% 105) * interval '1 day' + (nth - 1) * interval '84 hours'
                AS starts_at
            FROM generate_series(%(first)s::int8, %(last)s::int8) AS nr,
                generate_series(0, 29) AS nth
        ) AS one
    ),
    planned AS (
        INSERT INTO programmes_plannedsession (id, public_id, clinic_id, patient_id,
            programme_id, number, starts_at, original_starts_at, minutes, status,
            status_before, excuse_reason, excused_late, cancel_reason)
        SELECT id, gen_random_uuid(), %(clinic)s, programme, programme, nth + 1,
            starts_at, starts_at, 60, 'planned', '', '', false, ''
        FROM slot WHERE is_recorded
    ),
    held AS (
        INSERT INTO logbook_heldsession (id, clinic_id, patient_id, programme_id,
            planned_session_id, setting, started_at, ended_at, time_zone, status,
            broken_off_because, confounders, volume_kg, note, public_id,
            request_digest, version, recorded_at, received_at, clock_offset_s,
            entered_by_id, void_reason)
        SELECT id, %(clinic)s, programme, programme, id, 'home', starts_at,
            starts_at + interval '1 hour', 'Europe/Stockholm', 'held', '', '{}', 2160,
            '', gen_random_uuid(), repeat('0', 64), 1, starts_at, starts_at, 0,
            %(therapist)s, ''
        FROM slot WHERE is_recorded AND is_held
    ),
    calendar AS (
        INSERT INTO adherence_coursecalendar (programme_id, clinic_id, slots_due_at,
            check_ins_close_at, answered_close_at)
        SELECT programme, %(clinic)s,
            array_agg(DISTINCT starts_at + interval '25 hours'
                ORDER BY starts_at + interval '25 hours'),
            coalesce(array_agg(starts_at + closes_after
                ORDER BY starts_at + closes_after) FILTER (WHERE is_held), '{}'),
            coalesce(array_agg(starts_at + closes_after ORDER BY
                starts_at + closes_after) FILTER (WHERE is_held AND is_answered), '{}')
        FROM slot, (VALUES (interval '10 minutes', true), (interval '2 hours', true),
            (interval '37 hours', true), (interval '61 hours', false)
        ) AS one (closes_after, is_answered)
        GROUP BY programme
    )
    INSERT INTO adherence_slotoutcome (planned_session_id, programme_id, clinic_id,
        nth, result, misses_in_a_row, held, partial, excused, excused_pain_flare,
        excused_late, missed, cancelled, paused, dose_modified, doses, attended_doses,
        doses_in_kg, kg_done, kg_planned, attended_kg_planned, sets_done, sets_planned,
        attended_sets_planned, sets_on_plan, sets_judged, seconds_done,
        seconds_planned, exercises_done, exercises_planned)
    SELECT id, programme, %(clinic)s, nth + 1,
        CASE WHEN is_held THEN 'held' ELSE 'missed' END,
        CASE WHEN is_held THEN 0 ELSE nth + 1 - coalesce(last_held, 0) END,
        held, 0, 0, 0, 0, nth + 1 - held, 0, 0, held, nth + 1, held, nth + 1,
        0.9 * 2400 * held, 2400 * (nth + 1), 2400 * held, 0.9 * 2 * held,
        2 * (nth + 1), 2 * held, 2 * held, 2 * held, 3600 * held, 3600 * (nth + 1),
        held, nth + 1
    FROM (SELECT *, count(*) FILTER (WHERE is_held) OVER so_far AS held,
        max(nth + 1) FILTER (WHERE is_held) OVER so_far AS last_held
        FROM slot WINDOW so_far AS (PARTITION BY programme ORDER BY nth)) AS slot
"""
# What is prescribed and what was done, of those who will change.
RECORDS = """
    WITH prescription AS (
        INSERT INTO programmes_prescription
        SELECT its.* FROM programmes_prescription AS one,
            unnest(%(changed)s::int8[]) AS nr,
            jsonb_populate_record(one, jsonb_build_object(
                'id', nr, 'public_id', gen_random_uuid(), 'programme_id', nr)) AS its
        WHERE one.programme_id = %(programme)s
    ),
    phase AS (
        INSERT INTO programmes_phaseinforce
        SELECT its.* FROM programmes_phaseinforce AS one,
            unnest(%(changed)s::int8[]) AS nr,
            jsonb_populate_record(one, jsonb_build_object(
                'id', nr, 'programme_id', nr)) AS its
        WHERE one.programme_id = %(programme)s
    ),
    load AS (
        INSERT INTO programmes_loadinforce
        SELECT its.* FROM programmes_loadinforce AS one
        JOIN programmes_prescription AS its_prescription
            ON its_prescription.id = one.prescription_id,
            unnest(%(changed)s::int8[]) AS nr,
            jsonb_populate_record(one, jsonb_build_object(
                'id', nr, 'public_id', gen_random_uuid(), 'prescription_id', nr,
                'in_force_from', %(now)s - interval '1 year')) AS its
        WHERE its_prescription.programme_id = %(programme)s
    ),
    entry AS (
        INSERT INTO logbook_exerciseentry (clinic_id, session_id, position,
            exercise_id, side, machine, skipped_reason, novel_reason, explosive)
        SELECT %(clinic)s, session.id, 1, %(exercise)s, '', '', '', '', false
        FROM logbook_heldsession AS session WHERE programme_id = ANY (%(changed)s)
        RETURNING id
    ),
    sets AS (
        INSERT INTO logbook_setentry (clinic_id, exercise_entry_id, position, reps,
            load_kg, load_value, load_unit, rpe, pain_mm)
        SELECT %(clinic)s, entry.id, nr, reps, 80, 80, 'kg', 12, 40
        FROM entry, (VALUES (1, 15), (2, 12)) AS one (nr, reps)
    )
    INSERT INTO logbook_checkin (clinic_id, patient_id, session_id, moment,
        answered_at, day, time_zone, in_window, scale, pain_mm, location, new_places,
        flare, analgesic, answers_digest, public_id, request_digest, version,
        recorded_at, received_at, clock_offset_s, entered_by_id, void_reason)
    SELECT %(clinic)s, patient_id, session.id, moment, started_at, started_at::date,
        'Europe/Stockholm', true, 'VAS', 50, '', '{}', '', '', repeat('0', 64),
        gen_random_uuid(), repeat('0', 64), 1, started_at, started_at, 0,
        %(therapist)s, ''
    FROM logbook_heldsession AS session,
        (VALUES ('pre'), ('post'), ('h24')) AS one (moment)
    WHERE programme_id = ANY (%(changed)s)
"""


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--enrolments", type=count, nargs="+", default=ENROLMENTS)
    parser.add_argument("--million", action="store_true", help="a million as well")
    options = parser.parse_args()
    sizes = [*options.enrolments, *([MILLION] if options.million else [])]
    with running_stack() as stack:
        set_up_django(stack.stack.env)
        stack.let_keys_go_unchecked()
        complete_s = {}
        for size in sizes:
            before = time.perf_counter()
            clinic, changed = build(size, keys_go_unchecked=True)
            say_figure(f"filled_{_short(size)}", time.perf_counter() - before, "s")
            stack.gather_statistics()
            complete_s[size] = measure(clinic, size=size, changed=changed)
        smallest = min(sizes)
        for size in sizes:
            if size != smallest:
                each = complete_s[size] / size
                say_ratio(
                    f"complete_each_{_short(size)}_to_{_short(smallest)}",
                    each / (complete_s[smallest] / smallest),
                    at_most=LINEAR,
                )


def build(
    size: int, *, changing: int = CHANGED, keys_go_unchecked: bool = False
) -> tuple[int, list[int]]:
    """Fill a new clinic; return it, and the programmes that will change.

    Args:
        keys_go_unchecked: Do not look up each foreign key, which takes most of the
            time. The database must allow it.

    Of a million the sessions themselves are there only for those who change: figures
    are not made from them, and they would take three times the disc of all the rest.
    """
    from django.db import connection, transaction  # noqa: PLC0415

    from apps.adherence.services import compute  # noqa: PLC0415
    from apps.common.tenancy import in_clinic  # noqa: PLC0415
    from tests.adherence.training import make_training  # noqa: PLC0415

    with transaction.atomic():
        one = make_training()
        compute([one.anna.pk], now=NOW - timedelta(days=200))
    values = {
        "clinic": one.clinic.pk,
        "patient": one.anna.pk,
        "programme": one.programme.pk,
        "therapist": one.tove.pk,
        "exercise": one.exercise.pk,
        "now": NOW,
    }
    # Each clinic has keys of its own.
    start = one.clinic.pk * 100 * MILLION
    changed = list(range(start, start + size, max(1, size // changing)))[:changing]
    values["recorded"] = changed if size >= MILLION else None
    for first in range(start, start + size, AT_ONCE):
        last = min(first + AT_ONCE, start + size) - 1
        with in_clinic(one.clinic.pk), connection.cursor() as cursor:
            if keys_go_unchecked:
                cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(PEOPLE, values | {"first": first, "last": last})
            cursor.execute(CALENDAR, values | {"first": first, "last": last})
    with in_clinic(one.clinic.pk), connection.cursor() as cursor:
        cursor.execute(RECORDS, values | {"changed": changed})
    return one.clinic.pk, changed


def measure(clinic: int, *, size: int, changed: list[int]) -> float:
    """Print what each pass takes, and return that of one that finds nothing to write.

    Each figure as soon as it is known. Of what can be repeated the best counts: what
    else runs on the machine only adds to it.
    """
    from apps.adherence import services  # noqa: PLC0415

    name = _short(size)
    select_s = _best(lambda: _select(clinic), times=5)
    say_figure(f"select_{name}", select_s, "s")
    days = [NOW + timedelta(days=day) for day in range(3)]
    took_s = [
        _timed(lambda now=now: services.refresh_clinic(clinic, now=now)) for now in days
    ]
    now = days[-1]
    writes_s = select_s + _best(lambda: _write_again(clinic, now=now), times=2)
    say_figure(f"select_and_write_{name}", writes_s, "s")
    for kind, seconds in {"first": took_s[0], "moved": min(took_s[1:])}.items():
        say_figure(f"{kind}_{name}", seconds, "s")
        say_ratio(f"{kind}_to_select_{name}", seconds / select_s)
        say_ratio(f"{kind}_to_select_and_write_{name}", seconds / writes_s)
    complete_s = _best(lambda: services.refresh_clinic(clinic, now=now), times=4)
    select_s = min(select_s, _best(lambda: _select(clinic), times=3))
    say_figure(f"complete_{name}", complete_s, "s")
    say_ratio(f"complete_to_select_{name}", complete_s / select_s, at_most=AT_MOST)
    all_cores_s = _best(lambda: _select(clinic, on_all_cores=True), times=5)
    say_ratio(f"complete_to_select_on_all_cores_{name}", complete_s / all_cores_s)
    moved_ms = _sweep_ms(lambda: _move(clinic, changed, now=now), now=now)
    say_figure(f"{CHANGED}_moved_{name}", moved_ms, "ms", at_most=CHANGED_MS)
    outcomes_ms = _sweep_ms(lambda: _excuse(clinic, changed, now=now), now=now)
    say_figure(f"{CHANGED}_changed_with_outcomes_{name}", outcomes_ms, "ms")
    figures_ms = _figures_ms(clinic, changed, now=now)
    say_figure(f"{CHANGED}_figures_{name}", figures_ms, "ms", at_most=CHANGED_MS)
    if size < MILLION:
        say_figure(f"compared_{name}", _timed(lambda: _compare(clinic)), "s")
    return complete_s


def _select(clinic: int, *, on_all_cores: bool = False) -> None:
    """Work out the yardstick, on one core as a pass is."""
    from django.db import connection  # noqa: PLC0415

    from apps.common.tenancy import in_clinic  # noqa: PLC0415

    with in_clinic(clinic), connection.cursor() as cursor:
        if not on_all_cores:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        # Nothing is fetched, but every sum is asked for: one that nobody wants is
        # not worked out.
        cursor.execute(f"SELECT sum(seconds_done) FROM ({YARDSTICK}) AS one")


def _write_again(clinic: int, *, now: datetime) -> None:
    """Write the rows that a pass has just written, and nothing but these."""
    from django.db import connection, transaction  # noqa: PLC0415

    from apps.common.tenancy import in_clinic  # noqa: PLC0415

    with in_clinic(clinic), connection.cursor() as cursor:
        cursor.execute(WRITTEN_AGAIN, {"now": now})
        transaction.set_rollback(True)


def _sweep_ms(prepare: Callable[[], Any], *, now: datetime) -> float:
    """Return what the sweep takes that finds what was prepared; the best of some."""
    from apps.adherence import services  # noqa: PLC0415

    took_s = []
    services.refresh(now=now)
    for _ in range(5):
        expected = prepare()
        before = time.perf_counter()
        report = services.refresh(now=now)
        took_s.append(time.perf_counter() - before)
        if (report.computed, report.failed) != (expected, 0):
            raise RuntimeError(f"{expected} were due, the sweep says {report}.")
    return 1000 * min(took_s)


def _figures_ms(clinic: int, programmes: list[int], *, now: datetime) -> float:
    """Return what the figures alone take of programmes with something new."""
    from apps.adherence.figures_sql import refresh_figures  # noqa: PLC0415
    from apps.clinical.adherence.policy import SHIPPED  # noqa: PLC0415
    from apps.common.tenancy import in_clinic  # noqa: PLC0415

    took_s = []
    for day in range(1, 6):
        with in_clinic(clinic):
            then = now + timedelta(days=day)
            took_s.append(
                _timed(
                    lambda then=then: refresh_figures(
                        programmes, policy=SHIPPED, now=then
                    )
                )
            )
    return 1000 * min(took_s)


def _compare(clinic: int) -> None:
    """Look for outcomes of other rows than those that are there, and mark nobody."""
    from apps.adherence.input_digests import stale_patients  # noqa: PLC0415
    from apps.adherence.queries import programmes_after  # noqa: PLC0415
    from apps.common.tenancy import in_clinic  # noqa: PLC0415

    last = 0
    with in_clinic(clinic):
        while some := programmes_after(last, clinic_id=clinic):
            stale_patients(some)
            last = some[-1]


def _move(clinic: int, programmes: list[int], *, now: datetime) -> int:
    """Have programmes added up anew, as when a session comes due."""
    from apps.adherence.models import CourseOutcome  # noqa: PLC0415
    from apps.common.tenancy import in_clinic  # noqa: PLC0415

    with in_clinic(clinic):
        rows = CourseOutcome.objects.filter(pk__in=programmes)
        return rows.update(changes_at=now)


def _excuse(clinic: int, programmes: list[int], *, now: datetime) -> int:
    """Change one planned session of each programme, and say that it is due."""
    from django.db.models import Case, Value, When  # noqa: PLC0415

    from apps.common.tenancy import in_clinic  # noqa: PLC0415
    from apps.programmes.models import PlannedSession  # noqa: PLC0415
    from apps.programmes.services import mark_adherence_due_of  # noqa: PLC0415

    with in_clinic(clinic):
        PlannedSession.objects.filter(programme__in=programmes, number=5).update(
            excuse_reason=Case(
                When(excuse_reason="work", then=Value("travel")), default=Value("work")
            ),
            status="excused",
        )
        mark_adherence_due_of(clinic_id=clinic, patient_ids=programmes, now=now)
    return len(programmes)


def _best(work: Callable[[], object], *, times: int) -> float:
    return min(_timed(work) for _ in range(times))


def _timed(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def _short(size: int) -> str:
    return f"{size // 1000}k" if size >= 1000 else str(size)


if __name__ == "__main__":
    main()
