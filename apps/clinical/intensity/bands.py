"""How hard a target is, in words, on its own basis."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from .targets import Basis


class Effort(StrEnum):
    """The words of the American College of Sports Medicine."""

    BELOW_LIGHT = "below_light"
    LIGHT = "light"
    MODERATE = "moderate"
    VIGOROUS = "vigorous"
    ABOVE_VIGOROUS = "above_vigorous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One word on one basis; both bounds are inside, as printed."""

    basis: Basis
    effort: Effort
    low: int
    high: int


# [K] ACSM; the row of VO2max is known for moderate alone
BANDS: Final = (
    Band(basis=Basis.HRR, effort=Effort.LIGHT, low=30, high=39),
    Band(basis=Basis.HRR, effort=Effort.MODERATE, low=40, high=59),
    Band(basis=Basis.HRR, effort=Effort.VIGOROUS, low=60, high=89),
    Band(basis=Basis.HRMAX, effort=Effort.LIGHT, low=57, high=63),
    Band(basis=Basis.HRMAX, effort=Effort.MODERATE, low=64, high=76),
    Band(basis=Basis.HRMAX, effort=Effort.VIGOROUS, low=77, high=95),
    Band(basis=Basis.RPE, effort=Effort.LIGHT, low=9, high=11),
    Band(basis=Basis.RPE, effort=Effort.MODERATE, low=12, high=13),
    Band(basis=Basis.RPE, effort=Effort.VIGOROUS, low=14, high=17),
    Band(basis=Basis.VO2MAX, effort=Effort.MODERATE, low=46, high=63),
)


def bands_of(basis: Basis) -> tuple[Band, ...]:
    """Return the bands of a basis from light to vigorous; none where none is known."""
    return tuple(band for band in BANDS if band.basis is basis)


def effort_of(value: Decimal, *, basis: Basis) -> Effort | None:
    """Return the word for a value; None where the basis has no complete bands.

    The bands are printed in whole numbers; what lies between two of them belongs to
    the lower one, so that 63.9 % is not yet moderate [D].
    """
    bands = bands_of(basis)
    if Effort.LIGHT not in {band.effort for band in bands}:
        return None
    if value > bands[-1].high:
        return Effort.ABOVE_VIGOROUS
    reached = [band.effort for band in bands if value >= band.low]
    return reached[-1] if reached else Effort.BELOW_LIGHT
