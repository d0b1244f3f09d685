"""What a patient is to do on a day, and why this load."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from apps.clinical import units
from apps.clinical.intensity.evidence import Hint
from apps.clinical.intensity.gates import ExplosiveGate, Gate
from apps.clinical.working_load import working_load
from apps.clinics.models import Patient
from apps.common.loads import kilograms
from apps.common.zones import end_of_day
from apps.exercises.models import Exercise, LoadKind
from apps.programmes.models import (
    HELD_STATUSES,
    LoadInForce,
    PhaseInForce,
    PlannedSession,
    Prescription,
    Programme,
)
from apps.programmes.plan import PhasePlan, Slot, TemplatePlan, plan_of
from apps.strength.models import OneRepMaxTest
from apps.strength.queries import latest_one_rep_maxes, tests_before

from .dose import IntensityOfDay, hints_of_exercise, hints_of_week, intensity_of
from .gates import gate_of_explosive_work, gate_of_missing_loads
from .offers import OfferedLoad, offered_load, why_withheld, with_doubts
from .programmes import decided_reps, phase_history, phase_on, week_of_programme
from .reasons import is_weighed, reason_of, rule_sentence
from .rules import RulesInForce, rules_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedLoad:
    """A load that the rule gives and nobody has decided on yet.

    ``must_ask``: even the smallest load of the machine is more than prescribed.
    """

    value: Decimal
    unit: str
    kg: Decimal
    percent_1rm: Decimal
    test: OneRepMaxTest
    must_ask: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescribedExercise:
    """One exercise of the day. ``load`` is null until a person put one in force.

    ``offered`` is what a retest offers beside it, ``offer_withheld`` why it does not
    although it gives more; ``hints`` say what lies outside of the evidence.
    """

    prescription: Prescription
    sets: int | None
    reps: tuple[int, int] | None
    seconds: tuple[int, int] | None
    load: LoadInForce | None
    suggested: SuggestedLoad | None
    reason: str
    reason_for_patient: str
    intensity: IntensityOfDay | None
    offered: OfferedLoad | None
    offer_withheld: str | None
    hints: tuple[Hint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriptionOfDay:
    """Everything that is prescribed for a day.

    ``week`` is that of the programme; pauses do not count. ``hints`` are about how long
    and how often one trains; ``first_loads`` is what should come before those that are
    missing. ``rules`` are those of the clinic now, on whatever day.
    """

    on: date
    week: int
    plan: TemplatePlan
    phase: PhasePlan
    phase_in_force: PhaseInForce
    exercises: tuple[PrescribedExercise, ...]
    hints: tuple[Hint, ...]
    explosive: ExplosiveGate | None
    first_loads: Gate
    rules: RulesInForce


def prescription_on(*, programme: Programme, on: date) -> PrescriptionOfDay:
    """Return what is prescribed on a day, in a fixed number of queries.

    Loads and 1RM tests count until that day is over in the clinic's zone.
    ``programme`` needs its template, patient and clinic.
    """
    rules = rules_of(programme.patient.clinic_id)
    plan = plan_of(programme.template)
    in_force = phase_on(phase_history(programme), on)
    phase = plan.phase(in_force.position)
    until = end_of_day(on, zone=programme.patient.clinic.time_zone)
    tests = latest_one_rep_maxes(
        patient=programme.patient, at=until - timedelta(microseconds=1)
    )
    rows = list(programme.prescriptions.select_related("exercise").order_by("position"))
    loads = {
        load.prescription_id: load
        for load in LoadInForce.objects.filter(
            prescription__programme=programme, in_force_from__lt=until
        )
        .order_by("prescription", "-in_force_from", "-id")
        .distinct("prescription")
        .select_related("decided_by", "one_rep_max_test")
        .annotate(
            trained_since=Exists(_held_since_in_force()), same_since=_same_since()
        )
    }
    slots = {slot.key: slot for slot in plan.slots}
    pauses = list(programme.pauses.order_by("paused_from"))
    week = week_of_programme(programme=programme, pauses=pauses, on=on)
    return PrescriptionOfDay(
        on=on,
        week=week,
        plan=plan,
        phase=phase,
        phase_in_force=in_force,
        exercises=_offered_with_care(
            [
                _prescribed(
                    row,
                    slot=slots.get(row.slot),
                    phase=phase,
                    phase_in_force=in_force,
                    load=loads.get(row.pk),
                    test=tests.get((row.exercise_id, row.side)),
                    patient=programme.patient,
                    rules=rules,
                    on=on,
                )
                for row in rows
            ],
            patient=programme.patient,
        ),
        hints=hints_of_week(
            plan, phase=phase, exercises=[row.exercise for row in rows]
        ),
        explosive=gate_of_explosive_work(programme.patient, plan=plan, week=week),
        first_loads=gate_of_missing_loads(
            programme,
            without_load=[row for row in rows if row.pk not in loads],
            tests=tests,
        ),
        rules=rules,
    )


def _held_since_in_force() -> QuerySet[PlannedSession]:
    rows: QuerySet[PlannedSession] = PlannedSession.objects.filter(
        programme=OuterRef("prescription__programme"),
        status__in=HELD_STATUSES,
        starts_at__gt=OuterRef("in_force_from"),
    )
    return rows


def _same_since() -> Subquery:
    """Return when the last run of loads that are equal to the one in force began."""
    another_between = LoadInForce.objects.filter(
        ~Q(load_kg=OuterRef("load_kg")),
        prescription=OuterRef("prescription"),
        in_force_from__gt=OuterRef("in_force_from"),
        in_force_from__lt=OuterRef(OuterRef("in_force_from")),
    )
    run = LoadInForce.objects.filter(
        ~Exists(another_between),
        prescription=OuterRef("prescription"),
        load_kg=OuterRef("load_kg"),
        in_force_from__lte=OuterRef("in_force_from"),
    )
    return Subquery(run.order_by("in_force_from").values("in_force_from")[:1])


def _decided_sets(load: Any) -> int | None:
    """Return the sets that a decision gave the next session, until it was held."""
    return None if load is None or load.trained_since else load.sets


def suggested_load(
    *, exercise: Exercise, test: OneRepMaxTest, percent_1rm: int, zone: str
) -> SuggestedLoad:
    """Return the working load of a machine, in the unit of its steps.

    ``zone`` is that of the clinic: it says on which day the 1RM was tested.
    """
    unit = exercise.increment_unit
    # The database holds that a weight has its steps.
    increment = exercise.increment_value or Decimal(1)
    one_rep_max = _in_unit(test, unit)
    # A machine that starts at nothing still gives one step at least.
    smallest = exercise.minimum_value or None
    # The rule is free of the unit: kilograms or pounds throughout.
    found = working_load(
        one_rep_max_kg=one_rep_max,
        percent_1rm=Decimal(percent_1rm),
        increment_kg=increment,
        minimum_kg=smallest,
    )
    real_percent = found.percent_1rm.quantize(Decimal("0.01"))
    return SuggestedLoad(
        value=found.load_kg,
        unit=unit,
        kg=kilograms(value=found.load_kg, unit=unit),
        percent_1rm=real_percent if found.must_ask else Decimal(percent_1rm),
        test=test,
        must_ask=found.must_ask,
        reason=rule_sentence(
            test, percent_1rm=percent_1rm, exercise=exercise, found=found, zone=zone
        ),
    )


def _prescribed(
    row: Prescription,
    *,
    slot: Slot | None,
    phase: PhasePlan,
    phase_in_force: PhaseInForce,
    load: LoadInForce | None,
    test: OneRepMaxTest | None,
    patient: Patient,
    rules: RulesInForce,
    on: date,
) -> PrescribedExercise:
    zone = patient.clinic.time_zone
    dose = slot.dose if slot else None
    if row.exercise.load_kind != LoadKind.HOLD:
        # A clinic may fill the slot with an exercise that is counted.
        dose = None
    suggested = None
    if test is not None and phase.percent_1rm is not None and is_weighed(row.exercise):
        suggested = suggested_load(
            exercise=row.exercise, test=test, percent_1rm=phase.percent_1rm, zone=zone
        )
    why = partial(
        reason_of,
        row,
        phase=phase,
        load=load,
        suggested=suggested.reason if suggested else None,
        zone=zone,
    )
    counted = phase.reps is not None and dose is None
    sets = _decided_sets(load) or (dose.sets if dose else phase.sets)
    return PrescribedExercise(
        prescription=row,
        sets=sets,
        reps=decided_reps(load, phase=phase_in_force)
        or (phase.reps.as_pair() if counted and phase.reps else None),
        seconds=dose.seconds.as_pair() if dose else None,
        load=load,
        suggested=suggested,
        reason=why(for_staff=True),
        reason_for_patient=why(for_staff=False),
        intensity=intensity_of(
            row.exercise, phase=phase, patient=patient, rules=rules.heart_rate, on=on
        ),
        offered=_offered(
            row,
            load=load,
            suggested=suggested,
            max_raise_pct=rules.load.raise_max_pct,
        ),
        offer_withheld=None,
        hints=hints_of_exercise(
            row.exercise,
            phase=phase,
            sets=sets,
            percent_1rm=_percent_1rm(phase, load=load, test=test),
        ),
    )


def _offered(
    row: Prescription,
    *,
    load: Any,
    suggested: SuggestedLoad | None,
    max_raise_pct: int,
) -> OfferedLoad | None:
    if load is None or suggested is None:
        return None
    return offered_load(
        exercise=row.exercise,
        load=load,
        since=load.same_since,
        test=suggested.test,
        rule_value=suggested.value,
        rule=suggested.reason,
        max_raise_pct=max_raise_pct,
    )


def _offered_with_care(
    exercises: Sequence[PrescribedExercise], *, patient: Patient
) -> tuple[PrescribedExercise, ...]:
    """Return exercises with what speaks against their offers, or for doubting them."""
    offers = [each.offered for each in exercises if each.offered is not None]
    if not offers:
        return tuple(exercises)
    withheld = why_withheld(patient)
    previous = tests_before(offer.test for offer in offers)
    return tuple(
        each
        if each.offered is None
        else replace(each, offered=None, offer_withheld=withheld)
        if withheld
        else replace(
            each,
            offered=with_doubts(
                each.offered, previous=previous.get(each.offered.test.pk)
            ),
        )
        for each in exercises
    )


def _percent_1rm(
    phase: PhasePlan, *, load: LoadInForce | None, test: OneRepMaxTest | None
) -> Decimal | None:
    """Return the share of the 1RM that is prescribed: of the load in force, if any.

    A load that follows the rule keeps the rule's share; flooring is no deviation.
    """
    if load is not None and load.percent_1rm is not None:
        return load.percent_1rm
    if load is not None and test is not None:
        real = load.load_kg * 100 / test.one_rep_max_kg
        # More than the 1RM is as far outside as a share can say.
        return min(real.quantize(Decimal("0.1")), Decimal(100))
    return None if phase.percent_1rm is None else Decimal(phase.percent_1rm)


def _in_unit(test: OneRepMaxTest, unit: str) -> Decimal:
    if test.unit == unit:
        return test.one_rep_max_value
    if unit == units.LoadUnit.LB:
        return units.lb_from_kg(test.one_rep_max_kg)
    return test.one_rep_max_kg
