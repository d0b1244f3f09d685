"""Read the last 200 sessions with their sets, against one bare SELECT as JSON.

    .venv/bin/python bench/list_sessions.py [--rounds 15]

The yardstick selects what the API answers about sessions, exercises and sets; the
check-ins, which the API answers too, come on top. Prints also what page 1000 costs
next to page 1, in pages of five.
"""

import argparse
import base64
import http.client
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from psycopg.rows import dict_row

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.common import RunningStack, running_stack, say_ratio, set_up_django
from bench.log_clients import FIRST_START, SETS, Scene
from bench.log_session import make_scenes

AT_MOST = 4
# As fast as page 1, give or take what two medians of five rows differ by.
AS_FAST = 1.2
SESSIONS = 5200
PAGE, PAGE_NUMBER = 5, 1000
LAST = 200
ADDRESS = "/api/v1/sessions/"
SEED = """
    WITH session AS (
        INSERT INTO logbook_heldsession (clinic_id, patient_id, setting, started_at,
            ended_at, time_zone, status, broken_off_because, confounders, volume_kg,
            note, public_id, request_digest, version, recorded_at, received_at,
            clock_offset_s, entered_by_id, void_reason)
        SELECT %(clinic)s, (%(patients)s::int8[])[1 + nr %% 16], 'home', at,
            at + interval '1 hour', 'Europe/Stockholm', 'held', '', '{}', 7800, '',
            gen_random_uuid(), repeat('0', 64), 1, at, at, 0, %(therapist)s, ''
        FROM generate_series(1, %(sessions)s) AS nr,
            LATERAL (SELECT %(start)s + nr * interval '1 hour' AS at) AS its
        RETURNING id, patient_id, started_at
    ),
    entry AS (
        INSERT INTO logbook_exerciseentry (clinic_id, session_id, position,
            exercise_id, side, machine, skipped_reason, novel_reason, explosive)
        SELECT %(clinic)s, session.id, position, exercise, '', '', '', '', false
        FROM session, unnest(%(exercises)s::int8[]) WITH ORDINALITY
            AS one (exercise, position)
        RETURNING id, position
    ),
    sets AS (
        INSERT INTO logbook_setentry (clinic_id, exercise_entry_id, position, reps,
            load_kg, load_value, load_unit, rpe, pain_mm)
        SELECT %(clinic)s, entry.id, nr, 15, 32.5, 32.5, 'kg', 12, 40
        FROM entry, generate_series(1, (%(sets)s::int[])[entry.position]) AS nr
    )
    INSERT INTO logbook_checkin (clinic_id, patient_id, session_id, moment,
        answered_at, day, time_zone, in_window, scale, pain_mm, location, new_places,
        flare, analgesic, answers_digest, public_id, request_digest, version,
        recorded_at, received_at, clock_offset_s, entered_by_id, void_reason)
    SELECT %(clinic)s, patient_id, session.id, moment, started_at, started_at::date,
        'Europe/Stockholm', true, 'VAS', 50, '', '{}', '', '', repeat('0', 64),
        gen_random_uuid(), repeat('0', 64), 1, started_at, started_at, 0,
        %(therapist)s, ''
    FROM session, (VALUES ('pre'), ('post')) AS one (moment)
"""
SELECT = """
    SELECT session.public_id, session.patient_id, session.setting,
        session.started_at, session.ended_at, session.time_zone, session.status,
        session.volume_kg, session.note, session.version, session.recorded_at,
        session.received_at, entry.position AS nth, entry.exercise_id, entry.side,
        entry.machine, entry.skipped_reason, entry.novel, entry.explosive,
        one.position, one.reps, one.load_value, one.load_unit, one.load_kg, one.rpe,
        one.pain_mm
    FROM (
        SELECT * FROM logbook_heldsession ORDER BY started_at DESC, id DESC LIMIT %s
    ) AS session
    JOIN logbook_exerciseentry AS entry ON entry.session_id = session.id
    JOIN logbook_setentry AS one ON one.exercise_entry_id = entry.id
    ORDER BY session.started_at DESC, session.id DESC, entry.position, one.position
"""


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with running_stack() as stack:
        set_up_django(stack.stack.env)
        scene = make_scenes(1)[0]
        with psycopg.connect(stack.owner_url, autocommit=True) as owner:
            fill(owner, scene)
            measure(stack, scene, owner, rounds=options.rounds)


def fill(owner: psycopg.Connection, scene: Scene) -> None:
    """Store so many sessions that there is a page 1000."""
    values = {
        "clinic": scene.clinic,
        "patients": [patient for patient, _, _ in scene.patients],
        "therapist": scene.therapist,
        "sessions": SESSIONS,
        "start": FIRST_START,
        "exercises": [exercise for exercise, _ in scene.exercises],
        "sets": list(SETS),
    }
    owner.execute(SEED, values)
    owner.execute("ANALYZE")


def measure(
    stack: RunningStack, scene: Scene, owner: psycopg.Connection, *, rounds: int
) -> None:
    """Let all readers take turns; print the medians and the ratios."""
    web = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)
    headers = {
        "Authorization": f"Bearer {scene.token}",
        "X-Forwarded-Proto": "https",
    }
    lengths: dict[str, int] = {}

    def get(name: str, **query: str | int) -> None:
        web.request("GET", f"{ADDRESS}?{urlencode(query)}", headers=headers)
        answer = web.getresponse()
        content = answer.read()
        assert answer.status == 200, content
        lengths[name] = len(json.loads(content)["results"])

    def select() -> None:
        with owner.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(SELECT, [LAST]).fetchall()
        json.dumps(rows, default=str)

    # Where the page before the thousandth ends.
    place = FIRST_START + timedelta(hours=SESSIONS - (PAGE_NUMBER - 1) * PAGE + 1)
    cursor = base64.b64encode(urlencode({"p": str(place)}).encode()).decode()
    readers: dict[str, Callable[[], None]] = {
        "API, last 200": lambda: get("last", page_size=LAST),
        "SELECT and JSON": select,
        "API, page 1": lambda: get("first", page_size=PAGE),
        "API, page 1000": lambda: get("deep", page_size=PAGE, cursor=cursor),
    }
    took_ms: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(1 + rounds):
        for name, read in readers.items():
            before = time.perf_counter()
            read()
            took_ms[name].append(1000 * (time.perf_counter() - before))
    assert lengths == {"last": LAST, "first": PAGE, "deep": PAGE}, lengths
    # The first round warms up.
    median = {name: statistics.median(each[1:]) for name, each in took_ms.items()}
    for name, each in median.items():
        print(f"{name:<16} median {each:8.2f} ms")
    say_ratio(
        "page_1000_to_page_1",
        median["API, page 1000"] / median["API, page 1"],
        at_most=AS_FAST,
    )
    say_ratio(
        "list_sessions",
        median["API, last 200"] / median["SELECT and JSON"],
        at_most=AT_MOST,
    )


if __name__ == "__main__":
    main()
