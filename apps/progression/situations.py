"""One patient's rows as the plain values that the load table reads."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from apps.clinical.flare.inputs import Family
from apps.clinical.flare.verdicts import Kind, Tier
from apps.clinical.progression.inputs import (
    BREAK_ROWS,
    CUTTING_ROWS,
    DELOAD_ROWS,
    Decided,
    Deload,
    DetectorState,
    OpenFlare,
    PatternState,
    Plan,
    Situation,
)
from apps.clinical.progression.steps import MachineSteps
from apps.clinical.progression.table import WAY_BACK
from apps.clinical.units import KG_PER_LB, LoadUnit
from apps.exercises.models import Exercise, LoadKind
from apps.inbox.models import AlertKind
from apps.logbook.models import CheckIn, HeldSession
from apps.programmes.models import LoadInForce, PhaseInForce, Prescription
from apps.programmes.plan import plan_of

from .models import LoadProposal, ProposalStatus
from .patient_rows import PatientRows
from .sessions_done import (
    as_rule,
    load_row_at,
    name_of,
    phase_at,
    sessions_done,
    sets_of,
)

RESTART_ROW: Final = BREAK_ROWS[0]
PATTERNS: Final[dict[str, PatternState]] = {
    AlertKind.HYPERALGESIA: PatternState.ALERT,
    AlertKind.HYPERALGESIA_WATCH: PatternState.WATCH,
}


def situation_of(
    prescription: Prescription, *, rows: PatientRows, with_pre: bool
) -> Situation:
    """Return the situation of one exercise; with or before the check of today."""
    sessions = sessions_done(rows)
    told = rows.told(with_pre=with_pre)
    confidences = [
        each.confidence
        for each in rows.since_newest(told)
        if each.confidence is not None
    ]
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
    flags = tuple(screens[-1].red_flags or ())
    is_stale = not rows.since_newest(screens)
    is_open = any(each.kind == AlertKind.RED_FLAG for each in rows.alerts)
    return None if not flags and (is_stale or is_open) else flags


def plan_for(prescription: Prescription, *, rows: PatientRows) -> Plan:
    """Return what is in force for one exercise, and the phases around it.

    A phase that a decision about the newest session brought in counts from the next
    session on: what was proposed with it for other exercises still stands.
    """
    history = _history(rows)
    in_force = phase_at(history, on=rows.on)
    plan, position = plan_of(rows.programme.template), in_force.position
    phases = {
        each.position: as_rule(prescription, position=each.position, rows=rows)
        for each in plan.phases
        if abs(each.position - position) <= 1
    }
    test = rows.tests.get((prescription.exercise_id, prescription.side))
    return Plan(
        load_kg=_load_at(prescription, at=None),
        sets=sets_of(prescription, position=position, rows=rows),
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


def _weeks_count_from(in_force: PhaseInForce, *, rows: PatientRows) -> date:
    """Return the day from which the weeks of the phase count: pauses do not."""
    paused_days = 0
    for pause in rows.pauses:
        first = max(pause.paused_from, in_force.in_force_from)
        last = min(pause.paused_until or rows.on, rows.on)
        paused_days += max((last - first).days, 0)
    return in_force.in_force_from + timedelta(days=paused_days)


def _load_at(prescription: Prescription, *, at: datetime | None) -> Decimal | None:
    load = load_row_at(prescription, at=at)
    # Nothing on the machine is no load to count from.
    return load.load_kg or None if load else None


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
