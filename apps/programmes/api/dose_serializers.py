"""What the API tells about intensity, hints, gates and offers."""

from enum import StrEnum
from uuid import UUID

from apps.clinical.intensity.conversion import HeartRateTarget
from apps.clinical.intensity.evidence import Hint
from apps.clinical.intensity.gates import WORDS, Closed, ExplosiveGate
from apps.common.loads import kilograms, load_answer
from apps.common.shapes import Answer, LoadAnswer
from apps.programmes.queries import IntensityOfDay, OfferedLoad


class HeartRateAnswer(Answer):
    """Beats per minute for a share of heart rate, whole beats, and how they came about.

    ``highest_per_min`` is unrounded; ``method`` is ``measured`` or names the formula,
    which ``highest_formula`` writes out.
    ``ask_first``: measured in somebody who takes a beta-blocker; ask whether on it.
    """

    low_per_min: int
    high_per_min: int
    formula: str
    highest_per_min: str
    highest_formula: str | None
    method: str
    ask_first: bool


class EffortAnswer(Answer):
    """The scale of 6 to 20 for the same words, for who is guided by effort alone."""

    low: int
    high: int
    words: list[str]
    source: str


class IntensityAnswer(Answer):
    """A target on the basis that it was set on; no other basis is filled in.

    ``heart_rate`` is null with ``why_no_heart_rate``.
    """

    basis: str
    low: str
    high: str
    unit: str
    text: str
    heart_rate: HeartRateAnswer | None
    why_no_heart_rate: str | None
    effort: EffortAnswer | None


class HintAnswer(Answer):
    """One number outside of what the evidence speaks of; never a refusal."""

    key: str
    quantity: str
    side: str
    text: str
    mark: str
    source: str


class GateReasonAnswer(Answer):
    """Why a gate is closed."""

    code: str
    text: str


class ExplosiveGateAnswer(Answer):
    """Explosive work of the week; closed by any reason."""

    level: int | None
    open: bool
    reasons: list[GateReasonAnswer]


class OfferedLoadAnswer(Answer):
    """What a retest offers, as much as is raised at once; nothing is applied.

    ``larger_load`` is what the rule gives beyond that, if the therapist says so.
    """

    load: LoadAnswer | None
    larger_load: LoadAnswer | None
    one_rep_max_test: UUID
    sentence: str


def intensity_answer(found: IntensityOfDay | None) -> IntensityAnswer | None:
    """Return how hard an exercise is meant to be as it goes out."""
    if found is None:
        return None
    target = found.target
    return IntensityAnswer(
        basis=target.basis,
        low=f"{target.low}",
        high=f"{target.high}",
        unit=target.unit,
        text=target.text,
        heart_rate=found.heart_rate and _heart_rate_answer(found.heart_rate),
        why_no_heart_rate=found.why_no_heart_rate or None,
        effort=_effort_answer(found),
    )


def hint_answers(hints: tuple[Hint, ...]) -> list[HintAnswer]:
    """Return hints as they go out."""
    return [
        HintAnswer(
            key=hint.key,
            quantity=hint.quantity,
            side=hint.side,
            text=hint.text,
            mark=hint.mark,
            source=hint.source,
        )
        for hint in hints
    ]


def reason_answers(reasons: tuple[Closed, ...]) -> list[GateReasonAnswer]:
    """Return why a gate is closed as it goes out."""
    return [GateReasonAnswer(code=reason, text=WORDS[reason]) for reason in reasons]


def explosive_answer(gate: ExplosiveGate | None) -> ExplosiveGateAnswer | None:
    """Return the gate of explosive work as it goes out."""
    if gate is None:
        return None
    return ExplosiveGateAnswer(
        level=gate.level, open=gate.is_open, reasons=reason_answers(gate.reasons)
    )


def offered_answer(offered: OfferedLoad | None) -> OfferedLoadAnswer | None:
    """Return what a retest offers as it goes out."""
    if offered is None:
        return None
    load, larger = (
        None
        if value is None
        else load_answer(
            value=value,
            unit=offered.unit,
            kg=kilograms(value=value, unit=offered.unit),
        )
        for value in (offered.value, offered.larger_value)
    )
    return OfferedLoadAnswer(
        load=load,
        larger_load=larger,
        one_rep_max_test=offered.test.public_id,
        sentence=offered.sentence,
    )


def _heart_rate_answer(found: HeartRateTarget) -> HeartRateAnswer:
    return HeartRateAnswer(
        low_per_min=found.shown_low,
        high_per_min=found.shown_high,
        formula=found.converted.formula,
        highest_per_min=f"{found.highest.per_min}",
        highest_formula=found.highest.formula,
        method=found.highest.method,
        ask_first=found.highest.must_ask,
    )


def _effort_answer(found: IntensityOfDay) -> EffortAnswer | None:
    if found.effort is None:
        return None
    low, high = found.effort
    words: list[StrEnum] = [low.effort]
    if high.effort != low.effort:
        words.append(high.effort)
    return EffortAnswer(
        low=low.low,
        high=high.high,
        words=[str(word) for word in words],
        source="Bands of the American College of Sports Medicine [K]",
    )
