"""One patient's rows as the plain values that the load table reads."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from apps.clinical.flare.inputs import Family
from apps.clinical.flare.verdicts import Kind, Tier
from apps.clinical.phases import Phase
from apps.clinical.progression.inputs import (
    BREAK_ROWS,
    CUTTING_ROWS,
    DELOAD_ROWS,
    Decided,
    Deload,
    DetectorState,
    ExerciseDone,
    OpenFlare,
    PatternState,
    Plan,
    SessionDone,
    SetDone,
    Situation,
)
from apps.clinical.progression.steps import MachineSteps
from apps.clinical.progression.table import WAY_BACK
from apps.clinical.units import KG_PER_LB, LoadUnit
from apps.exercises.models import Exercise, LoadKind
from apps.flares.history import LOCATIONS
from apps.inbox.models import AlertKind
from apps.logbook.models import CheckIn, ExerciseEntry, HeldSession, Moment, SetEntry
from apps.programmes.models import LoadInForce, PhaseInForce, Prescription
from apps.programmes.plan import plan_of
from apps.programmes.queries import decided_reps

from .models import LoadProposal, ProposalStatus
from .patient_rows import PatientRows, local_day

RESTART_ROW: Final = BREAK_ROWS[0]
FOLLOW_UPS: Final = (Moment.H24, Moment.H48)
PATTERNS: Final[dict[str, PatternState]] = {
    AlertKind.HYPERALGESIA: PatternState.ALERT,
    AlertKind.HYPERALGESIA_WATCH: PatternState.WATCH,
}


def situation_of(
    prescription: Prescription, *, rows: PatientRows, with_pre: bool
) -> Situation:
    """Return the situation of one exercise; with or before the check of today."""
    sessions = _Sessions(rows).done()
    told = rows.told(with_pre=with_pre)
    confidences = [each.confidence for each in told if each.confidence is not None]
    pre = rows.pre if with_pre else None
    # Of today alone: what was measured before the newest session postpones no other.
    pressure = (pre.blood_pressure if pre else None) or {}
    return Situation(
        exercise=name_of(prescription.exercise, prescription.side),
        region=prescription.exercise.region,
        on=rows.on,
        plan=plan_for(prescription, rows=rows),
        sessions=sessions,
        pem=rows.patient.pem,
        red_flags=_red_flags(told, rows=rows),
        acute_illness=pre.acute_illness if pre else None,
        systolic_mmhg=pressure.get("systolic"),
        diastolic_mmhg=pressure.get("diastolic"),
        confidence=confidences[-1] if confidences else None,
        next_pre_mm=pre.pain_mm if pre else None,
        missed_slot=rows.left_out_a_slot,
        detector=_detector(prescription, rows=rows),
        deload=_deload(prescription, rows=rows),
        decided=_decided(prescription, rows=rows),
    )


def _red_flags(told: Sequence[CheckIn], *, rows: PatientRows) -> tuple[str, ...] | None:
    """Return the newest screen; "none" counts only where nothing speaks against it.

    Not asked at the newest session or since is not asked. While somebody has yet to
    resolve a warning sign a later "none" is no answer to it.
    """
    screens = [each for each in told if each.red_flags is not None]
    if not screens:
        return None
    last, newest = screens[-1], rows.newest
    is_stale = newest is not None and not (
        last.session_id == newest.pk or last.answered_at > newest.started_at
    )
    is_open = any(each.kind == AlertKind.RED_FLAG for each in rows.alerts)
    if not last.red_flags and (is_stale or is_open):
        return None
    return tuple(last.red_flags or ())


def name_of(exercise: Exercise, side: str) -> str:
    """Return the name of an exercise, apart for each side."""
    return f"{exercise.public_id}:{side}" if side else str(exercise.public_id)


def plan_for(prescription: Prescription, *, rows: PatientRows) -> Plan:
    """Return what is in force for one exercise, and the phases around it.

    A phase that a decision about the newest session brought in counts from the next
    session on: what was proposed with it for other exercises still stands.
    """
    history = _history(rows)
    in_force = _phase_at(history, on=rows.on)
    plan, position = plan_of(rows.programme.template), in_force.position
    phases = {
        each.position: _as_rule(prescription, position=each.position, rows=rows)
        for each in plan.phases
        if abs(each.position - position) <= 1
    }
    test = rows.tests.get((prescription.exercise_id, prescription.side))
    return Plan(
        load_kg=_load_at(prescription, at=None),
        sets=_sets(prescription, position=position, rows=rows),
        phase=phases[position],
        previous_phase=phases.get(position - 1),
        next_phase=phases.get(position + 1),
        phase_started_on=_weeks_count_from(in_force, rows=rows),
        one_rep_max_kg=test.one_rep_max_kg if test else None,
        steps=steps_of(prescription.exercise),
    )


def steps_of(exercise: Exercise) -> MachineSteps:
    """Return the loads of a machine in kilograms; pounds unrounded."""
    if exercise.load_kind != LoadKind.EXTERNAL or exercise.increment_value is None:
        return MachineSteps()
    factor = KG_PER_LB if exercise.increment_unit == LoadUnit.LB else Decimal(1)
    smallest = exercise.minimum_value
    return MachineSteps(
        increment_kg=exercise.increment_value * factor,
        # A machine that starts at nothing still gives one step at least.
        minimum_kg=smallest * factor if smallest else None,
    )


def _history(rows: PatientRows) -> Sequence[PhaseInForce]:
    moves = [
        each.decided_at
        for each in rows.proposals
        if each.decided_at is not None
        and each.phase is not None
        and each.status != ProposalStatus.DISMISSED
        and each.session == rows.newest
    ]
    if not moves:
        return rows.phases
    before = [each for each in rows.phases if each.decided_at < min(moves)]
    return before or rows.phases


def _phase_at(history: Sequence[PhaseInForce], *, on: date) -> PhaseInForce:
    begun = [each for each in history if each.in_force_from <= on]
    return begun[-1] if begun else history[0]


def _weeks_count_from(in_force: PhaseInForce, *, rows: PatientRows) -> date:
    """Return the day from which the weeks of the phase count: pauses do not."""
    paused_days = 0
    for pause in rows.pauses:
        first = max(pause.paused_from, in_force.in_force_from)
        last = min(pause.paused_until or rows.on, rows.on)
        paused_days += max((last - first).days, 0)
    return in_force.in_force_from + timedelta(days=paused_days)


def _as_rule(prescription: Prescription, *, position: int, rows: PatientRows) -> Phase:
    """Return a phase; where the exercise is held, its seconds are the repetitions."""
    plan = plan_of(rows.programme.template)
    phase = plan.phase(position).as_rule()
    if prescription.exercise.load_kind != LoadKind.HOLD:
        return phase
    slot = next((each for each in plan.slots if each.key == prescription.slot), None)
    seconds = slot.dose.seconds.as_pair() if slot and slot.dose else (None, None)
    return replace(phase, reps_min=seconds[0], reps_max=seconds[1])


def _sets(prescription: Prescription, *, position: int, rows: PatientRows) -> int:
    plan = plan_of(rows.programme.template)
    slot = next((each for each in plan.slots if each.key == prescription.slot), None)
    is_held = prescription.exercise.load_kind == LoadKind.HOLD
    if is_held and slot is not None and slot.dose is not None:
        return slot.dose.sets
    return plan.phase(position).sets or 1


def _load_at(prescription: Prescription, *, at: datetime | None) -> Decimal | None:
    load = _load_row(prescription, at=at)
    # Nothing on the machine is no load to count from.
    return load.load_kg or None if load else None


def _load_row(prescription: Prescription, *, at: datetime | None) -> LoadInForce | None:
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
        prescription = self._prescribed.get(name)
        if prescription is None or session.programme_id != self._rows.programme.pk:
            return ExerciseDone(exercise=name, sets=sets)
        day = local_day(session)
        in_force = _phase_at(self._rows.phases, on=day)
        phase = _as_rule(prescription, position=in_force.position, rows=self._rows)
        load = _load_row(prescription, at=session.started_at)
        lowest, most = phase.reps_min, phase.reps_max
        decided = decided_reps(load, phase=in_force)
        # Decided late on a proposal of the phase before, it may be above this one's.
        if decided is not None and most is not None:
            lowest = min(decided[0], most)
        return ExerciseDone(
            exercise=name,
            sets=sets,
            reps_min=lowest,
            reps_max=phase.reps_max,
        )


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


def _detector(prescription: Prescription, *, rows: PatientRows) -> DetectorState:
    """Return what the detector says; in shadow, and unless it failed, nothing."""
    if not rows.is_live:
        return DetectorState(is_judged=not rows.is_held_up)
    newest = rows.newest
    patterns = [PATTERNS[each.kind] for each in rows.alerts if each.kind in PATTERNS]
    is_alert = PatternState.ALERT in patterns
    watch = PatternState.WATCH if patterns else PatternState.NONE
    return DetectorState(
        is_judged=not rows.is_held_up
        and newest is not None
        and newest.pk in rows.verdicts,
        flare=_flare(prescription, rows=rows),
        pattern=PatternState.ALERT if is_alert else watch,
        rising=_is_rising(rows),
    )


def _is_rising(rows: PatientRows) -> bool:
    """Tell whether the week-to-week rise held when it was asked about last."""
    asked = [
        rows.verdicts[each.pk]
        for each in rows.sessions
        if each.pk in rows.verdicts
        and rows.verdicts[each.pk].remarks.get("trend_mm") is not None
    ]
    return bool(asked) and Tier.T5_GATE in asked[-1].tiers


def _flare(prescription: Prescription, *, rows: PatientRows) -> OpenFlare | None:
    episodes = [
        each
        for each in rows.alerts
        if each.origin_key.partition(":")[0] == Family.FLARE
    ]
    if not episodes:
        return None
    alert = episodes[-1]
    opened_by = alert.origin_key.split(":")[1]
    sessions = {str(each.public_id): each for each in rows.sessions}
    session = sessions.get(opened_by)
    return OpenFlare(
        key=alert.origin_key,
        kind=Kind(alert.kind),
        regions=_regions(session) if session else None,
        load_at_start_kg=(
            _load_at(prescription, at=session.started_at) if session else None
        ),
    )


def _regions(session: HeldSession) -> frozenset[str]:
    return frozenset(
        entry.exercise.region
        for entry in session.exercise_entries.all()
        if not entry.skipped_reason
    )


def _decided(prescription: Prescription, *, rows: PatientRows) -> tuple[Decided, ...]:
    return tuple(
        Decided(row=each.rule, about=each.about, load_before_kg=each.from_kg)
        for each in rows.decided(prescription)
        if each.rule in CUTTING_ROWS
    )


def _deload(prescription: Prescription, *, rows: PatientRows) -> Deload | None:
    """Return the last cut that came into force, unless something else did since.

    A load that a therapist put in force by hand is a new start, and so is a restart.
    """
    by_load = {
        each.load_in_force_id: each
        for each in rows.decided(prescription)
        if each.load_in_force_id is not None
    }
    deload: Deload | None = None
    for load in prescription.loads.all():
        proposal = by_load.get(load.pk)
        if proposal is None or proposal.rule == RESTART_ROW:
            deload = None
        elif _is_cut(proposal, load=load):
            deload = _new_deload(proposal, rows=rows)
        elif deload is not None and proposal.rule == WAY_BACK.number:
            deload = replace(deload, steps_taken=deload.steps_taken + 1)
    return deload


def _is_cut(proposal: LoadProposal, *, load: LoadInForce) -> bool:
    return (
        proposal.rule in DELOAD_ROWS
        and proposal.from_kg is not None
        and load.load_kg < proposal.from_kg
    )


def _new_deload(proposal: LoadProposal, *, rows: PatientRows) -> Deload | None:
    at, from_kg = proposal.decided_at, proposal.from_kg
    if at is None or from_kg is None:
        return None
    before = [str(each.public_id) for each in rows.sessions if each.started_at < at]
    return Deload(
        row=proposal.rule,
        from_load_kg=from_kg,
        after_session=before[-1] if before else None,
    )
