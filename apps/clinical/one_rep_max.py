"""The one-repetition maximum (1RM): measured, estimated, and compared.

Methods are never mixed in one series: another method, or another equation, starts
a new baseline [D].
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from .errors import ClinicalInputError
from .units import quantised_kg

MAX_REPETITIONS: Final = 12  # [D] more are refused, for every equation
MAX_NORMAL_REPETITIONS: Final = 10  # [O:22] [D] 11 and 12 have low confidence

# 1.96 * sqrt(2) * 4.2 %, the median CV of a direct test [O:18b]; arithmetic [D]
NOISE_PCT: Final = Decimal("11.6")


class Method(StrEnum):
    """How a 1RM came about."""

    DIRECT = "direct"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One attempt of a direct test."""

    load_kg: Decimal
    repetitions: int
    successful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OneRepMax:
    """A 1RM with how it was found; kilograms to 0.01 kg."""

    one_rep_max_kg: Decimal
    method: Method
    equation: str | None
    low_confidence: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """A published estimate of the 1RM from a set to failure.

    The hint range is what the interface shows beside the equation [D]; what is
    accepted is the same for all of them.
    """

    slug: str
    name: str
    formula: str
    hint_max_repetitions: int
    one_rep_max: Callable[[Decimal, Decimal], Decimal]
    hint_min_repetitions: int = 2


def _epley(w: Decimal, r: Decimal) -> Decimal:
    return w * (1 + r / 30)


def _brzycki(w: Decimal, r: Decimal) -> Decimal:
    return w * 36 / (37 - r)


def _lombardi(w: Decimal, r: Decimal) -> Decimal:
    return w * r ** Decimal("0.10")


def _o_conner(w: Decimal, r: Decimal) -> Decimal:
    return w * (1 + Decimal("0.025") * r)


def _mayhew(w: Decimal, r: Decimal) -> Decimal:
    decay = (Decimal("-0.055") * r).exp()
    return 100 * w / (Decimal("52.2") + Decimal("41.9") * decay)


def _wathan(w: Decimal, r: Decimal) -> Decimal:
    decay = (Decimal("-0.075") * r).exp()
    return 100 * w / (Decimal("48.8") + Decimal("53.8") * decay)


def _lander(w: Decimal, r: Decimal) -> Decimal:
    return 100 * w / (Decimal("101.3") - Decimal("2.67123") * r)


# All formulas [O:21]; all hint ranges [D]
EQUATIONS: Final = {
    equation.slug: equation
    for equation in (
        Equation(
            slug="epley",
            name="Epley",
            formula="w * (1 + r / 30)",
            hint_max_repetitions=10,
            one_rep_max=_epley,
        ),
        Equation(
            slug="brzycki",
            name="Brzycki",
            formula="w * 36 / (37 - r)",
            hint_max_repetitions=10,
            one_rep_max=_brzycki,
        ),
        Equation(
            slug="lombardi",
            name="Lombardi",
            formula="w * r^0.10",
            hint_max_repetitions=11,
            one_rep_max=_lombardi,
        ),
        Equation(
            slug="o_conner",
            name="O'Conner",
            formula="w * (1 + 0.025 * r)",
            hint_max_repetitions=12,
            one_rep_max=_o_conner,
        ),
        Equation(
            slug="mayhew",
            name="Mayhew",
            formula="100 * w / (52.2 + 41.9 * e^(-0.055 * r))",
            hint_max_repetitions=15,
            one_rep_max=_mayhew,
        ),
        Equation(
            slug="wathan",
            name="Wathan",
            formula="100 * w / (48.8 + 53.8 * e^(-0.075 * r))",
            hint_max_repetitions=15,
            one_rep_max=_wathan,
        ),
        Equation(
            slug="lander",
            name="Lander",
            formula="100 * w / (101.3 - 2.67123 * r)",
            hint_max_repetitions=10,
            one_rep_max=_lander,
        ),
    )
}


def direct_one_rep_max(trials: Iterable[Trial]) -> OneRepMax:
    """Return the highest load that was lifted once.

    Sets of several repetitions are warm-up here, not trials: they never make a
    direct 1RM.

    Raises:
        ClinicalInputError: No single repetition succeeded, or one succeeded with
            a load that is not above 0 kg.
    """
    lifted_kg = [
        _require_load_kg(trial.load_kg)
        for trial in trials
        if trial.successful and trial.repetitions == 1
    ]
    if not lifted_kg:
        raise ClinicalInputError(
            "trials must hold at least one successful single repetition, got none."
        )
    return OneRepMax(
        one_rep_max_kg=quantised_kg(max(lifted_kg)),
        method=Method.DIRECT,
        equation=None,
        low_confidence=False,
    )


def estimate_one_rep_max(
    *, load_kg: Decimal, repetitions: int, equation: str
) -> OneRepMax:
    """Return the 1RM that a set to failure suggests.

    One repetition is the 1RM itself for every equation; two of them would give
    more than was lifted. Eleven and twelve repetitions have low confidence.

    Args:
        equation: A slug of `EQUATIONS`.

    Raises:
        ClinicalInputError: An unknown equation, a load not above 0 kg, or
            repetitions outside 1-12.

    Source:
        Equations [O:21]; linear ones hold for at most 10 repetitions, Reynolds
        2006, J Strength Cond Res 20:584 [O:22]; the limits are ours [D].
    """
    if equation not in EQUATIONS:
        raise ClinicalInputError(
            f"equation must be one of {', '.join(EQUATIONS)}, got {equation!r}."
        )
    _require_load_kg(load_kg)
    if not 1 <= repetitions <= MAX_REPETITIONS:
        raise ClinicalInputError(
            f"repetitions must be from 1 to {MAX_REPETITIONS} to estimate a 1RM, "
            f"got {repetitions!r}."
        )
    if repetitions == 1:
        one_rep_max_kg = load_kg
    else:
        formula = EQUATIONS[equation].one_rep_max
        one_rep_max_kg = formula(load_kg, Decimal(repetitions))
    return OneRepMax(
        one_rep_max_kg=quantised_kg(one_rep_max_kg),
        method=Method.ESTIMATED,
        equation=equation,
        low_confidence=repetitions > MAX_NORMAL_REPETITIONS,
    )


def change_beyond_noise(
    *, previous: OneRepMax | None, current: OneRepMax
) -> bool | None:
    """Tell whether a change is larger than two tests differ by chance.

    None when that cannot be said: a first test, another method or equation, or
    low confidence on either side.

    Source:
        Median CV of direct tests 4.2 % (0.5-12.1 %) [O:18b]; 11.6 % is our
        arithmetic on it [D].
    """
    if previous is None or previous.low_confidence or current.low_confidence:
        return None
    if (previous.method, previous.equation) != (current.method, current.equation):
        return None
    change_kg = abs(current.one_rep_max_kg - previous.one_rep_max_kg)
    return change_kg * 100 >= NOISE_PCT * previous.one_rep_max_kg


def _require_load_kg(load_kg: Decimal) -> Decimal:
    if not load_kg.is_finite() or load_kg <= 0:
        raise ClinicalInputError(
            f"load_kg must be a finite load above 0 kg, got {load_kg}."
        )
    return load_kg
