"""The sessions of a patient as the load table reads them, with what was asked."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from apps.clinical.phases import Phase
from apps.clinical.progression.inputs import ExerciseDone, SessionDone, SetDone
from apps.exercises.models import Exercise, LoadKind
from apps.flares.history import LOCATIONS
from apps.logbook.models import ExerciseEntry, HeldSession, Moment, SetEntry
from apps.programmes.models import LoadInForce, PhaseInForce, Prescription
from apps.programmes.plan import plan_of
from apps.programmes.queries import decided_reps

from .patient_rows import PatientRows, local_day

FOLLOW_UPS: Final = (Moment.H24, Moment.H48)
FLARE_SAID: Final = ("flare_at_h24", "flare_at_h48")
PAIN: Final = "pain"  # why an exercise was skipped


def sessions_done(rows: PatientRows) -> tuple[SessionDone, ...]:
    """Return all sessions, oldest first, on days that never run backwards."""
    return _Sessions(rows).done()


def name_of(exercise: Exercise, side: str) -> str:
    """Return the name of an exercise, apart for each side."""
    return f"{exercise.public_id}:{side}" if side else str(exercise.public_id)


def phase_at(history: Sequence[PhaseInForce], *, on: date) -> PhaseInForce:
    """Return the phase in force on a day; before the first one, that one."""
    begun = [each for each in history if each.in_force_from <= on]
    return begun[-1] if begun else history[0]


def as_rule(prescription: Prescription, *, position: int, rows: PatientRows) -> Phase:
    """Return a phase; where the exercise is held, its seconds are the repetitions."""
    plan = plan_of(rows.programme.template)
    phase = plan.phase(position).as_rule()
    if prescription.exercise.load_kind != LoadKind.HOLD:
        return phase
    slot = next((each for each in plan.slots if each.key == prescription.slot), None)
    seconds = slot.dose.seconds.as_pair() if slot and slot.dose else (None, None)
    return replace(phase, reps_min=seconds[0], reps_max=seconds[1])


def sets_of(prescription: Prescription, *, position: int, rows: PatientRows) -> int:
    """Return the sets of a phase."""
    plan = plan_of(rows.programme.template)
    slot = next((each for each in plan.slots if each.key == prescription.slot), None)
    is_held = prescription.exercise.load_kind == LoadKind.HOLD
    if is_held and slot is not None and slot.dose is not None:
        return slot.dose.sets
    return plan.phase(position).sets or 1


def load_row_at(
    prescription: Prescription, *, at: datetime | None
) -> LoadInForce | None:
    """Return the load in force at a time, or now."""
    loads = prescription.loads.all()
    begun = [each for each in loads if at is None or each.in_force_from <= at]
    return begun[-1] if begun else None


class _Sessions:
    """The sessions of a patient, with the targets of each day."""

    def __init__(self, rows: PatientRows) -> None:
        self._rows = rows
        self._prescribed = {
            name_of(each.exercise, each.side): each for each in rows.prescriptions
        }

    def done(self) -> tuple[SessionDone, ...]:
        """Return all of them, oldest first, on days that never run backwards."""
        found: list[SessionDone] = []
        for row in self._rows.sessions:
            one = self._session(row)
            if found and one.day < found[-1].day:
                # Who flew west lives an evening twice.
                one = replace(one, day=found[-1].day)
            found.append(one)
        return tuple(found)

    def _session(self, row: HeldSession) -> SessionDone:
        verdict = self._rows.verdicts.get(row.pk)
        values = verdict.remarks if verdict else {}
        return SessionDone(
            key=str(row.public_id),
            day=local_day(row),
            exercises=self._exercises(row),
            pre_mm=values.get("pre_mm"),
            during_mm=self._during(row),
            h24_mm=values.get("h24_mm"),
            h48_mm=values.get("h48_mm"),
            ref_mm=verdict.ref_mm if verdict else None,
            usual_mm=verdict.med_mm if verdict else None,
            novel=verdict.novel if verdict else None,
            places=tuple(
                LOCATIONS[each.location]
                for each in self._rows.around(row, *FOLLOW_UPS)
                if each.in_window and each.location
            ),
            broken_off=bool(row.broken_off_because),
            says_flare=any(values.get(name) for name in FLARE_SAID),
        )

    def _during(self, row: HeldSession) -> tuple[int, ...]:
        during = self._rows.around(row, Moment.DURING)
        told = [each.pain_mm for each in during]
        post = [each for each in self._rows.around(row, Moment.POST) if each.in_window]
        worst = [*during, *post]
        told += [each.worst_pain_mm for each in worst]
        return tuple(value for value in told if value is not None)

    def _exercises(self, row: HeldSession) -> tuple[ExerciseDone, ...]:
        entries: dict[str, list[ExerciseEntry]] = {}
        for entry in sorted(row.exercise_entries.all(), key=lambda each: each.position):
            # Fast work has a load and a target of its own.
            suffix = ":explosive" if entry.explosive else ""
            name = f"{name_of(entry.exercise, entry.side)}{suffix}"
            entries.setdefault(name, []).append(entry)
        return tuple(
            self._exercise(name, work, session=row) for name, work in entries.items()
        )

    def _exercise(
        self, name: str, work: Sequence[ExerciseEntry], *, session: HeldSession
    ) -> ExerciseDone:
        sets = tuple(each for entry in work for each in _sets_done(entry))
        left_out = any(entry.skipped_reason == PAIN for entry in work)
        prescription = self._prescribed.get(name)
        if prescription is None or session.programme_id != self._rows.programme.pk:
            return ExerciseDone(exercise=name, sets=sets, left_out_for_pain=left_out)
        day = local_day(session)
        in_force = phase_at(self._rows.phases, on=day)
        phase = as_rule(prescription, position=in_force.position, rows=self._rows)
        load = load_row_at(prescription, at=session.started_at)
        lowest, most = phase.reps_min, phase.reps_max
        decided = decided_reps(load, phase=in_force)
        # Decided late on a proposal of the phase before, it may be above this one's.
        if decided is not None and most is not None:
            lowest = min(decided[0], most)
        asked = None
        # A bout is one, whatever the phase asks for in sets.
        if not any(entry.bout is not None for entry in work):
            asked = self._sets_asked(
                prescription, position=in_force.position, at=session.started_at
            )
        return ExerciseDone(
            exercise=name,
            sets=sets,
            sets_asked=asked,
            reps_min=lowest,
            reps_max=phase.reps_max,
            left_out_for_pain=left_out,
        )

    def _sets_asked(
        self, prescription: Prescription, *, position: int, at: datetime
    ) -> int:
        """Return the sets of a day: a decision's until a planned session was held."""
        load = load_row_at(prescription, at=at)
        if load is not None and load.sets is not None:
            is_over = any(
                each.planned_session_id is not None
                and load.in_force_from < each.started_at < at
                for each in self._rows.sessions
            )
            if not is_over:
                return load.sets
        return sets_of(prescription, position=position, rows=self._rows)


def _sets_done(entry: ExerciseEntry) -> Iterable[SetDone]:
    if entry.bout is not None:
        return (SetDone(),)
    rows = sorted(entry.sets.all(), key=lambda row: row.position)
    return (_set_done(row) for row in rows)


def _set_done(row: SetEntry) -> SetDone:
    return SetDone(
        repetitions=row.seconds if row.seconds is not None else row.reps,
        load_kg=row.load_kg,
        pain_mm=row.pain_mm,
    )
