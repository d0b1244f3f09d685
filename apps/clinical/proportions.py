"""The uncertainty of a share of people."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

from .errors import ClinicalInputError

CONFIDENCE: Final = 0.95  # [K] the usual width


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """A share with its limits, each from 0 to 1, unrounded."""

    share: float
    low: float
    high: float


def wilson_limits(
    *, successes: int, n: int, confidence: float = CONFIDENCE
) -> Proportion:
    """Return a share with Wilson's score limits, without continuity correction.

    Args:
        successes: Of `n` people, such as those who completed.
        confidence: Above 0 and below 1; 0.95 gives the 95 % limits.

    Raises:
        ClinicalInputError: Nobody, not a whole number, more successes than people,
            or a confidence that is none.

    Source:
        Wilson 1927, J Am Stat Assoc 22:209 [K].
    """
    _require_counts(successes=successes, n=n)
    if not 0 < confidence < 1:
        raise ClinicalInputError(
            f"confidence must lie above 0 and below 1, got {confidence!r}."
        )
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / n
    shrink = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / shrink
    margin = z / shrink * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At the ends the limit is the end itself; floats would miss it by a hair.
    return Proportion(
        share=share,
        low=0.0 if successes == 0 else centre - margin,
        high=1.0 if successes == n else centre + margin,
    )


def _require_counts(*, successes: int, n: int) -> None:
    for name, value in (("successes", successes), ("n", n)):
        if not isinstance(value, int) or isinstance(value, bool):
            raise ClinicalInputError(f"{name} must be a whole number, got {value!r}.")
    if n < 1:
        raise ClinicalInputError(f"n must be at least 1, got {n}.")
    if not 0 <= successes <= n:
        raise ClinicalInputError(
            f"successes must lie from 0 to n = {n}, got {successes}."
        )
