"""The rules of an entry that need the clock, the patient or the catalogue."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from apps.clinics.models import Patient
from apps.common import device_clock
from apps.exercises.models import Exercise, LoadKind
from apps.logbook.entry import DoneExerciseEntry, SessionEntry, SetEntry

from .faults import Faults

# Clocks that differ by less are not corrected, so less than this is no future.
FUTURE_TOLERANCE: Final = device_clock.TOLERANCE
EARLIEST_BEFORE_RECORD: Final = timedelta(days=365)
# What a set of each kind of exercise must have; the others are done in bouts.
SETS_ASK: Final[Mapping[str, tuple[str, ...]]] = {
    LoadKind.EXTERNAL: ("load", "reps"),
    LoadKind.LEVER: ("lever_level", "reps"),
    LoadKind.HOLD: ("seconds",),
}
KINDS_OF_LOAD: Final = ("load", "lever_level", "seconds")
TOLD_BY: Final = ("reps", *KINDS_OF_LOAD)


def check_time(
    faults: Faults,
    pointer: str,
    instant: datetime,
    *,
    patient: Patient,
    now: datetime,
) -> None:
    """Note an instant that lies in the future or long before the patient's record."""
    if instant > now + FUTURE_TOLERANCE:
        faults.add(
            pointer,
            code="in_future",
            detail="This lies in the future. Check the day and the device's clock.",
        )
    if instant < patient.created_at - EARLIEST_BEFORE_RECORD:
        faults.add(
            pointer,
            code="too_early",
            detail="This lies more than a year before the patient came to the clinic.",
        )


def check_session_times(
    faults: Faults, entry: SessionEntry, *, patient: Patient, now: datetime
) -> None:
    """Note every time of a session and of its check-ins that cannot be."""
    for name in ("started_at", "ended_at", "recorded_at"):
        instant = getattr(entry, name)
        if instant is not None:
            check_time(faults, f"/{name}", instant, patient=patient, now=now)
    # A correction may move one of the two.
    if entry.ended_at <= entry.started_at:
        faults.add(
            "/ended_at", code="out_of_order", detail="A session ends after it starts."
        )
    for index, check_in in enumerate(entry.check_ins):
        for name in ("answered_at", "recorded_at"):
            instant = getattr(check_in, name)
            if instant is not None:
                pointer = f"/check_ins/{index}/{name}"
                check_time(faults, pointer, instant, patient=patient, now=now)


def check_exercises(
    faults: Faults,
    entry: SessionEntry,
    *,
    exercises: Mapping[UUID, Exercise],
    before: Sequence[DoneExerciseEntry] = (),
) -> None:
    """Note every exercise that the clinic does not have or that is done otherwise.

    ``before`` is what a corrected session had: with the same side, or told in the same
    way, an exercise may stay although the catalogue says otherwise by now.
    """
    for index, each in enumerate(entry.exercises):
        pointer = f"/exercises/{index}"
        exercise = exercises.get(each.exercise)
        if exercise is None:
            faults.add(
                f"{pointer}/exercise",
                code="unknown",
                detail="The clinic has no exercise of this id.",
            )
            continue
        same = [other for other in before if other.exercise == each.exercise]
        if not any(_has_side_of(each, other) for other in same):
            _check_side(faults, pointer, each, exercise=exercise)
        if not any(_is_told_as(each, other) for other in same):
            _check_work(faults, pointer, each, exercise=exercise)


def _has_side_of(entry: DoneExerciseEntry, before: DoneExerciseEntry) -> bool:
    # What was skipped needed no side.
    return entry.side == before.side and (entry.skipped or not before.skipped)


def _is_told_as(entry: DoneExerciseEntry, before: DoneExerciseEntry) -> bool:
    in_bout = before.bout is not None
    return in_bout == (entry.bout is not None) and _ways(entry) <= _ways(before)


def _ways(entry: DoneExerciseEntry) -> set[frozenset[str]]:
    """Return by which values the sets of an exercise are told."""
    return {
        frozenset(name for name in TOLD_BY if getattr(each, name) is not None)
        for each in entry.sets or []
    }


def _check_side(
    faults: Faults, pointer: str, entry: DoneExerciseEntry, *, exercise: Exercise
) -> None:
    if exercise.unilateral and entry.side is None and not entry.skipped:
        faults.add(
            f"{pointer}/side",
            code="required",
            detail=f"{exercise.name} is done with one side at a time: say which.",
        )
    if not exercise.unilateral and entry.side is not None:
        faults.add(
            f"{pointer}/side",
            code="not_for_this_exercise",
            detail=f"{exercise.name} is done with both sides at once.",
        )


def _check_work(
    faults: Faults, pointer: str, entry: DoneExerciseEntry, *, exercise: Exercise
) -> None:
    asks = SETS_ASK.get(exercise.load_kind)
    if entry.bout is not None and asks is not None:
        faults.add(
            f"{pointer}/bout",
            code="not_for_this_exercise",
            detail=f"{exercise.name} is done in sets.",
        )
    if entry.sets is not None and asks is None:
        faults.add(
            f"{pointer}/sets",
            code="not_for_this_exercise",
            detail=f"{exercise.name} is done in a bout, with its minutes.",
        )
    if entry.sets is not None and asks is not None:
        for index, each in enumerate(entry.sets):
            _check_set(faults, f"{pointer}/sets/{index}", each, asks=asks)


def _check_set(
    faults: Faults, pointer: str, entry: SetEntry, *, asks: tuple[str, ...]
) -> None:
    for name in KINDS_OF_LOAD:
        if getattr(entry, name) is not None and name not in asks:
            faults.add(
                f"{pointer}/{name}",
                code="not_for_this_exercise",
                detail=f"Sets of this exercise are told by {' and '.join(asks)}.",
            )
    for name in asks:
        if getattr(entry, name) is None:
            faults.add(
                f"{pointer}/{name}",
                code="required",
                detail=f"Sets of this exercise are told by {' and '.join(asks)}.",
            )
