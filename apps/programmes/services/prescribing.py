"""Phases and loads come into force because a person decided so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.clinical.intensity.gates import Gate
from apps.clinics.permissions import require_therapist_of
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.common.loads import kilograms, written
from apps.common.receipts import is_replay
from apps.common.shapes import Load
from apps.common.zones import day_in
from apps.exercises.models import Exercise, LoadKind
from apps.programmes import queries
from apps.programmes.entry import LoadRequest, PhaseRequest
from apps.programmes.models import LoadInForce, PhaseInForce, Prescription, Programme
from apps.programmes.plan import plan_of
from apps.strength.queries import latest_one_rep_max

from .gates import overridden, require_open
from .locking import locked_programme, require_running
from .trail import note

# A rule may say more than a person types.
PHASE_REASON_LENGTH: Final = 200
LOAD_REASON_LENGTH: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadDecision:
    """A load in force, and what is odd about it for the machine (nothing: empty)."""

    load: LoadInForce
    remarks: tuple[str, ...]


@transaction.atomic
def set_phase(
    *, programme_id: UUID, entry: PhaseRequest, by: Any, now: datetime
) -> Programme:
    """Put a phase in force from today on, in the clinic's zone. Loads stay as they are.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: The programme has ended, is in this phase, or the gate of
            intervals is closed.
        InvalidEntryError: The template has no such phase.
    """
    programme = queries.visible_programme(by, programme_id)
    require_therapist_of(by, programme.patient)
    if is_replay(
        request=entry, target="programmes.phase", target_id=programme_id, by=by, now=now
    ):
        return queries.visible_programme(by, programme_id)
    programme = locked_programme(programme)
    require_running(programme)
    _require_phase(programme, entry.position)
    _enter_phase(
        programme,
        entry.position,
        reason=entry.reason,
        override_reason=entry.override_reason,
        by=by,
        now=now,
    )
    return queries.visible_programme(by, programme_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedLoad:
    """What a decision on a proposal puts in force for one exercise.

    Args:
        load: As the machine has it; None where nothing is in kilograms.
        sets: Of the next session, where they differ from those of the phase.
        reps: The target, where it differs from that of the phase.
        phase: Position that the programme comes into, if it is another.
        retest_within_days: A new 1RM is promised within this.
        reason: Which rule, and why.
    """

    load: Load | None
    reason: str
    sets: int | None = None
    reps: tuple[int, int] | None = None
    phase: int | None = None
    retest_within_days: int | None = None


@transaction.atomic
def carry_out(
    decided: DecidedLoad, *, prescription: Prescription, by: Any, now: datetime
) -> LoadInForce | None:
    """Put in force what a person decided on a proposal; return the load, if any.

    The caller knows that the person may. A phase that the programme is in already
    stays: each exercise has its own decision.

    Raises:
        WrongStateError: The programme has ended, or the gate of intervals is closed.
    """
    programme = locked_programme(prescription.programme)
    require_running(programme)
    is_new_phase = decided.phase is not None and decided.phase != _position(programme)
    if decided.phase is not None and is_new_phase:
        _enter_phase(programme, decided.phase, reason=decided.reason, by=by, now=now)
    if decided.load is None:
        return None
    load = _load_row(prescription, decided.load, reason=decided.reason, by=by, now=now)
    load.sets = decided.sets
    load.reps_min, load.reps_max = decided.reps or (None, None)
    if decided.retest_within_days is not None:
        today = day_in(programme.patient.clinic.time_zone, now)
        load.retest_by = today + timedelta(days=decided.retest_within_days)
    load.save(force_insert=True)
    note("load.put_in_force", patient=programme.patient, subject=load, by=by, now=now)
    return load


@transaction.atomic
def put_load_in_force(
    *, prescription_id: UUID, entry: LoadRequest, by: Any, now: datetime
) -> LoadDecision:
    """Let a load hold from now on.

    Any load that can be is accepted: the person decides, and hears when the machine
    does not have it. A load that is exactly the one the rule gives keeps its share of
    the 1RM and the test as the reason. What should come before a first load is told
    beside it; exercises that were not tolerated hold it back.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: The programme has ended, or the exercises were not tolerated
            when they were tried.
        InvalidEntryError: The exercise has no weight.
    """
    prescription = queries.visible_prescription(by, prescription_id)
    programme = prescription.programme
    require_therapist_of(by, programme.patient)
    if is_replay(
        request=entry,
        target="prescriptions.load",
        target_id=prescription_id,
        by=by,
        now=now,
    ):
        return _latest_decision(prescription)
    require_running(locked_programme(programme))
    if prescription.exercise.load_kind != LoadKind.EXTERNAL:
        raise InvalidEntryError.at(
            "/load", code="no_weight", detail="This exercise has no weight."
        )
    gate = queries.gate_of_load(prescription, at=now)
    if queries.is_not_tolerated(gate):
        require_open(
            gate,
            what="The first load is held back.",
            override_reason=entry.override_reason,
        )
    load = _load_row(prescription, entry.load, reason=entry.reason, by=by, now=now)
    load.override_reason = entry.override_reason or ""
    load.missing = list(gate.reasons)
    load.save(force_insert=True)
    note(
        "load.put_in_force",
        patient=programme.patient,
        subject=load,
        by=by,
        now=now,
        detail={"missing": list(gate.reasons)} if gate.reasons else None,
    )
    return LoadDecision(load=load, remarks=_remarks(prescription.exercise, entry.load))


def _enter_phase(
    programme: Programme,
    position: int,
    *,
    reason: str,
    by: Any,
    now: datetime,
    override_reason: str | None = None,
) -> None:
    gate = _gate_of_new_intervals(programme, position=position, now=now)
    require_open(
        gate,
        what="High-intensity intervals may not be started yet.",
        override_reason=override_reason,
    )
    today = day_in(programme.patient.clinic.time_zone, now)
    PhaseInForce.objects.create(
        clinic_id=programme.clinic_id,
        programme=programme,
        position=position,
        in_force_from=max(today, programme.starts_on),
        reason=reason[:PHASE_REASON_LENGTH],
        override_reason=override_reason or "",
        decided_by=by,
        decided_at=now,
    )
    note(
        "programme.phase",
        patient=programme.patient,
        subject=programme,
        by=by,
        now=now,
        detail={"position": position} | overridden(gate),
    )


def _position(programme: Programme) -> int:
    return queries.phase_history(programme)[-1].position


def _gate_of_new_intervals(
    programme: Programme, *, position: int, now: datetime
) -> Gate:
    plan = plan_of(programme.template)
    before = plan.phase(_position(programme))
    if before.intervals is not None:
        # They were started; their gate has been passed.
        return queries.OPEN
    phase = plan.phase(position)
    return queries.gate_of_phase(programme.patient, phase=phase, now=now)


def _require_phase(programme: Programme, position: int) -> None:
    positions = [phase.position for phase in plan_of(programme.template).phases]
    if position not in positions:
        raise InvalidEntryError.at(
            "/position",
            code="not_found",
            detail=f"This template has the phases 1 to {positions[-1]}.",
        )
    if _position(programme) == position:
        raise WrongStateError(f"The programme is in phase {position} already.")


def _load_row(
    prescription: Prescription, typed: Load, *, reason: str, by: Any, now: datetime
) -> LoadInForce:
    load_kg = kilograms(value=typed.value, unit=typed.unit)
    suggested = _suggestion(prescription, now=now)
    follows_rule = suggested is not None and suggested.kg == load_kg
    return LoadInForce(
        clinic_id=prescription.clinic_id,
        prescription=prescription,
        load_kg=load_kg,
        load_value=typed.value,
        load_unit=typed.unit,
        in_force_from=now,
        percent_1rm=suggested.percent_1rm if suggested and follows_rule else None,
        one_rep_max_test=suggested.test if suggested and follows_rule else None,
        reason=reason[:LOAD_REASON_LENGTH],
        decided_by=by,
        decided_at=now,
    )


def _suggestion(
    prescription: Prescription, *, now: datetime
) -> queries.SuggestedLoad | None:
    programme = prescription.programme
    zone = programme.patient.clinic.time_zone
    in_force = queries.phase_on(queries.phase_history(programme), day_in(zone, now))
    percent_1rm = plan_of(programme.template).phase(in_force.position).percent_1rm
    test = latest_one_rep_max(
        patient=programme.patient,
        exercise=prescription.exercise,
        side=prescription.side,
        at=now,
    )
    if test is None or percent_1rm is None:
        return None
    return queries.suggested_load(
        exercise=prescription.exercise, test=test, percent_1rm=percent_1rm, zone=zone
    )


def _latest_decision(prescription: Prescription) -> LoadDecision:
    load = (
        prescription.loads.select_related("decided_by", "one_rep_max_test")
        .order_by("-in_force_from", "-id")
        .first()
    )
    if load is None:
        raise WrongStateError("No load is in force for this prescription.")
    typed = Load(value=load.load_value, unit=load.load_unit)
    return LoadDecision(load=load, remarks=_remarks(prescription.exercise, typed))


def _remarks(exercise: Exercise, load: Load) -> tuple[str, ...]:
    step, smallest = exercise.increment_value, exercise.minimum_value
    if step is None or load.unit != exercise.increment_unit:
        return ()
    unit = exercise.increment_unit
    remarks = []
    if load.value % step != Decimal(0):
        remarks.append(
            f"{written(load.value)} {unit} is not a multiple of the machine's step of "
            f"{written(step)} {unit}."
        )
    if smallest is not None and load.value < smallest:
        remarks.append(
            f"{written(load.value)} {unit} is less than the machine's smallest load, "
            f"{written(smallest)} {unit}."
        )
    return tuple(remarks)
