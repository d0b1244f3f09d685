"""Record complete sessions through the API, against bare SQL storing the same rows.

    .venv/bin/python bench/log_session.py [--seconds 3] [--clients 8] [--rounds 3]
    .venv/bin/python bench/log_session.py --profile bench/profiles/log_session.txt

Both sides take turns on the same server. The rows are those that the API writes: the
session, 6 exercises, 16 sets, 2 check-ins, the held slot, the judgement due, the trail.
"""

import argparse
import cProfile
import pstats
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.common import (
    Clients,
    Round,
    RunningStack,
    running_stack,
    say_figure,
    say_ratio,
    set_up_django,
)
from bench.log_clients import (
    BETWEEN_SESSIONS,
    FIRST_START,
    PATIENTS_A_CLIENT,
    SESSIONS_A_PATIENT,
    SETS,
    Scene,
    api_client,
    body,
    slots,
    sql_client,
)

AT_LEAST = 0.10
WEB_MB = 150
METHODS = ("one_statement", "pipeline")
SLOTS_A_CLIENT = PATIENTS_A_CLIENT * SESSIONS_A_PATIENT
FILL_CALENDARS = """
    INSERT INTO programmes_plannedsession (id, public_id, clinic_id, patient_id,
        programme_id, number, starts_at, original_starts_at, minutes, status,
        status_before, excuse_reason, excused_late, cancel_reason)
    SELECT slot, lpad(to_hex(slot), 32, '0')::uuid, %s, patient, programme, nr + 1,
        %s + nr * %s::interval, %s, 60, 'planned', '', '', false, ''
    FROM (
        SELECT %s + nr * array_length(%s::int8[], 1) + nth - 1 AS slot, nr,
            (%s::int8[])[nth] AS patient, (%s::int8[])[nth] AS programme
        FROM generate_series(0, %s) AS nr, generate_series(1, %s) AS nth
    ) AS calendar
"""


def main() -> None:
    """Read the command line and measure, or profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="of one round")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", type=Path, help="write where the time goes")
    options = parser.parse_args()
    with running_stack() as stack:
        set_up_django(stack.stack.env)
        if options.profile:
            profile(make_scenes(1)[0], options.profile)
        else:
            measure(stack, options)


def measure(stack: RunningStack, options: argparse.Namespace) -> None:
    """Let API and SQL take turns; print every round and the ratios of the medians."""
    count = options.clients
    scenes = make_scenes(count * (1 + len(METHODS)))
    ours = Clients(api_client, [(each, stack.port) for each in scenes[:count]])
    bare = {
        method: Clients(
            sql_client,
            [
                (each, stack.owner_url, method)
                for each in scenes[count * nth : count * (nth + 1)]
            ],
        )
        for nth, method in enumerate(METHODS, start=1)
    }
    everybody = [ours, *bare.values()]
    for each in everybody:
        each.run(seconds=min(1, options.seconds))
    stack.gather_statistics()
    memory_before = stack.memory_mb("web")
    ratios = {}
    for clients in sorted({1, count}):
        rounds: dict[str, list[Round]] = {name: [] for name in ("API", *METHODS)}
        for _ in range(options.rounds):
            for name, each in zip(rounds, everybody, strict=True):
                before = [stack.cpu_s(service) for service in ("web", "postgres")]
                one = each.run(seconds=options.seconds, clients=clients)
                after = [stack.cpu_s(service) for service in ("web", "postgres")]
                rounds[name].append(one)
                web, postgres = (
                    1000 * (late - early) / len(one.took_s)
                    for early, late in zip(before, after, strict=True)
                )
                print(
                    f"{clients} client(s)  {name:<14} {one}   CPU each: "
                    f"web {web:.2f} ms, PostgreSQL {postgres:.2f} ms",
                    flush=True,
                )
        rates = {name: _rate(each) for name, each in rounds.items()}
        best = max(METHODS, key=lambda name: rates[name])
        print(f"{clients} client(s): best bare SQL is {best}, {rates[best]:.1f} /s")
        ratios[clients] = rates["API"] / rates[best]
    for each in everybody:
        each.stop()
    after = stack.memory_mb("web")
    say_figure("web_memory_before", memory_before, "MB")
    say_figure("web_memory_after", after, "MB", at_most=WEB_MB)
    for clients, ratio in ratios.items():
        aim = AT_LEAST if clients == count else None
        say_ratio(f"log_session_{clients}_clients", ratio, at_least=aim)


def _rate(rounds: list[Round]) -> float:
    return statistics.median(each.per_second for each in rounds)


def make_scenes(count: int) -> list[Scene]:
    """Return as many clients' worlds, all in one clinic, each with its own patients."""
    from django.db import transaction  # noqa: PLC0415

    from tests.factories import people  # noqa: PLC0415
    from tests.logbook.builders import make_exercise  # noqa: PLC0415

    with transaction.atomic():
        clinic = people.make_clinic()
        exercises = [make_exercise(clinic, slug=f"press_{n}") for n in range(len(SETS))]
        return [
            _make_scene(clinic, exercises, first_slot=1 + nth * SLOTS_A_CLIENT)
            for nth in range(count)
        ]


def _make_scene(clinic: Any, exercises: list[Any], *, first_slot: int) -> Scene:
    from tests.factories import people  # noqa: PLC0415
    from tests.logbook.builders import make_programme  # noqa: PLC0415

    therapist = people.make_therapist(clinic)
    patients = []
    for _ in range(PATIENTS_A_CLIENT):
        patient = people.make_patient(clinic, therapist=therapist)
        programme = make_programme(
            patient, exercises=exercises, starts_on=FIRST_START.date()
        )
        patients.append((patient.pk, str(patient.public_id), programme.pk))
    _fill_calendars(clinic, patients, first_slot=first_slot)
    return Scene(
        clinic=clinic.pk,
        therapist=therapist.pk,
        therapist_id=str(therapist.public_id),
        token=people.bearer(therapist),
        exercises=[(each.pk, str(each.public_id)) for each in exercises],
        patients=patients,
        first_slot=first_slot,
    )


def _fill_calendars(clinic: Any, patients: list[Any], *, first_slot: int) -> None:
    from django.db import connection  # noqa: PLC0415

    keys = [patient for patient, _, _ in patients]
    programmes = [programme for _, _, programme in patients]
    with connection.cursor() as cursor:
        cursor.execute(
            FILL_CALENDARS,
            [
                *(clinic.pk, FIRST_START, BETWEEN_SESSIONS, FIRST_START, first_slot),
                *(keys, keys, programmes, SESSIONS_A_PATIENT - 1, len(keys)),
            ],
        )


def profile(scene: Scene, file: Path) -> None:
    """Record sessions in this process; write statements and functions to a file."""
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = Client(
        headers={
            "authorization": f"Bearer {scene.token}",
            "x-forwarded-proto": "https",
        }
    )
    places = slots(scene)

    def record() -> None:
        content = body(scene, next(places))
        answer = client.post("/api/v1/sessions/", content, "application/json")
        assert answer.status_code == 201, answer.content

    for _ in range(50):
        record()
    with CaptureQueriesContext(connection) as captured:
        record()
    statements = captured.captured_queries
    cpu_s = time.process_time()
    for _ in range(200):
        record()
    cpu_s = time.process_time() - cpu_s
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(500):
        record()
    profiler.disable()
    with file.open("w") as out:
        out.write("One session of 16 sets with two check-ins, in this process.\n")
        out.write(f"CPU time of client and view: {1000 * cpu_s / 200:.2f} ms\n\n")
        for number, each in enumerate(statements, start=1):
            out.write(f"{number:3} {each['time']} s  {each['sql'][:150]!r}\n")
        out.write("\n500 of them:\n")
        stats = pstats.Stats(profiler, stream=out).strip_dirs()
        stats.sort_stats("tottime").print_stats(45)
        stats.sort_stats("cumulative").print_stats(90)
    print(f"{len(statements)} statements; {5 * cpu_s:.2f} ms of CPU; see {file}")


if __name__ == "__main__":
    main()
