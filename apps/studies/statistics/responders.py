"""How many persons improved by a share of their own pain."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from apps.clinical.errors import ClinicalInputError
from apps.clinical.proportions import Proportion, wilson_limits

from .values import EXACT_DECIMALS, Pairs, Value, pairs

REDUCTION_PCT: Final = (30, 50)  # the thresholds of clinical trials of pain [K]


@dataclass(frozen=True, slots=True, kw_only=True)
class Responders:
    """Persons whose pain fell by at least a share of what it was.

    Args:
        reduction_pct: 30 means that pain fell by 30 % or more.
        count: Persons whose pain did.
        n: Complete pairs with pain at the start: the denominator.
        without_pain: Complete pairs without pain at the start; nothing can fall.
        dropped: Persons who lack one value or both.
        limits: The share with Wilson's 95 % limits; None for n = 0.
    """

    reduction_pct: int
    count: int
    n: int
    without_pain: int
    dropped: int
    limits: Proportion | None


def responders(
    *, pre: Sequence[Value], post: Sequence[Value]
) -> tuple[Responders, ...]:
    """Return the persons whose pain fell by at least 30 %, and by at least 50 %.

    Whoever lacks a value is counted as dropped, not as a failure: say so with the
    figure.

    Args:
        pre: Pain of each person, 0 for none; None where it is missing.
        post: Of the same persons in the same order.

    Raises:
        ClinicalInputError: The sequences differ in length, or a value is negative,
            not finite or beyond a million.
    """
    given = pairs(pre=pre, post=post)
    for name, values in (("pre", given.pre), ("post", given.post)):
        if (values < 0).any():
            raise ClinicalInputError(
                f"{name} must hold pain of at least 0, got {values.min():g}."
            )
    return tuple(_responders(given, reduction_pct=pct) for pct in REDUCTION_PCT)


def _responders(given: Pairs, *, reduction_pct: int) -> Responders:
    # Against the start times the share, not divided by it: exact on the threshold.
    beyond = -100 * given.differences - reduction_pct * given.pre
    reached = (given.pre > 0) & (beyond.round(EXACT_DECIMALS) >= 0)
    n = int((given.pre > 0).sum())
    count = int(reached.sum())
    return Responders(
        reduction_pct=reduction_pct,
        count=count,
        n=n,
        without_pain=given.n - n,
        dropped=given.dropped,
        limits=wilson_limits(successes=count, n=n) if n else None,
    )
