"""From checked entries to rows."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError
from django.db.models import Model

from apps.clinical.working_load import PerformedSet, volume_load_kg
from apps.clinics.models import Patient
from apps.common.errors import IdReusedError
from apps.common.ids import uuid7
from apps.common.loads import kilograms
from apps.exercises.models import Exercise
from apps.logbook.entry import (
    DoneExerciseEntry,
    SessionCheckIn,
    SessionEntry,
    SetEntry,
)
from apps.logbook.models import (
    CheckIn,
    ExerciseEntry,
    HeldSession,
    SessionStatus,
)
from apps.logbook.models import SetEntry as SetRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How an entry came: from whom, when, and how far their clock was off."""

    by: Any
    now: datetime
    offset_s: int


@contextmanager
def refusing_taken_ids(pointers: Mapping[type[Model], str]) -> Iterator[None]:
    """Refuse an id that somebody else's record has, without a word about that record.

    ``pointers`` says where in the request the ids of each model stand.

    Raises:
        IdReusedError: The id is taken.
    """
    try:
        yield
    except IntegrityError as error:
        diagnosis: Any = getattr(error.__cause__, "diag", None)
        if "public_id" not in str(getattr(diagnosis, "constraint_name", "")):
            raise
        by_table = {model._meta.db_table: each for model, each in pointers.items()}
        raise IdReusedError(
            "This id is taken by another entry. Make a new one.",
            pointer=by_table[diagnosis.table_name],
        ) from error


def new_session(
    entry: SessionEntry, *, patient: Patient, digest: str, arrival: Arrival
) -> HeldSession:
    """Return an unsaved session that says who entered it when."""
    return HeldSession(
        public_id=entry.id or uuid7(),
        request_digest=digest,
        clinic_id=patient.clinic_id,
        patient=patient,
        time_zone=patient.time_zone,
        received_at=arrival.now,
        clock_offset_s=arrival.offset_s,
        entered_by=arrival.by,
    )


def fill_session(session: HeldSession, entry: SessionEntry, *, now: datetime) -> None:
    """Put the plain content of an entry onto a session; the caller saves it."""
    session.setting = entry.setting
    session.started_at = entry.started_at
    session.ended_at = entry.ended_at
    session.recorded_at = entry.recorded_at or now
    session.warm_up = entry.warm_up and entry.warm_up.model_dump(mode="json")
    session.stretched = entry.stretched
    pressure = entry.blood_pressure
    session.blood_pressure = pressure and pressure.model_dump(mode="json")
    session.acute_illness = entry.acute_illness
    session.broken_off_because = entry.broken_off_because
    session.confounders = list(entry.confounders)
    session.note = entry.note
    session.volume_kg = volume_kg(entry)


def volume_kg(entry: SessionEntry) -> Decimal:
    """Return the repetitions times the load, over all sets with both."""
    return volume_load_kg(
        PerformedSet(
            repetitions=each.reps,
            load_kg=kilograms(value=each.load.value, unit=each.load.unit),
        )
        for exercise in entry.exercises
        for each in exercise.sets or []
        if each.reps is not None and each.load is not None
    )


def status_of(
    entry: SessionEntry,
    *,
    exercises: Mapping[UUID, Exercise],
    prescribed: set[int],
) -> str:
    """Return whether enough was done to call the session held.

    That is: work on at least half of the prescribed exercises, or, where nothing was
    prescribed, any work at all.
    """
    done = {exercises[each.exercise].pk for each in entry.exercises if _has_work(each)}
    enough = 2 * len(done & prescribed) >= len(prescribed) if prescribed else bool(done)
    return SessionStatus.HELD if enough else SessionStatus.PARTIAL


def _has_work(entry: DoneExerciseEntry) -> bool:
    # A set of no repetitions was tried, not done.
    return entry.bout is not None or any(each.reps != 0 for each in entry.sets or [])


@dataclass(frozen=True, slots=True)
class Work:
    """The exercises of a session, each with its sets, as rows to be inserted."""

    of_exercise: list[tuple[ExerciseEntry, list[SetRow]]]

    @property
    def rows(self) -> list[Model]:
        """All of them."""
        return [row for entry, sets in self.of_exercise for row in (entry, *sets)]

    def remember(self, session: HeldSession) -> None:
        """Let the session, which has been inserted, know them without a query."""
        for entry, sets in self.of_exercise:
            remember(entry, "sets", sets)
        remember(session, "exercise_entries", [entry for entry, _ in self.of_exercise])


def work_of(
    session: HeldSession, entry: SessionEntry, *, exercises: Mapping[UUID, Exercise]
) -> Work:
    """Return the exercises and sets of an entry as rows of a session."""
    rows = [
        _exercise_row(
            session, each, position=position, exercise=exercises[each.exercise]
        )
        for position, each in enumerate(entry.exercises, start=1)
    ]
    sets = [
        [
            _set_row(row, each, position=position)
            for position, each in enumerate(done.sets or [], start=1)
        ]
        for row, done in zip(rows, entry.exercises, strict=True)
    ]
    return Work(list(zip(rows, sets, strict=True)))


def remember(parent: Any, name: str, rows: list[Any]) -> None:
    """Let ``parent.<name>.all()`` give these rows without asking the database.

    They were just written: reading them back would cost a request four queries.
    """
    loaded = getattr(parent, name).all()
    loaded._result_cache = rows
    vars(parent).setdefault("_prefetched_objects_cache", {})[name] = loaded


def _exercise_row(
    session: HeldSession,
    entry: DoneExerciseEntry,
    *,
    position: int,
    exercise: Exercise,
) -> ExerciseEntry:
    return ExerciseEntry(
        clinic_id=session.clinic_id,
        session=session,
        position=position,
        exercise=exercise,
        side=entry.side or "",
        machine=entry.machine,
        skipped_reason=entry.skipped_reason or "",
        novel=entry.novel,
        novel_reason=entry.novel_reason,
        explosive=entry.explosive,
        bout=entry.bout and entry.bout.model_dump(mode="json"),
    )


def _set_row(row: ExerciseEntry, entry: SetEntry, *, position: int) -> SetRow:
    load = entry.load
    return SetRow(
        clinic_id=row.clinic_id,
        exercise_entry=row,
        position=position,
        reps=entry.reps,
        load_kg=kilograms(value=load.value, unit=load.unit) if load else None,
        load_value=load.value if load else None,
        load_unit=load.unit if load else "",
        lever_level=entry.lever_level,
        seconds=entry.seconds,
        rpe=entry.rpe,
        pain_mm=entry.pain_mm,
    )


def new_check_in(
    entry: SessionCheckIn, *, patient: Patient, digest: str, arrival: Arrival
) -> CheckIn:
    """Return an unsaved check-in that says who entered it when."""
    return CheckIn(
        public_id=entry.id or uuid7(),
        request_digest=digest,
        clinic_id=patient.clinic_id,
        patient=patient,
        time_zone=patient.time_zone,
        received_at=arrival.now,
        clock_offset_s=arrival.offset_s,
        entered_by=arrival.by,
    )


def fill_check_in(
    check_in: CheckIn, entry: SessionCheckIn, *, recorded_at: datetime
) -> None:
    """Put the plain content of an entry onto a check-in; the caller saves it.

    ``recorded_at`` is used where the entry does not say it.
    """
    zone = ZoneInfo(check_in.time_zone)
    check_in.moment = entry.moment
    check_in.answered_at = entry.answered_at
    check_in.day = entry.answered_at.astimezone(zone).date()
    check_in.recorded_at = entry.recorded_at or recorded_at
    check_in.scale = entry.scale
    check_in.pain_mm = entry.pain_mm
    check_in.worst_pain_mm = entry.worst_pain_mm
    check_in.movement_pain_mm = entry.movement_pain_mm
    check_in.fatigue_mm = entry.fatigue_mm
    check_in.soreness_mm = entry.soreness_mm
    check_in.session_rpe = entry.session_rpe
    check_in.sleep = entry.sleep
    check_in.confidence = entry.confidence
    check_in.location = entry.location or ""
    check_in.new_places = list(entry.new_places)
    check_in.flare = entry.flare or ""
    check_in.analgesic = entry.analgesic or ""
    check_in.red_flags = None if entry.red_flags is None else list(entry.red_flags)
    pressure = entry.blood_pressure
    check_in.blood_pressure = pressure and pressure.model_dump(mode="json")
    check_in.acute_illness = entry.acute_illness
