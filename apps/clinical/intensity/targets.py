"""A target of effort: from where to where, in what unit, and a share of what."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ..errors import ClinicalInputError
from ..scales import require_cr10, require_rpe, require_ten_point
from .heart_rate import MAX_PER_MIN, MIN_PER_MIN

PERCENT: Final = "%"
BEATS: Final = "/min"
WATTS: Final = "W"
SCORE: Final = "{score}"
REPETITIONS: Final = "{reps}"

MAX_WATTS: Final = 2000  # [D] no ergometer for patients goes further


class Basis(StrEnum):
    """What a target stands on; two targets compare on the same basis alone."""

    HRMAX = "hrmax"
    HRR = "hrr"
    VO2MAX = "vo2max"
    ONE_RM = "one_rm"
    WATTS = "watts"
    HEART_RATE = "heart_rate"
    RPE = "rpe"
    CR10 = "cr10"
    RPE10 = "rpe10"
    RIR = "rir"


# UCUM; power is a share of the highest power or in watts
UNITS: Final[Mapping[Basis, tuple[str, ...]]] = MappingProxyType(
    {
        Basis.HRMAX: (PERCENT,),
        Basis.HRR: (PERCENT,),
        Basis.VO2MAX: (PERCENT,),
        Basis.ONE_RM: (PERCENT,),
        Basis.WATTS: (PERCENT, WATTS),
        Basis.HEART_RATE: (BEATS,),
        Basis.RPE: (SCORE,),
        Basis.CR10: (SCORE,),
        Basis.RPE10: (SCORE,),
        Basis.RIR: (REPETITIONS,),
    }
)

WORDS: Final[Mapping[tuple[Basis, str], str]] = MappingProxyType(
    {
        (Basis.HRMAX, PERCENT): "% of the highest heart rate",
        (Basis.HRR, PERCENT): "% of the heart rate reserve",
        (Basis.VO2MAX, PERCENT): "% of VO2max",
        (Basis.ONE_RM, PERCENT): "% of the 1RM",
        (Basis.WATTS, PERCENT): "% of the highest power",
        (Basis.WATTS, WATTS): "W",
        (Basis.HEART_RATE, BEATS): "beats per minute",
        (Basis.RPE, SCORE): "on the effort scale of 6 to 20",
        (Basis.CR10, SCORE): "on the CR10 effort scale",
        (Basis.RPE10, SCORE): "on the effort scale of 0 to 10",
        (Basis.RIR, REPETITIONS): "repetitions in reserve",
    }
)

# [D] our own words for the ends of every effort scale; those of Borg are his
EFFORT_LOW: Final = "no effort"
EFFORT_HIGH: Final = "most possible effort"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """From `low` to `high`, both inside, on one basis.

    Args:
        unit: One of `UNITS` of the basis.
    """

    basis: Basis
    low: Decimal
    high: Decimal
    unit: str

    def __post_init__(self) -> None:
        """Refuse what its basis cannot give.

        Raises:
            ClinicalInputError: An unknown basis or unit, bounds that run backwards,
                or a value outside its scale.
        """
        if self.basis not in UNITS:
            raise ClinicalInputError(
                f"basis must be one of {', '.join(UNITS)}, got {self.basis!r}."
            )
        if self.unit not in UNITS[self.basis]:
            raise ClinicalInputError(
                f"unit of {self.basis} must be {' or '.join(UNITS[self.basis])}, "
                f"got {self.unit!r}."
            )
        for name, value in (("low", self.low), ("high", self.high)):
            _require_on_scale(self.basis, value, unit=self.unit, name=name)
        if self.low > self.high:
            raise ClinicalInputError(
                f"low must not be above high, got {self.low} and {self.high}."
            )

    @property
    def text(self) -> str:
        """Return the target as printed: "60-70 % of the highest heart rate"."""
        span = f"{self.low}" if self.low == self.high else f"{self.low}-{self.high}"
        return f"{span} {WORDS[self.basis, self.unit]}"


def _require_on_scale(basis: Basis, value: Decimal, *, unit: str, name: str) -> None:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ClinicalInputError(f"{name} must be a finite decimal, got {value!r}.")
    if basis is Basis.RPE:
        require_rpe(_whole(value, name=name))
    elif basis is Basis.CR10:
        require_cr10(value)
    elif basis in (Basis.RIR, Basis.RPE10):
        require_ten_point(_whole(value, name=name), name=basis)
    else:
        _require_within(value, limits=_LIMITS[unit], name=name, unit=unit)


# A share is above 0; bounds of each unit are inside.
_LIMITS: Final = {
    PERCENT: (Decimal("0.1"), Decimal(100)),
    BEATS: (Decimal(MIN_PER_MIN), Decimal(MAX_PER_MIN)),
    WATTS: (Decimal(1), Decimal(MAX_WATTS)),
}


def _require_within(
    value: Decimal, *, limits: tuple[Decimal, Decimal], name: str, unit: str
) -> None:
    low, high = limits
    if not low <= value <= high:
        raise ClinicalInputError(
            f"{name} must lie from {low} to {high} {unit}, got {value}."
        )


def _whole(value: Decimal, *, name: str) -> int:
    if value != value.to_integral_value():
        raise ClinicalInputError(f"{name} must be a whole number, got {value}.")
    return int(value)
