"""What the rows around a session entry say: exercises, slot, programme, supervisor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts.models import User
from apps.clinics.models import Patient
from apps.common.errors import AlreadyRecordedError
from apps.exercises.models import Exercise
from apps.exercises.queries import clinic_exercises
from apps.logbook import answers, queries
from apps.logbook.entry import DoneExerciseEntry, SessionEntry
from apps.logbook.models import HeldSession
from apps.programmes import queries as programme_queries
from apps.programmes.models import PlannedSession

from .faults import Faults
from .rules import check_exercises, check_session_times


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The rows that an accepted session entry points at."""

    exercises: Mapping[UUID, Exercise]
    slot: PlannedSession | None
    programme_id: int | None
    prescribed: set[int]
    supervisor: User | None


def context_of(
    entry: SessionEntry, *, patient: Patient, by: Any, now: datetime
) -> Context:
    """Return what a new entry points at, or refuse it with all its faults.

    A session that names no slot belongs to the only one of its day.

    Raises:
        InvalidEntryError: One or more values break a rule.
    """
    faults = Faults()
    check_session_times(faults, entry, patient=patient, now=now)
    exercises = _exercises(entry, patient=patient)
    check_exercises(faults, entry, exercises=exercises)
    supervisor = _supervisor(faults, entry, patient=patient, by=by, now=now)
    slot = _slot(faults, entry, patient=patient)
    if entry.planned_session is None:
        slot = programme_queries.only_slot_of_day(
            patient=patient, started_at=entry.started_at
        )
    return _context(
        faults,
        entry,
        patient=patient,
        exercises=exercises,
        supervisor=supervisor,
        slot=slot,
    )


def context_of_correction(
    entry: SessionEntry,
    *,
    stored: HeldSession,
    patient: Patient,
    by: Any,
    now: datetime,
) -> Context:
    """Return what a corrected entry points at, or refuse it with all its faults.

    People leave and the catalogue changes. So what the correction leaves as it was in
    ``stored``, loaded in full, is taken as it is there, and only the rest is judged.

    Raises:
        InvalidEntryError: One or more values break a rule.
    """
    faults = Faults()
    check_session_times(faults, entry, patient=patient, now=now)
    before = _work_of(stored)
    if entry.exercises == before:
        rows = [each.exercise for each in stored.exercise_entries.all()]
        exercises = {each.public_id: each for each in rows}
    else:
        exercises = _exercises(entry, patient=patient)
        check_exercises(faults, entry, exercises=exercises, before=before)
    supervisor, slot = stored.supervised_by, stored.planned_session
    if entry.supervised_by != _id_of(supervisor):
        supervisor = _supervisor(faults, entry, patient=patient, by=by, now=now)
    if entry.planned_session != _id_of(slot):
        slot = _slot(faults, entry, patient=patient)
    return _context(
        faults,
        entry,
        patient=patient,
        exercises=exercises,
        supervisor=supervisor,
        slot=slot,
    )


def _work_of(session: HeldSession) -> list[DoneExerciseEntry]:
    content = answers.session_content(session)
    return [DoneExerciseEntry.parse(each) for each in content["exercises"]]


def _id_of(row: User | PlannedSession | None) -> UUID | None:
    return row.public_id if row is not None else None


def _context(
    faults: Faults,
    entry: SessionEntry,
    *,
    patient: Patient,
    exercises: Mapping[UUID, Exercise],
    supervisor: User | None,
    slot: PlannedSession | None,
) -> Context:
    faults.refuse_if_any()
    programme_id, prescribed = _plan(entry, patient=patient, slot=slot)
    return Context(
        exercises=exercises,
        slot=slot,
        programme_id=programme_id,
        prescribed=prescribed,
        supervisor=supervisor,
    )


def require_free_slot(
    slot_id: UUID | None, *, sessions: Iterable[HeldSession], but: HeldSession | None
) -> None:
    """Refuse a slot that another session fills.

    ``sessions`` includes whatever fills it; ``but`` is the session being corrected.

    Raises:
        AlreadyRecordedError: It names the session that fills the slot.
    """
    for each in sessions:
        slot = each.planned_session
        if slot is None or slot.public_id != slot_id or each.voided_at or each == but:
            continue
        raise AlreadyRecordedError(
            f"This planned session was held: session {each.public_id}. "
            "Correct that one, or void it first.",
            pointer="/planned_session",
        )


def _supervisor(
    faults: Faults, entry: SessionEntry, *, patient: Patient, by: Any, now: datetime
) -> User | None:
    if entry.supervised_by is None:
        return None
    # Whoever sees a patient without being them treats them, and so works here.
    if entry.supervised_by == by.public_id and patient.user_id != by.pk:
        supervisor: User = by
        return supervisor
    found = queries.member_of_staff(
        patient.clinic_id, user_id=entry.supervised_by, now=now
    )
    if found is None:
        faults.add(
            "/supervised_by",
            code="unknown",
            detail="Nobody of this id works in the clinic.",
        )
    return found


def _exercises(entry: SessionEntry, *, patient: Patient) -> dict[UUID, Exercise]:
    named = {each.exercise for each in entry.exercises}
    return clinic_exercises(patient.clinic_id, named)


def _slot(
    faults: Faults, entry: SessionEntry, *, patient: Patient
) -> PlannedSession | None:
    if entry.planned_session is None:
        return None
    slot = queries.planned_session_of(patient, slot_id=entry.planned_session)
    if slot is None:
        faults.add(
            "/planned_session",
            code="unknown",
            detail="The patient has no planned session of this id.",
        )
    return slot


def _plan(
    entry: SessionEntry, *, patient: Patient, slot: PlannedSession | None
) -> tuple[int | None, set[int]]:
    """Return the programme a session is part of and, in a slot, its exercises."""
    if slot is not None:
        prescribed = queries.prescribed_exercises(slot)
        return slot.programme_id, prescribed
    found = programme_queries.programme_at(patient=patient, at=entry.started_at)
    return (found.pk if found else None), set()
