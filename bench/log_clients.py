"""The two sides of ``log_session.py``: a client of the API, and bare SQL.

Both store the same session: 6 exercises, 16 sets, a check-in before and one after.
"""

import json
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

SETS = (3, 3, 3, 3, 2, 2)
FIRST_START = datetime(2021, 1, 4, 9, 0, tzinfo=UTC)
# Further apart than any window of a check-in.
BETWEEN_SESSIONS = timedelta(hours=60)
PATIENTS_A_CLIENT = 16
# Up to 2024; nobody logs a session of the future.
# More than the fastest client uses up in the longest run.
SESSIONS_A_PATIENT = 800
# A server closes a connection on which nothing is said for half a minute.
IDLE_S = 15


@dataclass(frozen=True, slots=True)
class Scene:
    """What one client needs to know to record sessions."""

    clinic: int
    therapist: int
    therapist_id: str
    token: str
    exercises: list[tuple[int, str]]
    patients: list[tuple[int, str, int]]
    """Key, public id and programme of each patient."""
    first_slot: int
    """Key of the first planned session; the others follow."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which session comes next: whose, when and in which slot."""

    patient: tuple[int, str, int]
    slot: int
    started_at: datetime


def slot_id(slot: int) -> str:
    """Return the public id of the planned session of this key."""
    return str(uuid.UUID(int=slot))


def slots(scene: Scene) -> Iterator[Place]:
    """Give the next session of each patient in turn, until the calendars are full."""
    slot = scene.first_slot
    for number in range(SESSIONS_A_PATIENT):
        for patient in scene.patients:
            yield Place(
                patient=patient,
                slot=slot,
                started_at=FIRST_START + number * BETWEEN_SESSIONS,
            )
            slot += 1


def body(scene: Scene, place: Place) -> dict[str, Any]:
    """Return a session as a client sends it."""
    started_at = place.started_at
    ended_at = started_at + timedelta(minutes=55)
    return {
        "id": str(uuid.uuid4()),
        "patient": place.patient[1],
        "planned_session": slot_id(place.slot),
        "setting": "supervised",
        "supervised_by": scene.therapist_id,
        "started_at": started_at.isoformat(),
        "ended_at": ended_at.isoformat(),
        "recorded_at": (ended_at + timedelta(minutes=1)).isoformat(),
        "warm_up": {"activity": "cycle_ergometer", "minutes": 10, "rpe": 10},
        "exercises": [
            {
                "exercise": exercise,
                "sets": [
                    {
                        "reps": 15,
                        "load": {"value": "32.5", "unit": "kg"},
                        "rpe": 12 + number,
                        "pain_mm": 40 + number,
                    }
                    for number in range(count)
                ],
            }
            for (_, exercise), count in zip(scene.exercises, SETS, strict=True)
        ],
        "check_ins": [
            {
                "id": str(uuid.uuid4()),
                "moment": "pre",
                "answered_at": (started_at - timedelta(minutes=5)).isoformat(),
                "pain_mm": 51,
                "fatigue_mm": 40,
                "sleep": 5,
                "confidence": 7,
                "analgesic": "usual",
                "red_flags": [],
            },
            {
                "id": str(uuid.uuid4()),
                "moment": "post",
                "answered_at": (ended_at + timedelta(seconds=30)).isoformat(),
                "pain_mm": 55,
                "session_rpe": 13,
            },
        ],
    }


class ApiClient:
    """Records sessions through the API, on one connection that stays open."""

    def __init__(self, scene: Scene, port: int) -> None:
        self._scene = scene
        self._slots = slots(scene)
        self._port = port
        self._connect()
        self._head = (
            "POST /api/v1/sessions/ HTTP/1.1\r\nHost: localhost\r\n"
            "X-Forwarded-Proto: https\r\n"
            f"Authorization: Bearer {scene.token}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )

    def __call__(self) -> None:
        """Record one session."""
        if time.monotonic() - self._used_at > IDLE_S:
            self._connect()
        content = json.dumps(body(self._scene, next(self._slots)))
        self._socket.sendall(f"{self._head}{len(content)}\r\n\r\n{content}".encode())
        answer = self._read()
        if not answer.startswith(b"HTTP/1.1 201"):
            raise RuntimeError(answer.decode())
        self._used_at = time.monotonic()

    def _connect(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._used_at = time.monotonic()

    def _read(self) -> bytes:
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._receive()
        head, _, _ = answer.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        while len(answer) < len(head) + 4 + int(length):
            answer += self._receive()
        return answer

    def _receive(self) -> bytes:
        part = self._socket.recv(65536)
        if not part:
            raise RuntimeError("The web server hung up.")
        return part


def api_client(scene: Scene, port: int) -> Callable[[], object]:
    """Return the work of one client of the API."""
    return ApiClient(scene, port)


SESSION_COLUMNS = """clinic_id, patient_id, programme_id, planned_session_id, setting,
    supervised_by_id, started_at, ended_at, time_zone, status, warm_up,
    broken_off_because, confounders, volume_kg, note, public_id, request_digest,
    version, recorded_at, received_at, clock_offset_s, entered_by_id, void_reason"""
ENTRY_COLUMNS = """clinic_id, session_id, position, exercise_id, side, machine,
    skipped_reason, novel_reason, explosive"""
SET_COLUMNS = """clinic_id, exercise_entry_id, position, reps, load_kg, load_value,
    load_unit, rpe, pain_mm"""
CHECK_IN_COLUMNS = """clinic_id, patient_id, session_id, moment, answered_at, day,
    time_zone, in_window, scale, pain_mm, fatigue_mm, session_rpe, sleep, confidence,
    location, new_places, flare, analgesic, red_flags, answers_digest, public_id,
    request_digest, version, recorded_at, received_at, clock_offset_s, entered_by_id,
    void_reason"""
INSERT_SESSION = f"""
    INSERT INTO logbook_heldsession ({SESSION_COLUMNS})
    VALUES ({", ".join(["%s"] * 23)}) RETURNING id"""
INSERT_ENTRIES = f"""
    INSERT INTO logbook_exerciseentry ({ENTRY_COLUMNS})
    SELECT %s, {{session}}, position, exercise, '', '', '', '', false
    FROM {{source}} unnest(%s::int2[], %s::int8[]) AS entry (position, exercise)
    RETURNING id, position"""
INSERT_SETS = f"""
    INSERT INTO logbook_setentry ({SET_COLUMNS})
    SELECT %s, entry.id, one.position, reps, load, load, 'kg', rpe, pain
    FROM {{source}} unnest(%s::int2[], %s::int2[], %s::int2[], %s::numeric[],
        %s::int2[], %s::int2[])
        AS one (entry, position, reps, load, rpe, pain)
    {{join}}"""
INSERT_CHECK_INS = f"""
    INSERT INTO logbook_checkin ({CHECK_IN_COLUMNS})
    SELECT %s, %s, {{session}}, moment, answered_at, answered_at::date, %s, true,
        'VAS', pain, fatigue, rpe, sleep, confidence, '', '{{{{}}}}', '', analgesic,
        CASE WHEN moment = 'pre' THEN '{{{{}}}}'::varchar[] END, digest, public_id,
        digest, 1, %s, %s, 0, %s, ''
    FROM {{source}} unnest(%s::varchar[], %s::timestamptz[], %s::int2[], %s::int2[],
        %s::int2[], %s::int2[], %s::int2[], %s::varchar[], %s::varchar[], %s::uuid[])
        AS one (moment, answered_at, pain, fatigue, rpe, sleep, confidence, analgesic,
            digest, public_id)"""
HOLD_SLOT = """
    UPDATE programmes_plannedsession SET status = 'held', status_before = 'planned'
    WHERE id = %s"""
MARK_DUE = """
    INSERT INTO logbook_judgementdue AS due
        (patient_id, clinic_id, from_started_at, due_at, reason, attempts)
    VALUES (%s, %s, %s, %s, 'session recorded', 0)
    ON CONFLICT (patient_id) DO UPDATE SET
        from_started_at = least(due.from_started_at, excluded.from_started_at)"""
AUDIT = """
    INSERT INTO audit_auditevent (id, at, actor_id, clinic_id, patient_id, action,
        subject, subject_id, detail, address, door)
    VALUES (%s, %s, %s, %s, %s, 'session.record', 'session', %s, %s, '127.0.0.1',
        'api')"""
ONE_STATEMENT = f"""
    WITH session AS ({INSERT_SESSION}),
    entry AS (
        {INSERT_ENTRIES.format(session="session.id", source="session,")}
    ),
    sets AS (
        {INSERT_SETS.format(source="", join="JOIN entry ON entry.position = one.entry")}
    ),
    check_ins AS (
        {INSERT_CHECK_INS.format(session="session.id", source="session,")}
    ),
    slot AS ({HOLD_SLOT}),
    due AS ({MARK_DUE})
    {AUDIT}"""


class SqlClient:
    """Stores the rows of sessions, and nothing else, as quickly as SQL can.

    The owner of the tables does it: no row-level security, no reading, no checking but
    the constraints of the tables.
    """

    def __init__(self, scene: Scene, url: str, method: str) -> None:
        self._scene = scene
        self._slots = slots(scene)
        self._connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
        self._store = getattr(self, f"_by_{method}")
        self._positions = list(range(1, len(SETS) + 1))
        self._entries = [exercise for exercise, _ in scene.exercises]
        sets = [(at, each) for at, n in enumerate(SETS, 1) for each in range(n)]
        self._sets = [
            [at for at, _ in sets],
            [each + 1 for _, each in sets],
            [15] * len(sets),
            [Decimal("32.5")] * len(sets),
            [12 + each for _, each in sets],
            [40 + each for _, each in sets],
        ]

    def __call__(self) -> None:
        """Store one session."""
        place = next(self._slots)
        self._store(place, uuid.uuid4())

    def _by_one_statement(self, place: Place, public_id: uuid.UUID) -> None:
        clinic = self._scene.clinic
        self._connection.execute(
            ONE_STATEMENT,
            [
                *self._session(place, public_id),
                *(clinic, self._positions, self._entries),
                *(clinic, *self._sets),
                *self._check_ins(place),
                place.slot,
                *self._due(place),
                *self._audit(place, public_id),
            ],
        )

    def _by_pipeline(self, place: Place, public_id: uuid.UUID) -> None:
        clinic, run = self._scene.clinic, self._connection.execute
        with self._connection.pipeline(), self._connection.transaction():
            run(INSERT_SESSION, self._session(place, public_id))
            # In brackets it is asked once a statement, not once a row.
            key = "(SELECT currval('logbook_heldsession_id_seq'))"
            run(
                INSERT_ENTRIES.format(session=key, source=""),
                [clinic, self._positions, self._entries],
            )
            join = f"""JOIN logbook_exerciseentry entry
                ON entry.session_id = {key} AND entry.position = one.entry"""
            run(INSERT_SETS.format(source="", join=join), [clinic, *self._sets])
            run(
                INSERT_CHECK_INS.format(session=key, source="").replace("{}", "{{}}"),
                self._check_ins(place),
            )
            run(HOLD_SLOT, [place.slot])
            run(MARK_DUE, self._due(place))
            run(AUDIT, self._audit(place, public_id))

    def _session(self, place: Place, public_id: uuid.UUID) -> list[Any]:
        scene, (patient, _, programme) = self._scene, place.patient
        started_at = place.started_at
        ended_at = started_at + timedelta(minutes=55)
        return [
            *(scene.clinic, patient, programme, place.slot, "supervised"),
            *(scene.therapist, started_at, ended_at, "Europe/Stockholm", "held"),
            Jsonb({"activity": "cycle_ergometer", "minutes": 10, "rpe": 10}),
            *("", [], Decimal("7800.00"), "", public_id, "0" * 64, 1),
            *(ended_at + timedelta(minutes=1), ended_at, 0, scene.therapist, ""),
        ]

    def _check_ins(self, place: Place) -> list[Any]:
        scene, started_at = self._scene, place.started_at
        ended_at = started_at + timedelta(minutes=55)
        return [
            *(scene.clinic, place.patient[0], "Europe/Stockholm"),
            *(ended_at + timedelta(minutes=1), ended_at, scene.therapist),
            ["pre", "post"],
            [started_at - timedelta(minutes=5), ended_at + timedelta(seconds=30)],
            *([51, 55], [40, None], [None, 13], [5, None], [7, None]),
            *(["usual", ""], ["0" * 64] * 2, [uuid.uuid4(), uuid.uuid4()]),
        ]

    def _due(self, place: Place) -> list[Any]:
        started_at = place.started_at
        return [place.patient[0], self._scene.clinic, started_at, started_at]

    def _audit(self, place: Place, public_id: uuid.UUID) -> list[Any]:
        scene = self._scene
        return [
            *(uuid.uuid4(), place.started_at, scene.therapist, scene.clinic),
            *(place.patient[0], public_id),
            Jsonb({"exercises": 6, "sets": 16, "check_ins": 2}),
        ]


def sql_client(scene: Scene, url: str, method: str) -> Callable[[], object]:
    """Return the work of one client of bare SQL."""
    return SqlClient(scene, url, method)
