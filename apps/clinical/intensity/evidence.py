"""Hints when a prescription lies outside of what the evidence speaks of.

A hint says which number, which window, and whose. It never refuses: the therapist
and the patient decide. A target is looked at on its own basis alone; where no window
stands on it, that is said instead of converting.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import resources

from ..errors import ClinicalInputError
from .evidence_file import (
    FILE,
    Evidence,
    Kind,
    Quantity,
    Side,
    Stage,
    Window,
    evidence_from,
)
from .targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `low` to `high`, both inside."""

    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        """Refuse bounds that run backwards or are no dose.

        Raises:
            ClinicalInputError: Not finite, not above 0, or low above high.
        """
        for name, value in (("low", self.low), ("high", self.high)):
            if not value.is_finite() or value <= 0:
                raise ClinicalInputError(
                    f"{name} must be finite and above 0, got {value}."
                )
        if self.low > self.high:
            raise ClinicalInputError(
                f"low must not be above high, got {self.low} and {self.high}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """What is prescribed; what is left out is not looked at.

    Args:
        intensity: One target for each basis that is prescribed.
        amounts: The other quantities, in their own unit.
    """

    kind: Kind
    stage: Stage
    intensity: tuple[Target, ...] = ()
    amounts: Mapping[Quantity, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One number outside of one window.

    Args:
        key: Of the window.
        text: What a therapist reads.
        source: Where the window comes from, in words.
    """

    key: str
    quantity: Quantity
    side: Side
    text: str
    mark: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseCheck:
    """What there is to say of a dose.

    Args:
        hints: In the order of the file.
        not_compared: Targets without a window on their basis; never converted.
    """

    hints: tuple[Hint, ...]
    not_compared: tuple[Target, ...]


def check_dose(dose: Dose) -> DoseCheck:
    """Return the hints for a dose: never a refusal, and nothing for what fits."""
    known = evidence()
    windows = [
        window
        for window in known.windows
        if window.kind is dose.kind and window.stage in (None, dose.stage)
    ]
    hints = [
        _hint(window, side=side, source=known.sources[window.mark])
        for window in windows
        for span in _spans(dose, window=window)
        for side in _sides(span, window=window)
    ]
    bases = {(window.basis, window.unit) for window in windows}
    return DoseCheck(
        hints=tuple(hints),
        not_compared=tuple(
            target
            for target in dose.intensity
            if (target.basis, target.unit) not in bases
        ),
    )


def suggestions_for(condition: str) -> tuple[str, ...]:
    """Return what the review supports for a condition; nothing for an unknown one.

    Source:
        [S0]; the order of the alphabet, so that no place is a rank.
    """
    return evidence().suggestions.get(condition, ())


@cache
def evidence() -> Evidence:
    """Return the shipped windows.

    Raises:
        ClinicalInputError: The file breaks a rule of `evidence_from`.
    """
    text = resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    return evidence_from(text)


def _spans(dose: Dose, *, window: Window) -> list[Span]:
    if window.quantity is not Quantity.INTENSITY:
        span = dose.amounts.get(window.quantity)
        return [] if span is None else [span]
    return [
        Span(low=target.low, high=target.high)
        for target in dose.intensity
        if (target.basis, target.unit) == (window.basis, window.unit)
    ]


def _sides(span: Span, *, window: Window) -> list[Side]:
    sides = []
    if window.low is not None and span.low < window.low:
        sides.append(Side.BELOW)
    if window.high is not None and span.high > window.high:
        sides.append(Side.ABOVE)
    return sides


def _hint(window: Window, *, side: Side, source: str) -> Hint:
    return Hint(
        key=window.key,
        quantity=window.quantity,
        side=side,
        text=window.texts[side],
        mark=window.mark,
        source=source,
    )
