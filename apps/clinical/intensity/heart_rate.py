"""The highest heart rate of a person, measured or estimated from age."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ..errors import ClinicalInputError

MIN_AGE_YEARS: Final = 18  # [D] the formulas were made with adults
MAX_AGE_YEARS: Final = 100  # [D]
MIN_PER_MIN: Final = 25  # [D] no heart rate of a person who trains
MAX_PER_MIN: Final = 240  # [D]

DEFAULT_FORMULA: Final = "tanaka"  # [D]
BETA_BLOCKER_FORMULA: Final = "beta_blocker"
MEASURED: Final = "measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeFormula:
    """An estimate of the highest heart rate: `at_birth - per_year * age`.

    Args:
        at_birth: In beats per minute.
        per_year: Beats per minute lost a year.
        source: Its mark and what is known of it.
    """

    slug: str
    name: str
    at_birth: Decimal
    per_year: Decimal
    source: str

    @property
    def text(self) -> str:
        """Return the formula as printed."""
        loss = "age" if self.per_year == 1 else f"{self.per_year} * age"
        return f"{self.at_birth} - {loss}"


FORMULAS: Final[Mapping[str, AgeFormula]] = MappingProxyType(
    {
        formula.slug: formula
        for formula in (
            AgeFormula(
                slug="fox",
                name="Fox",
                at_birth=Decimal(220),
                per_year=Decimal(1),
                source="[O:14] no original study behind it; error 7-11 per minute",
            ),
            AgeFormula(
                slug="tanaka",
                name="Tanaka",
                at_birth=Decimal(208),
                per_year=Decimal("0.7"),
                source="[K]",
            ),
            AgeFormula(
                slug="gellish",
                name="Gellish",
                at_birth=Decimal("206.9"),
                per_year=Decimal("0.67"),
                source="[O:15]",
            ),
            AgeFormula(
                slug="beta_blocker",
                name="With a beta-blocker",
                at_birth=Decimal(164),
                per_year=Decimal("0.7"),
                source="[O:15] only where the clinic switches it on",
            ),
        )
    }
)

# What a clinic may choose for everybody who takes no beta-blocker.
CHOICES: Final = tuple(slug for slug in FORMULAS if slug != BETA_BLOCKER_FORMULA)


class EffortOnlyReason(StrEnum):
    """Why a person is guided by effort and not by heart rate."""

    PACEMAKER = "pacemaker"
    PACEMAKER_UNKNOWN = "pacemaker_unknown"
    BETA_BLOCKER = "beta_blocker"
    BETA_BLOCKER_UNKNOWN = "beta_blocker_unknown"


EFFORT_ONLY_WORDS: Final[Mapping[EffortOnlyReason, str]] = MappingProxyType(
    {
        EffortOnlyReason.PACEMAKER: "a pacemaker sets the heart rate",
        EffortOnlyReason.PACEMAKER_UNKNOWN: "ask first about a pacemaker",
        EffortOnlyReason.BETA_BLOCKER: "a beta-blocker keeps the heart rate down",
        EffortOnlyReason.BETA_BLOCKER_UNKNOWN: "ask first about beta-blockers",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartFacts:
    """What a patient's record says of their heart; None means not asked.

    Args:
        age_years: Whole years.
        rest_per_min: Heart rate at rest.
        max_measured_per_min: Highest heart rate of an exercise test.
    """

    age_years: int
    rest_per_min: int | None = None
    max_measured_per_min: int | None = None
    beta_blocker: bool | None = None
    pacemaker: bool | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ClinicalInputError: An age outside 18-100, a heart rate outside 25-240,
                not a whole number, or a rest that is not below the highest.
        """
        _require_whole(
            "age_years", self.age_years, low=MIN_AGE_YEARS, high=MAX_AGE_YEARS
        )
        for name in ("rest_per_min", "max_measured_per_min"):
            value = getattr(self, name)
            if value is not None:
                _require_whole(name, value, low=MIN_PER_MIN, high=MAX_PER_MIN)
        rest, highest = self.rest_per_min, self.max_measured_per_min
        if rest is not None and highest is not None and rest >= highest:
            raise ClinicalInputError(
                f"rest_per_min must be below max_measured_per_min, "
                f"got {rest} and {highest}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateRules:
    """What a clinic chose.

    Args:
        formula: A slug of `FORMULAS`, not that for beta-blockers.
        beta_blocker_formula_on: Use the formula for beta-blockers instead of effort
            alone.
    """

    formula: str = DEFAULT_FORMULA
    beta_blocker_formula_on: bool = False

    def __post_init__(self) -> None:
        """Refuse an unknown formula, and the one for beta-blockers for everybody.

        Raises:
            ClinicalInputError: One of the two.
        """
        if self.formula not in CHOICES:
            raise ClinicalInputError(
                f"formula must be one of {', '.join(CHOICES)}, got {self.formula!r}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class HighestHeartRate:
    """A highest heart rate, unrounded, and how it came about.

    Args:
        method: "measured" or a slug of `FORMULAS`.
        formula: As printed; None when measured.
        must_ask: Measured in somebody who takes a beta-blocker: a person confirms
            that it was measured on the drug, else targets are too high [D].
    """

    per_min: Decimal
    method: str
    formula: str | None
    must_ask: bool


def effort_only_reasons(
    facts: HeartFacts, *, rules: HeartRateRules
) -> tuple[EffortOnlyReason, ...]:
    """Return why this person is shown effort alone; nothing where heart rate will do.

    Not asked counts like yes: on a beta-blocker a target from a formula cannot be
    reached, however hard one tries [D]. A clinic may switch the formula for
    beta-blockers on; a pacemaker is never overruled.

    Source:
        [K], and [O:15] for the formula.
    """
    found = []
    if facts.pacemaker:
        found.append(EffortOnlyReason.PACEMAKER)
    if facts.pacemaker is None:
        found.append(EffortOnlyReason.PACEMAKER_UNKNOWN)
    if facts.beta_blocker and not rules.beta_blocker_formula_on:
        found.append(EffortOnlyReason.BETA_BLOCKER)
    if facts.beta_blocker is None:
        found.append(EffortOnlyReason.BETA_BLOCKER_UNKNOWN)
    return tuple(found)


def highest_heart_rate(facts: HeartFacts, *, rules: HeartRateRules) -> HighestHeartRate:
    """Return the highest heart rate: a measured one always beats a formula.

    Raises:
        ClinicalInputError: This person is guided by effort alone.

    Source:
        Formulas as in `FORMULAS`; a measured one first [K].
    """
    reasons = effort_only_reasons(facts, rules=rules)
    if reasons:
        words = ", ".join(EFFORT_ONLY_WORDS[reason] for reason in reasons)
        raise ClinicalInputError(
            f"This person is guided by effort, not by heart rate: {words}."
        )
    on_drug = facts.beta_blocker is True
    if facts.max_measured_per_min is not None:
        return HighestHeartRate(
            per_min=Decimal(facts.max_measured_per_min),
            method=MEASURED,
            formula=None,
            must_ask=on_drug,
        )
    slug = BETA_BLOCKER_FORMULA if on_drug else rules.formula
    return HighestHeartRate(
        per_min=estimated_per_min(age_years=facts.age_years, formula=slug),
        method=slug,
        formula=FORMULAS[slug].text,
        must_ask=False,
    )


def estimated_per_min(*, age_years: int, formula: str) -> Decimal:
    """Return the highest heart rate that a formula gives for an age, unrounded.

    Args:
        formula: A slug of `FORMULAS`.

    Raises:
        ClinicalInputError: An age outside 18-100 or an unknown formula.
    """
    _require_whole("age_years", age_years, low=MIN_AGE_YEARS, high=MAX_AGE_YEARS)
    if formula not in FORMULAS:
        raise ClinicalInputError(
            f"formula must be one of {', '.join(FORMULAS)}, got {formula!r}."
        )
    chosen = FORMULAS[formula]
    return chosen.at_birth - chosen.per_year * age_years


def share_of_highest(*, percent: Decimal, highest_per_min: Decimal) -> Decimal:
    """Return the heart rate at a share of the highest one, unrounded."""
    return percent * highest_per_min / 100


def share_of_reserve(
    *, percent: Decimal, highest_per_min: Decimal, rest_per_min: Decimal
) -> Decimal:
    """Return the heart rate at a share of the reserve (Karvonen), unrounded.

    Raises:
        ClinicalInputError: The rest is not below the highest.

    Source:
        rest + percent * (highest - rest) [K].
    """
    if rest_per_min >= highest_per_min:
        raise ClinicalInputError(
            f"rest_per_min must be below the highest heart rate, "
            f"got {rest_per_min} and {highest_per_min}."
        )
    return rest_per_min + percent * (highest_per_min - rest_per_min) / 100


def shown_per_min(per_min: Decimal) -> int:
    """Return a heart rate as displayed: whole beats, half up."""
    return int(per_min.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _require_whole(name: str, value: int, *, low: int, high: int) -> None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not low <= value <= high:
        raise ClinicalInputError(
            f"{name} must be a whole number from {low} to {high}, got {value!r}."
        )
