"""What a retest offers: the new load, which nobody but a person puts in force."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from apps.clinical import units
from apps.clinical.progression.steps import MachineSteps, capped_kg
from apps.clinics.models import Patient
from apps.common.loads import written
from apps.exercises.models import Exercise
from apps.programmes.models import LoadInForce
from apps.programmes.tolerance import open_alerts
from apps.strength.models import Confidence, OneRepMaxTest


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedLoad:
    """More load after a retest, in the unit of the machine's steps.

    ``value`` is at most as much more as the clinic's rules raise at once; None where
    one step is more than that.
    ``larger_value`` is what the rule gives beyond, only if the therapist says so.
    """

    value: Decimal | None
    larger_value: Decimal | None
    unit: str
    test: OneRepMaxTest
    sentence: str


def offered_load(
    *,
    exercise: Exercise,
    load: LoadInForce,
    since: datetime,
    test: OneRepMaxTest,
    rule_value: Decimal,
    rule: str,
    max_raise_pct: int,
) -> OfferedLoad | None:
    """Return what a retest offers; None without one, or if it gives no more.

    A retest changes no load by itself and lowers none: next load = the higher of the
    load in force and the floored share of the 1RM.

    Args:
        exercise: Whose machine has the steps.
        load: In force now.
        since: When that load came into force; deciding on the same again is no other.
        test: The newest; one before the load is no retest.
        rule_value: The floored share of the 1RM, in the unit of the steps.
        rule: The same in words.
        max_raise_pct: The most that the clinic's rules raise at once.
    """
    unit = exercise.increment_unit
    base = _in_unit(load, unit)
    if test.tested_at <= since or rule_value <= base or not base:
        return None
    capped = capped_kg(
        rule_value,
        base_kg=base,
        max_pct=max_raise_pct,
        # The rule is free of the unit: kilograms or pounds throughout.
        steps=MachineSteps(
            increment_kg=exercise.increment_value or Decimal(1),
            minimum_kg=exercise.minimum_value or None,
        ),
    )
    value = capped if capped > base else None
    larger = rule_value if rule_value != capped else None
    return OfferedLoad(
        value=value,
        larger_value=larger,
        unit=unit,
        test=test,
        sentence=_sentence(
            rule,
            base=base,
            value=value,
            larger=larger,
            unit=unit,
            max_raise_pct=max_raise_pct,
        ),
    )


def why_withheld(patient: Patient) -> str | None:
    """Return why no more load may be offered to a patient now; None if nothing does.

    What is not known speaks against it, as in the load table.
    """
    alerts = open_alerts(patient)
    against = [
        *_PEM.get(patient.pem, ()),
        *(
            text if is_open else f"it is not known whether {text}"
            for is_open, text in (
                (alerts.red_flag, "a warning sign is unresolved"),
                (alerts.flare, "a flare is open"),
                (alerts.pattern, "a pattern alert is open"),
            )
            if is_open is not False
        ),
    ]
    if not against:
        return None
    return f"A retest gives more load; it is not offered: {'; '.join(against)}."


_PEM = {
    None: ("post-exertional malaise has not been asked about",),
    True: ("with post-exertional malaise more load is the therapist's alone",),
}


def with_doubts(offer: OfferedLoad, *, previous: OneRepMaxTest | None) -> OfferedLoad:
    """Return an offer that says what its test cannot bear; ``previous`` came before."""
    test = offer.test
    is_new_series = previous is not None and (previous.method, previous.equation) != (
        test.method,
        test.equation,
    )
    doubts = [
        *(["Another method starts a new series."] if is_new_series else []),
        *(["Low confidence."] if test.confidence == Confidence.LOW else []),
    ]
    return replace(offer, sentence=" ".join([offer.sentence, *doubts]))


def _sentence(
    rule: str,
    *,
    base: Decimal,
    value: Decimal | None,
    larger: Decimal | None,
    unit: str,
    max_raise_pct: int,
) -> str:
    offer = "no step of the machine" if value is None else f"{written(value)} {unit}"
    more = "" if larger is None else f"; {written(larger)} {unit} only if you say so"
    return (
        f"{rule}. In force: {written(base)} {unit}. At most {max_raise_pct} % more at "
        f"once: {offer}{more}. A retest changes no load by itself."
    )


def _in_unit(load: LoadInForce, unit: str) -> Decimal:
    if load.load_unit == unit:
        return load.load_value
    if unit == units.LoadUnit.LB:
        return units.lb_from_kg(load.load_kg)
    return load.load_kg
