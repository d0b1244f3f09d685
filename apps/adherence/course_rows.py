"""From rows of programmes and logbook to what the plain rules take.

Nothing is judged here: which check-in counts was decided when it was stored, and how
much of a plan a session was as well.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from apps.clinical.adherence.inputs import (
    Course,
    DoneExercise,
    DoneSet,
    Excuse,
    ExcuseReason,
    ExpectedCheckIn,
    HeldSession,
    Measure,
    Pause,
    PlannedExercise,
    PlannedSlot,
    SessionStatus,
)
from apps.clinical.check_in_windows import SPANS, Moment, window_of
from apps.common.zones import day_in
from apps.exercises.models import LoadKind
from apps.programmes import models as programmes
from apps.programmes.models import PlannedStatus, ProgrammeStatus
from apps.programmes.plan import PhasePlan, Slot, plan_of
from apps.programmes.queries import decided_reps, phase_on

# What is not named here is done in a bout and counted in minutes.
MEASURES: Final[Mapping[str, Measure]] = {
    LoadKind.EXTERNAL: Measure.KG,
    LoadKind.LEVER: Measure.REPETITIONS,
    LoadKind.HOLD: Measure.SECONDS,
}


class PlannedRow(NamedTuple):
    """What is read of a planned session."""

    programme_id: int
    pk: int
    starts_at: datetime
    original_starts_at: datetime
    minutes: int
    status: str
    status_before: str
    excuse_reason: str
    excused_late: bool


class HeldRow(NamedTuple):
    """What is read of a session; it counts for the programme of its slot, if any."""

    patient_id: int
    pk: int
    programme_id: int | None
    planned_session_id: int | None
    planned_session__programme_id: int | None
    started_at: datetime
    ended_at: datetime
    status: str

    @property
    def counts_for(self) -> int | None:
        """The programme that it counts for."""
        return self.planned_session__programme_id or self.programme_id


class WorkRow(NamedTuple):
    """One set of an exercise, or an exercise without sets."""

    session_id: int
    pk: int
    exercise_id: int
    exercise__load_kind: str
    side: str
    bout: dict[str, Any] | None
    sets__pk: int | None
    sets__reps: int | None
    sets__seconds: int | None
    sets__load_kg: Decimal | None


@dataclass(frozen=True, slots=True)
class Logged:
    """What was logged with one session.

    Args:
        work: In the order of its exercises and their sets.
        answered: The moments at which a check-in came in its window.
    """

    work: list[WorkRow] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)


class Plan:
    """What is prescribed in a programme at any time.

    A load holds from its instant on, a phase from its day on: a load that is raised
    after a session changes nothing of what that session was asked. ``held`` is when the
    sessions of the calendar were held: other sets than those of the phase are asked of
    the next one alone.
    """

    def __init__(
        self, programme: programmes.Programme, *, held: Collection[datetime]
    ) -> None:
        self._held = held
        self._zone = programme.patient.clinic.time_zone
        self._template = plan_of(programme.template)
        self._slots = {slot.key: slot for slot in self._template.slots}
        self._phases = sorted(
            programme.phases.all(), key=lambda row: (row.in_force_from, row.pk)
        )
        self._rows = sorted(programme.prescriptions.all(), key=lambda row: row.position)
        self._loads = {row.pk: list(row.loads.all()) for row in self._rows}
        kinds = [measure_of(row.exercise.load_kind) for row in self._rows]
        # Minutes are prescribed for the session: two bouts would share them somehow.
        self._has_one_bout = kinds.count(Measure.MINUTES) == 1

    @property
    def weeks(self) -> int:
        """The length of the programme."""
        return self._template.weeks

    def at(self, instant: datetime) -> tuple[PlannedExercise, ...]:
        """Return what is prescribed at an instant; what cannot be counted is left out.

        Of an exercise that fills two slots of the template the first counts.
        """
        if not self._phases:
            return ()
        day = day_in(self._zone, instant)
        phase = phase_on(self._phases, day)
        found: dict[str, PlannedExercise] = {}
        for row in self._rows:
            planned = self._planned(row, phase=phase, at=instant)
            if planned is not None:
                found.setdefault(planned.exercise, planned)
        return tuple(found.values())

    def _planned(
        self,
        row: programmes.Prescription,
        *,
        phase: programmes.PhaseInForce,
        at: datetime,
    ) -> PlannedExercise | None:
        measure = measure_of(row.exercise.load_kind)
        plan = self._template.phase(phase.position)
        sets, amount = self._asked(self._slots.get(row.slot), plan, measure)
        load = _load_at(self._loads[row.pk], at=at) if measure == Measure.KG else None
        if load is not None:
            sets = self._decided_sets(load, at=at) or sets
            decided = decided_reps(load, phase=phase)
            amount = decided[0] if decided else amount
        if not sets or not amount:
            return None
        return PlannedExercise(
            exercise=name_of(row.exercise_id, row.side),
            measure=measure,
            sets=sets,
            amount=Decimal(amount),
            load_kg=(load.load_kg or None) if load else None,
        )

    def _decided_sets(
        self, load: programmes.LoadInForce, *, at: datetime
    ) -> int | None:
        """Return the sets that came with a load, until a session was held since."""
        if load.sets is None or any(
            load.in_force_from < one < at for one in self._held
        ):
            return None
        return load.sets

    def _asked(
        self, slot: Slot | None, phase: PhasePlan, measure: Measure
    ) -> tuple[int | None, int | None]:
        if measure == Measure.MINUTES:
            if phase.minutes is None or not self._has_one_bout:
                return None, None
            return 1, phase.minutes.low
        if measure == Measure.SECONDS:
            dose = slot.dose if slot else None
            return (dose.sets, dose.seconds.low) if dose else (None, None)
        return phase.sets, phase.reps.low if phase.reps else None


def measure_of(load_kind: str) -> Measure:
    """Return in what an exercise is counted."""
    return MEASURES.get(load_kind, Measure.MINUTES)


def name_of(exercise_id: int, side: str) -> str:
    """Return the name of an exercise, apart for each side."""
    return f"{exercise_id}:{side}"


def course_from(
    programme: programmes.Programme,
    *,
    slots: Sequence[PlannedRow],
    sessions: Sequence[HeldRow],
    logged: Mapping[int, Logged],
    next_starts: Mapping[int, datetime],
) -> Course:
    """Return a programme as the rules take it.

    Args:
        programme: With its template, patient, clinic, pauses and what is prescribed.
        slots: Its planned sessions, by number.
        sessions: Those that count for it and are not void.
        logged: With them, by session.
        next_starts: When the patient's next session started, by session.
    """
    in_calendar = {slot.pk for slot in slots}
    held = [row.started_at for row in sessions if row.planned_session_id in in_calendar]
    plan = Plan(programme, held=held)
    is_withdrawn = programme.status == ProgrammeStatus.WITHDRAWN
    return Course(
        starts_on=programme.starts_on,
        weeks=plan.weeks,
        zone=ZoneInfo(programme.patient.clinic.time_zone),
        slots=tuple(_slot(row, plan=plan) for row in slots),
        sessions=tuple(
            _session(
                row,
                plan=plan,
                logged=logged[row.pk],
                in_calendar=row.planned_session_id in in_calendar,
                next_started_at=next_starts.get(row.pk),
            )
            for row in sessions
        ),
        pauses=tuple(
            Pause(paused_from=row.paused_from, paused_until=row.paused_until)
            for row in sorted(programme.pauses.all(), key=lambda row: row.pk)
        ),
        ended_on=None if is_withdrawn else programme.ended_on,
        withdrawn_on=programme.ended_on if is_withdrawn else None,
    )


def _slot(row: PlannedRow, *, plan: Plan) -> PlannedSlot:
    was = {row.status, row.status_before}
    excuse = None
    if PlannedStatus.EXCUSED in was:
        excuse = Excuse(reason=ExcuseReason(row.excuse_reason), late=row.excused_late)
    return PlannedSlot(
        key=str(row.pk),
        starts_at=row.starts_at,
        original_starts_at=row.original_starts_at,
        minutes=row.minutes,
        plan=plan.at(row.starts_at),
        excuse=excuse,
        cancelled=PlannedStatus.CANCELLED in was,
    )


def _session(
    row: HeldRow,
    *,
    plan: Plan,
    logged: Logged,
    in_calendar: bool,
    next_started_at: datetime | None,
) -> HeldSession:
    return HeldSession(
        key=str(row.pk),
        slot=str(row.planned_session_id) if in_calendar else None,
        started_at=row.started_at,
        ended_at=row.ended_at,
        status=SessionStatus(row.status),
        exercises=tuple(
            _exercise(list(rows))
            for _, rows in groupby(logged.work, lambda one: one.pk)
        ),
        plan=plan.at(row.started_at),
        check_ins=_check_ins(
            row, answered=logged.answered, next_started_at=next_started_at
        ),
    )


def _exercise(rows: Sequence[WorkRow]) -> DoneExercise:
    entry = rows[0]
    return DoneExercise(
        exercise=name_of(entry.exercise_id, entry.side), sets=tuple(_done(rows))
    )


def _done(rows: Sequence[WorkRow]) -> Iterator[DoneSet]:
    entry = rows[0]
    if entry.bout is not None:
        minutes, in_zone = (
            _decimal(entry.bout.get(name)) for name in ("minutes", "minutes_in_zone")
        )
        yield DoneSet(amount=minutes, minutes_in_zone=in_zone)
        return
    holds = measure_of(entry.exercise__load_kind) == Measure.SECONDS
    for row in rows:
        if row.sets__pk is not None:
            amount = row.sets__seconds if holds else row.sets__reps
            yield DoneSet(amount=_decimal(amount), load_kg=row.sets__load_kg)


def _check_ins(
    row: HeldRow, *, answered: Collection[str], next_started_at: datetime | None
) -> tuple[ExpectedCheckIn, ...]:
    return tuple(
        _expected(row, moment, answered=moment.value in answered, until=next_started_at)
        for moment in SPANS
    )


def _expected(
    row: HeldRow, moment: Moment, *, answered: bool, until: datetime | None
) -> ExpectedCheckIn:
    window = window_of(
        moment,
        started_at=row.started_at,
        ended_at=row.ended_at,
        next_started_at=until,
    )
    return ExpectedCheckIn(
        moment=moment,
        closes_at=window.closes_at,
        in_window=answered,
        expected=window.expected,
    )


def _load_at(
    loads: Iterable[programmes.LoadInForce], *, at: datetime
) -> programmes.LoadInForce | None:
    begun = [load for load in loads if load.in_force_from <= at]
    return max(begun, key=lambda load: (load.in_force_from, load.pk), default=None)


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
