"""Cut-offs, judged on the unrounded score; never shown to patients."""

from dataclasses import dataclass
from fractions import Fraction

from .instrument import BandScheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Where a score lies by one scheme, with the population and source of that."""

    scheme: str
    code: str
    population: str
    mark: str


def band_of(value: Fraction, *, scheme: BandScheme) -> Band:
    """Return the highest band whose bound the unrounded value has come to."""
    step = next(each for each in reversed(scheme.steps) if each.holds(value))
    return Band(
        scheme=scheme.code,
        code=step.code,
        population=scheme.population,
        mark=scheme.mark,
    )
