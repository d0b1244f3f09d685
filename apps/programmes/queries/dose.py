"""How hard a prescription is meant to be, and what the evidence says of its dose."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from apps.clinical.errors import ClinicalInputError
from apps.clinical.intensity.bands import Band, bands_of, effort_of
from apps.clinical.intensity.conversion import (
    EffortAlone,
    HeartRateTarget,
    heart_rate_target,
)
from apps.clinical.intensity.evidence import Dose, Hint, Span, check_dose
from apps.clinical.intensity.evidence_file import Kind, Quantity, Stage
from apps.clinical.intensity.heart_rate import (
    EFFORT_ONLY_WORDS,
    HeartFacts,
    HeartRateRules,
)
from apps.clinical.intensity.targets import PERCENT, SCORE, UNITS, Basis, Target
from apps.clinics.models import Patient
from apps.exercises.models import Exercise, LoadKind
from apps.programmes import plan as plans

# What the windows of the evidence are about; other modalities have none.
KINDS: Final = {
    "aerobic": Kind.AEROBIC,
    "interval": Kind.HIIT,
    "mind_body": Kind.MIND_BODY,
    "aquatic": Kind.AQUATIC,
    "resistance": Kind.RESISTANCE,
}
BY_EFFORT: Final = (LoadKind.HEART_RATE, LoadKind.EFFORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntensityOfDay:
    """A target on its own basis, and in beats per minute where that may be said.

    ``why_no_heart_rate`` is empty if and only if there is a ``heart_rate``. Whoever is
    guided by effort alone has ``effort``, the bands of the scale of 6 to 20 for the
    same words; None where the basis has no words.
    """

    target: Target
    heart_rate: HeartRateTarget | None
    why_no_heart_rate: str
    effort: tuple[Band, Band] | None


def intensity_of(
    exercise: Exercise,
    *,
    phase: plans.PhasePlan,
    patient: Patient,
    rules: HeartRateRules,
    on: date,
) -> IntensityOfDay | None:
    """Return how hard an exercise is meant to be; None if no effort is prescribed.

    The age is that of the patient's year of birth, whose day is not known.
    """
    target = _effort_target(phase) if exercise.load_kind in BY_EFFORT else None
    if target is None:
        return None
    if target.basis not in (Basis.HRMAX, Basis.HRR):
        why = "The target stands on another basis, which is not converted."
        return _without_heart_rate(target, why=why)
    try:
        found = heart_rate_target(target, facts=_facts(patient, on=on), rules=rules)
    except ClinicalInputError as error:
        return _without_heart_rate(target, why=str(error))
    if isinstance(found, EffortAlone):
        words = ", ".join(EFFORT_ONLY_WORDS[reason] for reason in found.reasons)
        why = f"Guided by effort, not by heart rate: {words}."
        return _without_heart_rate(target, why=why, effort=_same_words(target))
    return IntensityOfDay(
        target=target, heart_rate=found, why_no_heart_rate="", effort=None
    )


def hints_of_exercise(
    exercise: Exercise,
    *,
    phase: plans.PhasePlan,
    sets: int | None,
    percent_1rm: Decimal | None,
) -> tuple[Hint, ...]:
    """Return what lies outside of the evidence in how one exercise is prescribed.

    ``percent_1rm`` is that of the load in force, else of the phase.
    """
    targets = [_effort_target(phase) if exercise.load_kind in BY_EFFORT else None]
    if percent_1rm is not None and exercise.load_kind == LoadKind.EXTERNAL:
        targets.append(_target(Basis.ONE_RM, percent_1rm, percent_1rm, unit=PERCENT))
    intervals = phase.intervals
    amounts = {
        Quantity.SETS: plans.Span(low=sets, high=sets) if sets else None,
        Quantity.REPETITIONS: phase.reps,
        Quantity.BOUTS: intervals.count if intervals else None,
        Quantity.BOUT_S: intervals.work_s if intervals else None,
        Quantity.REST_RATIO: intervals.rest_ratio if intervals else None,
    }
    return _hints(KINDS.get(exercise.modality), phase, targets=targets, amounts=amounts)


def hints_of_week(
    plan: plans.TemplatePlan, *, phase: plans.PhasePlan, exercises: list[Exercise]
) -> tuple[Hint, ...]:
    """Return what lies outside of the evidence in how long and how often one trains."""
    weekly = phase.sessions_per_week or plan.sessions_per_week
    whole = plans.Span(low=plan.session_minutes, high=plan.session_minutes)
    kinds = {KINDS.get(exercise.modality) for exercise in exercises}
    return tuple(
        hint
        for kind in Kind
        if kind in kinds
        for hint in _hints(
            kind,
            phase,
            amounts={
                # Strength is told by the session, everything else by the bout.
                Quantity.MINUTES: whole if kind is Kind.RESISTANCE else phase.minutes,
                Quantity.SESSIONS_PER_WEEK: plans.Span(low=weekly, high=weekly),
            },
        )
    )


def _hints(
    kind: Kind | None,
    phase: plans.PhasePlan,
    *,
    amounts: dict[Quantity, plans.Span | None],
    targets: list[Target | None] | None = None,
) -> tuple[Hint, ...]:
    if kind is None:
        return ()
    dose = Dose(
        kind=kind,
        stage=Stage.START if phase.position == 1 else Stage.LATER,
        intensity=tuple(target for target in targets or [] if target is not None),
        amounts={
            quantity: Span(low=Decimal(span.low), high=Decimal(span.high))
            for quantity, span in amounts.items()
            # A template may write 0; it prescribes nothing then.
            if span is not None and span.low > 0
        },
    )
    return check_dose(dose).hints


def _effort_target(phase: plans.PhasePlan) -> Target | None:
    if phase.intensity is not None:
        share = phase.intensity
        return _target(Basis(share.basis), share.low_pct, share.high_pct, unit=PERCENT)
    if phase.rpe is not None:
        return _target(Basis.RPE, phase.rpe.low, phase.rpe.high, unit=SCORE)
    return None


def _target(
    basis: Basis, low: Decimal | int, high: Decimal | int, *, unit: str
) -> Target | None:
    """Return a target; None for what a clinic's own template says that cannot be."""
    if unit not in UNITS[basis]:
        return None
    try:
        return Target(basis=basis, low=Decimal(low), high=Decimal(high), unit=unit)
    except ClinicalInputError:
        return None


def _facts(patient: Patient, *, on: date) -> HeartFacts:
    return HeartFacts(
        age_years=on.year - patient.birth_year,
        rest_per_min=patient.hr_rest,
        max_measured_per_min=patient.hr_max_measured,
        beta_blocker=patient.beta_blocker,
        pacemaker=patient.pacemaker,
    )


def _without_heart_rate(
    target: Target, *, why: str, effort: tuple[Band, Band] | None = None
) -> IntensityOfDay:
    return IntensityOfDay(
        target=target, heart_rate=None, why_no_heart_rate=why, effort=effort
    )


def _same_words(target: Target) -> tuple[Band, Band] | None:
    words = {band.effort: band for band in bands_of(Basis.RPE)}
    low = effort_of(target.low, basis=target.basis)
    high = effort_of(target.high, basis=target.basis)
    if low not in words or high not in words:
        return None
    return words[low], words[high]
