"""Why this load: in one sentence, for the patient and for staff."""

from decimal import Decimal

from apps.clinical.progression.patient_words import for_patients
from apps.clinical.working_load import WorkingLoad
from apps.common.loads import written
from apps.common.zones import day_in
from apps.exercises.models import Exercise, LoadKind
from apps.programmes.models import LoadInForce, Prescription
from apps.programmes.plan import PhasePlan
from apps.strength.models import Confidence, OneRepMaxTest


def reason_of(
    row: Prescription,
    *,
    phase: PhasePlan,
    load: LoadInForce | None,
    suggested: str | None,
    zone: str,
    for_staff: bool,
) -> str:
    """Return why this is what to do: who decided, or what the rule gives.

    Args:
        suggested: What the rule says of the load that it gives, if it gives one.
        for_staff: Whether flares and patterns may be named, which a patient hears of
            from a therapist.
    """
    if load is not None:
        why = load.reason if for_staff else for_patients(load.reason)
        return _decided(load, why=why, row=row, zone=zone)
    if suggested is not None:
        return suggested
    if row.exercise.load_kind == LoadKind.LEVER:
        return "Own body: choose the lever level (0-4) with the patient."
    if row.exercise.load_kind == LoadKind.HOLD:
        return "Held for seconds, within what the patient tolerates."
    if phase.intensity is not None:
        target = phase.intensity
        return f"{target.low_pct}-{target.high_pct} % {_BASES[target.basis]}"
    if phase.rpe is not None:
        return f"Effort {phase.rpe.low}-{phase.rpe.high} on the scale of 6 to 20"
    if is_weighed(row.exercise) and phase.percent_1rm is not None:
        return f"No 1RM yet: test before the first load ({phase.percent_1rm} % of it)."
    return "The template names no intensity: choose it with the patient."


_BASES = {
    "hrmax": "of the highest heart rate",
    "hrr": "of the heart rate reserve",
    "vo2max": "of VO2max",
    "rpe": "of the highest effort",
    "watts": "of the highest power",
}


def _decided(load: LoadInForce, *, why: str, row: Prescription, zone: str) -> str:
    day = day_in(zone, load.in_force_from)
    decided = f"{why} ({load.decided_by.name}, {day.isoformat()})"
    if load.one_rep_max_test is None or load.percent_1rm is None:
        return decided
    rule = _share_sentence(
        load.one_rep_max_test, percent_1rm=load.percent_1rm, zone=zone
    )
    increment = row.exercise.increment_value or Decimal(1)
    floored = f"floored to {written(increment)} {row.exercise.increment_unit}"
    return f"{rule}, {floored}; {decided}"


def rule_sentence(
    test: OneRepMaxTest,
    *,
    percent_1rm: int,
    exercise: Exercise,
    found: WorkingLoad,
    zone: str,
) -> str:
    """Return what the rule gives, of which 1RM, and what to ask."""
    share = _share_sentence(test, percent_1rm=Decimal(percent_1rm), zone=zone)
    unit = exercise.increment_unit
    if found.must_ask:
        real = found.percent_1rm.quantize(Decimal("0.1"))
        return (
            f"{share}, is less than the smallest load, {written(found.load_kg)} {unit} "
            f"({real} % of the 1RM): ask before using it"
        )
    floored = f"{share}, floored to {written(exercise.increment_value or Decimal(1))}"
    return f"{floored} {unit}"


def _share_sentence(test: OneRepMaxTest, *, percent_1rm: Decimal, zone: str) -> str:
    percent = f"{percent_1rm.normalize():f}"
    day = day_in(zone, test.tested_at).isoformat()
    doubt = ", low confidence" if test.confidence == Confidence.LOW else ""
    one_rep_max = f"{written(test.one_rep_max_value)} {test.unit}"
    return f"{percent} % of {one_rep_max} (1RM of {day}{doubt})"


def is_weighed(exercise: Exercise) -> bool:
    """Tell whether its load is a weight."""
    return exercise.load_kind == LoadKind.EXTERNAL
