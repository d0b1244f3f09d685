"""What a test says: its 1RM, and the change since the test before."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from apps.clinical import one_rep_max as rules
from apps.clinical.errors import ClinicalInputError
from apps.common.errors import InvalidEntryError
from apps.common.loads import kilograms

from .entry import OneRepMaxTestEntry, TrialEntry
from .models import Confidence, OneRepMaxTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A 1RM in the unit of the trial that gave it, and in kilograms."""

    value: Decimal
    unit: str
    kg: Decimal
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Change since the test before, in per cent; ``None`` where it cannot be said."""

    percent: Decimal | None
    beyond_noise: bool | None


UNKNOWN = Change(percent=None, beyond_noise=None)


def result_of(entry: OneRepMaxTestEntry) -> Result:
    """Return the 1RM that the trials give.

    Raises:
        InvalidEntryError: They give none; it points to the trial.
    """
    if entry.method == rules.Method.DIRECT:
        return _direct(entry)
    return _estimated(entry)


def change_since(test: OneRepMaxTest, previous: OneRepMaxTest | None) -> Change:
    """Return the change since ``previous``, the valid test before this one.

    Unknown for a first test, after another method or equation (a new baseline), with
    low confidence on either side, and for a void test.
    """
    if previous is None or test.voided_at is not None:
        return UNKNOWN
    beyond_noise = rules.change_beyond_noise(
        previous=_as_rule(previous), current=_as_rule(test)
    )
    if beyond_noise is None:
        return UNKNOWN
    ratio = test.one_rep_max_kg / previous.one_rep_max_kg
    percent = ((ratio - 1) * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return Change(percent=percent, beyond_noise=beyond_noise)


def _direct(entry: OneRepMaxTestEntry) -> Result:
    trials = [
        rules.Trial(
            load_kg=kilograms(value=trial.load.value, unit=trial.load.unit),
            repetitions=trial.reps,
            successful=trial.success,
        )
        for trial in entry.trials
    ]
    try:
        found = rules.direct_one_rep_max(trials)
    except ClinicalInputError as error:
        raise _refused("/trials", error) from error
    best = next(
        typed.load
        for typed, trial in zip(entry.trials, trials, strict=True)
        if (trial.successful, trial.repetitions) == (True, 1)
        and trial.load_kg == found.one_rep_max_kg
    )
    return Result(
        value=best.value,
        unit=best.unit,
        kg=found.one_rep_max_kg,
        confidence=Confidence.NORMAL,
    )


def _estimated(entry: OneRepMaxTestEntry) -> Result:
    position, trial = _heaviest_success(entry)
    try:
        # Every equation is a multiple of the load, so it holds in pounds as well.
        found = rules.estimate_one_rep_max(
            load_kg=trial.load.value,
            repetitions=trial.reps,
            equation=entry.equation_used,
        )
    except ClinicalInputError as error:
        place = "reps" if trial.reps > rules.MAX_REPETITIONS else "load"
        raise _refused(f"/trials/{position}/{place}", error) from error
    return Result(
        value=found.one_rep_max_kg,
        unit=trial.load.unit,
        kg=kilograms(value=found.one_rep_max_kg, unit=trial.load.unit),
        confidence=Confidence.LOW if found.low_confidence else Confidence.NORMAL,
    )


def _heaviest_success(entry: OneRepMaxTestEntry) -> tuple[int, TrialEntry]:
    successes = [
        (position, trial)
        for position, trial in enumerate(entry.trials)
        if trial.success
    ]
    if not successes:
        raise InvalidEntryError.at(
            "/trials",
            code="impossible",
            detail="An estimate needs at least one successful trial.",
        )

    def weight(numbered: tuple[int, TrialEntry]) -> tuple[Decimal, int]:
        load = numbered[1].load
        return kilograms(value=load.value, unit=load.unit), numbered[1].reps

    return max(successes, key=weight)


def _as_rule(test: OneRepMaxTest) -> rules.OneRepMax:
    return rules.OneRepMax(
        one_rep_max_kg=test.one_rep_max_kg,
        method=rules.Method(test.method),
        equation=test.equation or None,
        low_confidence=test.confidence == Confidence.LOW,
    )


def _refused(pointer: str, error: ClinicalInputError) -> InvalidEntryError:
    return InvalidEntryError.at(pointer, code="impossible", detail=str(error))
